// @ts-check
/** Numbers as text. */

const counts = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const MINUS = "\u2212";
const TINY = 1e-4, HUGE = 1e4;

/** @param {number} value */
export function count(value) {
  return counts.format(value);
}

/**
 * Return three decimals, more where it takes them for two digits, or scientific notation for a tiny or large number.
 *
 * @param {number|null|undefined} value
 */
export function loss(value) {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size >= 1000 || (size < TINY && size > 0)) return scientific(value, 2);
  return (size < 0.01 && size > 0 ? value.toPrecision(2) : value.toFixed(3)).replace("-", MINUS);
}

/**
 * Up to two significant digits of a number of any size, as on a logarithmic scale.
 *
 * @param {number} value
 * @param {number} [digits]
 */
export function scaled(value, digits = 2) {
  const size = Math.abs(value);
  if (size > 0 && (size < TINY || size >= HUGE)) return scientific(value, digits);
  return String(Number(value.toPrecision(digits))).replace("-", MINUS);
}

/**
 * A measured share from 0 to 1 in percent: 97.5%. Only all of them are 100%.
 *
 * @param {number} share
 * @param {number} [decimals]
 */
export function percent(share, decimals = 1) {
  if (share >= 1) return "100%";
  return `${Math.min(share * 100, 100 - 10 ** -decimals).toFixed(decimals)}%`;
}

/** A share that a person has chosen, as short as it is: 95%, 97.5%. @param {number} value */
export function share(value) {
  return `${Number((value * 100).toPrecision(3))}%`;
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
  if (Math.abs(value) >= HUGE) return scientific(value, 2);
  return String(Number(value.toPrecision(digits))).replace("-", MINUS);
}

/**
 * The stage's one way to write what is tiny or huge: 2.1·10⁻⁴.
 *
 * @param {number} value
 * @param {number} digits
 */
function scientific(value, digits) {
  const [mantissa, exponent] = value.toExponential(digits - 1).split("e").map(Number);
  const power = `10${[...String(exponent)].map((sign) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(sign)] ?? "⁻").join("")}`;
  const sign = mantissa < 0 ? MINUS : "", size = Math.abs(mantissa);
  return sign + (size === 1 ? power : `${size}·${power}`);
}
