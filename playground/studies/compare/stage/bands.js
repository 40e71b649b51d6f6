// @ts-check
/** A metric of several variants over many seeds: a median line, the band of 10 to 90%, and the worst run of each. */

import { fit, h, isSharp, setAttribute, setText } from "../../../stage/dom.js";
import { epochs, percent, scaled } from "../../../stage/format.js";
import { paintMark } from "../../../stage/marks.js";
import { measured, title } from "../../../stage/metrics.js";
import { said } from "./levels.js";

/** @typedef {import("../../../stage/colors.js").Theme} Theme */

const CAPACITY = 500;
const MARGIN = { left: 46, right: 10, top: 8, bottom: 20 };
const PAINT_EVERY_MS = 60;
const LEAST = 1e-5; // smaller losses are drawn here
const WORST_SPAN = 30; // times the top of the bands: worse runs are clipped, so that the bands stay legible
const BLOWN_UP = 20; // times the initial loss: higher values are diverging and do not stretch the axis
const MOST_LINES = 5;
const LOW = 0, MEDIAN = 1, HIGH = 2, WORST = 3;

export class Bands {
  constructor() {
    this.canvas = h("canvas", { role: "img" });
    this.name = h("h2");
    this.element = h("section", { class: "nn-bands" },
      h("div", { class: "nn-compare-head" }, this.name,
        h("span", { class: "nn-caption" }, "median, band of 10–90% of the seeds, worst run dashed")),
      this.canvas);
    /** Rows (step, epoch, four levels per variant); infinite for diverged networks. @type {Float64Array[]} */
    this.rows = [];
    /** @type {import("../../../stage/types.js").Metric|undefined} */
    this.metric = undefined;
    this.spacing = 1;
    /** @type {string[]} */
    this.colors = [];
    /** @type {string[]} */
    this.titles = [];
    /** Position of the pointer, as a share of the axis. @type {number|null} */
    this.pointed = null;
    /** @type {number|null} */
    this.cursor = null;
    this.dirty = true;
    this.paintedAt = this.width = this.height = 0;
    this.scale = 1;
  }

  /** @param {Theme} theme */
  setTheme(theme) {
    this.theme = theme;
    this.dirty = true;
  }

  /**
   * @param {number} width  in CSS pixels
   * @param {number} scale  CSS pixels per pixel of the drawing
   * @param {number} height  in pixels of the drawing
   */
  resize(width, scale, height) {
    if (width <= 0 || (width / scale === this.width && height === this.height && scale === this.scale && isSharp(this.canvas))) return;
    this.width = width / scale;
    this.height = height;
    this.scale = scale;
    this.context = fit(this.canvas, this.width, this.height, scale);
    this.dirty = true;
  }

  /**
   * @param {import("../../../stage/types.js").Metric[]} shown  M metrics; the first is drawn
   * @param {import("../../../stage/types.js").Floats} history  (H, 2 + 4 M V)
   * @param {string[]} colors  by variant
   */
  restart(shown, history, colors) {
    const [metric] = shown, wide = 4 * shown.length;
    this.metric = metric;
    setText(this.name, title(metric.label));
    setAttribute(this.element, "aria-label", title(metric.label));
    setAttribute(this.canvas, "aria-label",
      `${title(metric.label)} of every variant by epoch${this.isLinear ? "" : ", on a logarithmic axis"}`);
    this.rows = [];
    this.spacing = 1;
    this.cursor = null;
    this.colors = colors;
    const [, columns] = history.shape;
    for (let start = 0; start < history.length; start += columns) {
      const row = [history[start], history[start + 1]];
      for (let v = 0; v < colors.length; v++) row.push(...history.subarray(start + 2 + wide * v, start + 6 + wide * v));
      this.add(Float64Array.from(row));
    }
  }

  /** Add a frame's numbers. @param {import("./picture.js").CompareHeader} header */
  follow({ step, epoch, furthest, variants }) {
    this.cursor = step < furthest ? epoch : null;
    this.dirty = true;
    if (this.cursor !== null) return;
    const name = this.metric?.name ?? "";
    const infinite = this.metric?.better === "high" ? -Infinity : Infinity;
    const levels = variants.flatMap(({ levels: { [name]: each } }) =>
      each ? [each.q10, each.median, each.q90, each.worst].map((value) => value ?? infinite) : [NaN, NaN, NaN, NaN]);
    this.add(Float64Array.of(step, epoch, ...levels));
  }

