// @ts-check
/** Test images that stay in sight, each with the network's three likeliest answers; one is looked at, some are pinned. */

import { fit, h, isSharp, setAttribute, windowRoom } from "../../../stage/dom.js";
import { percent } from "../../../stage/format.js";
import { Tiles } from "./tiles.js";

/** @typedef {import("./picture.js").ImageMoment} Moment */
/** @typedef {import("../../../stage/colors.js").Theme} Theme */

/** The height of a row, least and most; between them what the window leaves for eight. */
const ROW = [38, 48], ROWS = 8, OTHERS = 348;
const BEST = 3;
const LONGEST = 8; // signs of a class that are written
const USUAL = 48; // pixels between an image and its bars, where the names of the classes are short

export class Strip {
  /**
   * @param {((image: number) => void)|null} onLook
   * @param {((image: number) => void)|null} onPin
   */
  constructor(onLook, onPin) {
    this.onLook = onLook;
    this.onPin = onPin;
    this.canvas = h("canvas", { "aria-hidden": "true" });
    this.buttons = h("div", { class: "nn-image-strip-buttons" });
    this.element = h("section", { class: "nn-image-strip", "aria-label": "Test images" },
      h("h2", { class: "nn-unseen" }, "Test images"), this.canvas, this.buttons);
    this.tiles = new Tiles();
    /** @type {{look: HTMLButtonElement, pin: HTMLButtonElement}[]} */
    this.rows = [];
    /** @type {number[]} */
    this.shown = [];
    this.width = this.height = 0;
    this.scale = 1;
    this.row = ROW[1];
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
    this.row = Math.floor(Math.max(ROW[0], Math.min(ROW[1], (windowRoom() / scale - OTHERS) / ROWS)));
    this.width = width / scale;
    this.scale = scale;
    this.height = 0;
  }

  /** @param {Moment} moment */
  paint(moment) {
    const { scene: { classes }, header: { view }, arrays: { strip, strip_labels, strip_images, strip_shares } } = moment;
    const { theme, row } = this, count = strip.length;
    if (!theme || !this.inks || !this.width) return;
    if (this.height !== count * row || !isSharp(this.canvas)) {
      this.height = count * row;
      this.context = fit(this.canvas, this.width, this.height, this.scale);
      this.build(count);
      this.showNumbers(moment);
    }
    const { context, width } = this, side = row - 6;
    if (!context) return;
    context.clearRect(0, 0, width, this.height);
    context.textBaseline = "middle";
    context.font = `11px ${theme.font}`;
    const names = classes.map((name) => name.slice(0, LONGEST));
    const widest = Math.max(...names.map((name) => context.measureText(name).width));
    const bars = side + 10 + Math.max(USUAL, 2 * widest + 24); // behind "✗ name" and the name of an answer
    for (let i = 0; i < count; i++) {
      const top = i * row + 3, label = strip_labels[i];
      if (strip[i] === view.image) {
        context.globalAlpha = 0.14;
        context.fillStyle = theme.positive;
        context.fillRect(0, i * row, width, row);
        context.globalAlpha = 1;
      }
      this.tiles.draw(context, strip_images, i * 784, 28, 28, this.inks, 4, top, side, side);
      const shares = strip_shares.subarray(i * classes.length, (i + 1) * classes.length);
      const best = Array.from(shares.keys()).sort((a, b) => shares[b] - shares[a]).slice(0, BEST);
      const isRight = best[0] === label;
      context.textAlign = "left";
      context.fillStyle = theme.muted;
      context.fillText(isRight ? "✓" : `✗ ${names[label]}`, side + 10, top + side / 2);
      const left = bars, room = width - left - 54, step = side / BEST;
      best.forEach((c, line) => {
        const y = top + line * step;
        context.fillStyle = c === label ? theme.positive : theme.muted;
        context.globalAlpha = line ? 0.6 : 1;
        context.fillRect(left, y + 1.5, Math.max(1, room * shares[c]), step - 3);
        context.globalAlpha = 1;
        context.fillStyle = theme.text;
        context.textAlign = "right";
        context.fillText(names[c], left - 4, y + step / 2);
        context.textAlign = "left";
        context.fillText(percent(shares[c]), left + room + 6, y + step / 2);
      });
    }
  }

  /** @param {number} count */
  build(count) {
    this.rows = Array.from({ length: count }, (_, i) => ({
      look: h("button", { class: "nn-image-look", type: "button", disabled: !this.onLook, onclick: () => this.onLook?.(this.shown[i]) }),
      pin: h("button", { class: "nn-image-pin nn-live", type: "button", title: "Keep this image at the top of the strip", onclick: () => this.onPin?.(this.shown[i]) }, "★"),
    }));
    const height = `${this.row * this.scale}px`;
    this.buttons.replaceChildren(...this.rows.map(({ look, pin }) => h("div", { class: "nn-image-row", style: `height:${height}` }, look, pin)));
  }

  /** @param {Moment} moment */
  showNumbers({ scene: { classes }, header: { view }, arrays: { strip, strip_labels, strip_shares } }) {
    this.shown = Array.from(strip);
    this.rows.forEach(({ look, pin }, i) => {
      const shares = strip_shares.subarray(i * classes.length, (i + 1) * classes.length);
      const best = shares.indexOf(Math.max(...shares));
      setAttribute(look, "aria-label", `Test image ${strip[i] + 1}, ${classes[strip_labels[i]]}: taken for ${classes[best]}, ${percent(shares[best])}. Look at it`);
      setAttribute(look, "aria-pressed", String(strip[i] === view.image));
      setAttribute(pin, "aria-label", `Pin test image ${strip[i] + 1}`);
      setAttribute(pin, "aria-pressed", String(view.pinned.includes(strip[i])));
    });
  }
}
