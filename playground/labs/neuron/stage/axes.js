// @ts-check
/** A square drawing with numbers at its right and lower edge: its size, its canvas, its ticks. */

import { fit, h, roomAmong } from "../../../stage/dom.js";
import { short } from "../../../stage/format.js";
import { Raster } from "../../../stage/raster.js";

/** @typedef {import("../../../stage/colors.js").Theme} Theme */
/** @typedef {[low: number, high: number]} Range */

const LARGEST = 270, OTHERS = 530, LEAST = 190; // OTHERS is the height beside it, in CSS pixels
const GUTTER = { right: 26, bottom: 20 };
const TICKS = 5.5; // at most

/** A map of pixels under a canvas of lines. */
export class Square {
  /** @param {string} label  what a screen reader says of it */
  constructor(label) {
    this.map = new Raster({ class: "nn-plane-map", "aria-hidden": "true" });
    this.lines = h("canvas", { class: "nn-plane-layer", role: "img", "aria-label": label });
    this.element = h("div", { class: "nn-plane-square" }, this.map.canvas, this.lines);
    this.size = 0;
  }

  /**
   * @param {number} width  in CSS pixels
   * @param {number} scale  of these to a pixel of the drawing
   */
  resize(width, scale) {
    this.size = Math.max(120, Math.min(LARGEST, Math.floor(roomAmong(OTHERS, LEAST) / scale), Math.floor(width / scale - GUTTER.right)));
    const { style } = this.map.canvas;
    style.width = style.height = `${this.size * scale}px`;
    this.element.style.height = `${(this.size + GUTTER.bottom) * scale}px`;
    this.context = fit(this.lines, this.size + GUTTER.right, this.size + GUTTER.bottom, scale);
  }

  /**
   * Empties the drawing, writes the numbers at its edges, and returns where a point is.
   *
   * @param {CanvasRenderingContext2D} context
   * @param {Theme} theme
   * @param {Range} x
   * @param {Range} y
   * @param {string} nameX
   * @param {string} nameY
   * @returns {{across: (value: number) => number, up: (value: number) => number}}
   */
  begin(context, theme, x, y, nameX, nameY) {
    const { size } = this;
    const across = (/** @type {number} */ value) => ((value - x[0]) / (x[1] - x[0])) * size;
    const up = (/** @type {number} */ value) => size - ((value - y[0]) / (y[1] - y[0])) * size;
    context.clearRect(0, 0, size + GUTTER.right, size + GUTTER.bottom);
    context.fillStyle = theme.muted;
    context.font = `11px ${theme.font}`;
    context.textBaseline = "middle";
    context.textAlign = "center";
    const nameWidth = context.measureText(nameX).width + 10;
    for (const value of ticks(x)) if (across(value) > 8 && across(value) < size - nameWidth) context.fillText(short(value), across(value), size + 12);
    context.textAlign = "right";
    context.fillText(nameX, size, size + 12);
    context.textAlign = "left";
    const isLong = nameY.length > 2; // then it stands inside
    for (const value of ticks(y)) if (isLong || up(value) > 18) context.fillText(short(value), size + 7, up(value));
    if (isLong) context.textAlign = "right";
    context.fillText(nameY, isLong ? size - 5 : size + 7, isLong ? 9 : 7);
    return { across, up };
  }

  /** Draws inside the square only. @param {CanvasRenderingContext2D} context @param {() => void} draw */
  inside(context, draw) {
    context.save();
    context.beginPath();
    context.rect(0, 0, this.size, this.size);
    context.clip();
    draw();
    context.restore();
  }
}

/** Round numbers in a range. @param {Range} range */
function ticks([low, high]) {
  const step = [1, 2, 5, 10].find((each) => (high - low) / each <= TICKS) ?? 20;
  const first = Math.ceil(low / step);
  return Array.from({ length: Math.floor(high / step) - first + 1 }, (_, i) => (first + i) * step);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {[number, number]} from
 * @param {[number, number]} to
 */
export function arrow(context, [x0, y0], [x1, y1]) {
  const length = Math.hypot(x1 - x0, y1 - y0);
  if (length < 1) return;
  const head = Math.min(8, length / 2), turn = Math.atan2(y1 - y0, x1 - x0);
  context.beginPath();
  context.moveTo(x0, y0);
  context.lineTo(x1, y1);
  context.stroke();
  context.setLineDash([]);
  context.beginPath();
  for (const side of [0.5, -0.5]) {
    context.moveTo(x1, y1);
    context.lineTo(x1 - head * Math.cos(turn + side), y1 - head * Math.sin(turn + side));
  }
  context.stroke();
}
