// @ts-check
/** A canvas for one's own digit, with what becomes of it on the way to the network: box, counts, image. */

import { fit, h, setAttribute, setText } from "../../../stage/dom.js";
import { percent } from "../../../stage/format.js";
import { softmax } from "./overview.js";
import { Tiles } from "./tiles.js";

/** @typedef {import("./picture.js").ImageMoment} Moment */
/** @typedef {import("../../../stage/colors.js").Theme} Theme */

const PAPER = 32; // pixels of the drawing
const PEN = 2.2; // its radius, in these
const SIDE = 152, STAGE = 46;

export class Pad {
  /**
   * @param {(drawing: string) => void} onDraw  the bitmap in hexadecimal digits, row by row
   * @param {() => void} onClose
   */
  constructor(onDraw, onClose) {
    this.onDraw = onDraw;
    this.bits = new Uint8Array(PAPER * PAPER);
    this.canvas = h("canvas", { class: "nn-image-paper", tabindex: "0", role: "img", "aria-label": "Paper: draw a digit with the mouse or a finger" });
    this.stages = h("canvas", { "aria-hidden": "true" });
    this.answer = h("p", { class: "nn-image-answer", "aria-live": "polite" });
    const clear = h("button", { class: "nn-image-choice", type: "button", onclick: () => this.clear() }, "Clear");
    const close = h("button", { class: "nn-image-choice", type: "button", onclick: onClose }, "Close");
    this.element = h("section", { class: "nn-image-pad", "aria-label": "Your drawing", hidden: true },
      h("div", {}, this.canvas, h("div", { class: "nn-image-bar" }, clear, close)), h("div", {}, this.stages, this.answer));
    this.tiles = new Tiles();
    /** @type {[number, number]|null} */
    this.last = null;
    this.canvas.addEventListener("pointerdown", (event) => {
      this.canvas.setPointerCapture(event.pointerId);
      this.last = null;
      this.ink(event);
      this.send();
    });
    // Browsers that have raw moves hold the others back until the next painting.
    const move = "onpointerrawupdate" in window ? "pointerrawupdate" : "pointermove";
    this.canvas.addEventListener(move, (event) => this.move(/** @type {PointerEvent} */ (event)));
  }

  /** @param {PointerEvent} event */
  move(event) {
    if (!this.canvas.hasPointerCapture(event.pointerId)) return;
    const all = event.getCoalescedEvents?.() ?? []; // in some browsers there is no such list, or it is empty
    for (const each of all.length ? all : [event]) this.ink(each);
    this.send();
  }

  /** @param {Theme} theme */
  setTheme(theme) {
    this.theme = theme;
    this.inks = theme.inks;
    this.show();
  }

  /** @param {number} scale */
  resize(scale) {
    this.context = fit(this.canvas, SIDE, SIDE, scale);
    this.stageContext = fit(this.stages, 96, 3 * (STAGE + 6), scale);
    this.scale = scale;
    this.show();
  }

  clear() {
    this.bits.fill(0);
    this.send();
  }

  send() {
    this.show();
    this.onDraw(this.text());
  }

  text() {
    let text = "";
    for (let i = 0; i < this.bits.length; i += 4) {
      text += (8 * this.bits[i] + 4 * this.bits[i + 1] + 2 * this.bits[i + 2] + this.bits[i + 3]).toString(16);
    }
    return text;
  }

  /** From the last place to this one. @param {PointerEvent} event */
  ink(event) {
    const box = this.canvas.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * PAPER, y = ((event.clientY - box.top) / box.height) * PAPER;
    const [fromX, fromY] = this.last ?? [x, y], steps = Math.max(1, Math.ceil(2 * Math.hypot(x - fromX, y - fromY)));
    for (let i = 0; i <= steps; i++) this.dot(fromX + ((x - fromX) * i) / steps, fromY + ((y - fromY) * i) / steps);
    this.last = [x, y];
  }

  /**
   * @param {number} x
   * @param {number} y
   */
  dot(x, y) {
    for (let row = Math.max(0, Math.floor(y - PEN)); row <= Math.min(PAPER - 1, y + PEN); row++) {
      for (let column = Math.max(0, Math.floor(x - PEN)); column <= Math.min(PAPER - 1, x + PEN); column++) {
        if (Math.hypot(column + 0.5 - x, row + 0.5 - y) <= PEN) this.bits[row * PAPER + column] = 1;
      }
    }
  }

  show() {
    if (!this.context || !this.inks) return;
    this.tiles.draw(this.context, this.bits.map((bit) => bit * 255), 0, PAPER, PAPER, this.inks, 0, 0, SIDE, SIDE);
  }

  /** @param {Moment} moment */
  paint({ header: { view }, arrays: { drawn_box, drawn_counts, subject } }) {
    this.element.hidden = view.image !== -1;
    setAttribute(this.element, "data-drawing", view.drawing); // what the answer is of
    const { stageContext: context, theme } = this;
    if (this.element.hidden || !context || !theme || !this.inks || !drawn_box || !drawn_counts) return;
    context.clearRect(0, 0, 96, 3 * (STAGE + 6));
    context.font = `10px ${theme.font}`;
    context.textBaseline = "middle";
    /** @type {[Uint8Array, number, string][]} */
    const stages = [[drawn_box, PAPER, "in its box"], [drawn_counts, 8, "counted"], [subject, 28, "input"]];
    stages.forEach(([levels, side, text], i) => {
      this.tiles.draw(context, levels, 0, side, side, /** @type {Uint32Array} */ (this.inks), 0, i * (STAGE + 6), STAGE, STAGE);
      context.fillStyle = theme.muted;
      context.fillText(text, STAGE + 5, i * (STAGE + 6) + STAGE / 2);
    });
  }

  /** @param {Moment} moment */
  showNumbers({ scene: { classes }, arrays: { logits } }) {
    const shares = softmax(logits), best = Array.from(shares.keys()).sort((a, b) => shares[b] - shares[a]).slice(0, 3);
    const isEmpty = !this.bits.some(Boolean);
    setText(this.answer, isEmpty ? "Draw a digit." : best.map((c) => `${classes[c]} ${percent(shares[c])}`).join(" · "));
    setAttribute(this.canvas, "aria-label", `Paper: draw with the mouse or a finger. ${this.answer.textContent}`);
  }
}
