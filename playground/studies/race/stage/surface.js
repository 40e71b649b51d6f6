// @ts-check
/** The principal plane of the racers' paths: its loss as heights, and the paths over it. */

import { pixelCss } from "../../../stage/colors.js";
import { fill, Scale, ticks, trace } from "./contours.js";
import { fit, h, isSharp, roomAmong, setText } from "../../../stage/dom.js";
import { loss, percent, scaled, short } from "../../../stage/format.js";
import { Raster } from "../../../stage/raster.js";
import { forPointer } from "../../../stage/touch.js";

/** @typedef {import("../../../stage/colors.js").Theme} Theme */
/** @typedef {import("./picture.js").RaceMoment} RaceMoment */

const MARGIN = { left: 52, right: 10, top: 6, bottom: 40 };
const TALLEST = 620, OTHERS = 280, LEAST = 360; // in CSS pixels; OTHERS is the height beside it
const RESOLUTION = 192;
const LABEL_HEIGHT = 15;
const LEGEND_GAP = 0.11;

export class Surface {
  constructor() {
    this.map = h("canvas", { class: "nn-plane-layer" });
    this.paths = h("canvas", { class: "nn-plane-layer", role: "img", "aria-label": "The racers' paths over the training loss" });
    this.square = h("div", { class: "nn-plane-square" }, this.map, this.paths);
    this.bar = h("div", { class: "nn-legend-bar" });
    this.numbers = h("div", { class: "nn-heights-numbers" });
    this.note = h("p", { class: "nn-heights-note" });
    this.element = h("section", { class: "nn-heights", "aria-label": "Loss and paths" }, this.square,
      h("div", { class: "nn-heights-legend" }, h("span", {}, "Training loss"),
        h("div", { class: "nn-heights-scale" }, this.bar, this.numbers)), this.note);
    this.bitmap = new Raster();
    this.bitmap.resize(RESOLUTION, RESOLUTION);
    this.width = this.height = 0;
    this.scale = 1;
    /** The heights and axes that the map shows now. @type {{heights: Float32Array, key: string}|null} */
    this.drawn = null;
  }

  /** @param {Theme} theme */
  setTheme(theme) {
    this.theme = theme;
    this.drawn = null;
  }

  /**
   * @param {number} width  in CSS pixels
   * @param {number} scale  CSS pixels per pixel of the drawing
   */
  resize(width, scale) {
    if (width / scale === this.width && scale === this.scale && isSharp(this.map)) return;
    this.width = width / scale;
    this.scale = scale;
    this.height = Math.min(Math.min(TALLEST, roomAmong(OTHERS, LEAST)) / scale, Math.round(this.width * (this.width < 560 ? 0.95 : 0.74)));
    this.square.style.height = `${this.height * scale}px`;
    this.mapContext = fit(this.map, this.width, this.height, scale);
    this.context = fit(this.paths, this.width, this.height, scale);
    this.drawn = null;
  }

  /** Return functions from the plane's coordinates to the canvas. @param {RaceMoment["header"]["extent"]} extent */
  places([lowA, highA, lowB, highB]) {
    const { left, right, top, bottom } = MARGIN;
    const wide = this.width - left - right, tall = this.height - top - bottom;
    return {
      x: (/** @type {number} */ a) => left + ((a - lowA) / (highA - lowA)) * wide,
      y: (/** @type {number} */ b) => top + tall - ((b - lowB) / (highB - lowB)) * tall,
      wide, tall,
    };
  }

  /** @param {RaceMoment} moment */
  paint(moment) {
    const { header, arrays } = moment;
    if (!this.theme || !this.context || !this.width) return;
    const key = `${header.extent}|${header.shares}`;
    if (this.drawn?.key !== key || !equal(this.drawn.heights, arrays.surface)) {
      this.paintMap(moment);
      this.drawn = { heights: arrays.surface, key };
    }
    this.paintPaths(moment);
    this.element.dataset.points = String(arrays.path_steps.length);
  }

