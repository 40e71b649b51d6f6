// @ts-check
/** Numbers as people read them. */

const counts = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const MINUS = "\u2212";

/** @param {number} value */
export function count(value) {
  return counts.format(value);
}

/** @param {number|null|undefined} value */
export function loss(value) {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  return Math.abs(value) < 1000 ? value.toFixed(3) : value.toExponential(2);
}

/** A loss that may be tiny, or huge. @param {number|null} value */
export function small(value) {
  return value !== null && value > 0 && value < 1e-3 ? value.toExponential(1).replace("-", MINUS) : loss(value);
}

/** @param {number} share */
export function percent(share) {
  return `${(share * 100).toFixed(share === 1 ? 0 : 1)} %`;
}

/** @param {number} value */
export function epochs(value) {
  return value < 100 ? value.toFixed(1) : count(value);
}

/**
 * Three significant digits, as an input field takes them.
 *
 * @param {number} value
 */
export function plain(value) {
  if (!Number.isFinite(value)) return "";
  return String(Number(value.toPrecision(3)));
}

/**
 * Three significant digits (or fewer), with a real minus sign.
 *
 * @param {number|null|undefined} value
 * @param {number} [digits]
 */
export function short(value, digits = 3) {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  if (Math.abs(value) < 0.0005) return "0";
  const size = Math.abs(value);
  const text = size >= 10000 ? value.toExponential(1) : String(Number(value.toPrecision(digits)));
  return text.replace("-", MINUS);
}
