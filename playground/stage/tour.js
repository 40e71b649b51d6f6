// @ts-check
/**
 * A tour for who is here for the first time: a few callouts, one at a time, each beside what it speaks of. It opens by
 * itself once, blocks nothing, goes on when a person presses Play, and comes back only when it is asked for.
 */

import { h, setText } from "./dom.js";
import { visitsMemory } from "./memory.js";
import { forPointer } from "./touch.js";

/** @typedef {{at: Element, words: string}} Stop */

const KEPT_AS = "playground-tour", GAP = 10;

/** Whether the page is in the presenter's view, see present.js. */
export function isPresenting() {
  return document.documentElement.classList.contains("nn-presenting");
}

export class Tour {
  /**
   * @param {HTMLElement} root  of the stage
   * @param {() => Stop[]} stops  the first is Play
   */
  constructor(root, stops) {
    this.root = root;
    this.stops = stops;
    this.at = 0;
    /** Whether a person has asked for it. */
    this.isAsked = false;
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
      class: "nn-button nn-tour-button", type: "button", title: "A tour of this page", "aria-label": "Tour", onclick: () => this.open(),
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
    if (visitsMemory.get(KEPT_AS) || window.top !== window || isPresenting()) return;
    this.show(0);
  }

  open() {
    this.isAsked = true;
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
    this.resize();
    this.element.scrollIntoView({ block: "nearest" });
  }

  /** @param {number} at */
  show(at) {
    const stops = this.stops();
    this.at = at;
    this.mark(stops[at].at);
    this.element.hidden = false;
    setText(this.place, `${at ? "" : "New here? "}${at + 1} of ${stops.length}`);
    setText(this.words, forPointer(stops[at].words));
    setText(this.next, at + 1 < stops.length ? "Next" : "Done");
    this.resize();
  }

  close() {
    visitsMemory.set(KEPT_AS, "seen");
    this.hide();
  }

  hide() {
    this.isAsked = false;
    this.mark(null);
    this.element.hidden = true;
  }

  /** @param {Element|null} target */
  mark(target) {
    this.target?.classList.remove("nn-toured");
    this.target = target;
    target?.classList.add("nn-toured");
  }

  /**
   * Below what it speaks of, or above it, where that is in sight; else in the corner of it that covers the fewest
   * buttons. Always within the stage. Who presents to a class is not greeted.
   */
  resize() {
    if (this.element.hidden || !this.target) return;
    if (!this.isAsked && isPresenting()) return this.hide();
    const frame = this.root.getBoundingClientRect(), of = this.target.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = this.element;
    const left = of.left + Math.min(0, (of.width - width) / 2), low = Math.min(of.bottom, window.innerHeight) - GAP - height;
    const outside = [of.bottom + GAP, of.top - GAP - height].map((top) => ({ left, top }))
      .find(({ top }) => top >= Math.max(frame.top, 0) && top + height <= Math.min(frame.bottom, window.innerHeight));
    const corners = [low, of.top + GAP].flatMap((top) => [left, of.right - GAP - width].map((each) => ({ left: each, top })));
    const covered = corners.map((corner) => this.covered(corner.left, corner.top, width, height));
    const place = outside ?? corners[covered.indexOf(Math.min(...covered))];
    this.element.style.top = `${Math.max(0, place.top - frame.top)}px`;
    this.element.style.left = `${Math.max(0, Math.min(place.left - frame.left, frame.width - width))}px`;
  }

  /**
   * How many square pixels of buttons a callout there would cover.
   *
   * @param {number} left
   * @param {number} top
   * @param {number} width
   * @param {number} height
   */
  covered(left, top, width, height) {
    let area = 0;
    for (const button of this.root.querySelectorAll("button")) {
      if (this.element.contains(button)) continue;
      const of = button.getBoundingClientRect();
      const wide = Math.min(of.right, left + width) - Math.max(of.left, left);
      const high = Math.min(of.bottom, top + height) - Math.max(of.top, top);
      area += Math.max(0, wide) * Math.max(0, high);
    }
    return area;
  }
}
