// @ts-check
/** The network on the image that is looked at: every map of every layer, up to the answer. */

import { fit, h, isSharp, setText, windowRoom } from "../../../stage/dom.js";
import { scaled, short } from "../../../stage/format.js";
import { arrange, at, corner, isVector, HEAD } from "./arrange.js";
import { Tiles } from "./tiles.js";
import { layerName, partName, shapeText } from "./words.js";
import { forPointer } from "../../../stage/touch.js";

/** @typedef {import("./picture.js").ImageMoment} Moment */
/** @typedef {import("./picture.js").LayerInfo} LayerInfo */
/** @typedef {import("./arrange.js").Column} Column */
/** @typedef {import("../../../stage/colors.js").Theme} Theme */

const TALL = 440, LOW = 340, OTHERS = 340; // between them what the window leaves
const ANSWER = 112, BAR = 19; // pixels of the bars beside the last layer, in all and of each at least
const NARROWEST = 560;
/** @type {LayerInfo} */
export const IMAGE = { name: "", kind: "image", shape: [1, 28, 28], sum: "" };

export class Overview {
  /**
   * @param {import("../../../stage/tip.js").Tip} tip
   * @param {((layer: string, map: number) => void)|null} onOpen
   */
  constructor(tip, onOpen) {
    this.onOpen = onOpen;
    this.canvas = h("canvas", { tabindex: "0", role: "img", class: "nn-image-maps" });
    this.scroller = h("div", { class: "nn-image-scroller" }, this.canvas);
    this.note = h("p", { class: "nn-image-note" }, forPointer("What every layer makes of the image: blue is above 0, orange below. Look at which maps light up for which strokes; click one to see how it came about."));
    this.element = h("div", {}, this.scroller, this.note);
    this.tiles = new Tiles();
    this.width = 0;
    this.scale = 1;
    /** @type {Column[]} */
    this.columns = [];
    /** @type {{column: Column, index: number}|null} */
    this.pointed = null;
    this.built = "";
    tip.follow(this.canvas, (event) => this.find(event));
    this.canvas.addEventListener("click", () => this.open());
    this.canvas.addEventListener("keydown", (event) => this.key(event));
    this.canvas.addEventListener("blur", () => this.point(null));
  }

  /** @param {Theme} theme */
  setTheme(theme) {
    this.theme = theme;
    this.inks = theme.inks;
  }

  /**
   * @param {number} width  in CSS pixels
   * @param {number} scale
   */
  resize(width, scale) {
    this.width = width / scale;
    this.scale = scale;
    this.built = "";
  }

  /** @param {Moment} moment */
  build({ scene: { layers, classes } }) {
    const height = Math.round(Math.max(LOW, Math.min(TALL, windowRoom() / this.scale - OTHERS)));
    const key = JSON.stringify([layers, classes.length, this.width, this.scale, height]);
    if (key === this.built && isSharp(this.canvas)) return;
    this.built = key;
    this.pointed = null;
    const made = arrange([IMAGE, ...layers], Math.max(this.width, NARROWEST) - ANSWER, height);
    this.columns = made.columns;
    this.context = fit(this.canvas, made.width + ANSWER, Math.max(made.height, HEAD + classes.length * BAR), this.scale);
  }

  /** @param {Moment} moment */
  paint(moment) {
    this.moment = moment;
    this.build(moment);
    const { context, theme } = this;
    if (!context || !theme || !this.inks) return;
    const { scene, arrays } = moment;
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    for (const column of this.columns) {
      const { layer, tile } = column;
      this.paintHead(column, scene.activation);
      if (layer.kind === "image") {
        this.tiles.draw(context, arrays.subject, 0, 28, 28, this.inks, column.x, column.y, tile, tile);
        continue;
      }
      const levels = /** @type {Uint8Array|undefined} */ (arrays[`map_${layer.name}`]);
      if (!levels) continue;
      if (column.isVector) this.paintVector(column, levels);
      else {
        const [, height, width] = layer.shape;
        const corners = Array.from({ length: column.count }, (_, i) => corner(column, i));
        this.tiles.drawAll(context, levels, width, height, theme.vivid, corners, tile);
      }
    }
    this.paintSilenced(moment.header.silent);
    this.paintAnswer(moment);
    if (this.pointed) this.paintPointed(this.pointed);
  }

