// @ts-check
/** Names of the network's parts, the same in every label. */

/** @typedef {import("./picture.js").NetworkScene} Scene */
/** @typedef {import("./picture.js").Neuron} Neuron */

/**
 * @param {Scene} scene
 * @param {Neuron} neuron
 */
export function neuronName(scene, [layer, index]) {
  if (layer === 0) return scene.features[index].label;
  if (layer <= scene.hidden_sizes.length) return `Hidden layer ${layer}, neuron ${index + 1}`;
  return outputName(scene, index);
}

/**
 * The name within its layer: "x₁", "neuron 3", "class 2".
 *
 * @param {Scene} scene
 * @param {Neuron} neuron
 */
export function shortName(scene, [layer, index]) {
  if (layer === 0) return scene.features[index].label;
  if (layer <= scene.hidden_sizes.length) return `neuron ${index + 1}`;
  return scene.outputs[index];
}

/**
 * @param {Scene} scene
 * @param {Neuron} neuron
 */
export function biasName(scene, [layer, index]) {
  if (layer <= scene.hidden_sizes.length) return `Bias of neuron ${index + 1} in hidden layer ${layer}`;
  return `Bias of ${scene.outputs.length === 1 ? "the output" : scene.outputs[index]}`;
}

/**
 * @param {Scene} scene
 * @param {number} index
 */
function outputName(scene, index) {
  return scene.outputs.length === 1 ? "Output" : `Output “${scene.outputs[index]}”`;
}
