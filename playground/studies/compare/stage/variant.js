// @ts-check
/** One variant of a comparison: its numbers, the large picture of the chosen seed, and the wall of small ones. */

import { mixClasses, pointColor, writeColors } from "../../../stage/colors.js";
import { fit, h, isSharp, setAttribute, setText } from "../../../stage/dom.js";
import { share } from "../../../stage/format.js";
import { seriesSwatch } from "../../../stage/marks.js";
import { measured } from "../../../stage/metrics.js";
import { Raster } from "../../../stage/raster.js";
import { level } from "./levels.js";
import { MOST_TILE, tileScores, Wall } from "./wall.js";

/** @typedef {import("../../../stage/colors.js").Theme} Theme */
/** @typedef {import("./picture.js").CompareMoment} Moment */
/** @typedef {import("./picture.js").CompareScene} Scene */

const POINT_RADIUS = 2.4;
const SIDE_BY_SIDE_FROM = 400; // px of a column from which the wall is beside the large picture
const LARGE_SHARE = 0.45;
const LARGEST_ABOVE = 200;
const GAP = 14;

/**
 * The size of the large picture with which it and the wall's tiles fill a row of equal height. Of the walls with the
 * largest tiles the one whose picture is nearest to its usual share.
 *
 * @param {number} width  of both together
 * @param {number} count  of tiles
 * @param {number} most
 */
function besideWall(width, count, most) {
  const usual = Math.min(most, width * LARGE_SHARE);
  let found = usual, largest = 0;
  for (let columns = 1; columns <= count; columns++) {
    const rows = Math.ceil(count / columns), tile = width / (columns + rows), size = rows * tile;
    const isNearer = tile > largest - 1 && Math.abs(size - usual) < Math.abs(found - usual);
    if (tile <= MOST_TILE && size <= most && (tile >= largest + 1 || isNearer)) [found, largest] = [size, tile];
  }
  return found;
}

export class Variant {
  /**
   * @param {number} index
   * @param {(member: number) => void} onChoose
   */
  constructor(index, onChoose) {
    this.index = index;
    this.wall = new Wall({ onChoose, onOpen: () => this.link.click() });
    this.map = new Raster({ class: "nn-large-map" });
    this.data = h("canvas", { class: "nn-large-data", role: "img" });
    this.square = h("div", { class: "nn-large" }, this.map.canvas, this.data);
    this.title = h("h2", { class: "nn-variant-title" });
    this.seed = h("span", { class: "nn-variant-seed" });
    this.link = h("a", { class: "nn-variant-link", target: "_blank", rel: "noopener" }, "");
    this.numbers = [number("Median"), number("Median"), number("Reached"), number("Diverged")];
    this.reached = h("span", { class: "nn-legend-class" });
    this.cut = h("span");
    this.legend = h("div", { class: "nn-wall-legend" }, this.reached,
      h("span", { class: "nn-legend-class" }, h("i", { class: "nn-wall-sign nn-wall-diverged" }), "diverged"), this.cut);
    this.alone = h("span");
    this.foot = h("div", { class: "nn-variant-foot" }, this.seed, this.link, this.alone);
    this.pictures = h("div", { class: "nn-variant-pictures" }, this.square, this.wall.element, this.foot);
    this.element = h("section", { class: "nn-variant" },
      h("div", { class: "nn-variant-head" }, this.title, this.legend),
      h("div", { class: "nn-variant-numbers" }, ...this.numbers.map(({ element }) => element)),
      this.pictures);
    this.size = this.width = this.count = this.scale = this.most = 0;
    /** @type {Float32Array|null} */
    this.paintedPoints = null;
    /** @type {Theme|null} */
    this.paintedTheme = null;
  }

  /**
   * @param {number} width
   * @param {number} count  of tiles on the wall
   * @param {number} scale  of text and drawing
   * @param {number} most  of the large picture beside the wall, in pixels of the drawing
   */
  resize(width, count, scale, most) {
    if (width === this.width && count === this.count && scale === this.scale && most === this.most && isSharp(this.data)) return;
    Object.assign(this, { width, count, scale, most });
    const isBeside = width >= SIDE_BY_SIDE_FROM;
    const size = Math.floor(isBeside ? besideWall(width - GAP, count, most * scale) : Math.min(LARGEST_ABOVE, width));
    this.element.classList.toggle("nn-beside", isBeside);
    if (isBeside) this.wall.resize(count, width - size - GAP, size);
    else this.wall.resize(count, width, Math.max(width * 0.62, 90));
    this.size = size;
    this.pictures.style.gridTemplateColumns = isBeside ? `${size}px minmax(0, 1fr)` : "";
    for (const element of [this.map.canvas, this.square]) element.style.width = element.style.height = `${size}px`;
    this.dataContext = fit(this.data, size, size);
    this.paintedPoints = null;
  }

