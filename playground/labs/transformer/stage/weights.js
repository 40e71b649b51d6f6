// @ts-check
/** Attention weights in the arrays of a frame. */

/** @typedef {import("./picture.js").Moment} Moment */
/** @typedef {import("./words.js").Kind} Kind */

/**
 * The weights of one head, or of the mean of all: (rows, columns) numbers, row by row, and the largest that there is in
 * this layer.
 *
 * @param {Moment} moment
 * @param {Kind} kind
 * @param {number} layer
 * @param {number|null} head
 */
export function weightsOf({ arrays }, kind, layer, head) {
  const all = arrays[kind], [layers, heads, rows, columns] = all.shape, size = rows * columns;
  const at = (Math.min(layer, layers - 1) * heads) * size;
  const which = head === null ? Array.from({ length: heads }, (_, i) => i) : [Math.min(head, heads - 1)];
  const values = new Float32Array(size);
  for (const each of which) for (let i = 0; i < size; i++) values[i] += all[at + each * size + i] / which.length;
  return { values, rows, columns };
}

/** @param {ArrayLike<number>} values */
export function largest(values) {
  let found = 0;
  for (let i = 0; i < values.length; i++) found = Math.max(found, values[i]);
  return found;
}
