// @ts-check
/** The live picture as text for screen readers. */

import { count } from "../../../stage/format.js";
import { metricsInWords } from "../../../stage/metrics.js";

/** @typedef {import("./picture.js").NetworkMoment} Moment */

/**
 * @param {Moment} moment
 * @param {import("../../../stage/types.js").Baseline[]} beside  other learners
 * @returns {string}
 */
export function describe({ header, scene, shown, arrays }, beside) {
  return [
    `Step ${count(header.step)}, epoch ${count(Math.floor(header.epoch))}.`,
    metricsInWords({ ...scene, baselines: [...(scene.baselines ?? []), ...beside] }, header.metrics),
    header.state === "playing" ? "Playing." : "Paused.",
    shape(scene, scene.all_columns || shown[0].length),
    strongestInput(scene, shown, arrays.weights),
  ].join(" ");
}

/**
 * @param {import("./picture.js").NetworkScene} scene
 * @param {number} inputs
 */
function shape({ hidden_sizes, normalization, skips }, inputs) {
  const from = `${inputs} ${inputs === 1 ? "input" : "inputs"}`;
  if (!hidden_sizes.length) return `The network has ${from} and no hidden layer.`;
  const layers = hidden_sizes.length === 1 ? "one hidden layer" : `${hidden_sizes.length} hidden layers`;
  const normed = normalization === "none" ? "" : `, each with ${normalization} normalization`;
  return `The network has ${from} and ${layers} of ${listed(hidden_sizes.map(String))} neurons${normed}.${around(skips)}`;
}

/** @param {boolean[]} skips */
function around(skips) {
  const layers = skips.flatMap((is, index) => (is ? [String(index + 1)] : []));
  return layers.length ? ` Skip connections go around hidden ${layers.length === 1 ? "layer" : "layers"} ${listed(layers)}.` : "";
}

/**
 * @param {import("./picture.js").NetworkScene} scene
 * @param {number[][]} shown
 * @param {Float32Array} weights  the first matrix is (first layer, inputs)
 */
function strongestInput(scene, shown, weights) {
  const [inputs, first] = shown;
  const strengths = inputs.map((_, from) =>
    first.reduce((sum, _, to) => sum + Math.abs(weights[to * inputs.length + from]), 0));
  const strongest = inputs[strengths.indexOf(Math.max(...strengths))];
  return strongest === undefined ? "" : `The strongest input is ${scene.features[strongest].label}.`;
}

/** @param {string[]} words */
function listed(words) {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}
