// @ts-check
/** A person's own points as a text: eight base-64 digits a point, as ``data/own.py`` has them. */

const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";
const REACH = 8;
const STEPS = 64 ** 3 - 1;
const LEVELS = 64 ** 2 - 1;

export const LEAST_POINTS = 4;
export const MOST_POINTS = 5000;

/** @typedef {[x: number, y: number, label: number]} Own  a label is a class index, or a value from -1 to 1 */

/**
 * @param {string} text
 * @param {number} classes  0 for values
 * @returns {Own[]}
 */
export function decoded(text, classes) {
  const points = [];
  for (let at = 0; at + 8 <= text.length; at += 8) {
    const [x, y, label] = [text.slice(at, at + 3), text.slice(at + 3, at + 6), text.slice(at + 6, at + 8)].map(number);
    points.push(/** @type {Own} */ ([place(x), place(y), classes ? label : (2 * label) / LEVELS - 1]));
  }
  return points;
}

/**
 * @param {Own[]} points
 * @param {number} classes
 */
export function encoded(points, classes) {
  return points.map(([x, y, label]) => digits(step(x), 3) + digits(step(y), 3)
    + digits(classes ? label : Math.round(((label + 1) * LEVELS) / 2), 2)).join("");
}

/** @param {string} text */
function number(text) {
  return [...text].reduce((value, digit) => value * 64 + DIGITS.indexOf(digit), 0);
}

/** @param {number} value */
const place = (value) => (value * 2 * REACH) / STEPS - REACH;

/** @param {number} value */
const step = (value) => Math.round(((Math.max(-REACH, Math.min(REACH, value)) + REACH) * STEPS) / (2 * REACH));

/**
 * @param {number} value
 * @param {number} count
 */
function digits(value, count) {
  let text = "";
  for (let i = 0; i < count; i++) {
    text = DIGITS[value % 64] + text;
    value = Math.floor(value / 64);
  }
  return text;
}
