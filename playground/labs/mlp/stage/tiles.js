// @ts-check
/** Paints the small maps, the bias squares and, while a point is probed, every neuron's value there. */

import { isLight, levelOf, pixelCss } from "../../../stage/colors.js";
import { short } from "../../../stage/format.js";
import { Raster } from "../../../stage/raster.js";

/** @typedef {import("./geometry.js").Layout} Layout */
/** @typedef {import("./picture.js").NetworkMoment} Moment */
/** @typedef {import("../../../stage/colors.js").Theme} Theme */

export const BIAS_SIZE = 9;
/** A bias of this size has the full colour. */
const STRONG_BIAS = 1;
const RADIUS = 5;
const INACTIVE_ALPHA = 0.3;
/** Transparent corner pixels round the tiles at no cost: [column, row, alpha]. */
const CORNERS = [[0, 0, 0], [1, 0, 0.45], [0, 1, 0.45]];

/** Small maps, one below the other, in an image of their own. */
class Atlas {
  constructor() {
    this.raster = new Raster();
    /** Of a map. */
    this.width = this.height = 0;
  }

  /**
   * @param {import("../../../stage/types.js").Bytes} maps  (count, height, width)
   * @param {(map: number) => Uint32Array} lutOf
   */
  write(maps, lutOf) {
    const [count, height, width] = maps.shape;
    Object.assign(this, { height, width });
    this.raster.resize(width, height * count);
    const { pixels } = this.raster;
    for (let map = 0; map < count; map++) {
      const lut = lutOf(map), start = map * height * width, end = start + height * width;
      for (let i = start; i < end; i++) pixels[i] = lut[maps[i]];
      for (const [column, row, alpha] of CORNERS) {
        for (const x of [column, width - 1 - column]) {
          for (const y of [row, height - 1 - row]) fade(pixels, start + y * width + x, alpha);
        }
      }
    }
    this.raster.show();
  }

  /**
   * Draws a map as a square.
   *
   * @param {CanvasRenderingContext2D} context
   * @param {number} map
   * @param {number} x
   * @param {number} y
   * @param {number} size
   */
  draw(context, map, x, y, size) {
    const { width, height } = this;
    context.drawImage(this.raster.canvas, 0, map * height, width, height, x, y, size, size);
  }
}

export class TilePainter {
  constructor() {
    this.maps = new Atlas();
    this.inputs = new Atlas();
  }

  /** @param {Theme} theme */
  setTheme(theme) {
    this.theme = theme;
  }

  /**
   * @param {Layout} layout
   * @param {CanvasRenderingContext2D} context
   */
  setLayout(layout, context) {
    this.layout = layout;
    this.context = context;
    context.textAlign = "center";
    context.textBaseline = "middle";
  }

  clear() {
    if (this.context && this.layout) this.context.clearRect(0, 0, this.layout.width, this.layout.height);
  }

  /** @param {Moment} moment */
  paintInputs({ arrays, settings }) {
    if (!this.theme) return;
    const { vivid, vividSign } = this.theme;
    this.inputs.write(arrays.input_maps, () => (settings.discretize ? vividSign : vivid));
  }

  /** @param {Moment} moment */
  paint(moment) {
    const { context, layout, theme } = this;
    if (!context || !layout || !theme) return;
    const { arrays, header } = moment;
    const { tiles, size, features } = layout;
    this.maps.write(arrays.maps, this.lutOf(moment, theme));
    for (let i = 0; i < tiles.length; i++) {
      const { x, y, active } = tiles[i];
      const isFeature = i < features;
      if (!active) context.globalAlpha = INACTIVE_ALPHA;
      if (isFeature) this.inputs.draw(context, i, x, y, size);
      else this.maps.draw(context, i - features, x, y, size);
      if (!active) context.globalAlpha = 1;
    }
    if (header.view.probe && arrays.probe) this.paintProbe(moment, arrays.probe, context, layout, theme);
    this.paintBiases(context, layout, theme, arrays.biases);
  }

  /**
   * Of several outputs each has the colour of its class; everything else is a signed value.
   *
   * @param {Moment} moment
   * @param {Theme} theme
   */
  lutOf({ scene, settings, arrays }, theme) {
    const signed = settings.discretize ? theme.vividSign : theme.vivid;
    const firstOutput = arrays.maps.shape[0] - scene.outputs.length;
    const areClasses = scene.outputs.length > 1;
    return (/** @type {number} */ map) =>
      areClasses && map >= firstOutput ? theme.classes[(map - firstOutput) % theme.classes.length] : signed;
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {Layout} layout
   * @param {Theme} theme
   * @param {Float32Array} biases
   */
  paintBiases(context, { tiles, size, features }, theme, biases) {
    for (let i = features; i < tiles.length; i++) {
      const left = tiles[i].x - 3, top = tiles[i].y + size - BIAS_SIZE + 3;
      context.fillStyle = theme.background;
      context.fillRect(left - 2, top - 2, BIAS_SIZE + 4, BIAS_SIZE + 4);
      context.fillStyle = theme.muted;
      context.fillRect(left - 1, top - 1, BIAS_SIZE + 2, BIAS_SIZE + 2);
      context.fillStyle = pixelCss(theme.vivid[levelOf(biases[i - features], STRONG_BIAS)]);
      context.fillRect(left, top, BIAS_SIZE, BIAS_SIZE);
    }
  }

  /**
   * @param {Moment} moment
   * @param {Float32Array} probe
   * @param {CanvasRenderingContext2D} context
   * @param {Layout} layout
   * @param {Theme} theme
   */
  paintProbe(moment, probe, context, { tiles, size, features }, theme) {
    const { map_ranges, input_ranges } = moment.arrays;
    const lutOf = this.lutOf(moment, theme);
    context.font = `600 ${size < 36 ? 10 : 12}px ${theme.font}`;
    let next = 0;
    for (let i = 0; i < tiles.length; i++) {
      const { x, y, active } = tiles[i];
      if (!active) continue;
      const value = probe[next++];
      const map = i - features;
      const color = map < 0 ? theme.vivid[levelOf(value, input_ranges[i])] : lutOf(map)[levelOf(value, map_ranges[map])];
      context.beginPath();
      context.roundRect(x, y, size, size, RADIUS);
      context.fillStyle = pixelCss(color);
      context.fill();
      context.fillStyle = isLight(color) ? "#14171c" : "#fff";
      context.fillText(short(value, 2), x + size / 2, y + size / 2 + 0.5, size - 3);
    }
  }
}

/**
 * @param {Uint32Array} pixels
 * @param {number} at
 * @param {number} alpha
 */
function fade(pixels, at, alpha) {
  pixels[at] = ((pixels[at] & 0x00ffffff) | (Math.round(alpha * 255) << 24)) >>> 0;
}
