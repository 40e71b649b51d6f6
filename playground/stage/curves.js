// @ts-check
/**
 * The live curves of the scene's metrics: all their numbers, and a chart of the metrics that share one pair of axes, at
 * first the score's. A click on other numbers draws their axes.
 */

import { paintAcross, paintNames } from "./across.js";
import { fit, h, isSharp, setAttribute, setText, windowRoom } from "./dom.js";
import { count, percent, scaled } from "./format.js";
import { History } from "./history.js";
import { measured, title } from "./metrics.js";
import { place, ticks } from "./steps.js";

/** @typedef {import("./colors.js").Theme} Theme */
/** @typedef {import("./types.js").Metric} Metric */
/** @typedef {import("./types.js").Moment} Moment */

/** Height of the drawing; smaller in a low window, such as a projector's. */
const TALL = 118, LOW = 92, LOW_WINDOW = 800;
const MARGIN = { left: 44, right: 26, top: 8, bottom: 20 };
const TICK_ROOM = 64; // between the numbers below the axis
const PAINT_EVERY_MS = 33;
/** Dashes of a baseline, and of another learner's line. */
const DOTS = [1, 3], OTHERS = [6, 4];

export class Curves {
  /** @param {() => void} onChange  there is something to paint */
  constructor(onChange) {
    this.onChange = onChange;
    /** @type {Metric[]} */
    this.metrics = [];
    /** @type {import("./types.js").Baseline[]} */
    this.baselines = [];
    /** Other learners, drawn as baselines of their own look. @type {import("./types.js").Baseline[]} */
    this.others = [];
    /** The axes that are drawn. */
    this.axes = "";
    /** @type {Group[]} */
    this.groups = [];
    this.history = new History(0);
    /** The future that a change in the past has replaced. @type {History|null} */
    this.ghost = null;
    /** The step in the past that is shown. @type {number|null} */
    this.cursor = null;
    this.canvas = h("canvas", { role: "img" });
    this.numbers = h("div", { class: "nn-metrics" });
    this.element = h("section", { class: "nn-curves", "aria-label": "Curves" },
      h("h2", { class: "nn-unseen" }, "Curves"), this.numbers, this.canvas);
    this.width = this.height = 0;
    this.scale = 1;
    this.paintedAt = 0;
    this.dirty = true;
  }

  /** @param {Theme} theme */
  setTheme(theme) {
    this.theme = theme;
    this.choose(this.axes);
  }

  /**
   * @param {number} width  in CSS pixels
   * @param {number} scale  of these to a pixel of the drawing
   */
  resize(width, scale) {
    const height = windowRoom() < LOW_WINDOW ? LOW : TALL;
    if (width / scale === this.width && height === this.height && scale === this.scale && isSharp(this.canvas)) return;
    this.width = width / scale;
    this.height = height;
    this.scale = scale;
    this.context = fit(this.canvas, this.width, height, scale);
    this.dirty = true;
  }

  /** Begin another run, or the same one after a reconnection. @param {Pick<Moment, "header"|"scene"|"arrays">} moment */
  restart({ header: { columns = [], metrics: found }, scene: { metrics, score, baselines = [] }, arrays: { curves } }) {
    if (JSON.stringify(metrics) !== JSON.stringify(this.metrics)) this.build(metrics);
    const has = metrics.some(({ name, axes }) => axes === this.axes && name in found);
    if (!has) this.choose(metrics.find(({ name }) => name === score)?.axes ?? "");
    this.baselines = baselines;
    this.explain();
    this.history = new History(metrics.length);
    this.ghost = this.cursor = null;
    const step = columns.indexOf("step"), places = metrics.map(({ name }) => columns.indexOf(name));
    const [rows, width] = curves?.shape ?? [0, 0];
    for (let row = 0; curves && row < rows; row++) {
      const start = row * width;
      this.history.add(curves[start + step], places.map((place) => (place < 0 ? NaN : curves[start + place])));
    }
    this.dirty = true;
  }

  /** Draws the lines of other learners. @param {import("./types.js").Baseline[]} others */
  stand(others) {
    if (JSON.stringify(others) === JSON.stringify(this.others)) return;
    this.others = others;
    this.dirty = true;
  }

  /** The lines across the chart that is drawn. */
  across() {
    return [...this.baselines, ...this.others].filter(({ axes }) => axes === this.axes);
  }

  /**
   * Those of ``lines`` that belong to the drawn axes, from the top.
   *
   * @param {import("./types.js").Baseline[]} lines
   * @param {number[]} range
   */
  held(lines, range) {
    return lines.filter(({ axes }) => axes === this.axes)
      .map(({ label, value }) => ({ label, y: this.y(value, range) })).sort((a, b) => a.y - b.y);
  }

