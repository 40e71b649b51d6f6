// @ts-check
/** Fakes as images of 8 × 8 pixels, each in a frame of what the discriminator believes of it. */

import { levelOf, pixelCss } from "../../../stage/colors.js";
import { fit, h } from "../../../stage/dom.js";
import { Raster } from "../../../stage/raster.js";
import { sideFor } from "./plane.js";
import { tilesOf } from "./round.js";

/** @typedef {import("./picture.js").GANMoment} Moment */

const ACROSS = 8, SIDE = 8, GAP = 8;

export class Digits {
  constructor() {
    this.canvas = h("canvas", { role: "img", "aria-label": "64 fake digits" });
    this.element = h("div", { class: "nn-gan-square", hidden: true }, this.canvas);
    this.raster = new Raster();
    this.size = 0;
    /** The stage of the slow round that is shown. @type {import("./plane.js").Stage|null} */
    this.stage = null;
  }

  /** @param {import("../../../stage/colors.js").Theme} theme */
  setTheme(theme) {
    this.theme = theme;
  }

  /** @param {number} width @param {number} scale */
  resize(width, scale) {
    this.size = sideFor(width, scale);
    this.context = fit(this.canvas, this.size, this.size, scale);
  }

  /** @param {Moment} moment */
  paint({ arrays }) {
    const { context, theme, raster, size, stage } = this;
    if (!context || !theme || arrays.fakes.shape[1] !== SIDE * SIDE) return;
    const usual = { images: arrays.fakes, beliefs: arrays.beliefs, count: arrays.fakes.shape[0] };
    const { images, beliefs, count } = (stage && tilesOf(arrays, stage.at, stage.progress)) ?? usual;
    context.clearRect(0, 0, size, size);
    context.imageSmoothingEnabled = false;
    raster.resize(SIDE, SIDE);
    const step = size / ACROSS;
    for (let image = 0; image < count; image++) {
      const x = (image % ACROSS) * step, y = Math.floor(image / ACROSS) * step;
      for (let i = 0; i < SIDE * SIDE; i++) {
        raster.pixels[i] = theme.inks[levelOf(images[image * SIDE * SIDE + i], 1)];
      }
      raster.show();
      context.fillStyle = pixelCss(theme.vivid[levelOf(2 * beliefs[image] - 1, 1)]);
      context.fillRect(x + 1, y + 1, step - 2, step - 2);
      context.drawImage(raster.canvas, x + GAP / 2, y + GAP / 2, step - GAP, step - GAP);
    }
  }
}
