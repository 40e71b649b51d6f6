// @ts-check
/** The formulas of an update in words, each with the numbers of now put in. They are computed from unrounded numbers. */

import { scaled, short } from "../../../stage/format.js";
import { portName, unitName } from "./shape.js";

/** @typedef {import("./picture.js").NeuronMoment} Moment */
/** @typedef {import("./shape.js").Port} Port */
/** @typedef {import("./shape.js").Unit} Unit */

const DIGITS = 3;
const OUTPUTS = {
  step: "1 where z > 0, else 0",
  sigmoid: "1 / (1 + e⁻ᶻ)",
  linear: "z",
  softmax: "eᶻ / Σ eᶻ",
};
const LOSSES = {
  squared_error: "½ (a − t)²",
  linear_error: "½ (a − t)²",
  cross_entropy: "−t ln a − (1 − t) ln(1 − a)",
  perceptron: "(a − t) z",
};
/** ∂loss/∂z of the output neuron. */
const DELTAS = {
  squared_error: "(a − t) · a (1 − a)", linear_error: "a − t", cross_entropy: "a − t", perceptron: "a − t", softmax: "p − y",
};
const MOMENTUM = 0.9, BETAS = [0.9, 0.999];

/** What a port's weight is multiplied with: an input, a value of the layer before, or 1 for a bias. @param {Moment} moment @param {Port} port */
export function inputOf({ scene: { sizes }, arrays: { batch, rows, values } }, { layer, from }) {
  if (from < 0) return 1;
  if (layer === 1) return rows[batch[0] * sizes[0] + from];
  const before = sizes.slice(1, layer - 1).reduce((sum, size) => sum + size, 0);
  return values[before + from];
}

/** z and a of a neuron: its weighted sum, then what the activation makes of it. @param {Moment} moment @param {Unit} unit */
export function forward(moment, unit) {
  const { scene: { sizes, output, activation }, arrays: { parameters, sums, values } } = moment;
  const terms = unit.ports.map((port) =>
    port.from < 0 ? bracketed(parameters[port.place]) : `${bracketed(parameters[port.place])} · ${bracketed(inputOf(moment, port))}`);
  const value = isOutput(sizes, unit) ? OUTPUTS[output] : `${activation}(z)`;
  return `z = ${terms.join(" + ")} = ${number(sums[unit.place])},  a = ${value} = ${number(values[unit.place])}`;
}

/** The loss of the row that the neurons show. @param {Moment} moment */
export function loss({ scene: { sizes, criterion }, arrays: { batch, targets, values, example_loss } }) {
  if (criterion === "softmax") {
    const label = targets[batch[0]], share = values[values.length - sizes[sizes.length - 1] + label];
    return `−ln p of the target’s class ${label} = −ln ${number(share)} = ${number(example_loss[0])}`;
  }
  const a = number(values[values.length - 1]), t = number(targets[batch[0]]);
  return `${LOSSES[criterion]} = ${number(example_loss[0])},  with a = ${a} and t = ${t}`;
}

/** δ of a neuron: of the output from the loss, of a hidden neuron from those behind it. @param {Moment} moment @param {Unit} unit @param {Unit[]} units */
export function backward(moment, unit, units) {
  const { scene: { sizes, criterion, activation }, arrays: { parameters, deltas, slopes } } = moment;
  const delta = number(deltas[unit.place]);
  if (isOutput(sizes, unit)) {
    const { values, targets, batch } = moment.arrays, isTarget = Number(targets[batch[0]] === unit.index);
    const numbers = criterion === "softmax" ? `${number(values[unit.place])} − ${isTarget} = ` : "";
    return `δ = ∂loss/∂z = ${DELTAS[criterion]} = ${numbers}${delta}`;
  }
  const behind = units.filter(({ layer }) => layer === unit.layer + 1);
  const terms = behind.map((next) => `${bracketed(parameters[next.ports[unit.index].place])} · ${bracketed(deltas[next.place])}`);
  const sum = terms.length > 1 ? `(${terms.join(" + ")})` : terms[0];
  return `δ = Σ w δ · ${activation}′(z) = ${sum} · ${bracketed(slopes[unit.place])} = ${delta}`;
}

/** The gradient of a weight: what comes in times what comes back; the mean of that over the rows of the update. @param {Moment} moment @param {Port} port @param {Unit} unit */
export function gradient(moment, port, unit) {
  const { arrays: { batch, terms, gradients, deltas } } = moment;
  const g = number(gradients[port.place]), count = gradients.length;
  if (batch.length > 1) {
    const each = Array.from(batch, (_, row) => bracketed(terms[row * count + port.place]));
    return `g = (${each.join(" + ")}) / ${batch.length} = ${g}, the mean over ${batch.length} rows`;
  }
  if (port.from < 0) return `g = δ = ${g}`;
  return `g = δ · input = ${bracketed(deltas[unit.place])} · ${bracketed(inputOf(moment, port))} = ${g}`;
}

/** The update of a weight, in as many lines as the optimizer has. @param {Moment} moment @param {Port} port @returns {string[]} */
export function update(moment, port) {
  const { header: { learning_rate, updates }, scene: { optimizer }, arrays } = moment;
  const { place } = port, { parameters, gradients, changes, memory, next_memory: next } = arrays;
  const w = parameters[place], g = gradients[place], to = number(w + changes[place]);
  const rest = (/** @type {string} */ formula, /** @type {string} */ step) =>
    `w − η ${formula} = ${number(w)} − ${number(learning_rate)} · ${step} = ${to}`;
  if (optimizer === "momentum" && memory && next) {
    return [
      `v ← ${MOMENTUM} v + g = ${MOMENTUM} · ${bracketed(memory[place])} + ${bracketed(g)} = ${number(next[place])}`,
      rest("v", bracketed(next[place])),
    ];
  }
  if (optimizer === "adam" && memory && next) {
    const [first, second] = BETAS, at = gradients.length + place, t = (updates ?? 0) + 1;
    const mean = next[place] / (1 - first ** t), square = next[at] / (1 - second ** t);
    return [
      `m ← ${first} m + 0.1 g = ${first} · ${bracketed(memory[place])} + 0.1 · ${bracketed(g)} = ${number(next[place])}`,
      `v ← ${second} v + 0.001 g² = ${second} · ${number(memory[at])} + 0.001 · ${bracketed(g)}² = ${number(next[at])}`,
      `update ${t}: m̂ = m / (1 − ${first}${power(t)}) = ${number(mean)},  v̂ = v / (1 − ${second}${power(t)}) = ${number(square)}`,
      rest("m̂ / (√v̂ + ε)", `${bracketed(mean)} / ${number(Math.sqrt(square))}`),
    ];
  }
  return [rest("g", bracketed(g))];
}

/** @param {number} exponent */
function power(exponent) {
  return [...String(exponent)].map((digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)]).join("");
}

/** @param {Moment} moment @param {Port} port */
export function nameOf({ scene: { sizes } }, port) {
  return portName(sizes, port);
}

/** @param {Moment} moment @param {Unit} unit */
export function unitNameOf({ scene: { sizes } }, { layer, index }) {
  return unitName(sizes, layer, index);
}

/** @param {number[]} sizes @param {Unit} unit */
function isOutput(sizes, { layer }) {
  return layer === sizes.length - 1;
}

/** @param {number} value */
export function number(value) {
  return Math.abs(value) >= 0.0005 || value === 0 ? short(value) : scaled(value, DIGITS);
}

/** In brackets where it is negative. @param {number} value */
function bracketed(value) {
  return value < 0 ? `(${number(value)})` : number(value);
}