  /** Append a row; one closer than the spacing replaces the last. When full, drop every second. @param {Float64Array} row */
  add(row) {
    const { rows } = this;
    while (rows.length && rows[rows.length - 1][0] >= row[0]) rows.pop();
    if (rows.length > 1 && rows[rows.length - 1][0] - rows[rows.length - 2][0] < this.spacing) rows.pop();
    rows.push(row);
    if (rows.length > CAPACITY) {
      this.rows = rows.filter((_, i) => i % 2 === 0);
      this.spacing = (2 * row[0]) / CAPACITY;
    }
    this.dirty = true;
  }

  /**
   * Return the tooltip's words for the pointer, or null outside the axis.
   *
   * @param {PointerEvent|null} event
   */
  point(event) {
    const share = event && (event.offsetX / this.scale - MARGIN.left) / (this.width - MARGIN.left - MARGIN.right);
    const isThere = share !== null && share >= -0.02 && share <= 1.02;
    const pointed = isThere ? Math.max(0, Math.min(share, 1)) : null;
    if (pointed !== this.pointed) this.dirty = true;
    this.pointed = pointed;
    return isThere ? () => this.words() : null;
  }

  /** Return the row nearest to the pointer. */
  rowPointedAt() {
    if (this.pointed === null || !this.rows.length) return null;
    const epoch = this.pointed * this.rows[this.rows.length - 1][1];
    return this.rows.reduce((best, row) => (Math.abs(row[1] - epoch) < Math.abs(best[1] - epoch) ? row : best));
  }

  /** Return the numbers of that row. @returns {import("../../../stage/tip.js").Content|null} */
  words() {
    const row = this.rowPointedAt(), { metric } = this;
    const written = (/** @type {number} */ value) => measured(metric, value);
    if (!row || !metric) return null;
    return {
      title: `${title(metric.label)} after epoch ${epochs(row[1])}`,
      head: ["median", "10–90%", "worst"],
      rows: this.titles.map((title, variant) => {
        const [low, median, high, worst] = row.subarray(2 + 4 * variant, 6 + 4 * variant);
        const [least, middle, most, last] = [low, median, high, worst].map((value) => said(value, written));
        return { color: this.colors[variant], series: variant, cells: [title, middle, `${least} to ${most}`, last] };
      }),
    };
  }

  /** @param {number} now */
  paint(now) {
    const { context, theme, width } = this;
    if (!this.dirty || !context || !theme || now - this.paintedAt < PAINT_EVERY_MS) return;
    this.dirty = false;
    this.paintedAt = now;
    const [low, high] = this.limits();
    const end = Math.max(this.rows.at(-1)?.[1] ?? 0, 1e-9);
    const bottom = this.height - MARGIN.bottom;
    const x = (/** @type {number} */ epoch) => MARGIN.left + (epoch / end) * (width - MARGIN.left - MARGIN.right);
    const reach = bottom - MARGIN.top;
    const scale = reach / Math.log(high / low);
    const most = high * 2; // above the picture: infinite values are drawn here
    const y = this.isLinear
      ? (/** @type {number} */ value) => bottom - Math.min(Math.max(value / high, 0), 1) * reach
      : (/** @type {number} */ value) => bottom - Math.log(Math.min(Math.max(value, low), most) / low) * scale;
    context.clearRect(0, 0, width, this.height);
    this.paintAxes(context, theme, low, high, y, end);
    context.save();
    context.beginPath();
    context.rect(MARGIN.left, MARGIN.top - 2, width - MARGIN.left - MARGIN.right + 2, bottom - MARGIN.top + 4);
    context.clip();
    context.lineJoin = "round";
    this.colors.forEach((color, variant) => this.paintBand(context, color, variant, x, y));
    this.colors.forEach((color, variant) => this.paintLines(context, color, variant, x, y));
    context.restore();
    context.fillStyle = theme.text;
    const pointed = this.rowPointedAt();
    if (pointed) context.fillRect(x(pointed[1]) - 0.5, MARGIN.top, 1, bottom - MARGIN.top);
    if (this.cursor === null) return;
    context.fillRect(x(this.cursor) - 1, MARGIN.top - 4, 2, bottom - MARGIN.top + 4);
  }

  /** Whether the metric is a share or a count, which may be 0; the axis then spans [0, 1], or from 0 to the most. */
  get isLinear() {
    return this.metric?.unit === "share" || this.metric?.unit === "count";
  }

