// @ts-check
/** One plane with layers: what the discriminator believes, the generator's manifold, real and fake points, arrows. */

import { fit, h } from "../../../stage/dom.js";
import { scaled, short } from "../../../stage/format.js";
import { Raster } from "../../../stage/raster.js";

/** @typedef {import("./picture.js").GANMoment} Moment */
/** @typedef {import("../../../stage/colors.js").Theme} Theme */

const LARGEST = 470, SMALLEST = 200, RADIUS = 2.6, REAL_RADIUS = 1.6;
const LONGEST = 34; // of an arrow
const REACH = 9; // of a pointer to a fake
const NOTES = {
  none: "Point at a violet dot to see which noise made it.",
  push: "Arrows: −∂L_G/∂x, where each fake is told to move. The longest is",
  slope: "Arrows: ∇D, the slope of the map. The longest is",
};

export class Plane {
  /** @param {(text: string) => void} onSay */
  constructor(onSay) {
    this.onSay = onSay;
    this.map = new Raster({ class: "nn-gan-map", "aria-hidden": "true" });
    this.canvas = h("canvas", { class: "nn-gan-dots", role: "img", "aria-label": "Real points, fakes, and what the discriminator believes" });
    this.element = h("div", { class: "nn-gan-square" }, this.map.canvas, this.canvas);
    /** Where the pointer is. @type {[number, number]|null} */
    this.pointer = null;
    this.canvas.addEventListener("pointermove", (event) => {
      const box = this.canvas.getBoundingClientRect();
      this.pointer = [((event.clientX - box.left) / box.width) * this.size, ((event.clientY - box.top) / box.height) * this.size];
      if (this.moment) { this.paint(this.moment); this.say(this.moment); }
    });
    this.canvas.addEventListener("pointerleave", () => {
      this.pointer = null;
      if (this.moment) { this.paint(this.moment); this.say(this.moment); }
    });
    this.size = 0;
    this.longest = 0;
  }

  /** @param {Theme} theme */
  setTheme(theme) {
    this.theme = theme;
  }

  /** @param {number} width @param {number} scale */
  resize(width, scale) {
    this.size = Math.max(SMALLEST, Math.min(LARGEST, Math.floor(width / scale)));
    const { style } = this.map.canvas;
    style.width = style.height = `${this.size * scale}px`;
    this.context = fit(this.canvas, this.size, this.size, scale);
  }

  /** @param {Moment} moment */
  paint(moment) {
    this.moment = moment;
    const { context, theme, size } = this;
    const { header: { view }, scene: { domain: [low, high] }, arrays: { map, real, fakes, arrows, manifold } } = moment;
    if (!context || !theme || fakes.shape[1] !== 2) return;
    this.paintMap(view.map === "none" ? undefined : map, theme);
    context.clearRect(0, 0, size, size);
    const x = (/** @type {number} */ value) => ((value - low) / (high - low)) * size, y = (/** @type {number} */ value) => size - x(value);
    if (view.manifold && manifold) paintManifold(context, theme, manifold, x, y);
    if (view.real) paintDots(context, real, REAL_RADIUS, theme.muted, x, y);
    if (view.fake) paintDots(context, fakes, RADIUS, theme.series[0], x, y);
    if (view.arrows !== "none" && arrows) this.paintArrows(context, theme, fakes, arrows, x, y);
    const pointed = this.pointed();
    if (pointed === null) return;
    context.beginPath();
    context.arc(x(fakes[2 * pointed]), y(fakes[2 * pointed + 1]), RADIUS + 4, 0, 2 * Math.PI);
    context.lineWidth = 2;
    context.strokeStyle = theme.text;
    context.stroke();
  }

  /** @param {import("./picture.js").Bytes|undefined} levels  from the bottom @param {Theme} theme */
  paintMap(levels, theme) {
    const { map } = this;
    map.canvas.hidden = !levels;
    if (!levels) return;
    const [side] = levels.shape;
    map.resize(side, side);
    for (let row = 0; row < side; row++) {
      for (let column = 0; column < side; column++) map.pixels[row * side + column] = theme.soft[levels[(side - 1 - row) * side + column]];
    }
    map.show();
  }

