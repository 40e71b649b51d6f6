// @ts-check
/** The formulas of an update in words, each with the numbers of now put in. They are computed from unrounded numbers. */

import { scaled, short } from "../../../stage/format.js";
import { portName, unitName } from "./shape.js";

/** @typedef {import("./picture.js").NeuronMoment} Moment */
/** @typedef {import("./shape.js").Port} Port */
/** @typedef {import("./shape.js").Unit} Unit */

const DIGITS = 3;
const OUTPUTS = {
  perceptron: { value: "1 where z > 0, else 0", slope: "" },
  gradient: { value: "1 / (1 + e⁻ᶻ)", slope: "a (1 − a)" },
};
const LOSSES = {
  squared_error: "½ (a − t)²",
  cross_entropy: "−t ln a − (1 − t) ln(1 − a)",
  perceptron: "(a − t) z",
};
/** ∂loss/∂z of the output neuron. */
const DELTAS = { squared_error: "(a − t) · a (1 − a)", cross_entropy: "a − t", perceptron: "a − t" };

/** What a port's weight is multiplied with: an input, a value of the layer before, or 1 for a bias. @param {Moment} moment @param {Port} port */
export function inputOf({ scene: { sizes }, arrays: { batch, rows, values } }, { layer, from }) {
  if (from < 0) return 1;
  if (layer === 1) return rows[batch[0] * sizes[0] + from];
  const before = sizes.slice(1, layer - 1).reduce((sum, size) => sum + size, 0);
  return values[before + from];
}

/** z and a of a neuron: its weighted sum, then what the activation makes of it. @param {Moment} moment @param {Unit} unit */
export function forward(moment, unit) {
  const { scene: { sizes, rule, activation }, arrays: { parameters, sums, values } } = moment;
  const terms = unit.ports.map((port) =>
    port.from < 0 ? bracketed(parameters[port.place]) : `${bracketed(parameters[port.place])} · ${bracketed(inputOf(moment, port))}`);
  const value = isOutput(sizes, unit) ? OUTPUTS[rule].value : `${activation}(z)`;
  return `z = ${terms.join(" + ")} = ${number(sums[unit.place])},  a = ${value} = ${number(values[unit.place])}`;
}

/** The loss of the row that the neurons show. @param {Moment} moment */
export function loss({ scene: { criterion }, arrays: { batch, targets, values, example_loss } }) {
  const a = number(values[values.length - 1]), t = number(targets[batch[0]]);
  return `${LOSSES[criterion]} = ${number(example_loss[0])},  with a = ${a} and t = ${t}`;
}

/** δ of a neuron: of the output from the loss, of a hidden neuron from those behind it. @param {Moment} moment @param {Unit} unit @param {Unit[]} units */
export function backward(moment, unit, units) {
  const { scene: { sizes, criterion, activation }, arrays: { parameters, deltas, slopes } } = moment;
  const delta = number(deltas[unit.place]);
  if (isOutput(sizes, unit)) return `δ = ∂loss/∂z = ${DELTAS[criterion]} = ${delta}`;
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

/** The update of a weight. @param {Moment} moment @param {Port} port */
export function update(moment, port) {
  const { header: { learning_rate }, arrays: { parameters, gradients, changes } } = moment;
  const w = parameters[port.place];
  return `w − η g = ${number(w)} − ${number(learning_rate)} · ${bracketed(gradients[port.place])} = ${number(w + changes[port.place])}`;
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
function number(value) {
  return Math.abs(value) >= 0.0005 || value === 0 ? short(value) : scaled(value, DIGITS);
}

/** In brackets where it is negative. @param {number} value */
function bracketed(value) {
  return value < 0 ? `(${number(value)})` : number(value);
}
