// @ts-check
/** The output over the plane of two inputs, the boundary at a half, and every row as a point. */

import { classColor, css, levelOf } from "../../../stage/colors.js";
import { fit, h } from "../../../stage/dom.js";
import { short } from "../../../stage/format.js";
import { Raster } from "../../../stage/raster.js";
import { boundary } from "./boundary.js";

/** @typedef {import("./picture.js").NeuronMoment} Moment */
/** @typedef {import("../../../stage/colors.js").Theme} Theme */

const LARGEST = 270;
const GUTTER = { right: 26, bottom: 20 };
const RADIUS = 6;

export class Plane {
  constructor() {
    this.map = new Raster({ class: "nn-plane-map", "aria-hidden": "true" });
    this.lines = h("canvas", { class: "nn-plane-layer", role: "img", "aria-label": "The output over the plane, with the boundary and the rows" });
    this.square = h("div", { class: "nn-plane-square" }, this.map.canvas, this.lines);
    this.element = h("section", { "aria-label": "Plane" }, h("h2", { class: "nn-unseen" }, "Plane"), this.square);
    this.size = 0;
  }

  /** @param {Theme} theme */
  setTheme(theme) {
    this.theme = theme;
  }

  /**
   * @param {number} width  in CSS pixels
   * @param {number} scale  of these to a pixel of the drawing
   */
  resize(width, scale) {
    this.size = Math.max(120, Math.min(LARGEST, Math.floor(width / scale - GUTTER.right)));
    const { style } = this.map.canvas;
    style.width = style.height = `${this.size * scale}px`;
    this.square.style.height = `${(this.size + GUTTER.bottom) * scale}px`;
    this.context = fit(this.lines, this.size + GUTTER.right, this.size + GUTTER.bottom, scale);
  }

  /** @param {Moment} moment */
  paint({ scene: { domain, rule }, arrays: { plane, rows, targets, outputs, batch } }) {
    const { context, theme, map, size } = this;
    this.element.hidden = !domain || !plane;
    if (!context || !theme || !domain || !plane) return;
    const [side] = plane.shape;
    map.resize(side, side);
    for (let y = 0; y < side; y++) {
      for (let x = 0; x < side; x++) {
        const sum = plane[(side - 1 - y) * side + x];
        const output = rule === "perceptron" ? Number(sum > 0) : 1 / (1 + Math.exp(-sum));
        map.pixels[y * side + x] = theme.soft[levelOf(output * 2 - 1, 1)];
      }
    }
    map.show();
    const [low, high] = domain;
    const across = (/** @type {number} */ value) => ((value - low) / (high - low)) * size;
    context.clearRect(0, 0, size + GUTTER.right, size + GUTTER.bottom);
    this.paintTicks(context, theme, domain);
    context.beginPath();
    for (const [x0, y0, x1, y1] of boundary(plane, side)) {
      context.moveTo((x0 / (side - 1)) * size, size - (y0 / (side - 1)) * size);
      context.lineTo((x1 / (side - 1)) * size, size - (y1 / (side - 1)) * size);
    }
    context.lineWidth = 2;
    context.strokeStyle = theme.text;
    context.stroke();
    targets.forEach((target, row) => {
      const x = across(rows[2 * row]), y = size - across(rows[2 * row + 1]);
      const isWrong = outputs[row] > 0.5 !== target > 0.5;
      paintRow(context, theme, x, y, target, isWrong, batch.includes(row));
    });
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {Theme} theme
   * @param {[number, number]} domain
   */
  paintTicks(context, theme, [low, high]) {
    const { size } = this;
    context.fillStyle = theme.muted;
    context.font = `11px ${theme.font}`;
    context.textBaseline = "middle";
    for (let value = Math.ceil(low); value <= high; value++) {
      const along = ((value - low) / (high - low)) * size;
      context.textAlign = "left";
      context.fillText(short(value), size + 7, size - along);
      context.textAlign = "center";
      context.fillText(short(value), along, size + 12);
    }
    context.textAlign = "right";
    context.fillText("x₁", size, size + 12);
    context.textAlign = "left";
    context.fillText("x₂", size + 7, 7);
  }
}

/**
 * A row as a point in its target's colour: a ring for the next update, a cross for a mistake.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {Theme} theme
 * @param {number} x
 * @param {number} y
 * @param {number} target
 * @param {boolean} isWrong
 * @param {boolean} isNext
 */
function paintRow(context, theme, x, y, target, isWrong, isNext) {
  context.beginPath();
  context.arc(x, y, RADIUS, 0, 2 * Math.PI);
  context.fillStyle = css(classColor(target));
  context.fill();
  context.lineWidth = 1.5;
  context.strokeStyle = "#fff";
  context.stroke();
  if (isWrong) {
    context.beginPath();
    for (const turn of [1, -1]) {
      context.moveTo(x - 3, y - 3 * turn);
      context.lineTo(x + 3, y + 3 * turn);
    }
    context.lineWidth = 2;
    context.stroke();
  }
  if (!isNext) return;
  context.beginPath();
  context.arc(x, y, RADIUS + 4, 0, 2 * Math.PI);
  context.lineWidth = 2;
  context.strokeStyle = theme.text;
  context.stroke();
}
