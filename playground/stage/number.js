// @ts-check
/**
 * Parsing of numbers as people type them; ``playground/numbers.py`` parses the same on the server.
 *
 * The decimal separator is a point or a comma. Only spaces separate thousands, in groups of three. Spaces and minus
 * signs may be of any kind. An ambiguous text is refused, so that no number is misread.
 */

const AMBIGUOUS = "can be read in two ways; write a point before the decimals and nothing between thousands";
const MOST_CHARACTERS = 40;

const MINUS = /[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]/g;
const SPACES = /[ \t\u00a0\u2000-\u200a\u202f\u205f\u3000]+/g;
const NUMBER = /^[+-]? ?(?:(?:[0-9]+|[0-9]{1,3}(?: [0-9]{3})+)(?:[.,][0-9]*)?|[.,][0-9]+)(?:e[+-]?[0-9]{1,3})?$/i;
const TWO_WAYS = /^[+-]? ?(?:[1-9][0-9]{0,2},[0-9]{3}|(?=.*[0-9])[0-9 ]*(?:[.,][0-9 ]*){2,})(?:e[+-]?[0-9]{1,3})?$/i;

/**
 * Return the number in a text; infinite where it is too large, NaN where it is no number or ambiguous.
 *
 * @param {string} text
 */
export function read(text) {
  const written = plain(text);
  if (written.length > MOST_CHARACTERS || !NUMBER.test(written) || TWO_WAYS.test(written)) return NaN;
  return Number(written.replaceAll(" ", "").replace(",", "."));
}

/**
 * Return why a text is no number from ``low`` to ``high``; empty where it is one.
 *
 * @param {string} text
 * @param {number} low
 * @param {number} high
 */
export function problem(text, low, high) {
  const value = read(text), written = plain(text);
  if (value >= low && value <= high) return "";
  if (written.length <= MOST_CHARACTERS && TWO_WAYS.test(written)) return `'${text}' ${AMBIGUOUS}`;
  return `'${text}' is not a number from ${low} to ${high}`;
}

/**
 * Return the text with one kind of minus sign, and single spaces of one kind.
 *
 * @param {string} text
 */
function plain(text) {
  return text.replace(MINUS, "-").replace(SPACES, " ").replace(/^ | $/g, "");
}
