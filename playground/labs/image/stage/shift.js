// @ts-check
/** The same image at every offset: is the answer still right? */

import { fit, h, isSharp, setText } from "../../../stage/dom.js";
import { percent } from "../../../stage/format.js";
import { Tiles } from "./tiles.js";

/** @typedef {import("./picture.js").ImageMoment} Moment */
/** @typedef {import("../../../stage/colors.js").Theme} Theme */

const CELL = 24, PREVIEW = 140;

export class ShiftPad {
  /** @param {import("../../../stage/tip.js").Tip} tip */
  constructor(tip) {
    this.canvas = h("canvas", { role: "img" });
    this.preview = h("canvas", { "aria-hidden": "true" });
    this.note = h("p", { class: "nn-image-note" });
    this.about = h("p", { class: "nn-image-note" }, "Each cell is the image moved so far; blue as likely as the class is there, with the answer where it is wrong. "
      + "A network that sees places (784-512-512-10, or a CNN with a flattened end) is right in a small blob around where it was trained; one whose maps are averaged is right at many more places. Two poolings of 2 × 2 show as a pattern of every fourth pixel.");
    this.element = h("div", {}, this.note, h("div", { class: "nn-image-shift" }, this.canvas, this.preview), this.about);
    this.tiles = new Tiles();
    /** @type {[number, number]|null} */
    this.at = null;
    this.side = 0;
    tip.follow(this.canvas, (event) => this.find(event));
  }

  /** @param {Theme} theme */
  setTheme(theme) {
    this.theme = theme;
    this.inks = theme.inks;
  }

  /**
   * @param {number} width  in CSS pixels
   * @param {number} scale
   */
  resize(width, scale) {
    this.scale = scale;
    this.cell = Math.min(CELL, Math.floor((width / scale - 4) / 15));
    this.side = 0;
  }

  /** @param {Moment} moment */
  paint(moment) {
    this.moment = moment;
    const { theme, cell = CELL, scale = 1 } = this, { scene: { classes }, header: { target }, arrays: { shift_shares, shift_answers, logits } } = moment;
    if (!theme || !this.inks || !shift_shares || !shift_answers) return;
    const [side] = shift_shares.shape;
    if (this.side !== side || !isSharp(this.canvas)) {
      this.side = side;
      this.context = fit(this.canvas, side * cell, side * cell, scale);
      this.previewContext = fit(this.preview, PREVIEW, PREVIEW, scale);
    }
    const { context } = this, wanted = target < 0 ? logits.indexOf(Math.max(...logits)) : target;
    if (!context) return;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.font = `11px ${theme.font}`;
    for (let i = 0; i < side * side; i++) {
      const x = (i % side) * cell, y = Math.floor(i / side) * cell, isRight = shift_answers[i] === wanted;
      const color = theme.vivid[128 + Math.round(127 * (isRight ? shift_shares[i] : 0))];
      context.fillStyle = `rgb(${color & 255}, ${(color >> 8) & 255}, ${(color >> 16) & 255})`;
      context.fillRect(x, y, cell - 1, cell - 1);
      if (isRight) continue;
      context.fillStyle = theme.muted;
      context.fillText(classes[shift_answers[i]].slice(0, 2), x + cell / 2, y + cell / 2);
    }
    const middle = (side - 1) / 2;
    context.strokeStyle = theme.text;
    context.lineWidth = 2;
    context.strokeRect(middle * cell, middle * cell, cell - 1, cell - 1);
    this.paintPreview(moment.arrays.subject, this.at ?? [0, 0]);
  }

  /**
   * The image as it is at an offset.
   *
   * @param {Uint8Array} subject
   * @param {[number, number]} offset  rows, columns
   */
  paintPreview(subject, [down, across]) {
    if (!this.previewContext || !this.inks) return;
    const moved = new Uint8Array(784);
    for (let y = 0; y < 28; y++) {
      for (let x = 0; x < 28; x++) {
        const fromY = y - down, fromX = x - across;
        if (fromY >= 0 && fromX >= 0 && fromY < 28 && fromX < 28) moved[y * 28 + x] = subject[fromY * 28 + fromX];
      }
    }
    this.tiles.draw(this.previewContext, moved, 0, 28, 28, this.inks, 0, 0, PREVIEW, PREVIEW);
  }

  /** @param {PointerEvent|null} event */
  find(event) {
    const { moment, side = 0, cell = CELL, scale = 1 } = this;
    this.at = null;
    if (!event || !moment || !side) return null;
    const box = this.canvas.getBoundingClientRect(), middle = (side - 1) / 2;
    const row = Math.floor((event.clientY - box.top) / scale / cell), column = Math.floor((event.clientX - box.left) / scale / cell);
    if (row < 0 || column < 0 || row >= side || column >= side) return null;
    this.at = [row - middle, column - middle];
    this.paintPreview(moment.arrays.subject, this.at);
    return () => {
      const { scene: { classes }, arrays: { shift_shares, shift_answers } } = /** @type {Moment} */ (this.moment), i = row * side + column;
      if (!shift_shares || !shift_answers) return null;
      return { title: `${row - middle} down, ${column - middle} across`, head: [], rows: [{ color: null, cells: ["answer", classes[shift_answers[i]]] }, { color: null, cells: ["share", percent(shift_shares[i])] }] };
    };
  }

  /** @param {Moment} moment */
  showNumbers({ scene: { classes }, header: { target }, arrays: { shift_answers, logits } }) {
    if (!shift_answers) return;
    const wanted = target < 0 ? logits.indexOf(Math.max(...logits)) : target;
    const right = shift_answers.reduce((sum, answer) => sum + Number(answer === wanted), 0);
    setText(this.note, `${target < 0 ? "Still taken for" : "Right:"} ${classes[wanted]} at ${right} of ${shift_answers.length} offsets, up to 7 pixels in each direction.`);
    this.canvas.setAttribute("aria-label", this.note.textContent ?? "");
  }
}
