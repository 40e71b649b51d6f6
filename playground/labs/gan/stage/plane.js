// @ts-check
/** One plane with layers: what the discriminator believes, the generator's manifold, real and fake points, arrows. */

import { fit, h, windowRoom } from "../../../stage/dom.js";
import { scaled, short } from "../../../stage/format.js";
import { Raster } from "../../../stage/raster.js";
import { isTouch } from "../../../stage/touch.js";
import { MORPH_MS, between, paintManifold, paintNoise, scaleOf } from "./manifold.js";
import { levelsOf, paintRound } from "./round.js";
import { arrowsTo, dotsAt, longestOf } from "./shapes.js";

/** @typedef {import("./picture.js").GANMoment} Moment */
/** @typedef {import("../../../stage/colors.js").Theme} Theme */
/** @typedef {{at: number, progress: number}} Stage  of the slow round */

const SMALLEST = 200, LARGEST = 540;
/** What stands above and below it, and its side in a window so low that a person scrolls anyway. */
const OTHERS = 272, LOW = 380;
const RADIUS = 2.6, REAL_RADIUS = 1.6;
const REACH = 9; // of a pointer to a fake
const NOTES = {
  none: isTouch ? "Tap a violet dot to see which noise made it." : "Point at a violet dot to see which noise made it; with the keyboard, go from dot to dot with ← and →.",
  push: "Arrows: −∂L_G/∂x, where each fake is told to move. The longest is",
  slope: "Arrows: ∇D, the slope of what D believes: short where D is sure, also where the push is strong. The longest is",
};

/** How large the fakes are drawn, in pixels of the drawing. @param {number} width @param {number} scale */
export function sideFor(width, scale) {
  const room = Math.min(LARGEST, Math.max(LOW, windowRoom() / scale - OTHERS));
  return Math.max(SMALLEST, Math.floor(Math.min(room, width / scale)));
}

export class Plane {
  /** @param {(text: string) => void} onSay @param {() => void} onMorph  a movement begins */
  constructor(onSay, onMorph) {
    this.onSay = onSay;
    this.onMorph = onMorph;
    this.map = new Raster({ class: "nn-gan-map", "aria-hidden": "true" });
    this.canvas = h("canvas", { class: "nn-gan-dots", role: "img", tabindex: "0", "aria-label": "Real points, fakes, and what the discriminator believes" });
    this.element = h("div", { class: "nn-gan-square" }, this.map.canvas, this.canvas);
    /** Where the pointer is. @type {[number, number]|null} */
    this.pointer = null;
    /** The fake that the keyboard has chosen. @type {number|null} */
    this.chosen = null;
    /** The stage of the slow round that is shown. @type {Stage|null} */
    this.stage = null;
    this.morphSince = -Infinity;
    this.canvas.addEventListener("pointermove", (event) => {
      const box = this.canvas.getBoundingClientRect();
      this.chosen = null;
      this.point([((event.clientX - box.left) / box.width) * this.size, ((event.clientY - box.top) / box.height) * this.size]);
    });
    for (const name of ["pointerleave", "blur"]) {
      this.canvas.addEventListener(name, () => {
        this.chosen = null;
        this.point(null);
      });
    }
    this.canvas.addEventListener("keydown", (event) => this.walk(event));
    this.size = 0;
    this.longest = 0;
  }

  /** @param {Theme} theme */
  setTheme(theme) {
    this.theme = theme;
  }

  /** @param {number} width @param {number} scale */
  resize(width, scale) {
    this.size = sideFor(width, scale);
    const { style } = this.map.canvas;
    style.width = style.height = `${this.size * scale}px`;
    this.context = fit(this.canvas, this.size, this.size, scale);
  }

  /** Show the way from the noise to the fakes. */
  morph() {
    this.morphSince = performance.now();
    this.onMorph();
  }

  isMorphing() {
    return performance.now() - this.morphSince < MORPH_MS;
  }

  /** @param {[number, number]|null} pointer */
  point(pointer) {
    this.pointer = pointer;
    this.again();
  }

