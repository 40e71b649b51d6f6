// @ts-check
/** Views in a recording of the network: every neuron's map in place of the plane. */

/** @typedef {import("../../../stage/types.js").Bytes} Bytes */
/** @typedef {import("../../../stage/types.js").Floats} Floats */
/** @typedef {import("./picture.js").Neuron} Neuron */
/** @typedef {import("../../../stage/types.js").FrameOf<import("./picture.js").NetworkMoment>} Frame */

/**
 * @param {import("../../../stage/types.js").View} look
 * @param {Frame} moment
 */
export function recorded(look, moment) {
  const { neuron = null } = /** @type {Partial<import("./picture.js").Look>} */ (look);
  const plane = neuron && neuronPlane(moment, neuron);
  return { view: { neuron: plane && neuron, probe: null }, arrays: { ...plane } };
}

/**
 * Return a neuron's small map in place of the large one, which is recorded only for the output.
 *
 * @param {Frame} moment
 * @param {Neuron} neuron
 * @returns {{plane: Bytes, plane_range: Floats}|null}  null where the moment has no map of it
 */
function neuronPlane({ header: { held }, arrays }, [layer, index]) {
  const [maps, ranges] = layer ? [arrays.maps, arrays.map_ranges] : [arrays.input_maps, arrays.input_ranges];
  if (!maps || !ranges || !arrays.plane) return null;
  const before = held.slice(0, Math.max(layer - 1, 0)).reduce((sum, neurons) => sum + neurons.length, 0);
  const among = layer && layer <= held.length ? held[layer - 1].indexOf(index) : index;
  const range = ranges[before + among];
  if (among < 0 || range === undefined) return null;
  const [, rows, columns] = maps.shape, [, height, width] = arrays.plane.shape;
  const start = (before + among) * rows * columns;
  const map = maps.subarray(start, start + rows * columns);
  return {
    plane: Object.assign(enlarged(map, columns, rows, width, height), { shape: [1, height, width] }),
    plane_range: Object.assign(Float32Array.of(-range, range), { shape: [2] }),
  };
}

/**
 * Bilinear; both grids reach from edge to edge of the domain.
 *
 * @param {Uint8Array} map  (rows, columns), at least two of both
 * @param {number} columns
 * @param {number} rows
 * @param {number} width
 * @param {number} height
 * @returns {Uint8Array}  (height, width)
 */
function enlarged(map, columns, rows, width, height) {
  const plane = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const [row, down] = place(y, height, rows);
    for (let x = 0; x < width; x++) {
      const [column, right] = place(x, width, columns);
      const at = row * columns + column, below = at + columns;
      const upper = map[at] + (map[at + 1] - map[at]) * right;
      const lower = map[below] + (map[below + 1] - map[below]) * right;
      plane[y * width + x] = Math.round(upper + (lower - upper) * down);
    }
  }
  return plane;
}

/**
 * The pixel of the small map at or before one of the plane, and how far on the way to the next.
 *
 * @param {number} pixel  of ``size``
 * @param {number} size
 * @param {number} smaller
 */
function place(pixel, size, smaller) {
  const exact = (pixel * (smaller - 1)) / (size - 1);
  const whole = Math.min(Math.floor(exact), smaller - 2);
  return [whole, exact - whole];
}
