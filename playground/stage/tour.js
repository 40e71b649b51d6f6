// @ts-check
/**
 * A tour for who is here for the first time: a few callouts, one at a time, each beside what it speaks of. It opens by
 * itself once, blocks nothing, goes on when a person presses Play, and comes back only when it is asked for.
 */

import { h, setText } from "./dom.js";
import { visitsMemory } from "./memory.js";

/** @typedef {{at: Element, words: string}} Stop */

const KEPT_AS = "playground-tour", GAP = 10;

export class Tour {
  /**
   * @param {HTMLElement} root  of the stage
   * @param {() => Stop[]} stops  the first is Play
   */
  constructor(root, stops) {
    this.root = root;
    this.stops = stops;
    this.at = 0;
    /** What is spoken of. @type {Element|null} */
    this.target = null;
    this.place = h("span", { class: "nn-caption" });
    this.words = h("p", { "aria-live": "polite" });
    this.next = h("button", { class: "nn-button", type: "button", onclick: () => this.go(this.at + 1) });
    this.element = h("section", { class: "nn-tour", role: "region", "aria-label": "Tour", hidden: true },
      h("div", { class: "nn-tour-head" }, this.place,
        h("button", { class: "nn-tour-close", type: "button", "aria-label": "Close the tour", onclick: () => this.close() }, "×")),
      this.words, this.next);
    this.button = h("button", {
      class: "nn-button nn-live", type: "button", title: "A tour of this page", "aria-label": "Tour", onclick: () => this.open(),
    }, "?");
    this.element.addEventListener("keydown", this.onKey = (/** @type {KeyboardEvent} */ event) => {
      if (event.key !== "Escape") return;
      this.close();
      this.button.focus();
    });
    root.addEventListener("keydown", (event) => { if (!this.element.hidden) this.onKey(event); });
  }

  /** Open for a first visit; in a page of another site, which has its own words, it waits to be asked for. */
  greet() {
    if (visitsMemory.get(KEPT_AS) || window.top !== window) return;
    this.show(0);
  }

  open() {
    this.go(0);
    this.next.focus({ preventScroll: true });
  }

  /** A person has pressed Play, as the first callout says. */
  onPlay() {
    if (!this.element.hidden && this.at === 0) this.show(1);
  }

  /** @param {number} at */
  go(at) {
    if (at >= this.stops().length) return this.close();
    this.show(at);
    this.target?.scrollIntoView({ block: "nearest" });
    this.element.scrollIntoView({ block: "nearest" });
  }

  /** @param {number} at */
  show(at) {
    const stops = this.stops();
    this.at = at;
    this.mark(stops[at].at);
    this.element.hidden = false;
    setText(this.place, `${at ? "" : "New here? "}${at + 1} of ${stops.length}`);
    setText(this.words, stops[at].words);
    setText(this.next, at + 1 < stops.length ? "Next" : "Done");
    this.resize();
  }

  close() {
    visitsMemory.set(KEPT_AS, "seen");
    this.mark(null);
    this.element.hidden = true;
  }

  /** @param {Element|null} target */
  mark(target) {
    this.target?.classList.remove("nn-toured");
    this.target = target;
    target?.classList.add("nn-toured");
  }

  /** Below what it speaks of, or above it, or in its lower part where it fills the stage; within the stage's width. */
  resize() {
    if (this.element.hidden || !this.target) return;
    const frame = this.root.getBoundingClientRect(), of = this.target.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = this.element;
    const below = of.bottom - frame.top + GAP, above = of.top - frame.top - GAP - height;
    const within = of.bottom - frame.top - GAP - height;
    const top = below + height <= frame.height ? below : above >= 0 ? above : Math.max(within, 0);
    const left = of.left - frame.left + Math.min(0, (of.width - width) / 2);
    this.element.style.top = `${top}px`;
    this.element.style.left = `${Math.max(0, Math.min(left, frame.width - width))}px`;
  }
}
