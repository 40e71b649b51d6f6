// @ts-check
/** A grid of cells coloured by their loss, with two axes; one cell can be hovered and one chosen. */

import { pixelCss, ramp } from "../../../stage/colors.js";
import { fit, h, isSharp, roomAmong } from "../../../stage/dom.js";
import { scaled } from "../../../stage/format.js";

/** @typedef {import("../../../stage/colors.js").Theme} Theme */

/**
 * @typedef {object} Axis
 * @property {string} name
 * @property {string} label
 * @property {boolean} is_log  whether the axis is logarithmic
 * @property {number[]} values  of the cells, ascending
 * @property {string[]} texts  the values as text
 *
 * @typedef {object} Cells  all cells, row by row from the bottom
 * @property {number} rows
 * @property {number} columns
 * @property {Float32Array} losses
 * @property {Uint8Array} states  2 where a network has diverged
 */

const DIVERGED = 2;
const MARGIN = { left: 62, right: 10, top: 8, bottom: 46 };
const BESIDE = 336, SCROLLED = 360; // heights beside the grid's, in CSS pixels
const MOST_SIZE = 590, MOST_CSS_SIZE = 690; // more would not fit a screen of 1080 lines
/** Lower ends of the colour scale, which goes to 1; the first below the least loss is used. */
const LOWEST = [0.1, 0.03, 0.01, 0.003, 0.001, 0.0003, 0.0001];
export const LEAST = LOWEST[LOWEST.length - 1];
const HATCH_PX = 6;
/** Viridis (Smith and van der Walt 2015), bright end first: perceptually uniform, unlike the colours of classes. */
const LUT = ramp(["#fde725", "#addc30", "#5ec962", "#28ae80", "#21918c", "#2c728e", "#3b528b", "#472d7b", "#440154"]);
const COLORS = Array.from(LUT, pixelCss);

/** Return the lower end of the colour scale. @param {Cells} cells */
export function lowest({ losses, states }) {
  let least = Infinity;
  for (let i = 0; i < losses.length; i++) if (states[i] !== DIVERGED && losses[i] < least) least = losses[i];
  return LOWEST.find((each) => each <= least) ?? LEAST;
}

/** Return colours for a legend, from the least loss to 1. */
export function legendColors() {
  return [0, 0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 1].map((share) => COLORS[Math.round(share * 255)]);
}

export class Grid {
  /**
   * @param {object} actions
   * @param {(index: number|null, at: {x: number, y: number}|null) => void} actions.onPoint
   * @param {(index: number|null) => void} actions.onChoose
   * @param {() => void} actions.onSpace
   */
  constructor(actions) {
    this.actions = actions;
    this.canvas = h("canvas", { class: "nn-map-layer" });
    this.marks = h("canvas", {
      class: "nn-map-layer nn-map-marks", role: "application", tabindex: "0", "aria-roledescription": "map",
    });
    this.element = h("div", { class: "nn-map-grid" }, this.canvas, this.marks);
    /** @type {number|null} */
    this.pointed = null;
    /** @type {number|null} */
    this.chosen = null;
    this.width = this.size = 0;
    this.scale = 1;
    this.listen();
  }

