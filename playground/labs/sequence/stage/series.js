// @ts-check
/** A series as curves over its steps: the values, what was predicted for each, and the free run. */

/** @typedef {import("./picture.js").SequenceMoment} Moment */

/**
 * @param {CanvasRenderingContext2D} context
 * @param {import("../../../stage/colors.js").Theme} theme
 * @param {Moment} moment
 * @param {{left: number, column: number, top: number, tall: number}} place
 */
export function paintSeries(context, theme, { header: { tokens }, scene: { half }, arrays: { values, outputs, free, targets } }, { left, column, top, tall }) {
  if (!values) return;
  const steps = tokens.length, isFree = free && free.length === steps;
  let low = Infinity, high = -Infinity;
  for (const all of [values, outputs, ...(isFree ? [free] : [])]) for (const value of all) low = Math.min(low, value), high = Math.max(high, value);
  const x = (/** @type {number} */ step) => left + (step + 0.5) * column;
  const y = (/** @type {number} */ value) => top + tall - ((value - low) / (high - low || 1)) * tall;
  const line = (/** @type {ArrayLike<number>} */ all, /** @type {number} */ from, /** @type {number} */ by, /** @type {string} */ color, /** @type {number} */ width, /** @type {number[]} */ dash = []) => {
    context.strokeStyle = color;
    context.lineWidth = width;
    context.setLineDash(dash);
    context.beginPath();
    for (let i = from; i < all.length; i++) if (Number.isFinite(all[i])) context.lineTo(x(i + by), y(all[i]));
    context.stroke();
    context.setLineDash([]);
  };
  const true_ = [...values, targets[steps - 1]];
  line(true_, 0, 0, theme.muted, 3);
  line(outputs, 0, 1, theme.positive, 1.75); // a prediction is of the next step
  if (isFree) line(free, half, 1, theme.negative, 1.75, [5, 3]);
  context.fillStyle = theme.muted;
  context.fillText("values", 0, top + tall / 2 - 16);
  context.fillStyle = theme.positive;
  context.fillText("predicted", 0, top + tall / 2);
  if (isFree) {
    context.fillStyle = theme.negative;
    context.fillText("free run", 0, top + tall / 2 + 16);
  }
}
