// @ts-check
/** The marks of series, which distinguish them without colour: at the ends of their lines, and in legends. */

import { h, setAttribute } from "./dom.js";

const SIZE = 9;

/** Corners in a unit square; ``pages/charts.py`` has Plotly's names for them. */
const SHAPES = [
  ring(16), // a circle
  [[0.06, 0.06], [0.94, 0.06], [0.94, 0.94], [0.06, 0.94]],
  [[0.5, 0], [1, 0.95], [0, 0.95]],
  [[0.5, -0.05], [1.05, 0.5], [0.5, 1.05], [-0.05, 0.5]],
  [[0.33, 0], [0.67, 0], [0.67, 0.33], [1, 0.33], [1, 0.67], [0.67, 0.67], [0.67, 1], [0.33, 1], [0.33, 0.67], [0, 0.67], [0, 0.33], [0.33, 0.33]],
  ring(10, 0.45), // a star
];

/**
 * @param {number} corners
 * @param {number} [inner]  the radius of every second corner, in that of the others
 */
function ring(corners, inner = 1) {
  return Array.from({ length: corners }, (_, i) => {
    const angle = (2 * Math.PI * i) / corners, radius = (i % 2 ? inner : 1) / 2;
    return [0.5 + radius * Math.sin(angle), 0.5 - radius * Math.cos(angle)];
  });
}

/** @param {number} series */
function shape(series) {
  return SHAPES[series % SHAPES.length];
}

/**
 * The mark of a series, at the end of its line.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {number} series
 * @param {number} x
 * @param {number} y
 * @param {string} color
 * @param {string} outline  the page's, so that it stands out from other lines
 */
export function paintMark(context, series, x, y, color, outline) {
  context.beginPath();
  for (const [left, top] of shape(series)) context.lineTo(x + (left - 0.5) * SIZE, y + (top - 0.5) * SIZE);
  context.closePath();
  context.lineWidth = 3;
  context.strokeStyle = outline;
  context.stroke();
  context.fillStyle = color;
  context.fill();
}

/**
 * A legend's sign for a series. Its colour is part of the picture: a system's own colours leave it as it is.
 *
 * @param {number} series
 * @param {string} color
 */
export function seriesSwatch(series, color) {
  const swatch = h("i", { class: "nn-swatch nn-series" });
  colorSwatch(swatch, series, color);
  return swatch;
}

/**
 * @param {HTMLElement} swatch
 * @param {number} series
 * @param {string} color
 */
export function colorSwatch(swatch, series, color) {
  const corners = shape(series).map(([left, top]) => `${(100 * left).toFixed(1)}% ${(100 * top).toFixed(1)}%`);
  setAttribute(swatch, "style", `background:${color};clip-path:polygon(${corners.join(",")})`);
}