  /**
   * @param {Theme} theme
   * @param {Moment} moment
   * @param {number} member  index of the frame's large seed
   */
  paint(theme, { scene, arrays, settings }, member) {
    const { index, map, wall } = this;
    const { count } = wall;
    const [kinds, height, width] = arrays.tiles ? [3, ...arrays.large.shape.slice(1)] : arrays.large.shape.slice(1);
    map.resize(width, height);
    const { pixels } = map;
    const large = arrays.large.subarray(index * kinds * pixels.length, (index + 1) * kinds * pixels.length);
    if (arrays.tiles) writeColors(large, pixels, scene.ink ? theme.inks : undefined);
    else if (kinds > 1) mixClasses(large, kinds, pixels, theme, settings.discretize);
    else {
      const lut = settings.discretize ? theme.softSign : theme.soft;
      for (let i = 0; i < pixels.length; i++) pixels[i] = lut[large[i]];
    }
    map.show();
    const states = arrays.states.subarray(index * count, (index + 1) * count);
    wall.paint(theme, arrays, index * count, states, settings.discretize, scene.ink);
    const points = arrays[`points${index}`], labels = arrays[`labels${index}`];
    if (points && labels) this.paintPoints(theme, scene, points, labels);
    else this.dataContext?.clearRect(0, 0, this.size, this.size);
    setAttribute(this.data, "aria-label", `${scene.variants[index].title}: picture of seed ${scene.seeds[member]}`);
  }

  /**
   * Paint the data points if they changed: with the seed, not with training.
   *
   * @param {Theme} theme
   * @param {Scene} scene
   * @param {Float32Array} points
   * @param {Float32Array} labels
   */
  paintPoints(theme, { domain: [low, high] = [-1, 1], task = "classification" }, points, labels) {
    const { dataContext: context, size, paintedPoints: before } = this;
    const isSame = before && before.length === points.length && this.paintedTheme === theme
      && before[0] === points[0] && before[3] === points[3];
    if (!context || isSame) return;
    this.paintedPoints = points;
    this.paintedTheme = theme;
    context.clearRect(0, 0, size, size);
    const scale = size / (high - low);
    context.lineWidth = 0.8;
    context.strokeStyle = task === "regression" ? "rgba(20, 24, 30, .55)" : "#fff";
    for (let i = 0; i < labels.length; i++) {
      context.beginPath();
      context.arc((points[2 * i] - low) * scale, (high - points[2 * i + 1]) * scale, POINT_RADIUS, 0, 2 * Math.PI);
      context.fillStyle = pointColor(theme, task, labels[i]);
      context.fill();
      context.stroke();
    }
  }

  /**
   * @param {Scene} scene
   * @param {string} color
   */
  restart(scene, color) {
    const { title } = scene.variants[this.index];
    this.title.replaceChildren(seriesSwatch(this.index, color), ` ${title}`);
    this.element.setAttribute("aria-label", title);
    this.element.style.setProperty("--nn-variant", color);
    this.wall.color = color;
    setAttribute(this.wall.rings, "aria-label",
      `${scene.wall} networks of ${title}, a small picture each. Arrow keys choose the one that is shown large.`);
    const { target_accuracy } = scene;
    this.numbers[2].element.hidden = this.reached.hidden = target_accuracy === null;
    scene.shown.forEach(({ label }, i) => setText(this.numbers[i].label, `Median ${label}`));
    setText(this.link, `Open in ${scene.lab.title} ↗`);
    setText(this.alone, scene.alone ?? "");
    const target = share(target_accuracy ?? 0);
    setText(this.numbers[2].label, `Reached ${target}`);
    this.reached.replaceChildren(h("i", { class: "nn-wall-sign nn-wall-reached" }), `reached ${target}`);
    this.cut.hidden = scene.wall === scene.seeds.length;
    setText(this.cut, `${scene.wall} of ${scene.seeds.length} seeds shown`);
    this.paintedPoints = null;
  }

  /**
   * @param {Moment} moment
   * @param {number} member
   */
  showNumbers(moment, member) {
    const { header, scene } = moment;
    const found = header.variants[this.index];
    const total = scene.seeds.length;
    const medians = [0, 1].map((i) => {
      const metric = scene.shown[i];
      const levels = metric ? found.levels[metric.name] : null;
      this.numbers[i].element.hidden = !levels && i > 0;
      return level(levels, "median", (value) => measured(metric, value));
    });
    const texts = [...medians, `${found.reached} of ${total}`, String(found.diverged)];
    texts.forEach((text, i) => setText(this.numbers[i].value, text));
    this.numbers[3].element.classList.toggle("nn-none", !found.diverged);
    this.wall.describe(scene);
    const seed = String(scene.seeds[member]);
    setText(this.seed, `Seed ${seed}: ${tileScores(moment, this.index, member)}`);
    const query = scene.variants[this.index].link.replaceAll("{seed}", seed).replaceAll("{step}", String(found.step));
    setAttribute(this.link, "href", `./${scene.lab.path}?${query}`);
  }
}

/** @param {string} text */
function number(text) {
  const label = h("span", { class: "nn-caption" }, text);
  const value = h("span", { class: "nn-variant-value" }, "–");
  return { element: h("div", { class: "nn-variant-number" }, label, value), value, label };
}