  /**
   * @param {Column} column
   * @param {string} activation
   */
  paintHead({ layer, x, width, y }, activation) {
    const { context, theme } = this;
    if (!context || !theme) return;
    context.textAlign = "left";
    context.textBaseline = "alphabetic";
    context.fillStyle = theme.text;
    context.font = `600 11px ${theme.font}`;
    const room = Math.max(width, 31) + 3; // less than to the next column, whose name begins there
    context.fillText(layerName(layer, activation), x, y - 19, room);
    context.fillStyle = theme.muted;
    context.font = `10px ${theme.font}`;
    context.fillText(shapeText(layer.shape).replaceAll(" ", ""), x, y - 7, room);
  }

  /**
   * @param {Column} column
   * @param {Uint8Array} levels
   */
  paintVector(column, levels) {
    const { context, theme } = this;
    if (!context || !theme) return;
    const rows = Math.ceil(column.count / column.across), cells = new Uint8Array(rows * column.across).fill(128);
    cells.set(levels.subarray(0, column.count));
    this.tiles.draw(context, cells, 0, column.across, rows, theme.vivid, column.x, column.y, column.width, rows * column.tile);
    context.strokeStyle = theme.faint;
    context.lineWidth = 1;
    context.strokeRect(column.x - 0.5, column.y - 0.5, column.width + 1, rows * column.tile + 1);
  }

  /** The softmax of the logits, a bar a class, beside the last layer. @param {Moment} moment */
  paintAnswer({ scene: { classes }, header: { target }, arrays: { logits } }) {
    const { context, theme } = this, column = this.columns[this.columns.length - 1];
    if (!context || !theme || !column) return;
    const shares = softmax(logits), tall = Math.max(column.tile, BAR);
    const left = column.x + Math.max(column.width, 40) + 9, width = ANSWER - 18;
    const top = HEAD;
    const best = shares.indexOf(Math.max(...shares));
    context.font = `600 11px ${theme.font}`;
    context.fillStyle = theme.text;
    context.textBaseline = "alphabetic";
    context.fillText("Softmax", left, top - 19);
    context.textBaseline = "middle";
    shares.forEach((share, c) => {
      const y = top + c * tall;
      context.font = `${c === best ? "600 " : ""}11px ${theme.font}`;
      context.fillStyle = theme.text;
      context.textAlign = "left";
      context.fillText(`${classes[c].slice(0, 8)}${c === target ? " ◂" : ""}`, left + width - 42, y + tall / 2);
      context.fillStyle = c === best ? theme.positive : theme.muted;
      context.fillRect(left, y + 3, Math.max(1, (width - 48) * share), tall - 6);
    });
  }

  /** A line through the maps of filters that are switched off. @param {string} silent */
  paintSilenced(silent) {
    const { context, theme } = this;
    if (!context || !theme || !silent) return;
    context.strokeStyle = theme.text;
    context.lineWidth = 2;
    for (const name of silent.split(",")) {
      const [layer, index] = name.split("."), column = this.columns.find((each) => each.layer.name === layer);
      if (!column) continue;
      const [x, y] = corner(column, Number(index));
      context.beginPath();
      context.moveTo(x, y + column.tile);
      context.lineTo(x + column.tile, y);
      context.stroke();
    }
  }

  /** The terms of the softmax at a place among its bars. @param {number} x  @param {number} y */
  term(x, y) {
    const column = this.columns[this.columns.length - 1], { moment } = this;
    if (!moment || !column || x < column.x + Math.max(column.width, 40)) return null;
    const { classes } = moment.scene, c = Math.floor((y - HEAD) / Math.max(column.tile, BAR));
    if (c < 0 || c >= classes.length) return null;
    return () => {
      const logits = Array.from((this.moment ?? moment).arrays.logits), powers = logits.map(Math.exp);
      const total = powers.reduce((a, b) => a + b, 0);
      return {
        title: `Softmax of ${classes[c]}`, head: [],
        rows: [["logit z", short(logits[c])], ["eᶻ", scaled(powers[c], 3)], ["Σ eᶻ of all classes", scaled(total, 3)], ["eᶻ / Σ eᶻ", short(powers[c] / total)]].map((cells) => ({ color: null, cells })),
      };
    };
  }

