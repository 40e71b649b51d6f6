// @ts-check
/** The live loss trace: a bounded history, however long the run. */

import { fit, h, setText } from "./dom.js";
import { count, loss, percent, scaled } from "./format.js";

/** @typedef {import("./colors.js").Theme} Theme */
/** @typedef {import("./types.js").Moment} Moment */

const CAPACITY = 600;
const HEIGHT = 118;
const MARGIN = { left: 44, right: 26, top: 8, bottom: 20 };
const PAINT_EVERY_MS = 33;

/** Losses by step. When it is full every second point goes and the spacing doubles. */
export class History {
  constructor() {
    this.steps = new Float64Array(CAPACITY);
    this.train = new Float32Array(CAPACITY);
    this.test = new Float32Array(CAPACITY);
    this.length = 0;
    this.spacing = 1;
  }

  /**
   * The newest point is always kept; it gives way to the next one until it stands far enough from the last.
   *
   * @param {number} step
   * @param {number|null} train
   * @param {number|null} test
   */
  add(step, train, test) {
    while (this.length && this.steps[this.length - 1] >= step) this.length -= 1;
    const previous = this.length - 2;
    if (previous >= 0 && this.steps[this.length - 1] - this.steps[previous] < this.spacing) this.length -= 1;
    if (this.length === CAPACITY) this.halve();
    this.steps[this.length] = step;
    this.train[this.length] = train ?? NaN;
    this.test[this.length] = test ?? NaN;
    this.length += 1;
  }

  halve() {
    const half = CAPACITY / 2;
    for (const series of [this.steps, this.train, this.test]) {
      for (let i = 0; i < half; i++) series[i] = series[2 * i];
    }
    this.length = half;
    this.spacing = (2 * (this.steps[half - 1] - this.steps[0])) / CAPACITY;
  }

  get last() {
    return this.length ? this.steps[this.length - 1] : 0;
  }

  /** @returns {History} */
  copy() {
    const copy = new History();
    copy.steps.set(this.steps);
    copy.train.set(this.train);
    copy.test.set(this.test);
    copy.length = this.length;
    copy.spacing = this.spacing;
    return copy;
  }

  maximum() {
    let highest = 0;
    for (let i = 0; i < this.length; i++) {
      // Comparisons with NaN are false, which skips the points where the run diverged.
      if (this.train[i] > highest && this.train[i] < Infinity) highest = this.train[i];
      if (this.test[i] > highest && this.test[i] < Infinity) highest = this.test[i];
    }
    return highest || 1;
  }
}

export class Trace {
  constructor() {
    this.history = new History();
    /** The future that a change in the past has replaced. @type {History|null} */
    this.ghost = null;
    /** The step in the past that is shown. @type {number|null} */
    this.cursor = null;
    this.canvas = h("canvas", { role: "img", "aria-label": "Training and test loss by step" });
    this.train = row("train", "Training");
    this.test = row("test", "Test");
    this.element = h("section", { class: "nn-trace", "aria-label": "Loss" },
      h("div", { class: "nn-metrics" }, this.train.element, this.test.element), this.canvas);
    this.width = 0;
    this.scale = 1;
    this.paintedAt = 0;
    this.dirty = true;
  }

  /** @param {Theme} theme */
  setTheme(theme) {
    this.theme = theme;
    this.dirty = true;
  }

  /**
   * @param {number} width  in CSS pixels
   * @param {number} scale  of these to a pixel of the drawing
   */
  resize(width, scale) {
    if (width / scale === this.width && scale === this.scale) return;
    this.width = width / scale;
    this.scale = scale;
    this.context = fit(this.canvas, this.width, HEIGHT, scale);
    this.dirty = true;
  }

  /** @param {Float32Array} [past]  (H, 3): step, training loss, test loss */
  restart(past = new Float32Array()) {
    this.history = new History();
    this.ghost = this.cursor = null;
    for (let i = 0; i < past.length; i += 3) this.history.add(past[i], past[i + 1], past[i + 2]);
    this.dirty = true;
  }

  /** @param {import("./types.js").Header} header */
  add({ step, furthest, metrics }) {
    this.cursor = step < furthest ? step : null;
    this.dirty = true;
    if (this.cursor !== null) return;
    if (step < this.history.last) this.ghost = this.history.copy();
    this.history.add(step, metrics.train_loss, metrics.test_loss);
  }

  /** @param {Moment} moment */
  showNumbers({ header: { metrics } }) {
    setText(this.train.loss, loss(metrics.train_loss));
    setText(this.test.loss, loss(metrics.test_loss));
    setText(this.train.accuracy, accuracy(metrics.train_accuracy));
    setText(this.test.accuracy, accuracy(metrics.test_accuracy));
  }

