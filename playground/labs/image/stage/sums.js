// @ts-check
/** The arithmetic of one number of a map, written out. Pure, so that it can be tested against PyTorch's. */

/**
 * @typedef {object} Window  where a kernel or a pooling window stands
 * @property {number} top  of its first row in the map before, which is below 0 in the padding
 * @property {number} left
 * @property {number} side
 */

/**
 * The window behind the number (row, column) of a map.
 *
 * @param {Record<string, number>} args  of the layer, as PyTorch has them
 * @param {number} row
 * @param {number} column
 * @returns {Window}
 */
export function windowOf({ kernel_size: side = 1, stride = side, padding = 0 }, row, column) {
  return { top: row * stride - padding, left: column * stride - padding, side };
}

/**
 * The numbers of a map under a window, row by row; 0 in the padding.
 *
 * @param {ArrayLike<number>} map
 * @param {number} start  of the map in ``map``
 * @param {number} height
 * @param {number} width
 * @param {Window} window
 */
export function under(map, start, height, width, { top, left, side }) {
  return Array.from({ length: side * side }, (_, i) => {
    const y = top + Math.floor(i / side), x = left + (i % side);
    return y >= 0 && x >= 0 && y < height && x < width ? map[start + y * width + x] : 0;
  });
}

/**
 * What one map gives to a convolution's map: that sum alone at every place, without the bias.
 *
 * @param {ArrayLike<number>} map
 * @param {number} start
 * @param {number} height
 * @param {number} width
 * @param {ArrayLike<number>} kernel
 * @param {number} from  of the kernel in ``kernel``
 * @param {Record<string, number>} args
 * @param {number} tall  of the result
 * @param {number} wide
 */
export function convolved(map, start, height, width, kernel, from, args, tall, wide) {
  const { kernel_size: side = 1, stride = 1, padding = 0 } = args, found = new Float32Array(tall * wide);
  for (let row = 0; row < tall; row++) {
    for (let column = 0; column < wide; column++) {
      let sum = 0;
      for (let i = 0; i < side; i++) {
        const y = row * stride - padding + i;
        if (y < 0 || y >= height) continue;
        for (let j = 0; j < side; j++) {
          const x = column * stride - padding + j;
          if (x >= 0 && x < width) sum += map[start + y * width + x] * kernel[from + i * side + j];
        }
      }
      found[row * wide + column] = sum;
    }
  }
  return found;
}

/**
 * The sum of products.
 *
 * @param {ArrayLike<number>} a
 * @param {ArrayLike<number>} b
 * @param {number} [from]  of the first in ``b``
 */
export function dot(a, b, from = 0) {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[from + i];
  return sum;
}
