// @ts-check
/** The drawn neurons, layer by layer. */

/**
 * The true indices drawn in every layer: active features, hidden layers, outputs.
 *
 * @param {import("./picture.js").NetworkScene} scene
 * @param {number[][]} hidden
 */
export function layersShown(scene, hidden) {
  const active = scene.features.flatMap((feature, index) => (feature.active ? [index] : []));
  return [active, ...hidden, scene.outputs.map((_, index) => index)];
}

/**
 * @param {number[][]} a
 * @param {number[][]} b
 */
export function sameLayers(a, b) {
  return a.length === b.length && a.every((layer, i) =>
    layer.length === b[i].length && layer.every((index, j) => index === b[i][j]));
}
