// @ts-check
/** The measurements that a stage has received, in bounded memory: about evenly along the axis on which they are drawn. */

import { length } from "./steps.js";

const CAPACITY = 600;

/** Some lines by step. When full, it doubles the least spacing and drops the points that are too close. */
export class History {
  /** @param {number} count  of lines */
  constructor(count) {
    this.steps = new Float64Array(CAPACITY);
    this.lines = Array.from({ length: count }, () => new Float32Array(CAPACITY));
    this.length = 0;
    this.spacing = 0;
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
    if (previous >= 0 && length(this.steps[this.length - 1]) - length(this.steps[previous]) < this.spacing) this.length -= 1;
    if (this.length === CAPACITY) this.thin();
    this.steps[this.length] = step;
    this.lines.forEach((line, i) => { line[this.length] = values[i] ?? NaN; });
    this.length += 1;
  }

  thin() {
    this.spacing = (2 * length(this.last)) / CAPACITY;
    let kept = 1;
    for (let i = 1; i < this.length; i++) {
      if (length(this.steps[i]) - length(this.steps[kept - 1]) < this.spacing) continue;
      for (const series of [this.steps, ...this.lines]) series[kept] = series[i];
      kept += 1;
    }
    this.length = kept;
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
