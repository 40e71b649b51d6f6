// @ts-check
/** The measurements that a stage has received, in bounded memory. */

const CAPACITY = 600;

/** Some lines by step. When full, it drops every second point and doubles the spacing. */
export class History {
  /** @param {number} count  of lines */
  constructor(count) {
    this.steps = new Float64Array(CAPACITY);
    this.lines = Array.from({ length: count }, () => new Float32Array(CAPACITY));
    this.length = 0;
    this.spacing = 1;
  }

  /**
   * Add a point. The newest is always kept; the next one replaces it unless it is far enough from the one before.
   *
   * @param {number} step
   * @param {ArrayLike<number|null|undefined>} values  one a line; what is not a number leaves a gap
   */
  add(step, values) {
    while (this.length && this.steps[this.length - 1] >= step) this.length -= 1;
    const previous = this.length - 2;
    if (previous >= 0 && this.steps[this.length - 1] - this.steps[previous] < this.spacing) this.length -= 1;
    if (this.length === CAPACITY) this.halve();
    this.steps[this.length] = step;
    this.lines.forEach((line, i) => { line[this.length] = values[i] ?? NaN; });
    this.length += 1;
  }

  halve() {
    const half = CAPACITY / 2;
    for (const series of [this.steps, ...this.lines]) {
      for (let i = 0; i < half; i++) series[i] = series[2 * i];
    }
    this.length = half;
    this.spacing = (2 * (this.steps[half - 1] - this.steps[0])) / CAPACITY;
  }

  get last() {
    return this.length ? this.steps[this.length - 1] : 0;
  }

  /** @returns {History} */
  copy() {
    const copy = new History(this.lines.length);
    copy.steps.set(this.steps);
    copy.lines.forEach((line, i) => line.set(this.lines[i]));
    copy.length = this.length;
    copy.spacing = this.spacing;
    return copy;
  }

  /** The lowest and the highest finite value of some lines; 0 where that is beyond. @param {number[]} lines */
  extent(lines) {
    let low = 0, high = 0;
    for (const line of lines) {
      for (let i = 0; i < this.length; i++) {
        const value = this.lines[line][i];
        // Comparisons with NaN are false, which skips the points where the run diverged.
        if (value > high && value < Infinity) high = value;
        if (value < low && value > -Infinity) low = value;
      }
    }
    return [low, high];
  }
}