  /** From fake to fake. @param {KeyboardEvent} event */
  walk(event) {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key], count = this.moment?.arrays.fakes.shape[0];
    if (event.key === "Escape") this.chosen = null;
    else if (by && count) this.chosen = ((this.chosen ?? (by > 0 ? -1 : 0)) + by + count) % count;
    else return;
    event.preventDefault();
    event.stopPropagation();
    this.again();
  }

  again() {
    if (!this.moment) return;
    this.paint(this.moment);
    this.say(this.moment);
  }

  /** @param {Moment} moment */
  paint(moment) {
    this.moment = moment;
    const { context, theme, size, stage } = this;
    const { header: { view }, scene: { domain: [low, high] }, arrays } = moment, { real, fakes, arrows, map } = arrays;
    if (!context || !theme || fakes.shape[1] !== 2) return;
    context.clearRect(0, 0, size, size);
    const x = (/** @type {number} */ value) => ((value - low) / (high - low)) * size, place = { x, y: (/** @type {number} */ value) => size - x(value) };
    if (stage && arrays.slow_real) {
      this.paintMap(levelsOf(arrays, stage.at), theme);
      paintRound(context, theme, arrays, stage.at, stage.progress, place);
      return;
    }
    this.paintMap(view.map === "none" ? undefined : map, theme);
    const isMorphing = this.isMorphing() && this.paintMorph(context, theme, moment, place);
    if (view.manifold && arrays.manifold && !isMorphing) paintManifold(context, theme, arrays.manifold, place);
    if (view.real) dotsAt(context, real, theme.muted, place, () => REAL_RADIUS);
    if (isMorphing) return;
    if (view.fake) dotsAt(context, fakes, theme.series[0], place, () => RADIUS);
    if (view.arrows !== "none" && arrows) {
      this.longest = longestOf(arrows);
      arrowsTo(context, theme.text, fakes, arrows, place);
    }
    this.paintPointed(context, theme, moment, place);
  }

  /**
   * The manifold and the fakes on their way. Returns whether there is a way to show.
   *
   * @param {CanvasRenderingContext2D} context
   * @param {Theme} theme
   * @param {Moment} moment
   * @param {import("./shapes.js").Place} place
   */
  paintMorph(context, theme, { header: { view }, arrays: { grid, manifold, noise, fakes } }, place) {
    if (!view.manifold || !grid || !manifold || grid.shape[0] !== manifold.shape[0]) return false;
    const progress = (performance.now() - this.morphSince) / MORPH_MS, scale = scaleOf(grid);
    paintManifold(context, theme, between(grid, grid.shape[1], manifold, scale, progress), place);
    if (view.fake) dotsAt(context, between(noise, noise.shape[1], fakes, scale, progress), theme.series[0], place, () => RADIUS);
    return true;
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {Theme} theme
   * @param {Moment} moment
   * @param {import("./shapes.js").Place} place
   */
  paintPointed(context, theme, { arrays }, place) {
    const pointed = this.pointed();
    if (pointed === null) return;
    const x = place.x(arrays.fakes[2 * pointed]), y = place.y(arrays.fakes[2 * pointed + 1]);
    context.beginPath();
    context.arc(x, y, RADIUS + 4, 0, 2 * Math.PI);
    context.lineWidth = 2;
    context.strokeStyle = theme.text;
    context.stroke();
    paintNoise(context, theme, arrays, pointed, this.size, x > this.size / 2);
  }

  /** @param {ArrayLike<number>&{length: number}|undefined} levels  from the bottom @param {Theme} theme */
  paintMap(levels, theme) {
    const { map } = this;
    map.canvas.hidden = !levels;
    if (!levels) return;
    const side = Math.sqrt(levels.length);
    map.resize(side, side);
    for (let row = 0; row < side; row++) {
      for (let column = 0; column < side; column++) map.pixels[row * side + column] = theme.soft[levels[(side - 1 - row) * side + column]];
    }
    map.show();
  }

  /** The fake that the keyboard has chosen, or the one nearest to the pointer; null for none within reach. */
  pointed() {
    const { moment, pointer, size, chosen } = this;
    if (!moment || !moment.header.view.fake) return null;
    if (chosen !== null || !pointer) return chosen;
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
