// @ts-check
/** A wall of small live pictures, one for each seed of a variant. */

import { mixClasses, writeColors } from "../../../stage/colors.js";
import { fit, h, isSharp, setAttribute } from "../../../stage/dom.js";
import { measured } from "../../../stage/metrics.js";
import { Raster } from "../../../stage/raster.js";

/** @typedef {import("../../../stage/colors.js").Theme} Theme */

const GAP = 2; // between two pictures, in their own pixels
const REACHED = 1, DIVERGED = 2;
const CHOSEN_INSET = 4.5; // of the chosen tile's ring, inside its frame
const DIVERGED_COLOR = "#d63a3a";
const STATES = { [REACHED]: "has reached the target", [DIVERGED]: "has diverged" };

/** The largest size of a tile. */
export const MOST_TILE = 96;

export class Wall {
  /**
   * @param {object} actions
   * @param {(index: number) => void} actions.onChoose
   * @param {() => void} actions.onOpen  open the chosen network
   */
  constructor({ onChoose, onOpen }) {
    this.onChoose = onChoose;
    this.onOpen = onOpen;
    this.map = new Raster({ class: "nn-wall-map" });
    this.small = new Uint32Array();
    this.rings = h("canvas", {
      class: "nn-wall-rings", tabindex: "0", role: "slider", "aria-valuemin": "0",
      onclick: (/** @type {MouseEvent} */ event) => this.choose(this.indexAt(event)),
      onpointermove: (/** @type {PointerEvent} */ event) => {
        this.rings.style.cursor = this.indexAt(event) === null ? "default" : "pointer";
      },
      onkeydown: (/** @type {KeyboardEvent} */ event) => this.key(event),
    });
    this.element = h("div", { class: "nn-wall" }, this.map.canvas, this.rings);
    this.count = this.columns = this.tile = 0;
    this.member = 0;
    this.ringKey = "";
    this.color = "";
  }

  /**
   * Choose the number of columns that makes the tiles largest.
   *
   * @param {number} count
   * @param {number} width  available
   * @param {number} height  available
   */
  resize(count, width, height) {
    let columns = 1, tile = 0;
    for (let each = 1; each <= count; each++) {
      const size = Math.min(width / each, height / Math.ceil(count / each));
      if (size > tile) [columns, tile] = [each, size];
    }
    tile = Math.min(tile, MOST_TILE);
    if (count === this.count && columns === this.columns && tile === this.tile && isSharp(this.rings)) return;
    Object.assign(this, { count, columns, tile });
    const rows = Math.ceil(count / columns);
    this.map.pixels.fill(0); // clear tiles that are no longer used
    for (const { style } of [this.map.canvas, this.element]) {
      style.width = `${columns * tile}px`;
      style.height = `${rows * tile}px`;
    }
    this.context = fit(this.rings, columns * tile, rows * tile);
    this.ringKey = "";
  }

  /**
   * @param {Theme} theme
   * @param {Pick<import("./picture.js").CompareArrays, "maps"|"tiles">} arrays
   * @param {number} first  index of the wall's first network
   * @param {Uint8Array} states  (count,)
   * @param {boolean} discretize
   * @param {boolean} [ink]  whether the pictures are in ink on white paper
   */
  paint(theme, { maps, tiles }, first, states, discretize, ink) {
    const { columns, count, map } = this;
    const pictures = maps ?? tiles;
    if (!count || !pictures) return;
    const [kinds, height, width] = maps ? maps.shape.slice(1) : [3, ...pictures.shape.slice(1)];
    const across = columns * (width + GAP), area = height * width;
    map.resize(across, Math.ceil(count / columns) * (height + GAP));
    if (this.small.length !== area) this.small = new Uint32Array(area);
    const { small, map: { pixels } } = this;
    const lut = discretize ? theme.vividSign : theme.vivid;
    for (let index = 0; index < count; index++) {
      const start = (first + index) * kinds * area;
      const own = pictures.subarray(start, start + kinds * area);
      if (!maps) writeColors(own, small, ink ? theme.inks : undefined);
      else if (kinds > 1) mixClasses(own, kinds, small, theme, discretize);
      const top = Math.floor(index / columns) * (height + GAP) + GAP / 2, left = (index % columns) * (width + GAP) + GAP / 2;
      for (let row = 0, to = top * across + left; row < height; row++, to += across) {
        const from = row * width;
        for (let i = 0; i < width; i++) pixels[to + i] = kinds > 1 ? small[from + i] : lut[own[from + i]];
      }
    }
    map.show();
    this.paintRings(theme, states);
  }

  /**
   * Paint the rings if something changed.
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
      if (isChosen) paintFrame(context, theme, x, y, tile);
      const inset = isChosen ? CHOSEN_INSET : 1.5; // the ring of its state is inside the frame
      if (isChosen && !state) continue;
      context.strokeStyle = state === DIVERGED ? DIVERGED_COLOR : state === REACHED ? this.color : theme.faint;
      context.lineWidth = state ? 2 : 1;
      context.setLineDash(state === DIVERGED ? [3, 2] : []);
      context.beginPath();
      context.roundRect(x + inset, y + inset, tile - 2 * inset, tile - 2 * inset, 3);
      if (state === DIVERGED) {
        context.moveTo(x + 2 + inset, y + tile - 2 - inset);
        context.lineTo(x + tile - 2 - inset, y + 2 + inset);
      }
      context.stroke();
    }
    context.setLineDash([]);
  }

  /** Update the slider's values for screen readers. @param {import("./picture.js").CompareScene} scene */
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

  /** @param {number|null} index */
  choose(index) {
    if (index !== null) this.onChoose(index);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const moves = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -this.columns, ArrowDown: this.columns };
    const move = moves[/** @type {keyof typeof moves} */ (event.key)];
    if (!(move || event.key === "Enter") || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    if (!move) return this.onOpen();
    const index = this.member + move;
    if (index >= 0 && index < this.count) this.onChoose(index);
  }
}

/**
 * Frame the tile that is shown large.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {Theme} theme
 * @param {number} x
 * @param {number} y
 * @param {number} tile
 */
function paintFrame(context, theme, x, y, tile) {
  context.setLineDash([]);
  context.lineWidth = 2.5;
  context.strokeStyle = theme.background;
  context.strokeRect(x + 3.5, y + 3.5, tile - 7, tile - 7);
  context.strokeStyle = theme.text;
  context.beginPath();
  context.roundRect(x + 1.25, y + 1.25, tile - 2.5, tile - 2.5, 3);
  context.stroke();
}

/**
 * Return the scores of a network on the wall as text.
 *
 * @param {import("./picture.js").CompareMoment} moment
 * @param {number} variant
 * @param {number} member
 */
export function tileScores({ scene, arrays }, variant, member) {
  const at = variant * scene.wall + member;
  if (arrays.states[at] === DIVERGED) return STATES[DIVERGED];
  const found = arrays.scores.subarray(at * scene.shown.length, (at + 1) * scene.shown.length);
  const said = scene.shown.map((metric, i) => `${metric.label} ${measured(metric, found[i])}`);
  return said.filter((_, i) => !Number.isNaN(found[i])).join(", ");
}

/**
 * Return the same with its state.
 *
 * @param {import("./picture.js").CompareMoment} moment
 * @param {number} variant
 * @param {number} member
 */
export function tileWords(moment, variant, member) {
  const state = moment.arrays.states[variant * moment.scene.wall + member];
  return `${tileScores(moment, variant, member)}${state === REACHED ? `, ${STATES[REACHED]}` : ""}`;
}
