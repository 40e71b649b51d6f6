// @ts-check
/** The large square: the output of the network (or of one neuron) at every point, and the data. */

import { classColor, css, mixClasses, pixelCss, pointColor } from "../../../stage/colors.js";
import { fit, h, isSharp, setAttribute, setText } from "../../../stage/dom.js";
import { percent, short } from "../../../stage/format.js";
import { neuronName } from "./names.js";
import { Painter } from "./painter.js";
import { Raster } from "../../../stage/raster.js";

/** @typedef {import("./picture.js").NetworkMoment} Moment */
/** @typedef {import("./picture.js").Point} Point */
/** @typedef {import("../../../stage/types.js").Bytes} Bytes */
/** @typedef {import("../../../stage/types.js").Floats} Floats */
/** @typedef {import("../../../stage/colors.js").Theme} Theme */

const GUTTER = { right: 26, bottom: 20 };
const TICK_SPACING = 2;
const POINT_RADIUS = 3.3;
const KEY_STEP = 0.25;

export class Plane {
  /**
   * @param {((probe: Point|null) => void)|null} onProbe  null: no point can be probed
   * @param {((text: string) => void)|null} [onPaint]  null: no point can be painted
   */
  constructor(onProbe, onPaint = null) {
    this.onProbe = onProbe;
    this.painter = onPaint && new Painter(onPaint, () => this.moment && this.paintData(this.moment));
    /** @type {Moment|null} */
    this.moment = null;
    /** @type {Point|null} */
    this.probe = null;
    /** @type {number[]|null} */
    this.curve = null;
    this.map = new Raster({ class: "nn-plane-map" });
    this.data = h("canvas", { class: "nn-plane-layer" });
    this.cross = h("canvas", {
      class: `nn-plane-layer${onProbe ? " nn-plane-probe" : ""}`, role: onProbe ? "application" : "img", tabindex: onProbe && "0",
    });
    this.spoken = h("div", { class: "nn-words", "aria-live": "polite" });
    this.isByKey = false;
    this.square = h("div", { class: "nn-plane-square" }, this.map.canvas, this.data, this.cross);
    this.title = h("h2", { class: "nn-plane-title" }, "Output");
    this.legend = h("div", { class: "nn-legend" });
    this.slice = h("div", { class: "nn-slice" });
    this.element = h("section", { class: "nn-plane", "aria-label": "Map" }, this.title, ...(this.painter ? [this.painter.element] : []), this.square, this.legend, this.slice, this.spoken);
    this.size = 0;
    this.scale = 1;
    this.legendKind = "";
    /** @type {HTMLElement[]} */
    this.rangeTexts = [];
    if (onProbe) this.listen();
  }

  listen() {
    const { cross } = this;
    const follow = (/** @type {PointerEvent} */ event) => 
      this.setProbe(this.pointAt(event.offsetX / this.scale, event.offsetY / this.scale));
    cross.addEventListener("pointermove", follow);
    cross.addEventListener("pointerdown", follow);
    if (this.painter) this.listenForPaint(this.painter);
    cross.addEventListener("pointerleave", (event) => {
      // Lifting the finger keeps the numbers, so that they can be read; a tap elsewhere hides them.
      if (event.pointerType !== "touch") this.setProbe(null);
    });
    cross.addEventListener("blur", () => this.setProbe(null));
    cross.addEventListener("keydown", (event) => this.moveByKey(event));
    document.addEventListener("pointerdown", (this.release = (/** @type {PointerEvent} */ event) => {
      if (this.probe && event.target !== cross) this.setProbe(null);
    }));
  }

  /** @param {Painter} painter */
  listenForPaint(painter) {
    const at = (/** @type {PointerEvent} */ event) => this.pointAt(event.offsetX / this.scale, event.offsetY / this.scale);
    this.cross.addEventListener("pointerdown", (event) => {
      if (!painter.isOn || event.button) return;
      this.cross.setPointerCapture(event.pointerId);
      painter.press(at(event));
    });
    this.cross.addEventListener("pointermove", (event) => painter.move(at(event)));
    for (const end of /** @type {const} */ (["pointerup", "pointercancel"])) this.cross.addEventListener(end, () => painter.release());
  }

