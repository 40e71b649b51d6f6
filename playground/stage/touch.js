// @ts-check
/**
 * The words for what a person does with the pointer at hand: who uses a finger taps. For the sentences of Streamlit's
 * pages this stands in the first answer.
 */

/** Whether a finger points, and nothing finer. */
export const isTouch = globalThis.matchMedia?.("(pointer: coarse)").matches ?? false;

/** Sentences, and what in them is no sentence. */
const SAID = ".stMarkdown, .nn-field-words", QUOTED = "pre, code";

/** A sentence that says click or press, in the words of this device. @param {string} text */
export function forPointer(text) {
  return isTouch ? tapped(text) : text;
}

/** The same for a finger. @param {string} text */
export function tapped(text) {
  return text.replace(/\b(?:[Cc]lick|[Pp]ress)(ed)?\b|\bPoint at\b|(?<=[,;] )point at\b/g, (word, past) => { // not "a point at"
    const said = past ? "tapped" : "tap";
    return word[0] === word[0].toUpperCase() ? `T${said.slice(1)}` : said;
  });
}

/** Say so also in what Streamlit writes. @param {Document} document */
export function sayTap(document) {
  if (!isTouch) return;
  new MutationObserver((records) => {
    for (const { type, target, addedNodes } of records) (type === "characterData" ? [target] : addedNodes).forEach(reword);
  }).observe(document, { subtree: true, childList: true, characterData: true });
}

/** @param {Node} node */
function reword(node) {
  if (node instanceof Element) {
    if (node.matches(SAID) || node.closest(SAID) || node.querySelector(SAID)) node.childNodes.forEach(reword);
    return;
  }
  const { parentElement: parent, nodeValue: text } = node;
  if (!(node instanceof Text) || !text || !parent?.closest(SAID) || parent.closest(QUOTED)) return;
  const said = tapped(text);
  if (said !== text) node.nodeValue = said;
}