  /**
   * Lines by the end at which their names stand: a curve begins where it is bad and ends where it is good, so a line
   * among good values has its name at the beginning, which the curve leaves free.
   *
   * @template {{y: number}} L
   * @param {L[]} lines
   * @returns {L[][]}
   */
  apart(lines) {
    const isLowGood = this.metrics.find(({ axes }) => axes === this.axes)?.better !== "high";
    const middle = (MARGIN.top + this.height - MARGIN.bottom) / 2;
    const isGood = (/** @type {L} */ { y }) => (y > middle) === isLowGood;
    return [lines.filter(isGood), lines.filter((line) => !isGood(line))];
  }

  /**
   * The numbers: a group for the metrics of all equal axes.
   *
   * @param {Metric[]} metrics
   */
  build(metrics) {
    this.metrics = metrics;
    const axes = [...new Set(metrics.map((metric) => metric.axes))];
    this.groups = axes.map((name) => group(metrics.filter((metric) => metric.axes === name), axes.length > 1 && (() => {
      this.choose(name);
      this.onChange();
    })));
    this.numbers.replaceChildren(...this.groups.map(({ element }) => element));
    this.axes = "";
  }

  /** Draws the curves of some axes. @param {string} axes */
  choose(axes) {
    this.axes = axes;
    this.dirty = true;
    for (const { element, rows } of this.groups) {
      const isDrawn = rows[0].metric.axes === axes;
      element.classList.toggle("nn-drawn", isDrawn);
      if (element.tagName === "BUTTON") setAttribute(element, "aria-pressed", String(isDrawn));
      rows.forEach(({ swatch }, i) => {
        const { color, width } = this.pen(i, rows.length);
        swatch.style.borderTop = `${Math.round(width + 1)}px solid ${color}`;
      });
    }
    const labels = this.drawn().map((line) => this.metrics[line].label).join(", ");
    setAttribute(this.canvas, "aria-label", title(`${labels} by step`));
    this.explain();
  }

  /** What the chart's baselines are. */
  explain() {
    const found = this.baselines.filter(({ axes, help }) => help && axes === this.axes);
    setAttribute(this.canvas, "title", found.map(({ label, help }) => title(`${label}: ${help}.`)).join("\n"));
  }

  /** The lines of the axes drawn. */
  drawn() {
    return this.metrics.flatMap(({ axes }, line) => (axes === this.axes ? [line] : []));
  }

  /**
   * The last of some lines stands out; hues are for the third and further ones. So it is in ``pages/charts.py``.
   *
   * @param {number} line
   * @param {number} lines
   */
  pen(line, lines) {
    const { theme } = this;
    if (!theme) return { color: "", width: 0 };
    if (line === lines - 1) return { color: theme.text, width: 1.75 };
    return { color: line === lines - 2 ? theme.muted : theme.series[line % theme.series.length], width: 1.25 };
  }

  /** @param {import("./types.js").Header} header */
  add({ step, furthest, metrics, measured_at = step }) {
    this.cursor = step < furthest ? step : null;
    this.dirty = true;
    if (this.cursor !== null) return;
    if (step < this.history.last) this.ghost = this.history.copy();
    this.history.add(measured_at, this.metrics.map(({ name }) => metrics[name]));
  }

  /** @param {Pick<Moment, "header">} moment */
  showNumbers({ header: { metrics } }) {
    for (const { rows } of this.groups) {
      for (const { metric, element, value } of rows) {
        element.hidden = !(metric.name in metrics);
        setText(value, measured(metric, metrics[metric.name]));
      }
    }
    for (const { element, rows } of this.groups) element.hidden = rows.every((row) => row.element.hidden);
  }

  /** @param {number} now */
  paint(now) {
    const { context, width, theme, history, ghost } = this;
    if (!this.dirty || !context || !theme || now - this.paintedAt < PAINT_EVERY_MS) return;
    this.dirty = false;
    this.paintedAt = now;
    const lines = this.drawn();
    const range = this.range(lines);
    context.clearRect(0, 0, width, this.height);
    this.paintAxes(range);
    const of = { context, theme, from: MARGIN.left, to: width - MARGIN.right, top: MARGIN.top };
    const baselines = this.held(this.baselines, range), others = this.held(this.others, range);
    const [early, late] = this.apart(baselines);
    paintAcross(of, baselines, DOTS);
    paintAcross(of, others, OTHERS);
    context.lineJoin = "round";
    if (ghost) {
      context.setLineDash([3, 3]);
      lines.forEach((line, i) => this.paintLine(ghost, line, range, { ...this.pen(i, lines.length), color: theme.muted }));
      context.setLineDash([]);
    }
    lines.forEach((line, i) => this.paintLine(history, line, range, this.pen(i, lines.length)));
    paintNames(of, late, "right"); // over all lines: none goes through a name
    paintNames(of, [...early, ...others].sort((a, b) => a.y - b.y), "left");
    if (this.cursor !== null) this.paintCursor(this.cursor);
  }

