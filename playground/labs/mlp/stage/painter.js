// @ts-check
/** Painting a person's own points on the map: a brush for each class, an eraser, undo. */

import { pointColor } from "../../../stage/colors.js";
import { h, setAttribute, setText } from "../../../stage/dom.js";
import { decoded, encoded, LEAST_POINTS, MOST_POINTS } from "./own.js";

/** @typedef {import("./own.js").Own} Own */
/** @typedef {import("./picture.js").Point} Point */
/** @typedef {import("./picture.js").NetworkMoment} Moment */

const SPACING = 0.45; // of the points of a drag, in units of the plane
const ERASED = 0.4; // around the pointer
const MOST_UNDONE = 50;
const VALUES = [-1, -0.5, 0, 0.5, 1]; // of brushes for values

export class Painter {
  /**
   * @param {(text: string) => void} onPaint  asks for other points
   * @param {() => void} onDraw  draws the points again
   */
  constructor(onPaint, onDraw) {
    this.onPaint = onPaint;
    this.onDraw = onDraw;
    /** @type {Own[]} */
    this.points = [];
    this.classes = 2;
    /** The label that the brush gives, or null for the eraser. @type {number|null} */
    this.brush = 1;
    this.text = "";
    /** Texts before the last strokes. @type {string[]} */
    this.past = [];
    this.isDown = this.isAhead = false;
    /** Texts on their way to the server. @type {Set<string>} */
    this.sent = new Set();
    /** @type {Point|null} */
    this.last = null;
    this.brushes = h("span", { class: "nn-brushes", role: "radiogroup", "aria-label": "Brush" });
    this.undoButton = h("button", { type: "button", class: "nn-brush-word", onclick: () => this.undo() }, "Undo");
    this.clearButton = h("button", {
      type: "button", class: "nn-brush-word", title: "Take all points away and start over", onclick: () => this.clear(),
    }, "Clear");
    this.hint = h("span", { class: "nn-brush-hint", "aria-live": "polite" });
    this.element = h("div", { class: "nn-painter nn-live", hidden: true }, this.brushes, this.undoButton, this.clearButton, this.hint);
  }

  get isOn() {
    return !this.element.hidden;
  }

  /**
   * Take the points of a scene.
   *
   * @param {Moment["scene"]} scene
   * @param {import("../../../stage/colors.js").Theme} theme
   * @param {boolean} [isLocked]  whether they stay as they are
   */
  take(scene, theme, isLocked = false) {
    const { own_classes = 2 } = scene, own = isLocked ? "" : scene.own ?? "";
    this.element.hidden = !own;
    if (!own) return;
    if (own === this.text) this.sent.clear();
    const isLate = this.sent.has(own); // an answer to an earlier stroke
    if ((own !== this.text && !isLate) || own_classes !== this.classes) {
      this.sent.clear();
      this.isAhead = false;
      this.text = own;
      this.classes = own_classes;
      this.points = decoded(own, own_classes);
      if (this.brush !== null && !this.labels().includes(this.brush)) this.brush = this.labels()[0];
    }
    if (own === encoded(this.points, this.classes)) this.isAhead = false;
    this.theme = theme;
    this.build(scene);
  }

  /** The points as painted, while the server does not have them yet. */
  drawing() {
    if (!this.isOn || !this.isAhead) return null;
    return {
      points: this.points.flatMap(([x, y]) => [x, y]),
      labels: this.points.map(([, , label]) => label),
      is_test: this.points.map(() => 0),
    };
  }

  labels() {
    return this.classes ? Array.from({ length: this.classes }, (_, i) => i) : VALUES;
  }

  /** @param {Moment["scene"]} scene */
  build(scene) {
    const { theme } = this;
    if (!theme) return;
    const names = scene.class_names?.length ? scene.class_names : [];
    const every = [...this.labels(), null].map((label, i) => {
      const what = label === null ? "Eraser" : this.classes ? names[label] ?? `Class ${label}` : `Value ${label}`;
      const color = label === null ? "" : pointColor(theme, this.classes ? "classification" : "regression", label);
      const button = h("button", {
        type: "button", class: `nn-brush${label === null ? " nn-brush-word" : ""}`, role: "radio", "aria-label": what,
        title: label === null ? "Eraser (key E)" : `${what} (key ${i + 1})`, style: color && `--nn-brush:${color}`,
        onclick: () => this.choose(label),
      }, label === null ? "Erase" : h("i", {}));
      setAttribute(button, "aria-checked", String(label === this.brush));
      return button;
    });
    this.brushes.replaceChildren(...every);
    this.tell();
  }

  /** @param {number|null} label */
  choose(label) {
    this.brush = label;
    const at = label === null ? this.labels().length : this.labels().indexOf(label);
    [...this.brushes.children].forEach((button, i) => setAttribute(button, "aria-checked", String(i === at)));
  }

  tell() {
    const { length } = this.points;
    const lacks = LEAST_POINTS - length;
    setText(this.hint, lacks > 0 ? `${lacks} more to train` : length === 1 ? "1 point" : `${length.toLocaleString("en")} points`);
    this.undoButton.disabled = !this.past.length;
  }

  /** The pointer goes down. @param {Point|null} point */
  press(point) {
    if (!point) return;
    this.remember();
    this.isDown = true;
    this.last = null;
    this.move(point);
  }

  /** @param {Point|null} point */
  move(point) {
    if (!this.isDown || !point) return;
    if (this.brush === null) {
      const before = this.points.length;
      this.points = this.points.filter(([x, y]) => Math.hypot(x - point[0], y - point[1]) > ERASED);
      if (this.points.length < before) this.drawn();
      return;
    }
    if (this.last && Math.hypot(point[0] - this.last[0], point[1] - this.last[1]) < SPACING) return;
    if (this.points.length >= MOST_POINTS) return;
    this.last = point;
    this.points = [...this.points, [point[0], point[1], this.brush]];
    this.drawn();
  }

  release() {
    if (!this.isDown) return;
    this.isDown = false;
    this.send();
  }

  /** @param {KeyboardEvent} event @param {Point|null} probe @returns {boolean} whether the key is the painter's */
  key(event, probe) {
    const labels = this.labels();
    const number = Number(event.key);
    if (event.key === "Enter" && probe) {
      this.press(probe);
      this.release();
    } else if (number >= 1 && number <= labels.length) this.choose(labels[number - 1]);
    else if (event.key === "e" || event.key === "E") this.choose(null);
    else if (event.key === "Backspace" || event.key === "u") this.undo();
    else return false;
    return true;
  }

  clear() {
    this.remember();
    this.points = [];
    this.drawn();
  }

  undo() {
    const text = this.past.pop();
    if (text === undefined) return;
    this.points = decoded(text, this.classes);
    this.drawn();
    this.send();
  }

  remember() {
    this.past.push(encoded(this.points, this.classes));
    if (this.past.length > MOST_UNDONE) this.past.shift();
  }

  drawn() {
    this.isAhead = true;
    this.tell();
    this.onDraw();
  }

  /** Fewer points than it takes to train and to test are kept here until there are more. */
  send() {
    if (this.points.length < LEAST_POINTS) return;
    const text = encoded(this.points, this.classes);
    if (text === this.text) return;
    this.sent.add(this.text);
    this.text = text;
    this.onPaint(text);
  }
}
