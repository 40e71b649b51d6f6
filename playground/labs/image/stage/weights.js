// @ts-check
/** The first layer's weights as images: what its filters or neurons look for. */

import { fit, h, isSharp, setText } from "../../../stage/dom.js";
import { short } from "../../../stage/format.js";
import { Tiles } from "./tiles.js";

/** @typedef {import("./picture.js").ImageMoment} Moment */
/** @typedef {import("../../../stage/colors.js").Theme} Theme */

const GAP = 8, LARGEST = 150, SMALLEST = 44, TALL = 420;

export class Weights {
  constructor() {
    this.canvas = h("canvas", { role: "img" });
    this.note = h("p", { class: "nn-image-note" });
    this.element = h("div", {}, this.note, this.canvas);
    this.tiles = new Tiles();
    this.width = 0;
    this.scale = 1;
    this.size = "";
  }

  /** @param {Theme} theme */
  setTheme(theme) {
    this.theme = theme;
  }

  /**
   * @param {number} width  in CSS pixels
   * @param {number} scale
   */
  resize(width, scale) {
    this.width = width / scale;
    this.scale = scale;
    this.size = "";
  }

  /** @param {Moment} moment */
  paint({ arrays: { weights } }) {
    const { theme, width } = this;
    if (!theme || !width || !weights) return;
    const [count, side] = weights.shape;
    let tile = LARGEST;
    const fits = () => Math.ceil(count / Math.floor((width + GAP) / (tile + GAP))) * (tile + GAP) <= TALL;
    while (tile > SMALLEST && !fits()) tile -= 2;
    const across = Math.floor((width + GAP) / (tile + GAP)), down = Math.ceil(count / across);
    const size = [across, down, tile].join();
    if (size !== this.size || !isSharp(this.canvas)) {
      this.size = size;
      this.context = fit(this.canvas, across * (tile + GAP), down * (tile + GAP), this.scale);
    }
    if (!this.context) return;
    this.context.clearRect(0, 0, across * (tile + GAP), down * (tile + GAP));
    for (let i = 0; i < count; i++) {
      this.tiles.draw(this.context, weights, i * side * side, side, side, theme.vivid, (i % across) * (tile + GAP), Math.floor(i / across) * (tile + GAP), tile, tile);
    }
  }

  /** @param {Moment} moment */
  showNumbers({ scene: { layers, classes }, arrays: { weights, weights_range } }) {
    if (!weights || !weights_range) return;
    const [count, side] = weights.shape, first = layers.find(({ kind }) => kind === "conv" || kind === "dense");
    const all = first?.shape[0] ?? count;
    const what = side === 28 ? (all === classes.length ? `One image of weights a class (${classes.join(", ")})` : `The weights of ${count < all ? `the first ${count} of ` : ""}${all} neurons, each over the whole image`)
      : `The ${count} kernels of ${side} × ${side} with which the first convolution looks at the image`;
    setText(this.note, `${what}: blue adds, orange takes away, the strongest is ±${short(weights_range[0])}. Look for what training makes of the noise that they were.`);
    this.canvas.setAttribute("aria-label", this.note.textContent ?? "");
  }
}
