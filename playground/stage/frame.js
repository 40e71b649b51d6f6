// @ts-check
/** The browser's half of playground/runs/frame.py. */

/** @typedef {{name: string, dtype: keyof typeof DTYPES, shape: number[], coarse?: boolean}} Entry  what a frame says of an array */

const DTYPES = { u1: Uint8Array, f4: Float32Array, i4: Int32Array };
const ALIGNMENT = 4;
const decoder = new TextDecoder();

/**
 * The header and the arrays of one packed frame: flat views into the same memory, each with its ``shape``.
 *
 * @param {ArrayBuffer|Uint8Array<ArrayBuffer>} frame
 * @returns {import("./types.js").Frame}
 */
export function unpack(frame) {
  const bytes = aligned(frame);
  const { buffer, byteOffset } = bytes;
  const headerLength = new DataView(buffer, byteOffset).getUint32(0, true);
  const { arrays: listing, ...header } = JSON.parse(decoder.decode(bytes.subarray(4, 4 + headerLength)));
  /** @type {import("./types.js").Arrays} */
  const arrays = {};
  let offset = byteOffset + 4 + headerLength;
  for (const { name, dtype, shape, coarse } of /** @type {Entry[]} */ (listing)) {
    const sent = coarse ? [shape[0], Math.ceil(shape[1] / 2), Math.ceil(shape[2] / 2)] : shape;
    const count = sent.reduce((product, n) => product * n, 1);
    const array = new DTYPES[dtype](buffer, offset, count);
    arrays[name] = Object.assign(coarse ? refined(array, shape) : array, { shape });
    offset += Math.ceil(array.byteLength / ALIGNMENT) * ALIGNMENT;
  }
  return { header, arrays };
}

/**
 * Interpolate maps from every second row and column: means between them, the last one repeated.
 *
 * @param {ArrayLike<number>} maps
 * @param {number[]} shape  (count, height, width) of the whole maps
 */
function refined(maps, [count, height, width]) {
  const full = new Uint8Array(count * height * width);
  const rows = Math.ceil(height / 2), columns = Math.ceil(width / 2);
  const wide = new Uint8Array(rows * width);
  for (let map = 0; map < count; map++) {
    for (let y = 0; y < rows; y++) {
      const start = (map * rows + y) * columns;
      for (let x = 0; x < width; x++) {
        const left = maps[start + (x >> 1)], right = maps[start + Math.min((x + 1) >> 1, columns - 1)];
        wide[y * width + x] = (left + right + 1) >> 1;
      }
    }
    for (let y = 0; y < height; y++) {
      const above = (y >> 1) * width, below = Math.min((y + 1) >> 1, rows - 1) * width;
      const start = (map * height + y) * width;
      for (let x = 0; x < width; x++) full[start + x] = (wide[above + x] + wide[below + x] + 1) >> 1;
    }
  }
  return full;
}

/** @param {ArrayBuffer|Uint8Array<ArrayBuffer>} frame */
function aligned(frame) {
  if (frame instanceof ArrayBuffer) return new Uint8Array(frame);
  // A Uint8Array cut out of a larger message may begin anywhere; typed arrays may not.
  return frame.byteOffset % ALIGNMENT ? frame.slice() : frame;
}
