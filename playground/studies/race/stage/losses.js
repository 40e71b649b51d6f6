// @ts-check
/** The losses of all racers by step, on a logarithmic scale. After going back, later steps stay visible, faded. */

import { fit, h, isSharp } from "../../../stage/dom.js";
import { count, scaled } from "../../../stage/format.js";
import { paintMark } from "../../../stage/marks.js";

/** @typedef {import("../../../stage/colors.js").Theme} Theme */
/** @typedef {import("./picture.js").RaceMoment} RaceMoment */

/**
 * @typedef {object} Lines
 * @property {Float32Array} steps  (steps,)
 * @property {Float32Array} losses  (racers, steps)
 * @property {number[]} stops  each racer's last step
 */

const HEIGHT = 236;
const MARGIN = { left: 44, right: 14, top: 8, bottom: 20 };
const LEAST = 1e-7;
const WORSE = 10; // times the initial loss: higher losses are clipped
const MOST_TICKS = 7;

export class Losses {
  constructor() {
    this.canvas = h("canvas", { role: "img", "aria-label": "Training loss of every racer by step" });
    this.element = h("section", { class: "nn-race-losses", "aria-label": "Losses" },
      h("h2", { class: "nn-plane-title" }, "Training loss"), this.canvas);
    this.width = 0;
    this.scale = 1;
    /** The curves up to the furthest step of this run. @type {Lines & {run: string}|null} */
    this.furthest = null;
  }

  /** @param {Theme} theme */
  setTheme(theme) {
    this.theme = theme;
  }

  /**
   * @param {number} width  in CSS pixels
   * @param {number} scale  CSS pixels per pixel of the drawing
   */
  resize(width, scale) {
    if (width <= 0 || (width / scale === this.width && scale === this.scale && isSharp(this.canvas))) return;
    this.width = width / scale;
    this.scale = scale;
    this.context = fit(this.canvas, this.width, HEIGHT, scale);
  }

  /** @param {RaceMoment} moment */
  take({ header, arrays }) {
    const isPast = header.step < header.furthest && this.furthest?.run === header.run;
    const stops = header.racers.map(({ step }) => step);
    this.now = { run: header.run, steps: arrays.path_steps, losses: arrays.path_losses, stops };
    if (!isPast) this.furthest = this.now;
  }

  /** @param {RaceMoment} moment */
  paint({ header, scene }) {
    const { context, theme, width, furthest, now } = this;
    if (!context || !theme || !furthest || !now) return;
    const isPast = header.step < header.furthest;
    const [low, high] = range(furthest.losses);
    const end = Math.max(header.furthest, 1);
    const bottom = HEIGHT - MARGIN.bottom;
    const x = (/** @type {number} */ step) => MARGIN.left + (step / end) * (width - MARGIN.left - MARGIN.right);
    const y = (/** @type {number} */ loss) =>
      bottom - (Math.log(Math.max(loss, LEAST) / low) / Math.log(high / low)) * (bottom - MARGIN.top);
    context.clearRect(0, 0, width, HEIGHT);
    this.paintAxes(context, theme, low, high, y, end);
    context.lineJoin = "round";
    if (isPast) {
      context.globalAlpha = 0.35;
      this.paintLines(scene, furthest, x, y);
      context.globalAlpha = 1;
    }
    this.paintLines(scene, now, x, y);
    if (!isPast) return;
    context.fillStyle = theme.text;
    context.fillRect(x(header.step) - 1, MARGIN.top - 4, 2, bottom - MARGIN.top + 4);
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {Theme} theme
   * @param {number} low
   * @param {number} high
   * @param {(loss: number) => number} y
   * @param {number} end
   */
  paintAxes(context, theme, low, high, y, end) {
    const right = this.width - MARGIN.right;
    context.strokeStyle = theme.faint;
    context.fillStyle = theme.muted;
    context.font = `11px ${theme.font}`;
    context.lineWidth = 1;
    context.textAlign = "right";
    context.textBaseline = "middle";
    context.beginPath();
    const lowest = Math.round(Math.log10(low)), highest = Math.round(Math.log10(high));
    for (let power = lowest; power <= highest; power += Math.ceil((highest - lowest) / MOST_TICKS)) {
      const at = Math.round(y(10 ** power)) + 0.5;
      context.moveTo(MARGIN.left, at);
      context.lineTo(right, at);
      context.fillText(scaled(10 ** power), MARGIN.left - 6, at);
    }
    context.stroke();
    context.textBaseline = "alphabetic";
    context.fillText(`step ${count(end)}`, right, HEIGHT - 4);
    context.textAlign = "left";
    context.fillText("0", MARGIN.left, HEIGHT - 4);
  }

  /**
   * @param {import("./picture.js").RaceScene} scene
   * @param {Lines} lines
   * @param {(step: number) => number} x
   * @param {(loss: number) => number} y
   */
  paintLines(scene, { steps, losses, stops }, x, y) {
    const { context, theme } = this;
    if (!context || !theme) return;
    context.save();
    context.beginPath();
    context.rect(0, MARGIN.top - 2, this.width, HEIGHT - MARGIN.bottom - MARGIN.top + 4);
    context.clip();
    context.lineWidth = 2;
    /** @type {[number, number][]} */
    const ends = [];
    scene.racers.forEach((racer, index) => {
      context.strokeStyle = theme.series[racer.series];
      context.beginPath();
      for (let i = 0; i < steps.length; i++) {
        const loss = losses[index * steps.length + i];
        if (Number.isNaN(loss)) continue;
        ends[index] = [x(Math.min(steps[i], stops[index])), y(loss)];
        context.lineTo(...ends[index]);
      }
      context.stroke();
    });
    context.restore();
    scene.racers.forEach(({ series }, index) => {
      if (ends[index]) paintMark(context, series, ...ends[index], theme.series[series], theme.background);
    });
  }
}

/** Return whole powers of ten around all losses. @param {Float32Array} losses */
export function range(losses) {
  let low = Infinity, high = 0;
  for (const loss of losses) {
    if (loss < low) low = loss; // comparisons with NaN are false
    if (loss > high) high = loss;
  }
  high = Math.min(high, WORSE * losses[0]);
  const least = Math.floor(Math.log10(Math.max(low, LEAST)) + 1e-9);
  return [10 ** least, 10 ** Math.max(Math.ceil(Math.log10(Math.max(high, LEAST)) - 1e-9), least + 1)];
}
