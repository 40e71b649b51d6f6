// @ts-check
/** A tooltip beside the pointer, or at a tap, with live numbers of the object there. */

import { h, setText } from "./dom.js";
import { seriesSwatch } from "./marks.js";

const GAP = 16; // between the pointer and the card

/**
 * @typedef {object} Content
 * @property {string} title
 * @property {string[]} head  of the columns after the first; none without a table
 * @property {{color: string|null, series?: number, cells: string[]}[]} rows
 */

export class Tip {
  /** @param {HTMLElement} root  in which the card lies */
  constructor(root) {
    this.root = root;
    this.title = h("div", { class: "nn-card-title" });
    this.table = h("table", { class: "nn-tip-table" });
    this.element = h("div", { class: "nn-card nn-card-hover nn-tip", hidden: true, "aria-hidden": "true" }, this.title, this.table);
    root.append(this.element);
    /** The hovered element. @type {HTMLElement|null} */
    this.target = null;
    /** Returns the content for the hovered place. @type {(() => Content|null)|null} */
    this.read = null;
    this.said = "";
    /** Ends the hover. @type {(() => void)|null} */
    this.leave = null;
    document.addEventListener("pointerdown", (this.dismiss = (/** @type {PointerEvent} */ { target }) => {
      if (target !== this.target) this.hide();
    }));
  }

  /**
   * Show what is under the pointer.
   *
   * @param {HTMLElement} target
   * @param {(event: PointerEvent|null) => (() => Content|null)|null} find  what is said of a place, if there is
   *   something; called with null when the pointer has left
   */
  follow(target, find) {
    const show = (/** @type {PointerEvent} */ event) => {
      if (this.target !== target) this.hide();
      this.target = target;
      this.leave = () => find(null);
      this.read = find(event);
      if (!this.read) return this.hide();
      this.refresh();
      if (!this.element.hidden) this.place(event.clientX, event.clientY);
    };
    target.addEventListener("pointermove", show);
    target.addEventListener("pointerdown", show);
    target.addEventListener("pointerleave", ({ pointerType }) => {
      // Lifting the finger keeps the tooltip, so that it can be read; a tap elsewhere hides it.
      if (pointerType !== "touch" && this.target === target) this.hide();
    });
  }

  /** Update the numbers; costs nothing without a hover. */
  refresh() {
    if (!this.read) return;
    const content = this.read();
    if (!content) return this.hide();
    const said = JSON.stringify(content);
    this.element.hidden = false;
    if (said === this.said) return;
    this.said = said;
    const { title, head, rows } = content;
    setText(this.title, title);
    this.table.replaceChildren(
      ...(head.length ? [h("tr", {}, h("td"), ...head.map((text) => h("th", {}, text)))] : []),
      ...rows.map(({ color, series = 0, cells: [name, ...cells] }) => h("tr", {},
        h("td", {}, ...(color ? [seriesSwatch(series, color)] : []), name),
        ...cells.map((text) => h("td", {}, text)))));
  }

  /**
   * Beside the place, and within the root's width.
   *
   * @param {number} x  in client coordinates
   * @param {number} y
   */
  place(x, y) {
    const frame = this.root.getBoundingClientRect();
    const width = this.element.offsetWidth, at = x - frame.left;
    const left = at + GAP + width <= frame.width ? at + GAP : at - GAP - width;
    this.element.style.left = `${Math.max(0, Math.min(left, frame.width - width))}px`;
    this.element.style.top = `${y - frame.top + GAP}px`;
  }

  hide() {
    this.leave?.();
    this.element.hidden = true;
    this.read = this.leave = null;
    this.target = null;
  }

  destroy() {
    document.removeEventListener("pointerdown", this.dismiss);
  }
}
