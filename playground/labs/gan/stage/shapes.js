// @ts-check
/** Dots and arrows in the coordinates of the data. */

/** @typedef {object} Place  from the data's coordinates to the canvas's @property {(value: number) => number} x @property {(value: number) => number} y */

const LONGEST = 34; // of an arrow

/**
 * The size of the longest arrow (2 numbers each).
 *
 * @param {ArrayLike<number>} arrows
 */
export function longestOf(arrows) {
  let found = 0;
  for (let i = 0; i < arrows.length; i += 2) found = Math.max(found, Math.hypot(arrows[i], arrows[i + 1]));
  return found;
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {ArrayLike<number>} points
 * @param {string} color
 * @param {Place} place
 * @param {(index: number) => number} radius
 */
export function dotsAt(context, points, color, { x, y }, radius) {
  context.beginPath();
  for (let i = 0; i < points.length / 2; i++) {
    const size = radius(i), left = x(points[2 * i]), top = y(points[2 * i + 1]);
    context.moveTo(left + size, top);
    context.arc(left, top, size, 0, 2 * Math.PI);
  }
  context.fillStyle = color;
  context.fill();
}

/**
 * All arrows to one scale: the longest takes ``LONGEST``.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {string} color
 * @param {ArrayLike<number>} at
 * @param {ArrayLike<number>} arrows
 * @param {Place} place
 */
export function arrowsTo(context, color, at, arrows, { x, y }) {
  const scale = LONGEST / (longestOf(arrows) || 1);
  context.beginPath();
  for (let i = 0; i < arrows.length; i += 2) {
    const dx = arrows[i] * scale, dy = -arrows[i + 1] * scale, long = Math.hypot(dx, dy);
    if (long < 1.5) continue;
    const fromX = x(at[i]), fromY = y(at[i + 1]), toX = fromX + dx, toY = fromY + dy, head = Math.min(4, long / 2) / long;
    context.moveTo(fromX, fromY);
    context.lineTo(toX, toY);
    context.moveTo(toX - head * (dx + dy * 0.6), toY - head * (dy - dx * 0.6));
    context.lineTo(toX, toY);
    context.lineTo(toX - head * (dx - dy * 0.6), toY - head * (dy + dx * 0.6));
  }
  context.lineWidth = 1;
  context.strokeStyle = color;
  context.stroke();
}
