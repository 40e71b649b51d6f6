// @ts-check
/** Arrays as small pictures: levels in the colours of their sign, images in grey. */

import { h } from "../../../stage/dom.js";
import { Raster } from "../../../stage/raster.js";

/**
 * Levels drawn as pixels into parts of a canvas, sharp at any size.
 */
export class Tiles {
  constructor() {
    /** One for each size of the arrays: to change a raster's size takes as long as to fill it. @type {Map<string, Raster>} */
    this.rasters = new Map();
  }

  /**
   * One array.
   *
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
    const raster = this.filled(levels, start, width, height, colors);
    context.imageSmoothingEnabled = false;
    context.drawImage(raster.canvas, x, y, wide, tall);
  }

  /**
   * Arrays of the same size, one after the other in ``levels``: each as a square with its corner at one of ``corners``.
   *
   * @param {CanvasRenderingContext2D} context
   * @param {Uint8Array} levels
   * @param {number} width  of each array
   * @param {number} height
   * @param {Uint32Array} colors  256 of them
   * @param {[number, number][]} corners
   * @param {number} side  in the drawing
   */
  drawAll(context, levels, width, height, colors, corners, side) {
    const raster = this.filled(levels, 0, width, height * corners.length, colors); // at once: each time costs
    context.imageSmoothingEnabled = false;
    corners.forEach(([x, y], i) => context.drawImage(raster.canvas, 0, i * height, width, height, x, y, side, side));
  }

  /**
   * @param {Uint8Array} levels
   * @param {number} start
   * @param {number} width
   * @param {number} height
   * @param {Uint32Array} colors
   */
  filled(levels, start, width, height, colors) {
    const key = `${width} ${height}`, size = width * height, raster = this.rasters.get(key) ?? new Raster();
    this.rasters.set(key, raster);
    raster.resize(width, height);
    for (let i = 0; i < size; i++) raster.pixels[i] = colors[levels[start + i]];
    raster.show();
    return raster;
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
