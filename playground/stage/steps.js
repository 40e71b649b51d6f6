// @ts-check
/**
 * A run's steps along an axis: evenly at first, then by their logarithm. What a network learns in the first updates takes
 * as much room as what the many after them add to it. The curves and the timeline share this axis.
 */

/** The steps that are drawn about evenly. */
const EVEN = 100;

/** The length of the axis from the start to a step. @param {number} step */
export function length(step) {
  return Math.log1p(step / EVEN);
}

/** @param {number} step @param {number} end @returns {number} from 0 at the start to 1 at ``end`` */
export function place(step, end) {
  return end > 0 ? length(step) / length(end) : 0;
}

/** The step at a place of the axis. @param {number} at  from 0 to 1 @param {number} end */
export function stepAt(at, end) {
  return at >= 1 ? end : Math.round(EVEN * Math.expm1(at * length(end)));
}

/** Round steps before ``end`` whose places are at least ``apart`` from each other and from both ends. @param {number} end @param {number} apart */
export function ticks(end, apart) {
  const found = [];
  let last = 0;
  for (let step = 10; step < end; step *= 10) {
    const at = place(step, end);
    if (at - last < apart || 1 - at < apart) continue;
    found.push(step);
    last = at;
  }
  return found;
}