  /**
   * All arrows to one scale: the longest takes ``LONGEST``.
   *
   * @param {CanvasRenderingContext2D} context
   * @param {Theme} theme
   * @param {ArrayLike<number>} at
   * @param {ArrayLike<number>} arrows
   * @param {(value: number) => number} x
   * @param {(value: number) => number} y
   */
  paintArrows(context, theme, at, arrows, x, y) {
    this.longest = 0;
    for (let i = 0; i < arrows.length; i += 2) this.longest = Math.max(this.longest, Math.hypot(arrows[i], arrows[i + 1]));
    const scale = LONGEST / (this.longest || 1);
    context.beginPath();
    for (let i = 0; i < arrows.length; i += 2) {
      const dx = arrows[i] * scale, dy = -arrows[i + 1] * scale, long = Math.hypot(dx, dy);
      if (long < 1.5) continue;
      const fromX = x(at[i]), fromY = y(at[i + 1]), toX = fromX + dx, toY = fromY + dy, head = Math.min(4, long / 2) / long;
      context.moveTo(fromX, fromY);
      context.lineTo(toX, toY);
      context.moveTo(toX - head * (dx + dy * 0.6), toY - head * (dy - dx * 0.6));
      context.lineTo(toX, toY);
      context.lineTo(toX - head * (dx - dy * 0.6), toY - head * (dy + dx * 0.6));
    }
    context.lineWidth = 1;
    context.strokeStyle = theme.text;
    context.stroke();
  }

  /** The fake nearest to the pointer; null for none within reach. */
  pointed() {
    const { moment, pointer, size } = this;
    if (!moment || !pointer || !moment.header.view.fake) return null;
    const { scene: { domain: [low, high] }, arrays: { fakes } } = moment, across = size / (high - low);
    let found = null, best = REACH;
    for (let i = 0; i < fakes.length / 2; i++) {
      const distance = Math.hypot((fakes[2 * i] - low) * across - pointer[0], size - (fakes[2 * i + 1] - low) * across - pointer[1]);
      if (distance < best) { best = distance; found = i; }
    }
    return found;
  }

  /** Say what is pointed at, else what is shown. @param {Moment} moment */
  say(moment) {
    const { header: { view }, scene: { noise_size }, arrays: { noise, fakes, beliefs, arrows } } = moment;
    const at = this.pointed();
    if (at === null) {
      const how = view.arrows === "none" ? "" : ` ${scaled(this.longest, 3)}.`;
      return this.onSay(`${NOTES[view.arrows]}${how}`);
    }
    const width = noise.shape[1], z = Array.from(noise.subarray(at * width, (at + 1) * width), (value) => short(value));
    const pair = (/** @type {ArrayLike<number>} */ from) => `(${short(from[2 * at])}, ${short(from[2 * at + 1])})`;
    const arrow = view.arrows !== "none" && arrows ? `, ${view.arrows === "push" ? "push" : "∇D"} ${pair(arrows)}` : "";
    return this.onSay(`Noise z = (${z.join(", ")}${noise_size > width ? ", …" : ""}) made the fake ${pair(fakes)}; D believes ${short(beliefs[at])}${arrow}.`);
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {ArrayLike<number>} points
 * @param {number} radius
 * @param {string} color
 * @param {(value: number) => number} x
 * @param {(value: number) => number} y
 */
function paintDots(context, points, radius, color, x, y) {
  context.beginPath();
  for (let i = 0; i < points.length; i += 2) {
    context.moveTo(x(points[i]) + radius, y(points[i + 1]));
    context.arc(x(points[i]), y(points[i + 1]), radius, 0, 2 * Math.PI);
  }
  context.fillStyle = color;
  context.fill();
}

/**
 * The cells of the noise where the generator puts them: each is as likely, so a small one is dense and drawn darker.
 * A line for noise of one number.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {Theme} theme
 * @param {import("./picture.js").Floats} corners
 * @param {(value: number) => number} x
 * @param {(value: number) => number} y
 */
function paintManifold(context, theme, corners, x, y) {
  const count = corners.shape[0], side = Math.sqrt(count);
  context.strokeStyle = context.fillStyle = theme.series[0];
  context.lineWidth = 1;
  if (!Number.isInteger(side)) {
    context.beginPath();
    for (let i = 0; i < count; i++) context.lineTo(x(corners[2 * i]), y(corners[2 * i + 1]));
    context.stroke();
    return;
  }
  for (let row = 0; row + 1 < side; row++) {
    for (let column = 0; column + 1 < side; column++) {
      const first = row * side + column, cell = [first, first + 1, first + side + 1, first + side];
      const points = cell.map((corner) => [x(corners[2 * corner]), y(corners[2 * corner + 1])]);
      let area = 0;
      points.forEach(([px, py], i) => {
        const [qx, qy] = points[(i + 1) % 4];
        area += (px * qy - qx * py) / 2;
      });
      context.globalAlpha = Math.max(0.04, Math.min(0.6, 60 / (Math.abs(area) + 1)));
      context.beginPath();
      points.forEach(([px, py]) => context.lineTo(px, py));
      context.closePath();
      context.fill();
    }
  }
  context.globalAlpha = 1;
}
