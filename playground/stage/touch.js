// @ts-check
/** The word for what a person does with the pointer at hand. */

const isTouch = globalThis.matchMedia?.("(pointer: coarse)").matches ?? false;

/** A sentence that says click, in the words of this device: a finger taps. @param {string} text */
export function forPointer(text) {
  return isTouch ? text.replace(/\bclick/g, "tap").replace(/\bClick/g, "Tap") : text;
}
