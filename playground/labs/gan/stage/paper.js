// @ts-check
/** A paper over the plane on which a person draws where the data shall be: with the mouse, a finger, or the keyboard. */

import { fit, h, setAttribute } from "../../../stage/dom.js";

/** @typedef {import("../../../stage/colors.js").Theme} Theme */

export const SIDE = 32; // squares
const PEN = 1.3; // its radius, in these
const SHARE = 2.5 / 3; // of the plane's width: the drawing fills [-1.25, 1.25]² of [-1.5, 1.5]²
/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const WORDS = "Paper: draw with the mouse or a finger. With the keyboard, arrows move the pen, Space inks.";

export class Paper {
  /** @param {(drawing: string) => void} onDraw  the bitmap in hexadecimal digits, row by row; empty for nothing */
  constructor(onDraw) {
    this.onDraw = onDraw;
    this.bits = new Uint8Array(SIDE * SIDE);
    this.rubs = this.hasFocus = false;
    /** Where the keyboard's pen is. */
    this.cursor = [SIDE / 2, SIDE / 2];
    this.element = this.canvas = h("canvas", { class: "nn-gan-paper", tabindex: "0", role: "img", "aria-label": WORDS, hidden: true });
    /** @type {[number, number]|null} */
    this.last = null;
    this.size = 0;
    this.canvas.addEventListener("pointerdown", (event) => {
      this.canvas.setPointerCapture(event.pointerId);
      this.last = null;
      this.ink(event);
    });
    this.canvas.addEventListener("pointermove", (event) => {
      if (!this.canvas.hasPointerCapture(event.pointerId)) return;
      const all = event.getCoalescedEvents?.() ?? []; // in some browsers there is no such list, or it is empty
      for (const each of all.length ? all : [event]) this.ink(each);
    });
    this.canvas.addEventListener("pointerup", () => this.send());
    this.canvas.addEventListener("keydown", (event) => this.press(event));
    for (const name of ["focus", "blur"]) {
      this.canvas.addEventListener(name, () => {
        this.hasFocus = name === "focus";
        this.show();
      });
    }
  }

  /** @param {Theme} theme */
  setTheme(theme) {
    this.theme = theme;
    this.show();
  }

  /** @param {number} plane  the width of the plane @param {number} scale */
  resize(plane, scale) {
    this.size = plane * SHARE;
    this.context = fit(this.canvas, this.size, this.size, scale);
    this.show();
  }

  /** Take a drawing of 32 × 32 squares, or of 16 × 16. @param {string} text */
  load(text) {
    const side = Math.sqrt(4 * text.length), wide = SIDE / side;
    this.bits.fill(0);
    if (!text) return this.show();
    for (let row = 0; row < SIDE; row++) {
      for (let column = 0; column < SIDE; column++) {
        const at = Math.floor(row / wide) * side + Math.floor(column / wide);
        this.bits[row * SIDE + column] = (parseInt(text[at >> 2], 16) >> (3 - (at & 3))) & 1;
      }
    }
    return this.show();
  }

  text() {
    let text = "";
    for (let i = 0; i < this.bits.length; i += 4) {
      text += (8 * this.bits[i] + 4 * this.bits[i + 1] + 2 * this.bits[i + 2] + this.bits[i + 3]).toString(16);
    }
    return text;
  }

  isEmpty() {
    return !this.bits.some(Boolean);
  }

  clear() {
    this.bits.fill(0);
    this.send();
  }

  send() {
    this.show();
    this.onDraw(this.isEmpty() ? "" : this.text());
  }

  /** @param {KeyboardEvent} event */
  press(event) {
    const by = ARROWS[event.key];
    if (!by && event.key !== " ") return;
    event.preventDefault();
    event.stopPropagation(); // Space would play
    if (by) {
      this.cursor = this.cursor.map((at, axis) => Math.max(0, Math.min(SIDE - 1, at + by[axis])));
      if (event.shiftKey) this.dot(this.cursor[0] + 0.5, this.cursor[1] + 0.5);
      setAttribute(this.canvas, "aria-label", `${WORDS} Column ${this.cursor[0] + 1}, row ${this.cursor[1] + 1} of ${SIDE}.`);
      return event.shiftKey ? this.send() : this.show();
    }
    this.dot(this.cursor[0] + 0.5, this.cursor[1] + 0.5);
    return this.send();
  }

  /** From the last place to this one. @param {PointerEvent} event */
  ink(event) {
    const box = this.canvas.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * SIDE, y = ((event.clientY - box.top) / box.height) * SIDE;
    const [fromX, fromY] = this.last ?? [x, y], steps = Math.max(1, Math.ceil(2 * Math.hypot(x - fromX, y - fromY)));
    for (let i = 0; i <= steps; i++) this.dot(fromX + ((x - fromX) * i) / steps, fromY + ((y - fromY) * i) / steps);
    this.last = [x, y];
    this.show();
  }

  /** @param {number} x @param {number} y */
  dot(x, y) {
    for (let row = Math.max(0, Math.floor(y - PEN)); row <= Math.min(SIDE - 1, y + PEN); row++) {
      for (let column = Math.max(0, Math.floor(x - PEN)); column <= Math.min(SIDE - 1, x + PEN); column++) {
        if (Math.hypot(column + 0.5 - x, row + 0.5 - y) <= PEN) this.bits[row * SIDE + column] = this.rubs ? 0 : 1;
      }
    }
  }

  show() {
    const { context, theme, size } = this, square = size / SIDE;
    if (!context || !theme) return;
    context.clearRect(0, 0, size, size);
    context.fillStyle = theme.text;
    this.bits.forEach((bit, i) => {
      if (bit) context.fillRect((i % SIDE) * square, Math.floor(i / SIDE) * square, square + 0.4, square + 0.4);
    });
    if (!this.hasFocus) return;
    context.strokeStyle = theme.series[0];
    context.lineWidth = 2;
    context.strokeRect(this.cursor[0] * square, this.cursor[1] * square, square, square);
  }
}
