// @ts-check
/** The shape of the network: what its weights are called and where they stand. Pure, so that it can be tested. */

/**
 * @typedef {object} Port  one line of a neuron: a weight of it, or its bias
 * @property {number} layer  from 1, as in a message
 * @property {number} to  the neuron in its layer
 * @property {number} from  the input or neuron before; -1 for the bias
 * @property {number} place  among all parameters
 *
 * @typedef {object} Unit  one neuron
 * @property {number} layer
 * @property {number} index
 * @property {number} place  among all neurons
 * @property {Port[]} ports  its weights, then its bias
 */

/**
 * Every neuron with its weights, where each is in the vector of all parameters: layer by layer, weights row by row, then
 * biases.
 *
 * @param {number[]} sizes  inputs, hidden neurons where there are any, outputs
 * @returns {Unit[]}
 */
export function unitsOf(sizes) {
  /** @type {Unit[]} */
  const found = [];
  let start = 0;
  for (let layer = 1; layer < sizes.length; layer++) {
    const [inputs, neurons] = [sizes[layer - 1], sizes[layer]];
    for (let to = 0; to < neurons; to++) {
      const ports = Array.from({ length: inputs }, (_, from) => ({ layer, to, from, place: start + to * inputs + from }));
      ports.push({ layer, to, from: -1, place: start + neurons * inputs + to });
      found.push({ layer, index: to, place: found.length, ports });
    }
    start += neurons * (inputs + 1);
  }
  return found;
}

/** @param {number} index */
export function inputName(index) {
  return `x${subscript(index + 1)}`;
}

/**
 * What the neurons of a layer are called, the inputs being layer 0.
 *
 * @param {number[]} sizes
 * @param {number} layer
 * @param {number} index
 */
export function unitName(sizes, layer, index) {
  if (layer === 0) return inputName(index);
  const isOutput = layer === sizes.length - 1;
  if (isOutput && sizes[layer] === 1) return "output";
  return `${isOutput ? "o" : "h"}${subscript(index + 1)}`;
}

/**
 * @param {number[]} sizes
 * @param {Port} port
 */
export function portName(sizes, { layer, to, from }) {
  const name = unitName(sizes, layer, to);
  return from < 0 ? `Bias of ${name}` : `Weight from ${unitName(sizes, layer - 1, from)} to ${name}`;
}

/**
 * Whether the output of a row is on the target's side of ½, or the highest one is that of the target's class.
 *
 * @param {ArrayLike<number>} outputs  (N, C), row by row
 * @param {ArrayLike<number>} targets  (N,)
 * @param {number} row
 */
export function isRight(outputs, targets, row) {
  const count = outputs.length / targets.length;
  return count === 1 ? outputs[row] > 0.5 === targets[row] > 0.5 : guessOf(outputs, count, row) === targets[row];
}

/**
 * The class of a row's highest output.
 *
 * @param {ArrayLike<number>} outputs  (N, C), row by row
 * @param {number} count  C
 * @param {number} row
 */
export function guessOf(outputs, count, row) {
  let best = 0;
  for (let k = 1; k < count; k++) if (outputs[row * count + k] > outputs[row * count + best]) best = k;
  return best;
}

/** What a weight or bias is called in the run. @param {Port} port */
export function targetOf({ layer, to, from }) {
  return `layers.${layer - 1}.${from < 0 ? `bias[${to}]` : `weight[${to},${from}]`}`;
}

/** @param {number} number */
function subscript(number) {
  return [...String(number)].map((digit) => "₀₁₂₃₄₅₆₇₈₉"[Number(digit)]).join("");
}