  /** Ends of the axis: the lowest 10% level and the worst run, rounded to 1, 2, 5. @returns {[number, number]} */
  limits() {
    if (this.metric?.unit === "share") return [0, 1];
    let low = Infinity, high = 0, worst = 0;
    for (const row of this.rows) {
      for (let at = 2; at < row.length; at += 4) {
        if (row[at + LOW] < low) low = row[at + LOW];
        if (row[at + HIGH] > high && row[at + HIGH] < Infinity) high = row[at + HIGH];
        if (row[at + WORST] > worst && row[at + WORST] < Infinity) worst = row[at + WORST];
      }
    }
    if (this.isLinear) return [0, nice(Math.max(high, worst, 1), true)];
    if (!(Math.max(high, worst) > 0 && low < Infinity)) return [0.01, 1];
    worst ||= high;
    high ||= worst;
    const start = Math.max(...this.rows[0].filter((value, at) => at >= 2 && at % 4 === 0 && Number.isFinite(value)), 0);
    const top = nice(Math.min(worst, high * WORST_SPAN, start * BLOWN_UP || Infinity), true);
    const bottom = nice(Math.max(Math.min(low, top / 5), LEAST), false);
    return [bottom, top];
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {Theme} theme
   * @param {number} low
   * @param {number} high
   * @param {(value: number) => number} y
   * @param {number} end
   */
  paintAxes(context, theme, low, high, y, end) {
    const { width } = this;
    context.strokeStyle = theme.faint;
    context.fillStyle = theme.muted;
    context.lineWidth = 1;
    context.font = `11px ${theme.font}`;
    context.textBaseline = "middle";
    context.textAlign = "right";
    context.beginPath();
    const isShare = this.metric?.unit === "share", apart = isShare ? 0.25 : Math.max(1, high / 5);
    for (let value = 0; this.isLinear && value <= high * 1.001; value += apart) {
      const at = Math.round(y(value)) + 0.5;
      context.moveTo(MARGIN.left, at);
      context.lineTo(width - MARGIN.right, at);
      context.fillText(isShare ? percent(value) : scaled(value), MARGIN.left - 6, at);
    }
    const isWide = high / low > 60; // room for powers of ten only
    const stride = 10 ** Math.ceil(Math.log10(high / low) / MOST_LINES - 1e-9);
    for (let decade = 10 ** Math.floor(Math.log10(low) + 1e-9); !this.isLinear && decade <= high * 1.001; decade *= Math.max(stride, 10)) {
      for (const digit of isWide ? [1] : [1, 2, 5]) {
        const value = digit * decade;
        if (value < low * 0.999 || value > high * 1.001) continue;
        const at = Math.round(y(value)) + 0.5;
        context.moveTo(MARGIN.left, at);
        context.lineTo(width - MARGIN.right, at);
        context.fillText(scaled(value), MARGIN.left - 6, at);
      }
    }
    context.stroke();
    context.textBaseline = "alphabetic";
    context.fillText(`epoch ${epochs(end < 1e-6 ? 0 : end)}`, width - MARGIN.right, this.height - 4);
    context.textAlign = "left";
    context.fillText("0", MARGIN.left, this.height - 4);
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {string} color
   * @param {number} variant
   * @param {(epoch: number) => number} x
   * @param {(value: number) => number} y
   */
  paintBand(context, color, variant, x, y) {
    const rows = this.rows.filter((row) => Number.isFinite(row[2 + 4 * variant + LOW]));
    context.beginPath();
    for (const row of rows) context.lineTo(x(row[1]), y(row[2 + 4 * variant + HIGH]));
    for (const row of rows.reverse()) context.lineTo(x(row[1]), y(row[2 + 4 * variant + LOW]));
    context.closePath();
    context.globalAlpha = 0.2;
    context.fillStyle = color;
    context.fill();
    context.globalAlpha = 1;
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {string} color
   * @param {number} variant
   * @param {(epoch: number) => number} x
   * @param {(value: number) => number} y
   */
  paintLines(context, color, variant, x, y) {
    context.strokeStyle = color;
    const lines = /** @type {[number, number, number[]][]} */ ([[WORST, 1, [4, 3]], [MEDIAN, 2.25, []]]);
    /** @type {[number, number]|null} */
    let end = null;
    for (const [level, lineWidth, dash] of lines) {
      context.lineWidth = lineWidth;
      context.setLineDash(dash);
      context.beginPath();
      for (const row of this.rows) {
        const value = row[2 + 4 * variant + level];
        if (Number.isNaN(value)) continue;
        end = [x(row[1]), y(value)];
        context.lineTo(...end);
      }
      context.stroke();
    }
    if (end && this.theme) paintMark(context, variant, ...end, color, this.theme.background);
  }
}

/**
 * Round to the next of 1, 2, 5 · 10ⁿ, so that the axis is steady.
 *
 * @param {number} value
 * @param {boolean} up
 */
export function nice(value, up) {
  const decade = 10 ** Math.floor(Math.log10(value));
  const steps = [1, 2, 5, 10].map((digit) => digit * decade);
  return up ? steps.find((step) => step >= value * 0.999) ?? 10 * decade
    : steps.reverse().find((step) => step <= value * 1.001) ?? decade;
}
