// @ts-check
/** Arrays as small pictures: levels in the colours of their sign, images in grey. */

import { h } from "../../../stage/dom.js";
import { Raster } from "../../../stage/raster.js";

/**
 * Levels drawn as pixels into a part of a canvas, sharp at any size.
 */
export class Tiles {
  constructor() {
    this.raster = new Raster();
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {Uint8Array} levels  from ``start`` on
   * @param {number} start
   * @param {number} width  of the array
   * @param {number} height
   * @param {Uint32Array} colors  256 of them
   * @param {number} x
   * @param {number} y
   * @param {number} wide  in the drawing
   * @param {number} tall
   */
  draw(context, levels, start, width, height, colors, x, y, wide, tall) {
    const { raster } = this, size = width * height;
    raster.resize(width, height);
    for (let i = 0; i < size; i++) raster.pixels[i] = colors[levels[start + i]];
    raster.show();
    context.imageSmoothingEnabled = false;
    context.drawImage(raster.canvas, x, y, wide, tall);
  }
}

/**
 * Numbers as levels of a scale around 0.
 *
 * @param {ArrayLike<number>} values
 * @param {number} largest
 */
export function levelsOf(values, largest) {
  const scale = 127 / (largest || 1);
  return Uint8Array.from({ length: values.length }, (_, i) => Math.round(128 + Math.max(-127, Math.min(127, values[i] * scale))));
}

/** @param {ArrayLike<number>} values */
export function largestOf(values) {
  let found = 0;
  for (let i = 0; i < values.length; i++) found = Math.max(found, Math.abs(values[i]));
  return found;
}

/**
 * A button among others of which one is pressed.
 *
 * @param {string} text
 * @param {string} title
 * @param {() => void} onPress
 */
export function choice(text, title, onPress) {
  return h("button", { class: "nn-image-choice", type: "button", title, "aria-pressed": "false", onclick: onPress }, text);
}
