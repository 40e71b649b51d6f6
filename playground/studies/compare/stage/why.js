// @ts-check
/**
 * Each layer's gradient norm, on a logarithmic axis, and histogram of outputs, by variant. Vanishing gradients show as
 * bars that fall towards the first layer.
 */

import { fit, h, isSharp, setText } from "../../../stage/dom.js";
import { percent, scaled } from "../../../stage/format.js";

/** @typedef {import("../../../stage/colors.js").Theme} Theme */

/**
 * @typedef {object} LayerWhy  one layer of one variant, over its seeds
 * @property {number|null} gradient  median norm
 * @property {number|null} low
 * @property {number|null} high
 * @property {number|null} dead
 * @property {number|null} saturated
 * @property {number[]|null} histogram
 * @property {[number, number]|null} range
 */

const MARGIN = { left: 46, right: 6, top: 8 };
const BARS = 112, LOW = 58, NAMES = 22, ROW = 44;
const LEAST = 1e-12, MOST = 1e3; // a larger norm means that the network is about to diverge
const NAMED_FROM = 118; // px of a column with room for a range, a share and its word
const SEEN = 0.005; // smaller shares are not written

export class Why {
  constructor() {
    this.canvas = h("canvas", { role: "img", "aria-label": "Gradient norm and outputs of every layer, by variant" });
    this.element = h("section", { class: "nn-why", "aria-label": "Why" },
      h("div", { class: "nn-compare-head" }, h("h2", {}, "Gradient in each layer"),
        (this.caption = h("span", { class: "nn-caption" }))),
      this.canvas);
    /** @type {LayerWhy[][]|null} */
    this.found = null;
    /** @type {string[]} */
    this.colors = [];
    /** @type {string[]} */
    this.titles = [];
    this.width = this.height = this.chart = 0;
    this.bars = BARS;
    this.scale = 1;
    /** Powers of ten at the ends of the axis; it only grows during a run, so that bars stay comparable. */
    this.span = [0, 0];
    this.dirty = true;
  }

  /** @param {Theme} theme */
  setTheme(theme) {
    this.theme = theme;
    this.dirty = true;
  }

  /**
   * @param {number} width  in CSS pixels
   * @param {number} scale  CSS pixels per pixel of the drawing
   * @param {number} chart  the height of a chart beside it, in pixels of the drawing
   */
  resize(width, scale, chart) {
    this.chart = chart;
    this.bars = Math.max(LOW, Math.min(BARS, chart - MARGIN.top - NAMES - 2 * ROW));
    const height = MARGIN.top + this.bars + NAMES + ROW * this.colors.length;
    if (width <= 0 || (width / scale === this.width && scale === this.scale && isSharp(this.canvas) && height === this.height)) return;
    this.width = width / scale;
    this.scale = scale;
    this.height = height;
    this.context = fit(this.canvas, this.width, height, scale);
    this.dirty = true;
  }

  /** @param {string[]} colors */
  restart(colors) {
    this.colors = colors;
    this.found = null;
    this.span = [0, 0];
    this.resize(this.width * this.scale, this.scale, this.chart);
    this.dirty = true;
  }

  /** @param {LayerWhy[][]} found  by variant, then by layer */
  show(found) {
    this.found = found;
    this.dirty = true;
  }

  /** Number of columns of bars. */
  get layers() {
    return Math.max(...(this.found ?? []).map((each) => each.length), 1);
  }

  /** Width of a column. */
  get column() {
    return (this.width - MARGIN.left - MARGIN.right) / this.layers;
  }

  /**
   * Return the tooltip's words for the layer at the pointer, or null outside.
   *
   * @param {PointerEvent|null} event
   */
  point(event) {
    const column = event ? Math.floor((event.offsetX / this.scale - MARGIN.left) / this.column) : -1;
    return column >= 0 && column < this.layers ? () => this.words(column) : null;
  }

  /** Return the numbers of a column. @param {number} column @returns {import("../../../stage/tip.js").Content|null} */
  words(column) {
    const { found, layers } = this;
    if (!found || column >= layers) return null;
    const isOutput = column === layers - 1;
    const rows = found.flatMap((each, variant) => {
      const layer = isOutput ? each[each.length - 1] : column < each.length - 1 ? each[column] : null;
      if (!layer) return [];
      const { gradient, low, high, dead, saturated } = layer;
      const share = dead !== null ? `${percent(dead, 0)} dead` : saturated !== null ? `${percent(saturated, 0)} saturated` : "–";
      const cells = [this.titles[variant], size(gradient), `${size(low)} to ${size(high)}`, ...(isOutput ? [] : [share])];
      return [{ color: this.colors[variant], series: variant, cells }];
    });
    const head = ["gradient norm", "10–90%", ...(isOutput ? [] : ["units"])];
    return { title: isOutput ? "Output layer" : `Hidden layer ${column + 1}`, head, rows };
  }

  paint() {
    const { context, theme, found } = this;
    if (!this.dirty || !context || !theme) return;
    this.dirty = false;
    context.clearRect(0, 0, this.width, this.height);
    if (!found) return;
    const { layers, column } = this;
    const isShort = column < NAMED_FROM && found.flat().some(({ dead, saturated }) => (dead ?? saturated ?? 0) >= SEEN);
    setText(this.caption, `median norm over the seeds; below: what units put out${isShort ? ", and how many are dead or saturated" : ""}`);
    this.stretch(found);
    this.paintAxis(context, theme, layers, column);
    found.forEach((each, variant) => each.forEach((layer, i) => {
      const isOutput = i === each.length - 1;
      const left = MARGIN.left + (isOutput ? layers - 1 : i) * column;
      this.paintBar(context, theme, layer, variant, left, column);
      if (layer.histogram) this.paintOutputs(context, theme, layer, variant, left, column);
    }));
  }

