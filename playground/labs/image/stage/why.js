// @ts-check
/** Why this answer: which pixels it hangs on, by one method, for the network and for its untrained self. */

import { fit, h, isSharp, setAttribute, setText } from "../../../stage/dom.js";
import { percent, scaled, short } from "../../../stage/format.js";
import { softmax } from "./overview.js";
import { choice, Tiles } from "./tiles.js";

/** @typedef {import("./picture.js").ImageMoment} Moment */
/** @typedef {import("../../../stage/colors.js").Theme} Theme */

const LARGEST = 214, GAP = 18, HEAD = 20;
/** @type {[string, string][]} */
const METHODS = [["saliency", "Saliency"], ["integrated", "Integrated gradients"], ["occlusion", "Occlusion"], ["gradcam", "Grad-CAM"]];

export class Why {
  /** @param {((method: string) => void)|null} onMethod */
  constructor(onMethod) {
    this.methods = METHODS.map(([name, text]) => ({ name, button: choice(text, "", () => onMethod?.(name)) }));
    this.canvas = h("canvas", { role: "img" });
    this.note = h("p", { class: "nn-image-note" });
    this.numbers = h("p", { class: "nn-image-total" });
    this.element = h("div", {}, h("div", { class: "nn-image-bar", role: "toolbar", "aria-label": "Method" }, ...this.methods.map(({ button }) => button)),
      this.note, this.canvas, this.numbers);
    this.tiles = new Tiles();
    this.width = 0;
    this.scale = 1;
    this.size = "";
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
    this.size = "";
  }

  /** @param {Moment} moment */
  paint({ arrays: { subject, why } }) {
    const { theme, width } = this;
    if (!theme || !this.inks || !why || !width) return;
    const tile = Math.floor(Math.min(LARGEST, (width - 2 * GAP) / 3)), size = [3 * tile + 2 * GAP, tile + HEAD];
    if (this.size !== size.join() || !isSharp(this.canvas)) {
      this.size = size.join();
      this.context = fit(this.canvas, size[0], size[1], this.scale);
    }
    const { context } = this, [, tall, wide] = why.shape;
    if (!context) return;
    context.clearRect(0, 0, size[0], size[1]);
    context.font = `11px ${theme.font}`;
    context.fillStyle = theme.muted;
    context.textBaseline = "alphabetic";
    ["image", "this network", "before training"].forEach((text, i) => context.fillText(text, i * (tile + GAP), 12));
    this.tiles.draw(context, subject, 0, 28, 28, this.inks, 0, HEAD, tile, tile);
    for (const i of [0, 1]) {
      const x = (i + 1) * (tile + GAP);
      this.tiles.draw(context, why, i * tall * wide, wide, tall, theme.vivid, x, HEAD, tile, tile);
      context.globalAlpha = 0.22; // so that one sees where on the image it is
      this.tiles.draw(context, subject, 0, 28, 28, this.inks, x, HEAD, tile, tile);
      context.globalAlpha = 1;
    }
  }

  /** @param {Moment} moment */
  showNumbers({ scene: { classes, planted }, header: { view, target }, arrays: { why, why_ranges, why_numbers, logits } }) {
    if (!why || !why_ranges || !why_numbers) return;
    for (const { name, button } of this.methods) setAttribute(button, "aria-pressed", String(name === view.method));
    const answer = logits.indexOf(Math.max(...logits)), name = classes[answer], [, tall, wide] = why.shape;
    const [sum, here, black, corner] = why_numbers;
    /** @type {Record<string, string>} */
    const about = {
      saliency: `How much the logit of ${name} would rise (blue) or fall (orange) with each pixel. Noisy; and the untrained network's map is no random picture either.`,
      integrated: `What each pixel gives to the logit of ${name} on the way from a black image to this one. All together they are the whole difference.`,
      occlusion: `How much the logit of ${name} falls (blue) where a square of 4 × 4 is blackened: an experiment rather than a gradient.`,
      gradcam: wide > 1 ? `Where the last maps speak for ${name}. It is no finer than they are: ${tall} × ${wide} squares.` : "This network has no maps, and so no Grad-CAM.",
    };
    const is = target < 0 ? "" : target === answer ? ", and is right" : `, but is ${classes[target]}`;
    setText(this.note, `Taken for ${name}, ${percent(softmax(logits)[answer])}${is}. ${about[view.method] ?? ""}`);
    const said = [`Scales: ±${scaled(why_ranges[0])} trained, ±${scaled(why_ranges[1])} untrained.`];
    if (view.method === "integrated") said.push(`The sum is ${short(sum)}; the logit is ${short(here)} here and ${short(black)} for black, a difference of ${short(here - black)}.`);
    if (planted) said.push(`${percent(corner)} of all that speaks lies in the corner of the dot.`);
    setText(this.numbers, said.join(" "));
    setAttribute(this.canvas, "aria-label", `${this.note.textContent} ${this.numbers.textContent}`);
  }
}