  listen() {
    const { marks, actions } = this;
    marks.addEventListener("pointermove", (event) => {
      if (event.pointerType !== "touch") this.point(this.indexAt(event), event);
    });
    marks.addEventListener("pointerleave", () => this.point(null));
    // Focus by script: after a click the arrow keys should move between cells.
    marks.addEventListener("mousedown", (event) => event.preventDefault());
    marks.addEventListener("click", (event) => {
      marks.focus();
      const index = this.indexAt(event);
      if (index !== null) actions.onChoose(index);
    });
    marks.addEventListener("keydown", (event) => this.key(event));
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
    const move = moves[/** @type {keyof typeof moves} */ (event.key)];
    if (event.ctrlKey || event.metaKey || event.altKey || !this.cells) return;
    if (event.key === "Escape") this.actions.onChoose(null);
    else if (event.key === " ") this.actions.onSpace();
    else if (move) {
      const { rows, columns } = this.cells;
      const from = this.chosen ?? Math.floor(rows / 2) * columns + Math.floor(columns / 2);
      const column = Math.max(0, Math.min(columns - 1, (from % columns) + (this.chosen === null ? 0 : move[0])));
      const row = Math.max(0, Math.min(rows - 1, Math.floor(from / columns) + (this.chosen === null ? 0 : move[1])));
      this.actions.onChoose(row * columns + column);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /**
   * @param {number|null} index
   * @param {PointerEvent} [event]
   */
  point(index, event) {
    if (index === this.pointed && index === null) return;
    const isNew = index !== this.pointed;
    this.pointed = index;
    if (isNew) this.paintMarks();
    this.actions.onPoint(index, event ? { x: event.offsetX, y: event.offsetY } : null);
  }

  /**
   * @param {MouseEvent} event
   * @returns {number|null}
   */
  indexAt({ offsetX, offsetY }) {
    if (!this.cells) return null;
    const left = offsetX / this.scale, top = offsetY / this.scale;
    const { rows, columns } = this.cells;
    const column = Math.floor(((left - MARGIN.left) / this.size) * columns);
    const fromTop = Math.floor(((top - MARGIN.top) / this.size) * rows);
    if (column < 0 || column >= columns || fromTop < 0 || fromTop >= rows) return null;
    return (rows - 1 - fromTop) * columns + column;
  }

  /** Return a cell's left, top, width, height. @param {number} index @returns {[number, number, number, number]} */
  box(index) {
    const { rows, columns } = /** @type {Cells} */ (this.cells);
    const row = Math.floor(index / columns), column = index % columns;
    const left = Math.round((column / columns) * this.size), right = Math.round(((column + 1) / columns) * this.size);
    const top = Math.round(((rows - 1 - row) / rows) * this.size), bottom = Math.round(((rows - row) / rows) * this.size);
    return [MARGIN.left + left, MARGIN.top + top, right - left, bottom - top];
  }

  /** @param {Theme} theme */
  setTheme(theme) {
    this.theme = theme;
    this.hatch = null;
  }

  /**
   * @param {number} width  in CSS pixels
   * @param {number} scale  CSS pixels per pixel of the drawing
   */
  resize(width, scale) {
    const room = Math.floor(width / scale - MARGIN.left - MARGIN.right);
    const size = Math.max(160, Math.min(MOST_SIZE, Math.floor(Math.min(MOST_CSS_SIZE, roomAmong(BESIDE, SCROLLED)) / scale), room));
    if (size === this.size && scale === this.scale && isSharp(this.canvas)) return false;
    this.size = size;
    this.scale = scale;
    this.hatch = null;
    this.width = size + MARGIN.left + MARGIN.right;
    const height = size + MARGIN.top + MARGIN.bottom;
    this.element.style.width = `${this.width * scale}px`;
    this.element.style.height = `${height * scale}px`;
    this.context = fit(this.canvas, this.width, height, scale);
    this.marksContext = fit(this.marks, this.width, height, scale);
    return true;
  }

  /** Paint the cells' colours. @param {Cells} cells */
  paint(cells) {
    const { context, theme } = this;
    this.cells = cells;
    if (!context || !theme) return;
    const low = Math.log(lowest(cells));
    const gap = this.size / Math.max(cells.rows, cells.columns) >= 12 ? 1 : 0;
    context.fillStyle = theme.background;
    context.fillRect(MARGIN.left, MARGIN.top, this.size, this.size);
    for (let i = 0; i < cells.losses.length; i++) {
      const [left, top, width, height] = this.box(i);
      if (cells.states[i] === DIVERGED) context.fillStyle = this.hatching(context, theme);
      else context.fillStyle = COLORS[Math.round(255 * (1 - share(cells.losses[i], low)))];
      context.fillRect(left, top, width - gap, height - gap);
    }
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {Theme} theme
   */
  hatching(context, theme) {
    if (!this.hatch) {
      const tile = h("canvas");
      const brush = fit(tile, HATCH_PX, HATCH_PX);
      brush.strokeStyle = theme.muted;
      brush.lineWidth = 1;
      for (const at of [-HATCH_PX, 0, HATCH_PX]) {
        brush.moveTo(at, HATCH_PX);
        brush.lineTo(at + HATCH_PX, 0);
      }
      brush.stroke();
      const pattern = /** @type {CanvasPattern} */ (context.createPattern(tile, "repeat"));
      pattern.setTransform(new DOMMatrix().scale(HATCH_PX / tile.width));
      this.hatch = pattern;
    }
    return this.hatch;
  }

  /** Paint the axes: needed only when they, the theme or the size change. @param {{across: Axis, down: Axis}} axes */
  paintAxes({ across, down }) {
    const { context, theme, size } = this;
    if (!context || !theme) return;
    const bottom = MARGIN.top + size;
    context.clearRect(0, 0, this.width, bottom + MARGIN.bottom);
    context.fillStyle = theme.muted;
    context.strokeStyle = theme.muted;
    context.lineWidth = 1;
    context.font = `11px ${theme.font}`;
    context.textBaseline = "middle";
    context.textAlign = "center";
    for (const { at, text } of ticks(across, size, 34)) {
      line(context, MARGIN.left + at, bottom, 0, text ? 5 : 3);
      if (text) context.fillText(text, MARGIN.left + at, bottom + 14);
    }
    context.textAlign = "right";
    for (const { at, text } of ticks(down, size, 22)) {
      line(context, MARGIN.left, bottom - at, text ? -5 : -3, 0);
      if (text) context.fillText(text, MARGIN.left - 9, bottom - at);
    }
    context.fillStyle = theme.text;
    context.font = `600 13px ${theme.font}`;
    context.textAlign = "center";
    context.fillText(`${across.label} →`, MARGIN.left + size / 2, bottom + 35);
    context.save();
    context.translate(11, MARGIN.top + size / 2);
    context.rotate(-Math.PI / 2);
    context.fillText(`${down.label} →`, 0, 0);
    context.restore();
  }

  /** Outline the hovered and the chosen cell. */
  paintMarks() {
    const { marksContext: context, theme, cells } = this;
    if (!context || !theme || !cells) return;
    context.clearRect(0, 0, this.width, this.size + MARGIN.top + MARGIN.bottom);
    for (const [index, width] of /** @type {[number|null, number][]} */ ([[this.pointed, 1], [this.chosen, 2]])) {
      if (index === null) continue;
      const [left, top, across, down] = this.box(index);
      // White within black: visible on every colour.
      outline(context, left, top, across, down, width + 2, "#111");
      outline(context, left, top, across, down, width, "#fff");
    }
  }
}

/** Return a loss's share of the logarithmic scale from loss 1 (0) to the logarithm ``low`` (1). */
function share(/** @type {number} */ loss, /** @type {number} */ low) {
  return Math.max(0, Math.min(1, Math.log(Math.max(loss, 1e-12)) / low));
}

/**
 * Return marks along an axis, in pixels from its start; neighbouring texts are at least ``room`` apart.
 *
 * @param {Axis} axis
 * @param {number} size
 * @param {number} room
 * @returns {{at: number, text: string}[]}
 */
export function ticks({ is_log, values, texts }, size, room) {
  const cell = size / values.length;
  if (!is_log) {
    const every = Math.ceil(Math.max(1, (room * 0.8) / cell));
    return texts.map((text, i) => ({ at: (i + 0.5) * cell, text: i % every ? "" : text }));
  }
  const low = Math.log10(values[0]), span = Math.log10(values[values.length - 1]) - low;
  const found = [];
  const steps = span < 1.5 ? [1, 2, 5] : [1];
  for (let power = Math.floor(low); power <= Math.ceil(low + span); power++) {
    for (let digit = 1; digit < 10; digit++) {
      const value = digit * 10 ** power;
      const at = ((Math.log10(value) - low) / span) * (size - cell) + cell / 2;
      if (at < 0 || at > size) continue;
      const isNamed = steps.includes(digit) && (span / steps.length) * room * 1.2 < size;
      found.push({ at, text: isNamed ? scaled(value) : "" });
    }
  }
  return found;
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {number} x
 * @param {number} y
 * @param {number} across
 * @param {number} down
 */
function line(context, x, y, across, down) {
  context.beginPath();
  context.moveTo(Math.round(x) + (across ? 0 : 0.5), Math.round(y) + (down ? 0 : 0.5));
  context.lineTo(Math.round(x) + across + (across ? 0 : 0.5), Math.round(y) + down + (down ? 0 : 0.5));
  context.stroke();
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {number} left
 * @param {number} top
 * @param {number} across
 * @param {number} down
 * @param {number} width
 * @param {string} color
 */
function outline(context, left, top, across, down, width, color) {
  context.strokeStyle = color;
  context.lineWidth = width;
  context.strokeRect(left - 0.5, top - 0.5, across, down);
}
