// @ts-check
/** The embeddings of all characters, in the plane of their two principal components. */

import { fit, h, isSharp, setText } from "../../../stage/dom.js";
import { percent } from "../../../stage/format.js";
import { seen } from "./words.js";

/** @typedef {import("./picture.js").TextMoment} Moment */

const HEIGHT = 300, MARGIN = 18;

export class Embeddings {
  constructor() {
    this.canvas = h("canvas", { role: "img", "aria-label": "Embeddings of the characters in two principal components" });
    this.words = h("p", { class: "nn-gpt-note" });
    this.element = h("div", {}, this.words, this.canvas);
    this.width = 0;
    this.scale = 1;
  }

  /** @param {import("../../../stage/colors.js").Theme} theme */
  setTheme(theme) {
    this.theme = theme;
  }

  /** @param {number} width @param {number} scale */
  resize(width, scale) {
    this.width = width / scale;
    this.scale = scale;
    this.context = undefined;
  }

  /** @param {Moment} moment */
  paint({ scene: { vocabulary }, arrays: { embeddings } }) {
    const { theme, width } = this;
    if (!embeddings || !theme || !width) return;
    if (!this.context || !isSharp(this.canvas)) this.context = fit(this.canvas, width, HEIGHT, this.scale);
    const { context } = this, [xs, ys] = [0, 1].map((axis) => Array.from({ length: vocabulary.length }, (_, i) => embeddings[2 * i + axis]));
    const largest = Math.max(...xs.map(Math.abs), ...ys.map(Math.abs)) || 1;
    const unit = Math.min(width / 2, HEIGHT / 2) - MARGIN;
    context.clearRect(0, 0, width, HEIGHT);
    context.strokeStyle = theme.faint;
    context.beginPath();
    context.moveTo(width / 2, 0);
    context.lineTo(width / 2, HEIGHT);
    context.moveTo(0, HEIGHT / 2);
    context.lineTo(width, HEIGHT / 2);
    context.stroke();
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.font = `600 14px ${theme.font}`;
    for (let i = 0; i < vocabulary.length; i++) {
      const character = vocabulary[i];
      context.fillStyle = "aeiou".includes(character) ? theme.positive : /\p{L}/u.test(character) ? theme.text : theme.negative;
      context.fillText(seen(character), width / 2 + (xs[i] / largest) * unit * Math.min(2, width / HEIGHT), HEIGHT / 2 - (ys[i] / largest) * unit);
    }
  }

  /** @param {Moment} moment */
  showNumbers({ arrays: { embedding_shares: shares } }) {
    if (shares) setText(this.words, `Each character as the network embeds it, seen along the two directions of most variance: ${percent(shares[0])} and ${percent(shares[1])} of it. Blue: a, e, i, o, u; orange: what is no letter. Near each other are characters that the network treats alike.`);
  }
}
