// @ts-check
/** Paints the small maps, the bias squares and, while a point is probed, every neuron's number for it. */

import { isLight, levelOf, pixelCss } from "../../../stage/colors.js";
import { context2d, h } from "../../../stage/dom.js";
import { short } from "../../../stage/format.js";

/** @typedef {import("./geometry.js").Layout} Layout */
/** @typedef {import("../../../stage/types.js").Moment} Moment */
/** @typedef {import("../../../stage/colors.js").Theme} Theme */

const MAP = 25;
const MAP_PIXELS = MAP * MAP;
export const BIAS_SIZE = 9;
/** A bias of this size has the full colour. */
const STRONG_BIAS = 1;
const RADIUS = 5;
const INACTIVE_ALPHA = 0.3;
/** Transparent corner pixels round the tiles at no cost: [pixel, alpha]. */
const CORNERS = [[0, 0], [1, 0.45], [MAP, 0.45]];

/** Small maps, one below the other, in an image of their own. */
class Atlas {
  constructor() {
    this.canvas = h("canvas", { width: MAP, height: MAP });
    this.context = context2d(this.canvas);
    this.resize(1);
  }

  /** @param {number} count */
  resize(count) {
    if (count === this.count) return;
    this.count = count;
    this.canvas.height = MAP * count;
    this.image = new ImageData(MAP, MAP * count);
    this.pixels = new Uint32Array(this.image.data.buffer);
  }

  /**
   * @param {Uint8Array} maps
   * @param {(map: number) => Uint32Array} lutOf
   */
  write(maps, lutOf) {
    const { pixels, image } = this;
    if (!pixels || !image) return;
    for (let start = 0; start < pixels.length; start += MAP_PIXELS) {
      const lut = lutOf(start / MAP_PIXELS);
      for (let i = start; i < start + MAP_PIXELS; i++) pixels[i] = lut[maps[i]];
      for (const [offset, alpha] of CORNERS) {
        const column = offset % MAP, row = (offset - column) / MAP;
        for (const x of [column, MAP - 1 - column]) {
          for (const y of [row, MAP - 1 - row]) fade(pixels, start + y * MAP + x, alpha);
        }
      }
    }
    this.context.putImageData(image, 0, 0);
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
    this.inputs.resize(arrays.input_maps.length / MAP_PIXELS);
    this.inputs.write(arrays.input_maps, () => (settings.discretize ? vividSign : vivid));
  }

  /** @param {Moment} moment */
  paint(moment) {
    const { context, layout, theme } = this;
    if (!context || !layout || !theme) return;
    const { arrays, header } = moment;
    const { tiles, size, features } = layout;
    this.maps.resize(arrays.maps.length / MAP_PIXELS);
    this.maps.write(arrays.maps, this.lutOf(moment, theme));
    for (let i = 0; i < tiles.length; i++) {
      const { x, y, active } = tiles[i];
      const isFeature = i < features;
      const source = isFeature ? this.inputs.canvas : this.maps.canvas;
      const row = (isFeature ? i : i - features) * MAP;
      if (!active) context.globalAlpha = INACTIVE_ALPHA;
      context.drawImage(source, 0, row, MAP, MAP, x, y, size, size);
      if (!active) context.globalAlpha = 1;
    }
    if (header.view.probe && arrays.probe) this.paintProbe(moment, context, layout, theme);
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
    const firstOutput = arrays.maps.length / MAP_PIXELS - scene.outputs.length;
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
   * @param {CanvasRenderingContext2D} context
   * @param {Layout} layout
   * @param {Theme} theme
   */
  paintProbe(moment, context, { tiles, size, features }, theme) {
    const { probe, map_ranges, input_ranges } = moment.arrays;
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
