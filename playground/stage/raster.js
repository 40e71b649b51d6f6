// @ts-check
/** A picture that is written pixel by pixel, as large as the arrays that it shows. */

import { context2d, h } from "./dom.js";

export class Raster {
  /** @param {import("./dom.js").Attributes} [attributes]  of the canvas, which the style may stretch to any size */
  constructor(attributes) {
    this.canvas = h("canvas", { ...attributes, width: 1, height: 1 });
    this.context = context2d(this.canvas);
    this.image = new ImageData(1, 1);
    /** Row by row, little-endian RGBA. */
    this.pixels = new Uint32Array(this.image.data.buffer);
  }

  /**
   * Costs nothing while the size stays the same.
   *
   * @param {number} width
   * @param {number} height
   */
  resize(width, height) {
    if (width === this.image.width && height === this.image.height) return;
    this.canvas.width = width;
    this.canvas.height = height;
    this.image = new ImageData(width, height);
    this.pixels = new Uint32Array(this.image.data.buffer);
  }

  /** Shows what has been written to ``pixels``. */
  show() {
    this.context.putImageData(this.image, 0, 0);
  }
}