  /** @param {number} now */
  paint(now) {
    if (!this.dirty || !this.context || !this.theme || now - this.paintedAt < PAINT_EVERY_MS) return;
    this.dirty = false;
    this.paintedAt = now;
    const { context, width, theme, history } = this;
    const top = niceCeiling(Math.max(history.maximum(), this.ghost?.maximum() ?? 0));
    context.clearRect(0, 0, width, HEIGHT);
    this.paintAxes(top);
    context.lineJoin = "round";
    if (this.ghost) {
      context.setLineDash([3, 3]);
      this.paintLine(this.ghost, "train", top, theme.muted, 1);
      this.paintLine(this.ghost, "test", top, theme.muted, 1.5);
      context.setLineDash([]);
    }
    this.paintLine(history, "train", top, theme.muted, 1.25);
    this.paintLine(history, "test", top, theme.text, 1.75);
    if (this.cursor !== null) this.paintCursor(this.cursor);
  }

  /** The step at the right edge. */
  end() {
    return Math.max(this.history.last, this.ghost?.last ?? 0);
  }

  /** @param {number} step */
  paintCursor(step) {
    const { context, width, theme, history } = this;
    if (!context || !theme) return;
    const start = history.length ? history.steps[0] : 0;
    const share = (step - start) / (this.end() - start || 1);
    const x = MARGIN.left + share * (width - MARGIN.left - MARGIN.right);
    context.strokeStyle = theme.text;
    context.lineWidth = 2;
    context.beginPath();
    context.moveTo(x, MARGIN.top - 4);
    context.lineTo(x, HEIGHT - MARGIN.bottom);
    context.stroke();
  }

  /** @param {number} top */
  paintAxes(top) {
    const { context, width, theme, history } = this;
    if (!context || !theme) return;
    const bottom = HEIGHT - MARGIN.bottom;
    const right = width - MARGIN.right;
    context.strokeStyle = theme.faint;
    context.lineWidth = 1;
    context.beginPath();
    for (const y of [MARGIN.top, (MARGIN.top + bottom) / 2, bottom]) {
      context.moveTo(MARGIN.left, Math.round(y) + 0.5);
      context.lineTo(right, Math.round(y) + 0.5);
    }
    context.stroke();
    context.fillStyle = theme.muted;
    context.font = `11px ${theme.font}`;
    context.textBaseline = "middle";
    context.textAlign = "right";
    context.fillText(scaled(top), MARGIN.left - 6, MARGIN.top + 2);
    context.fillText("0", MARGIN.left - 6, bottom);
    context.textBaseline = "alphabetic";
    context.fillText(`step ${count(this.end())}`, right, HEIGHT - 4);
    context.textAlign = "left";
    context.fillText(count(history.length ? history.steps[0] : 0), MARGIN.left, HEIGHT - 4);
  }

  /**
   * @param {History} history
   * @param {"train"|"test"} part
   * @param {number} top
   * @param {string} color
   * @param {number} lineWidth
   */
  paintLine(history, part, top, color, lineWidth) {
    const { context, width } = this;
    const { steps, length, [part]: values } = history;
    if (!context) return;
    const scaleX = (width - MARGIN.left - MARGIN.right) / (this.end() - steps[0] || 1);
    const bottom = HEIGHT - MARGIN.bottom;
    const scaleY = (bottom - MARGIN.top) / top;
    let penDown = false;
    context.strokeStyle = color;
    context.lineWidth = lineWidth;
    context.beginPath();
    for (let i = 0; i < length; i++) {
      const drawable = values[i] <= top;
      const x = MARGIN.left + (steps[i] - steps[0]) * scaleX;
      const y = bottom - values[i] * scaleY;
      if (drawable && penDown) context.lineTo(x, y);
      else if (drawable) context.moveTo(x, y);
      penDown = drawable;
    }
    context.stroke();
  }
}

/**
 * @param {string} kind
 * @param {string} label
 */
function row(kind, label) {
  const lossText = h("span", { class: "nn-metric-value" }, "–");
  const accuracyText = h("span", { class: "nn-metric-accuracy" });
  const element = h("div", { class: `nn-metric nn-metric-${kind}` },
    h("span", { class: "nn-metric-label" }, `${label} loss`), lossText, accuracyText);
  return { element, loss: lossText, accuracy: accuracyText };
}

/** @param {number|null|undefined} share */
function accuracy(share) {
  return share == null ? "" : `${percent(share)} correct`;
}

/**
 * The next number up with two digits, so that the axis does not twitch with every frame.
 *
 * @param {number} value
 */
export function niceCeiling(value) {
  const unit = 10 ** Math.floor(Math.log10(value)) / 10;
  return Math.ceil(value / unit / 5) * 5 * unit;
}