  /** Return the ends of the axis: [0, 1] for shares, else 0 and a bound of the drawn lines. @param {number[]} lines */
  range(lines) {
    if (this.isShare()) return [0, 1];
    const held = this.across().map(({ value }) => value);
    const ends = [this.history, ...(this.ghost ? [this.ghost] : [])].flatMap((history) => history.extent(lines));
    const low = Math.min(0, ...ends, ...held), high = Math.max(0, ...ends, ...held);
    return [low < 0 ? -niceCeiling(-low) : 0, high > 0 || low === 0 ? niceCeiling(high || 1) : 0];
  }

  isShare() {
    return this.metrics.find(({ axes }) => axes === this.axes)?.unit === "share";
  }

  /** The step at the right edge. */
  end() {
    return Math.max(this.history.last, this.ghost?.last ?? 0);
  }

  /** @param {number} step */
  x(step) {
    return MARGIN.left + place(step, this.end()) * (this.width - MARGIN.left - MARGIN.right);
  }

  /**
   * @param {number} value
   * @param {number[]} range
   */
  y(value, [low, high]) {
    const bottom = this.height - MARGIN.bottom;
    return bottom - ((value - low) / (high - low)) * (bottom - MARGIN.top);
  }

  /** @param {number} step */
  paintCursor(step) {
    const { context, theme } = this;
    if (!context || !theme) return;
    context.fillStyle = theme.text;
    context.fillRect(this.x(step) - 1, MARGIN.top - 4, 2, this.height - MARGIN.bottom - MARGIN.top + 4);
  }

  /** @param {number[]} range */
  paintAxes([low, high]) {
    const { context, width, theme } = this;
    if (!context || !theme) return;
    const bottom = this.height - MARGIN.bottom;
    const right = width - MARGIN.right;
    const text = this.isShare() ? percent : scaled;
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
    context.fillText(text(high), MARGIN.left - 6, MARGIN.top + 2);
    context.fillText(low ? text(low) : "0", MARGIN.left - 6, bottom);
    context.textBaseline = "alphabetic";
    context.fillText(`step ${count(this.end())}`, right, this.height - 4);
    context.textAlign = "left";
    context.fillText("0", MARGIN.left, this.height - 4);
    context.textAlign = "center";
    for (const step of ticks(this.end(), TICK_ROOM / (right - MARGIN.left))) {
      context.fillText(count(step), this.x(step), this.height - 4);
      context.fillRect(this.x(step) - 0.5, bottom, 1, 3);
    }
  }

  /**
   * @param {History} history
   * @param {number} line
   * @param {number[]} range
   * @param {{color: string, width: number}} pen
   */
  paintLine({ steps, length, lines }, line, range, { color, width }) {
    const { context } = this;
    if (!context) return;
    const values = lines[line];
    let penDown = false;
    context.strokeStyle = color;
    context.lineWidth = width;
    context.beginPath();
    for (let i = 0; i < length; i++) {
      if (Number.isNaN(values[i])) continue; // not measured there
      const drawable = values[i] >= range[0] && values[i] <= range[1];
      const x = this.x(steps[i]), y = this.y(values[i], range);
      if (drawable && penDown) context.lineTo(x, y);
      else if (drawable) context.moveTo(x, y);
      penDown = drawable;
    }
    context.stroke();
  }
}

/**
 * @typedef {{metric: Metric, element: HTMLElement, swatch: HTMLElement, value: HTMLElement}} Row
 * @typedef {{element: HTMLElement, rows: Row[]}} Group
 */

/**
 * The numbers of some metrics that share axes.
 *
 * @param {Metric[]} metrics
 * @param {(() => void)|false} onPress
 * @returns {Group}
 */
function group(metrics, onPress) {
  const rows = metrics.map((metric) => {
    const swatch = h("i", { class: "nn-metric-swatch" });
    const value = h("span", { class: "nn-metric-value" }, "–");
    const element = h("span", { class: "nn-metric", title: metric.help || null }, swatch, h("span", { class: "nn-metric-label" }, title(metric.label)), value);
    return { metric, element, swatch, value };
  });
  const elements = rows.map(({ element }) => element);
  const { axes } = metrics[0];
  const element = onPress
    ? h("button", { class: "nn-axes", type: "button", title: `Draw the ${axes}`, onclick: onPress }, ...elements)
    : h("div", { class: "nn-axes" }, ...elements);
  return { element, rows };
}

/**
 * Round up to two digits, so that the axis is steady.
 *
 * @param {number} value
 */
export function niceCeiling(value) {
  const unit = 10 ** Math.floor(Math.log10(value)) / 10;
  return Math.ceil(value / unit / 5) * 5 * unit;
}
