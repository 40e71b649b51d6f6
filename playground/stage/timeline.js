// @ts-check
/** The run's steps as a slider: drag back to any update, or forward to the furthest one. Marks are edits. */

import { h, setAttribute, setText } from "./dom.js";
import { count } from "./format.js";
import { place, stepAt } from "./steps.js";

/** @typedef {import("./types.js").Header} Header */
/** @typedef {import("./types.js").Mark} Mark */

const TRUST_MS = 400;
const PLACES = 10000; // of the slider

export class Timeline {
  /**
   * @param {object} actions
   * @param {(step: number) => void} actions.onSeek
   * @param {() => void} actions.onReturn
   * @param {number[]|null} stops  of a recording: the only steps that can be shown
   */
  constructor({ onSeek, onReturn }, stops) {
    this.onSeek = onSeek;
    this.stops = stops;
    /** The step to go to next; sent when the last one has been painted. @type {number|null} */
    this.wanted = null;
    this.isHeld = false;
    this.trustUntil = 0;
    this.step = this.furthest = 0;
    this.slider = h("input", {
      type: "range", min: "0", max: "0", step: "1", value: "0", "aria-label": "Timeline",
      title: stops ? "Drag to any recorded moment."
        : "Drag back to any update (←: the one before). Play goes on from there in the same way; a change begins another future.",
      oninput: () => this.want(this.stepAt(Number(this.slider.value))),
      onpointerdown: () => { this.isHeld = true; },
      onpointerup: () => { this.isHeld = false; },
      onpointercancel: () => { this.isHeld = false; },
      onchange: () => { this.isHeld = false; },
      onkeydown: (/** @type {KeyboardEvent} */ event) => this.press(event),
    });
    this.marks = h("div", { class: "nn-marks" });
    this.text = h("span", { class: "nn-time-text" });
    this.back = h("button", {
      class: "nn-button nn-return", type: "button", hidden: true, onclick: onReturn,
      title: "Your change in the past began another future. This goes back to the end of the earlier one.",
    }, "Earlier future");
    this.element = h("div", { class: "nn-time", role: "group", "aria-label": "Time" },
      h("span", { class: "nn-caption" }, "Time"), h("div", { class: "nn-time-line" }, this.slider, this.marks),
      this.text, this.back);
    this.markKey = "";
  }

  /** The step at a place of the slider; in a recording the places are its moments. @param {number} at */
  stepAt(at) {
    return this.stops ? this.stops[at] : stepAt(at / PLACES, this.furthest);
  }

  /** @param {number} step */
  placeOf(step) {
    return this.stops ? this.stops.indexOf(step) : Math.round(PLACES * place(step, this.furthest));
  }

  /** Arrows go to the next update, which may be less than a place of the slider away. @param {KeyboardEvent} event */
  press(event) {
    const by = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[event.key];
    if (!by || this.stops) return;
    event.preventDefault();
    this.want(Math.min(Math.max(this.step + by, 0), this.furthest));
  }

  /** To the update before, or a recording's moment before. */
  before() {
    if (!this.stops) this.want(Math.max(this.step - 1, 0));
    else this.want(this.stops[Math.max(this.stops.indexOf(this.step) - 1, 0)]);
  }

  /** @param {number} step */
  want(step) {
    this.wanted = this.step = step;
    this.trustUntil = performance.now() + TRUST_MS;
    this.onSeek(step);
  }

  /** Return the requested step and clear it. */
  take() {
    const { wanted } = this;
    this.wanted = null;
    return wanted;
  }

  /** A few times a second. @param {Header} header */
  show({ step, furthest, marks, former }) {
    this.furthest = furthest;
    if (performance.now() > this.trustUntil) this.step = step;
    setAttribute(this.slider, "max", String(this.placeOf(furthest)));
    if (!this.isHeld && performance.now() > this.trustUntil) this.slider.value = String(this.placeOf(step));
    this.slider.disabled = furthest === 0;
    const past = step < furthest;
    this.element.classList.toggle("nn-in-past", past);
    setText(this.text, past ? `${count(step)} of ${count(furthest)}` : count(furthest));
    this.slider.setAttribute("aria-valuetext", `step ${count(step)} of ${count(furthest)}`);
    if (this.back.hidden !== (former === null)) this.back.hidden = former === null;
    this.showMarks(marks, furthest);
  }

  /**
   * @param {Mark[]} marks
   * @param {number} furthest
   */
  showMarks(marks, furthest) {
    const key = JSON.stringify(marks);
    if (key !== this.markKey) {
      this.markKey = key;
      this.marks.replaceChildren(...marks.map(([step, words]) => {
        const text = `Step ${count(step)}: ${words}`;
        return h("button", { class: "nn-mark", type: "button", title: text, "aria-label": text, onclick: () => this.want(step) });
      }));
    }
    marks.forEach(([step], i) => {
      /** @type {HTMLElement} */ (this.marks.children[i]).style.left = `${(100 * this.placeOf(step)) / (this.placeOf(furthest) || 1)}%`;
    });
  }
}
