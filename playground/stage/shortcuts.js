// @ts-check
/** Space plays and pauses, → makes one update, Shift → one epoch, ← goes back by one: wherever the page has no other use for the key. */

/** Whatever has its own idea of Space and arrows. */
const OCCUPIED = [
  "input", "textarea", "select", "summary", "audio", "video", "[contenteditable]:not([contenteditable=false])", "[role=dialog]",
  ...["slider", "spinbutton", "textbox", "combobox", "listbox", "option", "radio", "radiogroup", "tab", "switch", "checkbox",
    "menu", "menuitem", "grid", "tree", "application"].map((role) => `[role=${role}]`),
].join(",");
const PICTURE = "canvas[tabindex]";
const PRESSABLE = "button, a[href], [role=button]";
const TYPED = "input:not([type=checkbox], [type=radio], [type=range]), textarea, select, [contenteditable]:not([contenteditable=false]), [role=dialog]";

/**
 * @param {HTMLElement} root  of the stage
 * @param {{togglePlay: () => void, step: (unit: "update"|"epoch") => void, pause: () => void}} toolbar
 * @param {{before: () => void}} timeline
 * @returns {() => void} stops listening
 */
export function listenForShortcuts(root, toolbar, timeline) {
  /** What has the focus because it was clicked. @type {Element|null} */
  let clicked = null;
  const onClick = (/** @type {MouseEvent} */ event) => {
    if (event.detail > 0) clicked = document.activeElement; // 0: a key pressed the button
  };
  const onLeave = () => { clicked = null; };

  /** @param {KeyboardEvent} event */
  function onKey(event) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.target instanceof Element ? event.target : document.body;
    if (target.closest(TYPED)) return;
    // A picture with keys of its own hears every key before this does, whoever gave it the focus.
    const hasKeys = target.matches(PICTURE);
    if (hasKeys !== (event.eventPhase === Event.BUBBLING_PHASE)) return;
    // What was merely clicked keeps the focus; it has these keys only for those who came to it by keyboard.
    const isByKeyboard = target !== clicked;
    if (!hasKeys && isByKeyboard && target.closest(OCCUPIED)) return;
    const pressable = isByKeyboard ? target.closest(PRESSABLE) : null;
    // A focused button answers Space itself; outside the stage it may answer arrows too.
    if (pressable && (event.key === " " || !root.contains(pressable))) return;
    if (event.key === " " && !event.repeat) toolbar.togglePlay();
    else if (event.key === "ArrowRight") toolbar.step(event.shiftKey ? "epoch" : "update");
    else if (event.key === "ArrowLeft") {
      toolbar.pause();
      timeline.before();
    } else if (event.key !== " ") return;
    event.preventDefault();
    event.stopPropagation();
  }
  document.addEventListener("click", onClick, true);
  document.addEventListener("focusout", onLeave, true);
  for (const first of [true, false]) document.addEventListener("keydown", onKey, first); // true: before the clicked element
  return () => {
    document.removeEventListener("click", onClick, true);
    document.removeEventListener("focusout", onLeave, true);
    for (const first of [true, false]) document.removeEventListener("keydown", onKey, first);
  };
}
