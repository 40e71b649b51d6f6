// @ts-check
/**
 * Why variants differ: how much gradient comes to each layer, on a logarithmic axis, and what the layer's units put
 * out. Where a gradient vanishes on its way to the first layer, its bars sink from right to left.
 */

import { fit, h } from "./dom.js";

/** @typedef {import("./colors.js").Theme} Theme */

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
const BARS = 112, NAMES = 22, ROW = 44;
const LEAST = 1e-12, MOST = 1e3; // a norm beyond is of a network that is about to diverge
const SEEN = 0.005; // a smaller share is not worth a word

export class Why {
  constructor() {
    this.canvas = h("canvas", { role: "img", "aria-label": "Gradient norm and outputs of every layer, by variant" });
    this.element = h("section", { class: "nn-why", "aria-label": "Why" },
      h("h3", { class: "nn-compare-head" }, "Gradient in each layer",
        h("span", { class: "nn-caption" }, "median norm over seeds; below: what the units put out")),
      this.canvas);
    /** @type {LayerWhy[][]|null} */
    this.found = null;
    /** @type {string[]} */
    this.colors = [];
    this.width = this.height = 0;
    /** Powers of ten that the axis spans; it only grows during a run, so that bars can be followed. */
    this.span = [0, 0];
    this.dirty = true;
  }

  /** @param {Theme} theme */
  setTheme(theme) {
    this.theme = theme;
    this.dirty = true;
  }

  /** @param {number} width */
  resize(width) {
    const height = MARGIN.top + BARS + NAMES + ROW * this.colors.length;
    if (width <= 0 || (width === this.width && height === this.height)) return;
    this.width = width;
    this.height = height;
    this.context = fit(this.canvas, width, height);
    this.dirty = true;
  }

  /** @param {string[]} colors */
  restart(colors) {
    this.colors = colors;
    this.found = null;
    this.span = [0, 0];
    this.resize(this.width);
    this.dirty = true;
  }

  /** @param {LayerWhy[][]} found  by variant, then by layer */
  show(found) {
    this.found = found;
    this.dirty = true;
  }

  paint() {
    const { context, theme, found } = this;
    if (!this.dirty || !context || !theme) return;
    this.dirty = false;
    context.clearRect(0, 0, this.width, this.height);
    if (!found) return;
    const layers = Math.max(...found.map((each) => each.length));
    const column = (this.width - MARGIN.left - MARGIN.right) / layers;
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
    return MARGIN.top + BARS * (1 - Math.max(0, Math.min(1, share)));
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
      context.fillText(powerText(power), MARGIN.left - 6, y);
    }
    context.stroke();
    context.textAlign = "center";
    for (let i = 0; i < layers; i++) {
      const name = i === layers - 1 ? "output" : column > 60 ? `layer ${i + 1}` : String(i + 1);
      context.fillText(name, MARGIN.left + (i + 0.5) * column, MARGIN.top + BARS + 12);
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
    const bottom = MARGIN.top + BARS;
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
   * The histogram of a layer's outputs, and the share of its units that no longer answer.
   *
   * @param {CanvasRenderingContext2D} context
   * @param {Theme} theme
   * @param {LayerWhy} layer
   * @param {number} variant
   * @param {number} left
   * @param {number} column
   */
  paintOutputs(context, theme, { histogram, dead, saturated }, variant, left, column) {
    if (!histogram) return;
    const top = MARGIN.top + BARS + NAMES + ROW * variant;
    const inner = column - 12, x = left + 6, floor = top + ROW - 17;
    const bin = inner / histogram.length;
    const most = Math.max(...histogram, 1e-9);
    context.fillStyle = this.colors[variant];
    histogram.forEach((share, i) => {
      const height = Math.sqrt(share / most) * (ROW - 20); // by the root: a single full bin would hide all others
      context.fillRect(x + i * bin, floor - height, Math.max(bin - 0.5, 0.5), height);
    });
    context.fillStyle = theme.faint;
    context.fillRect(x, floor, inner, 1);
    const kind = dead !== null ? "dead" : saturated !== null ? "saturated" : "";
    const share = dead ?? saturated ?? 0;
    if (!kind || share < SEEN) return;
    context.fillStyle = share >= 0.25 ? theme.text : theme.muted;
    context.textAlign = "center";
    const text = `${Math.round(share * 100)} %${column > 84 ? ` ${kind}` : kind === "dead" ? " †" : " sat."}`;
    context.fillText(text, left + column / 2, floor + 8);
  }
}

/** @param {number} power */
function powerText(power) {
  if (power >= -2 && power <= 2) return String(Number((10 ** power).toPrecision(1)));
  return `10${[...String(power)].map((sign) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(sign)] ?? "⁻").join("")}`;
}
