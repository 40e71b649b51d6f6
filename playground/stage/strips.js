// @ts-check
/** Rows of numbers as cells in the colours of their sign, each with its number under the pointer. */

import { levelOf, pixelCss } from "./colors.js";
import { fit, h, isSharp } from "./dom.js";
import { short } from "./format.js";

/** @typedef {import("./types.js").Floats} Floats */
/** @typedef {import("./colors.js").Theme} Theme */
/** @typedef {{name: string, values: ArrayLike<number>, most: number, row: number, x: number, y: number, width: number, said?: (index: number) => string}} Strip  ``said`` is how a number of it came about */

export const ROW = 22;

export class Strips {
  /** @param {import("./tip.js").Tip} tip */
  constructor(tip) {
    this.canvas = h("canvas", { role: "img" });
    this.body = h("div", { class: "nn-strips" }, this.canvas);
    this.width = this.height = this.y = 0;
    this.scale = 1;
    /** @type {Theme|null} */
    this.theme = null;
    /** What is drawn, to be found under the pointer. @type {Strip[]} */
    this.drawn = [];
    /** Called with the strip under the pointer, or null. @type {((strip: Strip|null) => void)|null} */
    this.onHover = null;
    tip.follow(this.body, (event) => this.find(event));
  }

  /** @param {number} width  in CSS pixels @param {number} scale */
  resize(width, scale) {
    if (width / scale === this.width && scale === this.scale && isSharp(this.canvas)) return;
    this.width = width / scale;
    this.scale = scale;
    this.height = 0;
  }

  /** Returns the cleared canvas, or null where there is no room or no theme yet. @param {number} height */
  begin(height) {
    if (!this.theme || !this.width) return null;
    if (height !== this.height || !isSharp(this.canvas)) {
      this.height = height;
      this.context = fit(this.canvas, this.width, height, this.scale);
    }
    this.drawn = [];
    this.y = 0;
    const { context, theme } = this;
    if (!context) return null;
    context.clearRect(0, 0, this.width, height);
    return { context, theme };
  }

  /** Text on the present row. @param {string} said @param {number} x @param {boolean} [muted] @param {CanvasTextAlign} [align] */
  text(said, x, muted = false, align = "left") {
    const { context, theme } = this;
    if (!context || !theme) return;
    context.font = `12px ${theme.font}`;
    context.fillStyle = muted ? theme.muted : theme.text;
    context.textAlign = align;
    context.textBaseline = "middle";
    context.fillText(said, x, this.y + ROW / 2);
  }

  /**
   * A row of numbers on the present row.
   *
   * @param {string} name
   * @param {ArrayLike<number>} values
   * @param {number} x
   * @param {number} width
   * @param {number} [most]  the number of the strongest colour
   * @param {(index: number) => string} [said]
   * @param {number} [row]
   */
  strip(name, values, x, width, most = largest(values), said, row = 0) {
    const { context, theme, y } = this;
    if (!context || !theme) return;
    const wide = width / values.length;
    for (let i = 0; i < values.length; i++) {
      context.fillStyle = pixelCss(theme.vivid[levelOf(values[i], most)]);
      context.fillRect(x + i * wide, y + 3, Math.max(wide - (wide > 6 ? 1 : 0), 0.5), ROW - 6);
    }
    this.drawn.push({ name, values, most, row, x, y, width, said });
  }

  /** What is under the pointer. @param {PointerEvent|null} event */
  find(event) {
    const x = (event?.offsetX ?? -1) / this.scale, y = (event?.offsetY ?? -1) / this.scale;
    const inRow = this.drawn.filter((strip) => y >= strip.y && y < strip.y + ROW);
    const found = inRow.find((strip) => x >= strip.x && x < strip.x + strip.width);
    this.onHover?.(event ? inRow[0] ?? null : null);
    if (!found) return null;
    const place = this.drawn.indexOf(found), index = Math.floor(((x - found.x) / found.width) * found.values.length);
    return () => {
      const strip = this.drawn[place]; // as it is drawn by now
      if (!strip || index >= strip.values.length) return null;
      const value = strip.said?.(index) ?? short(strip.values[index]);
      return { title: `${strip.name}, number ${index + 1} of ${strip.values.length}`, head: [], rows: [{ color: null, cells: ["", value] }] };
    };
  }
}

/** The largest of some numbers without their signs. @param {ArrayLike<number>} values */
export function largest(values) {
  let most = 1e-6;
  for (let i = 0; i < values.length; i++) most = Math.max(most, Math.abs(values[i]));
  return most;
}
