// @ts-check
/** What layers are called, and what they do. */

/** @typedef {import("./picture.js").LayerInfo} LayerInfo */

/** @type {Record<string, string>} */
const KINDS = { image: "Image", conv: "Conv", norm: "Norm", max: "Max pool", average: "Avg pool", gap: "Mean", dense: "Dense", flatten: "Flatten", dropout: "Dropout" };

/**
 * @param {LayerInfo} layer
 * @param {string} activation
 */
export function layerName({ kind, name }, activation) {
  if (kind === "activation") return activation;
  const number = kind === "conv" || kind === "dense" ? ` ${name.replace(/\D/g, "")}` : "";
  return KINDS[kind] + number;
}

/** @param {number[]} shape */
export function shapeText(shape) {
  return shape.filter((n, i) => i === 0 || n > 1).join(" × ");
}

/**
 * One map or number of a layer.
 *
 * @param {LayerInfo} layer
 * @param {string} activation
 * @param {number} index
 */
export function partName(layer, activation, index) {
  const what = layer.shape.length === 3 && layer.shape[1] > 1 ? "map" : "number";
  return `${layerName(layer, activation)}, ${what} ${index + 1}`;
}
