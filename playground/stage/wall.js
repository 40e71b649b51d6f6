// @ts-check
/** A wall of small live maps, one for each seed of a variant: how all of them learn at once. */

import { mixClasses } from "./colors.js";
import { context2d, fit, h, setAttribute } from "./dom.js";
import { loss, percent } from "./format.js";

/** @typedef {import("./colors.js").Theme} Theme */

const SIDE = 24; // of a map, in its own pixels
const GAP = 2; // between two
const CELL = SIDE + GAP;
const PIXELS = SIDE * SIDE;
const REACHED = 1, DIVERGED = 2;
const DIVERGED_COLOR = "#d63a3a";
const STATES = ["still learning", "has reached the target", "has diverged"];

export class Wall {
  /**
   * @param {object} actions
   * @param {(index: number) => void} actions.onChoose
   * @param {(index: number|null, x: number, y: number) => void} actions.onHover  in client coordinates
   */
  constructor({ onChoose, onHover }) {
    this.onChoose = onChoose;
    this.onHover = onHover;
    this.map = h("canvas", { class: "nn-wall-map" });
    this.rings = h("canvas", {
      class: "nn-wall-rings", tabindex: "0", role: "slider", "aria-valuemin": "0",
      onclick: (/** @type {MouseEvent} */ event) => this.choose(this.indexAt(event)),
      onpointermove: (/** @type {PointerEvent} */ event) => this.hover(event),
      onpointerleave: () => onHover(null, 0, 0),
      onkeydown: (/** @type {KeyboardEvent} */ event) => this.moveByKey(event),
    });
    this.element = h("div", { class: "nn-wall" }, this.map, this.rings);
    this.mapContext = context2d(this.map);
    this.count = this.columns = this.tile = 0;
    this.member = 0;
    this.ringKey = "";
    this.color = "";
  }

  /**
   * As many columns as make the tiles largest.
   *
   * @param {number} count
   * @param {number} width  to fill
   * @param {number} height  to stay within
   */
  resize(count, width, height) {
    let columns = 1, tile = 0;
    for (let each = 1; each <= count; each++) {
      const size = Math.min(width / each, height / Math.ceil(count / each));
      if (size > tile) [columns, tile] = [each, size];
    }
    tile = Math.min(tile, 96);
    if (count === this.count && columns === this.columns && tile === this.tile) return;
    Object.assign(this, { count, columns, tile });
    const rows = Math.ceil(count / columns);
    this.image = new ImageData(columns * CELL, rows * CELL);
    this.target = new Uint32Array(this.image.data.buffer);
    this.small = new Uint32Array(PIXELS);
    this.map.width = columns * CELL;
    this.map.height = rows * CELL;
    for (const style of [this.map.style, this.element.style]) {
      style.width = `${columns * tile}px`;
      style.height = `${rows * tile}px`;
    }
    this.context = fit(this.rings, columns * tile, rows * tile);
    this.ringKey = "";
  }

  /**
   * @param {Theme} theme
   * @param {Uint8Array} maps  (count, K, 24, 24)
   * @param {Uint8Array} states
   * @param {boolean} discretize
   */
  paint(theme, maps, states, discretize) {
    const { target, small, image, columns, count } = this;
    if (!target || !small || !image) return;
    const kinds = maps.length / count / PIXELS;
    const lut = discretize ? theme.vividSign : theme.vivid;
    for (let index = 0; index < count; index++) {
      const start = index * kinds * PIXELS;
      if (kinds > 1) mixClasses(maps.subarray(start, start + kinds * PIXELS), kinds, small, theme, discretize);
      let to = (Math.floor(index / columns) * CELL + GAP / 2) * image.width + (index % columns) * CELL + GAP / 2;
      for (let row = 0; row < SIDE; row++, to += image.width) {
        const from = row * SIDE;
        for (let i = 0; i < SIDE; i++) target[to + i] = kinds > 1 ? small[from + i] : lut[maps[start + from + i]];
      }
    }
    this.mapContext.putImageData(image, 0, 0);
    this.paintRings(theme, states);
  }

  /**
   * Only where something has changed.
   *
   * @param {Theme} theme
   * @param {Uint8Array} states
   */
  paintRings(theme, states) {
    const key = `${this.member} ${this.color} ${theme.text} ${states.join("")}`;
    const { context, tile, columns, count } = this;
    if (!context || key === this.ringKey) return;
    this.ringKey = key;
    context.clearRect(0, 0, columns * tile, Math.ceil(count / columns) * tile);
    for (let index = 0; index < count; index++) {
      const x = (index % columns) * tile, y = Math.floor(index / columns) * tile;
      const state = states[index];
      const isChosen = index === this.member;
      context.strokeStyle = state === DIVERGED ? DIVERGED_COLOR : state === REACHED ? this.color : theme.faint;
      context.lineWidth = state ? 2 : 1;
      context.setLineDash(state === DIVERGED ? [3, 2] : []);
      context.beginPath();
      context.roundRect(x + 1.5, y + 1.5, tile - 3, tile - 3, 3);
      if (state === DIVERGED) {
        context.moveTo(x + 4, y + tile - 4);
        context.lineTo(x + tile - 4, y + 4);
      }
      context.stroke();
      if (!isChosen) continue;
      context.setLineDash([]);
      context.lineWidth = 2.5;
      context.strokeStyle = theme.background;
      context.strokeRect(x + 3.5, y + 3.5, tile - 7, tile - 7);
      context.strokeStyle = theme.text;
      context.beginPath();
      context.roundRect(x + 1.25, y + 1.25, tile - 2.5, tile - 2.5, 3);
      context.stroke();
    }
    context.setLineDash([]);
  }

  /** For those who hear the wall. @param {any} scene */
  describe({ seeds, wall }) {
    setAttribute(this.rings, "aria-valuemax", String(wall - 1));
    setAttribute(this.rings, "aria-valuenow", String(this.member));
    setAttribute(this.rings, "aria-valuetext", `seed ${seeds[this.member]}`);
  }

  /** @param {MouseEvent} event */
  indexAt({ offsetX, offsetY }) {
    const column = Math.floor(offsetX / this.tile), row = Math.floor(offsetY / this.tile);
    const index = row * this.columns + column;
    return column >= 0 && column < this.columns && index >= 0 && index < this.count ? index : null;
  }

  /** @param {PointerEvent} event */
  hover(event) {
    const index = this.indexAt(event);
    this.rings.style.cursor = index === null ? "default" : "pointer";
    this.onHover(index, event.clientX, event.clientY);
  }

  /** @param {number|null} index */
  choose(index) {
    if (index !== null) this.onChoose(index);
  }

  /** @param {KeyboardEvent} event */
  moveByKey(event) {
    const moves = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -this.columns, ArrowDown: this.columns };
    const move = moves[/** @type {keyof moves} */ (event.key)];
    if (!move || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    const index = this.member + move;
    if (index >= 0 && index < this.count) this.onChoose(index);
  }
}

/**
 * A network in words, for the card beside the pointer.
 *
 * @param {number} state
 * @param {number} testLoss
 * @param {number} accuracy  NaN for regression
 */
export function tileWords(state, testLoss, accuracy) {
  const words = [`test loss ${loss(testLoss)}`];
  if (Number.isFinite(accuracy)) words.push(`${percent(accuracy)} correct`);
  if (state) words.push(STATES[state]);
  return words.join(", ");
}
