// @ts-check
/** Space plays and pauses, → makes one update, Shift → one epoch: wherever the page has no other use for the key. */

/** Whatever has its own idea of Space and arrows. */
const OCCUPIED = [
  "input", "textarea", "select", "summary", "audio", "video", "[contenteditable]:not([contenteditable=false])", "[role=dialog]",
  ...["slider", "spinbutton", "textbox", "combobox", "listbox", "option", "radio", "radiogroup", "tab", "switch", "checkbox",
    "menu", "menuitem", "grid", "tree", "application"].map((role) => `[role=${role}]`),
].join(",");
const PRESSABLE = "button, a[href], [role=button]";

/**
 * @param {HTMLElement} root  of the stage
 * @param {{togglePlay: () => void, step: (unit: "update"|"epoch") => void}} toolbar
 * @returns {() => void} stops listening
 */
export function listenForShortcuts(root, toolbar) {
  /** @param {KeyboardEvent} event */
  function onKey(event) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.target instanceof Element ? event.target : document.body;
    if (target.closest(OCCUPIED)) return;
    const pressable = target.closest(PRESSABLE);
    // A focused button answers Space itself; outside the stage it may answer arrows too.
    if (pressable && (event.key === " " || !root.contains(pressable))) return;
    if (event.key === " " && !event.repeat) toolbar.togglePlay();
    else if (event.key === "ArrowRight") toolbar.step(event.shiftKey ? "epoch" : "update");
    else if (event.key !== " ") return;
    event.preventDefault();
  }
  document.addEventListener("keydown", onKey);
  return () => document.removeEventListener("keydown", onKey);
}