  /** @param {{column: Column, index: number}} pointed */
  paintPointed({ column, index }) {
    const { context, theme } = this;
    if (!context || !theme) return;
    const [x, y] = corner(column, index), before = this.columns[this.columns.indexOf(column) - 1];
    context.strokeStyle = theme.text;
    context.lineWidth = 2;
    context.strokeRect(x - 1, y - 1, column.tile + 2, column.tile + 2);
    if (!before || column.isVector) return;
    const isSame = column.layer.kind !== "conv";
    context.lineWidth = 0.75;
    context.beginPath();
    for (let i = isSame ? index : 0; i < (isSame ? index + 1 : before.count); i++) {
      const [fromX, fromY] = corner(before, i);
      context.moveTo(fromX + before.tile, fromY + before.tile / 2);
      context.lineTo(x - 1, y + column.tile / 2);
    }
    context.stroke();
  }

  /** @param {PointerEvent|null} event */
  find(event) {
    const box = this.canvas.getBoundingClientRect();
    const found = event && at(this.columns, (event.clientX - box.left) / this.scale, (event.clientY - box.top) / this.scale);
    this.point(found);
    if (event && !found) return this.term((event.clientX - box.left) / this.scale, (event.clientY - box.top) / this.scale);
    if (!found || !this.moment) return null;
    const { column, index, across, down } = found;
    return () => {
      const { moment } = this;
      if (!moment) return null;
      const { layer } = column, { activation } = moment.scene;
      if (layer.kind === "image") return { title: "The image", head: [], rows: [] };
      const [, height = 1, width = 1] = layer.shape;
      const cell = column.isVector ? index : index * width * height + Math.floor(down * height) * width + Math.floor(across * width);
      const levels = /** @type {Uint8Array|undefined} */ (moment.arrays[`map_${layer.name}`]);
      const range = moment.arrays.ranges[column.place + (layer.shape.length === 3 ? index : 0)];
      const value = levels ? ((levels[cell] - 128) / 127) * range : NaN;
      const rows = [{ color: null, cells: ["about here", short(value, 2)] }, { color: null, cells: ["scale", `±${short(range)}`] }];
      if (layer.sum) rows.push({ color: null, cells: ["size", layer.sum] });
      return { title: partName(layer, activation, index), head: [], rows };
    };
  }

  /** @param {{column: Column, index: number}|null} found */
  point(found) {
    if (found?.column === this.pointed?.column && found?.index === this.pointed?.index) return;
    this.pointed = found && { column: found.column, index: found.index };
    this.canvas.style.cursor = this.canOpen() ? "pointer" : "default";
    if (this.moment) this.paint(this.moment);
  }

  canOpen() {
    return this.onOpen !== null && this.pointed !== null && this.pointed.column.layer.kind !== "image";
  }

  open() {
    const { pointed } = this;
    if (pointed && this.canOpen()) this.onOpen?.(pointed.column.layer.name, pointed.index);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    /** @type {Record<string, [number, number]>} */
    const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const way = ways[event.key], { columns } = this;
    if (way) {
      const from = this.pointed ?? { column: columns[0], index: 0 };
      const column = columns[Math.max(0, Math.min(columns.length - 1, columns.indexOf(from.column) + way[0]))];
      this.point({ column, index: Math.max(0, Math.min(column.count - 1, from.index + way[1])) });
    } else if (event.key === "Enter") this.open();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** @param {Moment} moment */
  showNumbers({ scene: { layers, activation, classes }, header: { view }, arrays: { logits } }) {
    const shares = softmax(logits), best = shares.indexOf(Math.max(...shares));
    const said = layers.filter((layer) => !isVector(layer)).map((layer) => `${layerName(layer, activation)} ${shapeText(layer.shape)}`);
    this.canvas.setAttribute("aria-label", `Maps of the network: ${said.join(", ")}. The answer is ${classes[best]}. Arrow keys point at a map, Enter opens it.`);
    setText(this.note, view.gradients
      ? "The gradient of the loss at every number: blue where more of it would raise the loss, orange where it would lower it. Once the image is learned there is little left: see the scale."
      : forPointer("What every layer makes of the image: blue is above 0, orange below. Look at which maps light up for which strokes; click one to see how it came about."));
  }
}

/** @param {ArrayLike<number>} logits */
export function softmax(logits) {
  const values = Array.from(logits), largest = Math.max(...values);
  const powers = values.map((value) => Math.exp(value - largest)), total = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / total);
}
