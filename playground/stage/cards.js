// @ts-check
/** The small card beside a part of the picture: it shows live numbers, and opened, edits them. */

import { h, setAttribute, setText } from "./dom.js";
import { plain, short } from "./format.js";
import { problem, read } from "./number.js";
import { LOCK, svg } from "./svg.js";
import { forPointer } from "./touch.js";

/** @typedef {import("./types.js").Message} Message */
/** @typedef {{label: string, read: () => number|undefined, target: () => string, hold?: Switch}} Row  ``target``: the number's name in the run */
/** @typedef {{on: string, off: string, sets?: string, isOn: () => boolean, flip: () => void}} Switch  the button's text while on and while off, the setting that it sets */
/** @typedef {{title: string, rows: Row[], switches?: Switch[]}} Card */

const LIMIT = 1000;
const GAP = 12;

export class Cards {
  /**
   * @param {HTMLElement} root  in which the cards may lie
   * @param {((message: Message) => void)|null} send  null: the numbers are read, not changed
   */
  constructor(root, send) {
    this.root = root;
    this.send = send;
    /** @type {{element: HTMLElement, refresh: () => void, focusBack?: HTMLElement}|null} */
    this.open = null;
    /** @type {{element: HTMLElement, refresh: () => void}|null} */
    this.hovered = null;
    document.addEventListener("keydown", (this.onEscape = (/** @type {KeyboardEvent} */ event) => {
      if (event.key === "Escape") this.close(); // also when Tab has left it
    }));
    document.addEventListener("pointerdown", (this.dismiss = (/** @type {PointerEvent} */ event) => {
      const target = /** @type {Node} */ (event.target);
      if (this.open && !this.open.element.contains(target)) this.close();
    }), true);
  }

  destroy() {
    document.removeEventListener("keydown", this.onEscape);
    document.removeEventListener("pointerdown", this.dismiss, true);
  }

  /**
   * @param {Card} card
   * @param {number} x  client coordinates of what it belongs to
   * @param {number} y
   */
  hover(card, x, y) {
    this.unhover();
    if (this.open) return;
    const value = h("span", { class: "nn-card-value" });
    const element = h("div", { class: "nn-card nn-card-hover", "aria-hidden": "true" },
      h("div", { class: "nn-card-title" }, card.title),
      value, h("div", { class: "nn-card-hint" }, forPointer("Click to change it")));
    const refresh = () => setText(value, short(card.rows[0].read()));
    refresh();
    this.hovered = { element, refresh };
    this.place(element, x, y);
  }

  unhover() {
    this.hovered?.element.remove();
    this.hovered = null;
  }

  /**
   * @param {Card} card
   * @param {number} x
   * @param {number} y
   * @param {HTMLElement} [focusBack]  gets the focus when the card closes
   */
  edit(card, x, y, focusBack) {
    this.unhover();
    this.close();
    const close = h("button", { class: "nn-card-close", type: "button", "aria-label": "Close", onclick: () => this.close(true) }, "×");
    const alone = card.rows.length === 1;
    const fields = card.rows.map((row) => this.field(row, alone ? card.title : row.label, alone));
    const element = h("div", { class: "nn-card nn-card-editor", role: "dialog", "aria-label": card.title },
      h("div", { class: "nn-card-head" }, h("div", { class: "nn-card-title" }, card.title), close),
      h("div", { class: "nn-card-rows" }, ...fields.map((field) => field.element)));
    const chosen = [...(card.switches ?? []), ...(alone && card.rows[0].hold ? [card.rows[0].hold] : [])];
    const switches = this.send ? chosen.map(switchButton) : [];
    if (switches.length) element.append(h("div", { class: "nn-card-switches" }, ...switches.map((each) => each.element)));
    element.addEventListener("keydown", (event) => {
      // The page's own shortcuts must not hear what is typed here.
      event.stopPropagation();
      if (event.key === "Escape") this.close(true);
    });
    const refresh = () => [...fields, ...switches].forEach((part) => part.refresh());
    this.open = { element, refresh, focusBack };
    this.place(element, x, y);
    const input = element.querySelector("input");
    input?.focus({ preventScroll: true });
    input?.select();
  }