  /** @param {LayerWhy[][]} found */
  stretch(found) {
    const seen = found.flat().flatMap(({ low, high }) => [low, high]).filter((value) => value !== null && value > LEAST);
    if (!seen.length) return;
    const powers = seen.map((value) => Math.log10(Math.min(/** @type {number} */ (value), MOST)));
    const bottom = Math.floor(Math.min(...powers)), top = Math.ceil(Math.max(...powers) + 1e-9);
    const [low, high] = this.span[0] === this.span[1] ? [bottom, top] : this.span;
    this.span = [Math.min(low, bottom, top - 2), Math.max(high, top)];
  }

  /** @param {number} value */
  y(value) {
    const [low, high] = this.span;
    const share = (Math.log10(Math.max(value, LEAST)) - low) / (high - low || 1);
    return MARGIN.top + this.bars * (1 - Math.max(0, Math.min(1, share)));
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {Theme} theme
   * @param {number} layers
   * @param {number} column
   */
  paintAxis(context, theme, layers, column) {
    const [low, high] = this.span;
    const every = Math.max(1, Math.ceil((high - low) / 4));
    context.strokeStyle = theme.faint;
    context.fillStyle = theme.muted;
    context.lineWidth = 1;
    context.font = `11px ${theme.font}`;
    context.textBaseline = "middle";
    context.textAlign = "right";
    context.beginPath();
    for (let power = low; power <= high; power += every) {
      const y = Math.round(this.y(10 ** power)) + 0.5;
      context.moveTo(MARGIN.left, y);
      context.lineTo(this.width - MARGIN.right, y);
      context.fillText(scaled(10 ** power, 1), MARGIN.left - 6, y);
    }
    context.stroke();
    context.textAlign = "center";
    for (let i = 0; i < layers; i++) {
      const name = i === layers - 1 ? "output" : column > 60 ? `layer ${i + 1}` : String(i + 1);
      context.fillText(name, MARGIN.left + (i + 0.5) * column, MARGIN.top + this.bars + 12);
    }
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {Theme} theme
   * @param {LayerWhy} layer
   * @param {number} variant
   * @param {number} left
   * @param {number} column
   */
  paintBar(context, theme, { gradient, low, high }, variant, left, column) {
    const count = this.colors.length;
    const wide = Math.min(30, (column * 0.76) / count);
    const x = left + column / 2 + (variant - count / 2) * wide;
    const bottom = MARGIN.top + this.bars;
    context.fillStyle = this.colors[variant];
    if (!gradient) {
      context.fillText(gradient === 0 ? "0" : "–", x + wide / 2, bottom - 7);
      return;
    }
    const top = Math.min(this.y(gradient), bottom - 1.5);
    context.beginPath();
    context.roundRect(x + 1, top, wide - 2, bottom - top, [3, 3, 0, 0]);
    context.fill();
    if (low === null || high === null) return;
    context.strokeStyle = theme.text;
    context.globalAlpha = 0.6;
    context.beginPath();
    context.moveTo(x + wide / 2, this.y(low));
    context.lineTo(x + wide / 2, this.y(high));
    context.stroke();
    context.globalAlpha = 1;
  }

  /**
   * Paint the histogram of a layer's outputs, and the share of its dead or saturated units.
   *
   * @param {CanvasRenderingContext2D} context
   * @param {Theme} theme
   * @param {LayerWhy} layer
   * @param {number} variant
   * @param {number} left
   * @param {number} column
   */
  paintOutputs(context, theme, { histogram, range, dead, saturated }, variant, left, column) {
    if (!histogram) return;
    const top = MARGIN.top + this.bars + NAMES + ROW * variant;
    const inner = column - 12, x = left + 6, floor = top + ROW - 17;
    const bin = inner / histogram.length;
    const most = Math.max(...histogram, 1e-9);
    context.fillStyle = this.colors[variant];
    histogram.forEach((share, i) => {
      const height = Math.sqrt(share / most) * (ROW - 20); // square root, so that one full bin does not hide the others
      context.fillRect(x + i * bin, floor - height, Math.max(bin - 0.5, 0.5), height);
    });
    context.fillStyle = theme.faint;
    context.fillRect(x, floor, inner, 1);
    const kind = dead !== null ? "dead" : saturated !== null ? "saturated" : "";
    const share = dead ?? saturated ?? 0;
    const y = floor + 9;
    const hasWord = column >= NAMED_FROM, hasShare = kind !== "" && share >= SEEN;
    context.font = `10px ${theme.font}`;
    context.fillStyle = theme.muted;
    if (range && (hasWord || !hasShare)) {
      context.textAlign = "left";
      context.fillText(scaled(range[0]), x, y);
      context.textAlign = "right";
      context.fillText(scaled(range[1]), x + inner, y);
    }
    if (!hasShare) return;
    context.fillStyle = share >= 0.25 ? theme.text : theme.muted;
    context.textAlign = "center";
    context.fillText(hasWord ? `${percent(share, 0)} ${kind}` : percent(share, 0), left + column / 2, y);
  }
}

/** @param {number|null} norm */
function size(norm) {
  return norm === null ? "–" : scaled(norm);
}
