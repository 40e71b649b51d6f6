// @ts-check
/** The browser's half of playground/stream/frame.py. */

/** @typedef {import("./types.js").Header} Header */

const DTYPES = { u1: Uint8Array, f4: Float32Array, i4: Int32Array };
const ALIGNMENT = 4;
const decoder = new TextDecoder();

/**
 * The header and the arrays (flat views into the same memory) of one packed frame.
 *
 * @param {ArrayBuffer|Uint8Array} frame
 * @returns {{header: Header, arrays: Record<string, Uint8Array|Float32Array|Int32Array>}}
 */
export function unpack(frame) {
  const bytes = aligned(frame);
  const { buffer, byteOffset } = bytes;
  const headerLength = new DataView(buffer, byteOffset).getUint32(0, true);
  const { arrays: listing, ...header } = JSON.parse(decoder.decode(bytes.subarray(4, 4 + headerLength)));
  /** @type {Record<string, any>} */
  const arrays = {};
  let offset = byteOffset + 4 + headerLength;
  for (const { name, dtype, shape } of listing) {
    const count = shape.reduce((/** @type {number} */ product, /** @type {number} */ n) => product * n, 1);
    const array = new DTYPES[/** @type {keyof DTYPES} */ (dtype)](buffer, offset, count);
    arrays[name] = array;
    offset += Math.ceil(array.byteLength / ALIGNMENT) * ALIGNMENT;
  }
  return { header, arrays };
}

/** @param {ArrayBuffer|Uint8Array} frame */
function aligned(frame) {
  if (frame instanceof ArrayBuffer) return new Uint8Array(frame);
  // A Uint8Array cut out of a larger message may begin anywhere; typed arrays may not.
  return frame.byteOffset % ALIGNMENT ? frame.slice() : frame;
}