  /** Paint the heights, their contours and the axes: needed only when they change. @param {RaceMoment} moment */
  paintMap({ header, arrays }) {
    const { theme, mapContext: context } = this;
    if (!theme || !context) return;
    const heights = arrays.surface;
    const [side] = heights.shape;
    const scale = new Scale(heights);
    const shares = heights.map((height) => scale.share(height));
    const { wide, tall } = this.places(header.extent);
    fill(shares, side, this.bitmap.pixels, RESOLUTION, theme.heights);
    this.bitmap.show();
    context.clearRect(0, 0, this.width, this.height);
    context.imageSmoothingQuality = "high";
    context.drawImage(this.bitmap.canvas, MARGIN.left, MARGIN.top, wide, tall);
    context.strokeStyle = theme.text;
    context.globalAlpha = 0.3;
    context.lineWidth = 1;
    const across = wide / (side - 1), down = tall / (side - 1), floor = MARGIN.top + tall;
    context.beginPath();
    for (const level of scale.levels) {
      trace(shares, side, scale.share(level), (x1, y1, x2, y2) => {
        context.moveTo(MARGIN.left + x1 * across, floor - y1 * down);
        context.lineTo(MARGIN.left + x2 * across, floor - y2 * down);
      });
    }
    context.stroke();
    context.globalAlpha = 1;
    this.paintAxes(context, theme, header);
    this.showLegend(theme, scale);
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {Theme} theme
   * @param {RaceMoment["header"]} header
   */
  paintAxes(context, theme, { extent, shares }) {
    const { x, y, wide, tall } = this.places(extent);
    const floor = MARGIN.top + tall;
    context.strokeStyle = theme.faint;
    context.strokeRect(MARGIN.left + 0.5, MARGIN.top + 0.5, wide - 1, tall - 1);
    context.fillStyle = theme.muted;
    context.font = `11px ${theme.font}`;
    context.textAlign = "center";
    context.textBaseline = "alphabetic";
    for (const value of ticks(extent[0], extent[1], wide > 400 ? 8 : 4)) context.fillText(short(value), x(value), floor + 14);
    context.textAlign = "right";
    context.textBaseline = "middle";
    for (const value of ticks(extent[2], extent[3], tall > 300 ? 8 : 4)) context.fillText(short(value), MARGIN.left - 6, y(value));
    context.font = `12px ${theme.font}`;
    context.fillStyle = theme.text;
    context.textAlign = "center";
    context.textBaseline = "alphabetic";
    context.fillText(direction(1, shares[0]), MARGIN.left + wide / 2, this.height - 6);
    context.save();
    context.translate(12, MARGIN.top + tall / 2);
    context.rotate(-Math.PI / 2);
    context.fillText(direction(2, shares[1]), 0, 0);
    context.restore();
  }

  /** @param {RaceMoment} moment */
  paintPaths({ header, scene, arrays }) {
    const { context, theme } = this;
    if (!context || !theme) return;
    const { x, y, wide, tall } = this.places(header.extent);
    const { paths } = arrays;
    const count = arrays.path_steps.length;
    context.clearRect(0, 0, this.width, this.height);
    context.save();
    context.beginPath();
    context.rect(MARGIN.left, MARGIN.top, wide, tall);
    context.clip();
    context.lineJoin = context.lineCap = "round";
    scene.racers.forEach((racer, index) => {
      context.beginPath();
      let isBegun = false;
      for (let i = index * count; i < (index + 1) * count; i++) {
        if (Number.isNaN(paths[2 * i])) continue;
        if (isBegun) context.lineTo(x(paths[2 * i]), y(paths[2 * i + 1]));
        else context.moveTo(x(paths[2 * i]), y(paths[2 * i + 1]));
        isBegun = true;
      }
      for (const [width, color] of /** @type {[number, string][]} */ ([[5, theme.background], [2.5, theme.series[racer.series]]])) {
        context.lineWidth = width;
        context.strokeStyle = color;
        context.stroke();
      }
    });
    const heads = scene.racers.map((racer, index) => {
      const last = 2 * ((index + 1) * count - 1);
      const hasDiverged = header.racers[index].has_diverged;
      return { title: racer.title, color: theme.series[racer.series], x: x(paths[last]), y: y(paths[last + 1]), hasDiverged };
    });
    paintStart(context, theme, x(paths[0]), y(paths[1]));
    if (header.step) for (const head of heads) paintHead(context, theme, head);
    context.restore();
    const isIn = (/** @type {{x: number, y: number}} */ head) =>
      head.x >= MARGIN.left && head.x <= MARGIN.left + wide && head.y >= MARGIN.top && head.y <= MARGIN.top + tall;
    if (header.step) this.paintLabels(context, theme, heads.filter(isIn));
  }

  /**
   * Paint the names beside the heads, moved apart where they would overlap.
   *
   * @param {CanvasRenderingContext2D} context
   * @param {Theme} theme
   * @param {{title: string, color: string, x: number, y: number}[]} heads
   */
  paintLabels(context, theme, heads) {
    context.font = `600 12px ${theme.font}`;
    context.textBaseline = "middle";
    context.lineWidth = 4;
    context.strokeStyle = theme.background;
    let lowest = -Infinity;
    for (const { title, color, x, y } of [...heads].sort((one, other) => one.y - other.y)) {
      const width = context.measureText(title).width;
      const isLeft = x + 14 + width > this.width - MARGIN.right;
      const at = Math.max(y, lowest + LABEL_HEIGHT);
      lowest = at;
      context.textAlign = isLeft ? "right" : "left";
      context.strokeText(title, x + (isLeft ? -12 : 12), at);
      context.fillStyle = color;
      context.fillText(title, x + (isLeft ? -12 : 12), at);
    }
  }

  /**
   * @param {Theme} theme
   * @param {Scale} scale
   */
  showLegend(theme, scale) {
    const stops = [0, 64, 128, 191, 255].map((level) => pixelCss(theme.heights[level]));
    this.bar.style.background = `linear-gradient(90deg, ${stops.join(", ")})`;
    const marks = [{ share: 0, height: scale.low }];
    for (const height of scale.levels) {
      const share = scale.share(height);
      if (share - marks[marks.length - 1].share >= LEGEND_GAP && share <= 1 - LEGEND_GAP) marks.push({ share, height });
    }
    marks.push({ share: 1, height: scale.high });
    this.numbers.replaceChildren(...marks.map(({ share, height }) =>
      h("span", { style: `left:${(share * 100).toFixed(1)}%` }, scaled(height))));
  }

  /** Show how much the projection leaves out. @param {RaceMoment} moment */
  showNumbers({ header }) {
    const share = header.shares[0] + header.shares[1];
    const gaps = header.racers.map((racer) => Math.abs((racer.plane_loss ?? Infinity) - (racer.train_loss ?? Infinity)));
    const gap = Math.max(...gaps.filter(Number.isFinite), 0);
    const far = header.left_out.join(" and ");
    const without = far && ` (without the far part of the path of ${far}, which diverged)`;
    setText(this.note, share
      ? `These are projections: the plane holds ${whole(share)} of the racers' movement${without}, and the rest is not seen. So the `
        + `height below a racer is not its own loss; now it differs by up to ${loss(gap)}.`
      : forPointer("The racers stand at their common start. Press Play: the plane turns to where they move most."));
  }
}

/**
 * @param {number} number
 * @param {number} share
 */
function direction(number, share) {
  return share ? `direction ${number} (${whole(share)} of the movement)` : `direction ${number} (any: nothing moved along it)`;
}

/** @param {number} share */
function whole(share) {
  if (share > 0 && share < 0.01) return "< 1%";
  return percent(share, share > 0.99 ? 1 : 0);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Theme} theme
 * @param {number} x
 * @param {number} y
 */
function paintStart(context, theme, x, y) {
  context.beginPath();
  context.rect(x - 4.5, y - 4.5, 9, 9);
  context.fillStyle = theme.background;
  context.fill();
  context.lineWidth = 2;
  context.strokeStyle = theme.text;
  context.stroke();
  context.font = `12px ${theme.font}`;
  context.textAlign = "right";
  context.textBaseline = "middle";
  context.lineWidth = 4;
  context.strokeStyle = theme.background;
  context.strokeText("start", x - 10, y);
  context.fillStyle = theme.text;
  context.fillText("start", x - 10, y);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Theme} theme
 * @param {{color: string, x: number, y: number, hasDiverged: boolean}} head  a cross if diverged
 */
function paintHead(context, theme, { color, x, y, hasDiverged }) {
  context.beginPath();
  if (hasDiverged) {
    for (const sign of [-1, 1]) {
      context.moveTo(x - 6, y - 6 * sign);
      context.lineTo(x + 6, y + 6 * sign);
    }
    context.lineWidth = 3;
    context.strokeStyle = color;
    context.stroke();
    return;
  }
  context.arc(x, y, 6, 0, 2 * Math.PI);
  context.fillStyle = color;
  context.fill();
  context.lineWidth = 2;
  context.strokeStyle = theme.background;
  context.stroke();
}

/**
 * @param {Float32Array} one
 * @param {Float32Array} other
 */
function equal(one, other) {
  return one === other || (one.length === other.length && one.every((value, i) => value === other[i]));
}