  destroy() {
    if (this.release) document.removeEventListener("pointerdown", this.release);
  }

  /** @param {KeyboardEvent} event */
  moveByKey(event) {
    if (event.key === "Escape") return this.setProbe(null);
    if (!(event.ctrlKey || event.metaKey || event.altKey) && this.painter?.isOn && this.painter.key(event, this.probe)) {
      event.preventDefault();
      return event.stopPropagation();
    }
    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
    const move = moves[/** @type {keyof typeof moves} */ (event.key)];
    if (!move || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    const [x, y] = this.probe ?? [0, 0];
    const [low, high] = this.domain ?? [-6, 6];
    const held = (/** @type {number} */ value) => Math.max(low, Math.min(high, value));
    this.setProbe([held(x + move[0] * KEY_STEP), held(y + move[1] * KEY_STEP)], true);
  }

  /**
   * @param {number} left
   * @param {number} top
   * @returns {Point|null}
   */
  pointAt(left, top) {
    if (!this.domain || left < 0 || top < 0 || left > this.size || top > this.size) return null;
    const [low, high] = this.domain;
    const round = (/** @type {number} */ value) => Math.round(value * 100) / 100;
    return [round(low + ((high - low) * left) / this.size), round(high - ((high - low) * top) / this.size)];
  }

  /**
   * @param {Point|null} probe
   * @param {boolean} [isByKey]  if so, screen readers announce the network's output there
   */
  setProbe(probe, isByKey = false) {
    if (!probe && !this.probe) return;
    this.probe = probe;
    this.isByKey = isByKey;
    this.paintCross();
    this.onProbe?.(probe);
  }

  /** @param {Theme} theme */
  setTheme(theme) {
    this.theme = theme;
    this.legendKind = "";
  }

  /**
   * @param {number} width  of the column, gutter included, in CSS pixels
   * @param {number} scale  CSS pixels per pixel of the drawing
   */
  resize(width, scale) {
    const size = Math.max(120, Math.floor(width / scale - GUTTER.right));
    if (size === this.size && scale === this.scale && isSharp(this.data)) return false;
    this.size = size;
    this.scale = scale;
    const { style } = this.map.canvas;
    style.width = style.height = `${size * scale}px`;
    this.square.style.height = `${(size + GUTTER.bottom) * scale}px`;
    this.dataContext = fit(this.data, size + GUTTER.right, size + GUTTER.bottom, scale);
    this.crossContext = fit(this.cross, size, size, scale);
    return true;
  }

  /** The map of this moment. @param {Moment} moment */
  paint({ header, scene, settings, arrays }) {
    const { theme, map } = this;
    if (!theme) return;
    const planes = arrays.plane;
    const [count, height, width] = planes.shape;
    map.resize(width, height);
    const { pixels } = map;
    if (count > 1) {
      mixClasses(planes, count, pixels, theme, settings.discretize);
    } else {
      const shown = shownClass(header, scene);
      const lut = shown !== null ? theme.softClasses[shown] : settings.discretize ? theme.softSign : theme.soft;
      for (let i = 0; i < pixels.length; i++) pixels[i] = lut[planes[i]];
    }
    map.show();
    this.curve = scene.curve_height && count === 1 ? curveOf(planes, arrays.plane_range, scene.curve_height) : null;
    if (!this.probe && !this.curve) return;
    this.answer = header.view.probe ? answer(scene, arrays.probe) : "";
    this.paintCross();
    if (!this.isByKey || String(header.view.probe) !== String(this.probe)) return;
    this.isByKey = false; // announce once: during training every frame has another output
    setText(this.spoken, this.probeText());
  }

  probeText() {
    const shown = this.moment?.scene.curve_height ? this.probe?.slice(0, 1) : this.probe;
    const place = `(${shown?.map((value) => short(Number(value.toFixed(2)))).join(", ")})`;
    return this.answer ? `${place} → ${this.answer}` : place;
  }

  /** The axes and the points: only when they, the theme or the size changed. @param {Moment} moment */
  paintData(moment) {
    const { theme, dataContext: context, size, painter } = this;
    if (!theme || !context) return;
    const { scene, settings } = this.moment = moment;
    painter?.take(scene, theme, settings.locked?.includes("own"));
    setAttribute(this.cross, "class", `nn-plane-layer${this.onProbe ? " nn-plane-probe" : ""}${painter?.isOn ? " nn-plane-painted" : ""}`);
    this.domain = scene.domain;
    context.clearRect(0, 0, size + GUTTER.right, size + GUTTER.bottom);
    this.paintTicks(context, theme);
    const { points, labels, is_test } = painter?.drawing() ?? moment.arrays;
    const [low, high] = scene.domain;
    const scale = size / (high - low);
    for (const test of settings.show_test || painter?.isOn ? [1, 0] : [0]) {
      for (let i = 0; i < labels.length; i++) {
        if (is_test[i] !== test) continue;
        const x = (points[2 * i] - low) * scale;
        const y = (high - (scene.curve_height ? labels[i] * scene.curve_height : points[2 * i + 1])) * scale;
        if (x < 0 || y < 0 || x > size || y > size) continue;
        const color = pointColor(theme, scene.task, labels[i]);
        if (test) paintTestPoint(context, x, y, color);
        else paintTrainPoint(context, x, y, color, scene.task === "regression" ? "rgba(20, 24, 30, .55)" : "#fff");
      }
    }
    if (scene.curve_height) this.paintColumns(context, theme, ["x", "f(x)"]);
    if (scene.columns?.length) this.paintColumns(context, theme, scene.columns.map((name, i) => `x${"₁₂"[i]}: ${name}`));
  }

  /**
   * What the axes are, where they have a name.
   *
   * @param {CanvasRenderingContext2D} context
   * @param {Theme} theme
   * @param {string[]} columns
   */
  paintColumns(context, theme, [across, up]) {
    context.font = `600 11px ${theme.font}`;
    context.textBaseline = "middle";
    context.lineWidth = 3;
    context.strokeStyle = theme.background;
    context.fillStyle = theme.text;
    context.textAlign = "left";
    context.strokeText(up, 7, 11);
    context.fillText(up, 7, 11);
    context.textAlign = "right";
    context.strokeText(across, this.size - 7, this.size - 10);
    context.fillText(across, this.size - 7, this.size - 10);
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {Theme} theme
   */
  paintTicks(context, theme) {
    const { size, domain: [low, high] = [-6, 6] } = this;
    const unit = this.moment?.scene.curve_height || 1; // up a curve's values
    context.fillStyle = theme.muted;
    context.font = `11px ${theme.font}`;
    context.textBaseline = "middle";
    for (let value = low; value <= high; value += TICK_SPACING) {
      const along = ((value - low) / (high - low)) * size;
      const label = short(value);
      // The outermost labels move inward so that none is cut off.
      const inward = Math.max(7, Math.min(size - 7, size - along));
      context.textAlign = "left";
      context.fillText(short(value / unit), size + 7, inward);
      context.textAlign = value === low ? "left" : value === high ? "right" : "center";
      context.fillText(label, along, size + 13);
    }
  }

  paintCross() {
    const { crossContext: context, theme, size, probe, domain } = this;
    if (!context || !theme || !domain) return;
    context.clearRect(0, 0, size, size);
    const [low, high] = domain;
    if (this.curve) paintCurve(context, theme, this.curve.map((value) => ((high - value) / (high - low)) * size), size);
    if (!probe) return;
    const x = ((probe[0] - low) / (high - low)) * size;
    const y = ((high - probe[1]) / (high - low)) * size;
    context.strokeStyle = theme.text;
    context.lineWidth = 1;
    context.beginPath();
    context.moveTo(Math.round(x) + 0.5, 0);
    context.lineTo(Math.round(x) + 0.5, size);
    context.moveTo(0, Math.round(y) + 0.5);
    context.lineTo(size, Math.round(y) + 0.5);
    context.globalAlpha = 0.45;
    context.stroke();
    context.globalAlpha = 1;
    context.beginPath();
    context.arc(x, y, 5, 0, 2 * Math.PI);
    context.stroke();
    this.paintAnswer(context, theme, x, y);
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {Theme} theme
   * @param {number} x
   * @param {number} y
   */
  paintAnswer(context, theme, x, y) {
    if (!this.probe) return;
    const text = this.probeText();
    context.font = `600 12px ${theme.font}`;
    const width = context.measureText(text).width + 16;
    const left = x + 12 + width < this.size ? x + 12 : Math.max(4, x - 12 - width);
    const top = y > 40 ? y - 36 : y + 12;
    context.fillStyle = theme.background;
    context.strokeStyle = theme.faint;
    context.beginPath();
    context.roundRect(left, top, width, 24, 6);
    context.fill();
    context.stroke();
    context.fillStyle = theme.text;
    context.textAlign = "left";
    context.textBaseline = "middle";
    context.fillText(text, left + 8, top + 12.5);
  }

  /** What is shown, and its colours. @param {Moment} moment */
  showTexts({ header, scene, settings, arrays }) {
    const { neuron } = header.view;
    setText(this.slice, scene.plane_share === null ? "" : `A slice through the space of all ${scene.all_columns} columns: through their mean, `
      + `along two principal components, which have ${percent(scene.plane_share)} of the variance. Points are projected onto it.`);
    setText(this.title, neuron ? neuronName(scene, neuron) : "Output");
    setAttribute(this.cross, "aria-label",
      `${this.title.textContent} over ${scene.curve_height ? "x" : "x₁ and x₂"}, with the data.${this.onProbe ? " Arrow keys move a probe." : ""}`);
    const byClass = arrays.plane.shape[0] > 1;
    const shown = shownClass(header, scene);
    const kind = byClass ? "classes" : shown !== null ? `class ${shown}` : settings.discretize ? "sign" : "range";
    if (kind !== this.legendKind) this.buildLegend(kind, scene);
    if (byClass || !arrays.plane_range) return;
    const [low, high] = arrays.plane_range;
    const marks = shown !== null ? [0, high / 2, high] : [low, 0, high];
    this.rangeTexts.forEach((text, i) => setText(text, short(marks[i], 2)));
  }

  /**
   * @param {string} kind
   * @param {Moment["scene"]} scene
   */
  buildLegend(kind, scene) {
    this.legendKind = kind;
    if (kind === "classes") {
      this.rangeTexts = [];
      this.legend.replaceChildren(...scene.outputs.map((name, i) => {
        const swatch = h("i", { class: "nn-swatch", style: `background:${css(classColor(i))}` });
        return h("span", { class: "nn-legend-class" }, swatch, name);
      }));
      return;
    }
    const shown = kind.startsWith("class ") ? Number(kind.slice(6)) : null;
    const lut = this.theme && (shown !== null ? this.theme.softClasses[shown]
      : kind === "sign" ? this.theme.softSign : this.theme.soft);
    // A probability has only the upper half of the bytes.
    const [from, to] = shown !== null ? [128, 255] : [0, 255];
    const at = [0, 0.25, 0.499, 0.501, 0.75, 1];
    const stops = lut ? at.map((share) => `${pixelCss(lut[Math.round(from + share * (to - from))])} ${share * 100}%`) : [];
    this.rangeTexts = ["Least", "Middle", "Greatest"].map((end) => h("span", { title: `${end} value that the colours stand for` }));
    this.legend.replaceChildren(
      h("div", { class: "nn-legend-bar", style: `background:linear-gradient(90deg, ${stops.join(", ")})` }),
      h("div", { class: "nn-legend-range" }, ...this.rangeTexts), ...(shown === null && this.theme ? pointKey(this.theme, scene) : []));
  }
}

/**
 * Where a function of x alone stands in the plane, from left to right: the middle row of its map, as heights.
 *
 * @param {Bytes} planes
 * @param {Floats|undefined} range
 * @param {number} height  of the value 1
 */
function curveOf(planes, range, height) {
  const [, rows, columns] = planes.shape, start = columns * (rows >> 1), most = range?.[1] ?? 1;
  return Array.from(planes.subarray(start, start + columns), (byte) => ((byte - 128) / 127.5) * most * height);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Theme} theme
 * @param {number[]} heights  from the top, in pixels, evenly from the left to the right edge
 * @param {number} size
 */
function paintCurve(context, theme, heights, size) {
  for (const [width, style] of /** @type {[number, string][]} */ ([[6, theme.background], [2.5, theme.text]])) {
    context.beginPath();
    heights.forEach((top, i) => context.lineTo((i / (heights.length - 1)) * size, top));
    context.lineWidth = width;
    context.lineJoin = "round";
    context.strokeStyle = style;
    context.stroke();
  }
}

/**
 * What the points are, and the ground beneath them.
 *
 * @param {Theme} theme
 * @param {Moment["scene"]} scene
 */
function pointKey(theme, { task, class_names }) {
  const names = task === "regression" ? ["low value", "high value"] : class_names?.length === 2 ? class_names : ["−1", "+1"];
  const dots = names.map((name, i) => h("span", { class: "nn-legend-class" },
    h("i", { class: "nn-swatch nn-dot", style: `background:${pointColor(theme, task, task === "regression" ? 2 * i - 1 : i)}` }), name));
  return [h("div", { class: "nn-legend-key" }, "Points:", ...dots, h("span", {}, "Background: its answer"))];
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {number} x
 * @param {number} y
 * @param {string} color
 * @param {string} outline  dark where the points themselves may be nearly white
 */
export function paintTrainPoint(context, x, y, color, outline) {
  context.beginPath();
  context.arc(x, y, POINT_RADIUS, 0, 2 * Math.PI);
  context.fillStyle = color;
  context.fill();
  context.lineWidth = 1;
  context.strokeStyle = outline;
  context.stroke();
}

/**
 * Test points are hollow diamonds on white: another shape, so that no colour vision is needed.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {number} x
 * @param {number} y
 * @param {string} color
 */
function paintTestPoint(context, x, y, color) {
  const r = POINT_RADIUS + 0.8;
  context.beginPath();
  context.moveTo(x, y - r);
  context.lineTo(x + r, y);
  context.lineTo(x, y + r);
  context.lineTo(x - r, y);
  context.closePath();
  context.fillStyle = "#fff";
  context.fill();
  context.lineWidth = 1.75;
  context.strokeStyle = color;
  context.stroke();
}

/**
 * Return the prediction at the probed point as text; the outputs are the last of the probe's values.
 *
 * @param {Moment["scene"]} scene
 * @param {Float32Array|undefined} values
 */
function answer(scene, values) {
  if (!values) return "";
  const outputs = values.subarray(values.length - scene.outputs.length);
  if (outputs.length === 1) return short(outputs[0], 2);
  const best = outputs.indexOf(Math.max(...outputs));
  const share = outputs[best];
  const total = outputs.reduce((sum, value) => sum + value, 0);
  const areProbabilities = Math.abs(total - 1) < 0.01 && outputs.every((value) => value >= 0);
  return `${scene.outputs[best]} (${areProbabilities ? percent(share) : short(share, 2)})`;
}

/**
 * The class whose probability the plane shows alone, or null.
 *
 * @param {Moment["header"]} header
 * @param {Moment["scene"]} scene
 */
function shownClass({ view: { neuron } }, { outputs, hidden_sizes }) {
  const isOutput = neuron !== null && neuron[0] === hidden_sizes.length + 1;
  return isOutput && outputs.length > 1 ? neuron[1] : null;
}