  /**
   * One number: live until it is touched, sent on Enter or when it is left.
   *
   * @param {Row} row
   * @param {string} name  by which a complaint calls it
   * @param {boolean} alone  then Enter also closes the card
   */
  field(row, name, alone) {
    const input = h("input", { type: "text", autocomplete: "off", spellcheck: "false", readonly: this.send === null });
    const message = h("div", { class: "nn-card-error", role: "alert" });
    const hold = row.hold && this.send && !alone ? lockButton(row.hold, row.label) : null;
    const element = h("div", { class: "nn-card-row" },
      h("label", {}, h("span", {}, row.label), input), ...(hold ? [hold.element] : []), message);
    let edited = false;
    const refresh = () => {
      const text = plain(row.read() ?? NaN);
      if (!edited && input.value !== text) input.value = text;
      hold?.refresh();
    };
    const commit = () => {
      if (!edited) return true;
      const refused = problem(input.value, -LIMIT, LIMIT);
      setText(message, refused && `${name}: ${refused}`);
      input.setAttribute("aria-invalid", String(Boolean(refused)));
      if (refused) return false;
      edited = false;
      this.send?.({ type: "set", target: row.target(), value: read(input.value) });
      return true;
    };
    input.addEventListener("input", () => { edited = true; });
    input.addEventListener("focus", () => input.select());
    input.addEventListener("blur", commit);
    input.addEventListener("keydown", (event) => {
      if (event.key === "Escape") edited = false;
      if (event.key === "Enter" && commit() && alone) this.close(true);
    });
    refresh();
    return { element, refresh };
  }

  /** @param {boolean} [giveFocusBack] */
  close(giveFocusBack = false) {
    if (!this.open) return;
    const { element, focusBack } = this.open;
    this.open = null;
    const focused = document.activeElement;
    const hadFocus = element.contains(focused);
    // Leaving a field is what commits it; an element that is merely removed is not left.
    if (hadFocus && focused instanceof HTMLElement) focused.blur();
    element.remove();
    if (giveFocusBack && hadFocus && focusBack?.isConnected) focusBack.focus({ preventScroll: true });
  }

  refresh() {
    this.hovered?.refresh();
    this.open?.refresh();
  }

  /**
   * Beside its place, and inside the stage.
   *
   * @param {HTMLElement} element
   * @param {number} x
   * @param {number} y
   */
  place(element, x, y) {
    this.root.append(element);
    const frame = this.root.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = element;
    const fitsRight = x - frame.left + GAP + width <= frame.width;
    const left = fitsRight ? x - frame.left + GAP : x - frame.left - GAP - width;
    const top = y - frame.top + GAP;
    element.style.left = `${clamp(left, 4, frame.width - width - 4)}px`;
    element.style.top = `${clamp(top, 4, frame.height - height - 4)}px`;
  }
}

/** @param {Switch} choice */
function switchButton({ on, off, sets, isOn, flip }) {
  const element = h("button", { class: "nn-button", type: "button", "data-sets": sets ?? null, onclick: () => flip() });
  const refresh = () => {
    setText(element, isOn() ? on : off);
    setAttribute(element, "aria-pressed", String(isOn()));
  };
  refresh();
  return { element, refresh };
}

/**
 * A switch beside a number.
 *
 * @param {Switch} choice
 * @param {string} label  of the number
 */
function lockButton({ on, off, sets, isOn, flip }, label) {
  const lock = svg("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" }, svg("path", { d: LOCK }));
  const element = h("button", { class: "nn-card-lock", type: "button", "aria-label": `${label}: frozen`, "data-sets": sets ?? null, onclick: () => flip() }, lock);
  const refresh = () => {
    setAttribute(element, "title", isOn() ? on : off);
    setAttribute(element, "aria-pressed", String(isOn()));
  };
  refresh();
  return { element, refresh };
}

/**
 * @param {number} value
 * @param {number} low
 * @param {number} high
 */
function clamp(value, low, high) {
  return Math.max(low, Math.min(value, high));
}
