// @ts-check
/** Heights over a square grid: their scale, round values for contours, and the contours. */

const MOST_LEVELS = 12;
const DECADES = 6; // below the highest: the end of a logarithmic scale

export class Scale {
  /**
   * Logarithmic where no height is negative and they span more than a factor of ten.
   *
   * @param {Float32Array} heights
   */
  constructor(heights) {
    let low = Infinity, high = -Infinity;
    for (const height of heights) {
      if (height < low) low = height;
      if (height > high) high = height;
    }
    if (!(high > low)) high = low + (Math.abs(low) || 1) * 1e-3; // a flat plane
    this.isLog = high > 0 && low >= 0 && high > 10 * low;
    this.low = this.isLog ? Math.max(low, high / 10 ** DECADES) : low;
    this.high = high;
    this.levels = this.isLog ? logarithmicLevels(this.low, high) : ticks(low, high, MOST_LEVELS);
  }

  /** Return a height's place on the scale, in [0, 1]. @param {number} height */
  share(height) {
    const share = this.isLog
      ? Math.log(Math.max(height, this.low) / this.low) / Math.log(this.high / this.low)
      : (height - this.low) / (this.high - this.low);
    return Math.max(0, Math.min(1, share));
  }
}

/**
 * @param {number} low
 * @param {number} high
 */
function logarithmicLevels(low, high) {
  for (const digits of [[1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8], [1, 1.5, 2, 3, 5, 7], [1, 2, 5], [1, 3], [1]]) {
    const levels = [];
    for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power++) {
      for (const digit of digits) levels.push(Number(`${digit}e${power}`));
    }
    const inside = levels.filter((level) => level > low && level < high);
    if (inside.length <= MOST_LEVELS) return inside;
  }
  return [];
}

/**
 * Trace the contour of one level through a grid of shares, by marching squares (Lorensen and Cline 1987, in 2D).
 *
 * @param {Float32Array} shares  (side, side), row by row
 * @param {number} side
 * @param {number} level
 * @param {(x1: number, y1: number, x2: number, y2: number) => void} draw  draws a segment, in columns and rows of the grid
 */
export function trace(shares, side, level, draw) {
  /** @type {number[]} */
  const cuts = [];
  for (let row = 0; row < side - 1; row++) {
    for (let column = 0; column < side - 1; column++) {
      const at = row * side + column;
      const a = shares[at] - level, b = shares[at + 1] - level;
      const c = shares[at + side + 1] - level, d = shares[at + side] - level;
      cuts.length = 0;
      if (a < 0 !== b < 0) cuts.push(column + a / (a - b), row);
      if (b < 0 !== c < 0) cuts.push(column + 1, row + b / (b - c));
      if (d < 0 !== c < 0) cuts.push(column + d / (d - c), row + 1);
      if (a < 0 !== d < 0) cuts.push(column, row + a / (a - d));
      for (let i = 0; i < cuts.length; i += 4) draw(cuts[i], cuts[i + 1], cuts[i + 2], cuts[i + 3]);
    }
  }
}

/**
 * Draw the grid scaled up by bilinear interpolation, in the colours of ``lut``.
 *
 * @param {Float32Array} shares  (side, side), row 0 at the bottom
 * @param {number} side
 * @param {Uint32Array} pixels  (size, size), row 0 at the top; written
 * @param {number} size
 * @param {Uint32Array} lut
 */
export function fill(shares, side, pixels, size, lut) {
  const scale = (side - 1) / (size - 1);
  for (let y = 0; y < size; y++) {
    const v = (size - 1 - y) * scale;
    const row = Math.min(side - 2, Math.floor(v)), down = v - row;
    for (let x = 0; x < size; x++) {
      const u = x * scale;
      const column = Math.min(side - 2, Math.floor(u)), right = u - column;
      const at = row * side + column;
      const near = shares[at] + (shares[at + 1] - shares[at]) * right;
      const far = shares[at + side] + (shares[at + side + 1] - shares[at + side]) * right;
      pixels[y * size + x] = lut[Math.round((near + (far - near) * down) * 255)];
    }
  }
}

/**
 * Return at most about ``most`` round numbers between two ends, for an axis.
 *
 * @param {number} low
 * @param {number} high
 * @param {number} most
 */
export function ticks(low, high, most) {
  const unit = 10 ** Math.floor(Math.log10((high - low) / most));
  const step = unit * (/** @type {number} */ ([1, 2, 5, 10].find((times) => (high - low) / (times * unit) <= most)));
  const found = [];
  for (let k = Math.ceil(low / step); k * step <= high; k++) found.push(Number((k * step).toPrecision(12)));
  return found;
}
