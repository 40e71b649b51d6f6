// @ts-check
/** What a recording of the network can show: every neuron's map, in the place of the plane. */

/** @typedef {import("../../../stage/types.js").Header} Header */
/** @typedef {import("../../../stage/types.js").Neuron} Neuron */

/** Pixels of a side: of a neuron's map, and of the plane. */
const MAP = 25;
const PLANE = 100;

/**
 * @param {{neuron?: Neuron|null}} look
 * @param {{header: Header, arrays: Record<string, any>}} moment
 */
export function recorded({ neuron = null }, moment) {
  const plane = neuron && neuronPlane(moment, neuron);
  return { view: { neuron: plane && neuron, probe: null }, arrays: { ...plane } };
}

/**
 * A neuron's small map in the place of the large one, which was recorded for the output alone.
 *
 * @param {{header: Header, arrays: Record<string, any>}} moment
 * @param {Neuron} neuron
 * @returns {{plane: Uint8Array, plane_range: Float32Array}|null}  null where the moment has no map of it
 */
function neuronPlane({ header: { shown }, arrays }, [layer, index]) {
  const [maps, ranges] = layer ? [arrays.maps, arrays.map_ranges] : [arrays.input_maps, arrays.input_ranges];
  const before = shown.slice(0, Math.max(layer - 1, 0)).reduce((sum, neurons) => sum + neurons.length, 0);
  const among = layer && layer <= shown.length ? shown[layer - 1].indexOf(index) : index;
  const range = ranges[before + among];
  if (among < 0 || range === undefined) return null;
  const start = (before + among) * MAP * MAP;
  return { plane: enlarged(maps.subarray(start, start + MAP * MAP)), plane_range: Float32Array.of(-range, range) };
}

/**
 * Bilinear; both grids reach from edge to edge of the domain.
 *
 * @param {Uint8Array} map  (MAP, MAP)
 * @returns {Uint8Array}  (PLANE, PLANE)
 */
function enlarged(map) {
  const plane = new Uint8Array(PLANE * PLANE);
  for (let y = 0; y < PLANE; y++) {
    for (let x = 0; x < PLANE; x++) {
      const [column, right] = place(x);
      const [row, down] = place(y);
      const at = row * MAP + column;
      const upper = map[at] + (map[at + 1] - map[at]) * right;
      const lower = map[at + MAP] + (map[at + MAP + 1] - map[at + MAP]) * right;
      plane[y * PLANE + x] = Math.round(upper + (lower - upper) * down);
    }
  }
  return plane;
}

/** The pixel of the small map at or before one of the plane, and how far on the way to the next. @param {number} pixel */
function place(pixel) {
  const exact = (pixel * (MAP - 1)) / (PLANE - 1);
  const whole = Math.min(Math.floor(exact), MAP - 2);
  return [whole, exact - whole];
}
