// @ts-check
/** What words and heads are called on the page. */

/** @typedef {"encoder"|"decoder"|"cross"} Kind */

/** @type {Record<Kind, string>} */
export const KINDS = { encoder: "Encoder", decoder: "Decoder", cross: "Cross" };

/** @type {Record<string, string>} */
const MARKS = { "<start>": "start", "<end>": "end", "<pad>": "pad" };

/** A word as it is read; marks are no words of a language. @param {string} word */
export function shown(word) {
  return MARKS[word] ?? word;
}

/** @param {string} word */
export function isMark(word) {
  return word in MARKS;
}

/**
 * The words that look and those that are looked at, in an attention of this kind. The decoder's places are named by the
 * words that they write.
 *
 * @param {Kind} kind
 * @param {import("./picture.js").Shown} said
 * @returns {{looking: string[], looked: string[]}}
 */
export function sidesOf(kind, said) {
  const { source, given } = said, chosen = chosenOf(said);
  if (kind === "encoder") return { looking: source, looked: source };
  return { looking: chosen, looked: kind === "cross" ? source : given };
}

/** The words that are written at each place. @param {import("./picture.js").Shown} said */
export function chosenOf({ running, free, forced }) {
  return running === "forced" && forced ? forced : free;
}

/**
 * @param {Kind} kind
 * @param {number} layer
 * @param {number|null} head
 */
export function headName(kind, layer, head) {
  const which = head === null ? "mean of all heads" : `head ${head + 1}`;
  return `${KINDS[kind]} ${layer + 1}, ${which}`;
}
