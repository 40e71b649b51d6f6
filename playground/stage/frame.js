// @ts-check
/** The browser's half of playground/runs/frame.py. */

/** @typedef {{name: string, dtype: keyof typeof DTYPES, shape: number[]}} Entry  what a frame says of an array */

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
  for (const { name, dtype, shape } of /** @type {Entry[]} */ (listing)) {
    const count = shape.reduce((product, n) => product * n, 1);
    const array = new DTYPES[dtype](buffer, offset, count);
    arrays[name] = Object.assign(array, { shape });
    offset += Math.ceil(array.byteLength / ALIGNMENT) * ALIGNMENT;
  }
  return { header, arrays };
}

/** @param {ArrayBuffer|Uint8Array<ArrayBuffer>} frame */
function aligned(frame) {
  if (frame instanceof ArrayBuffer) return new Uint8Array(frame);
  // A Uint8Array cut out of a larger message may begin anywhere; typed arrays may not.
  return frame.byteOffset % ALIGNMENT ? frame.slice() : frame;
}
