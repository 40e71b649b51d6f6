// @ts-check
/**
 * Draws the links, weak ones below strong ones. Each is a separate stroke: without a GPU one long path of many curves
 * takes twice the time (measured), because its antialiasing falls back to supersampling.
 */

import { LOCK } from "../../../stage/svg.js";
import { curveX, curveY } from "./geometry.js";
import { includes, weightAt } from "./network_cards.js";

/** @typedef {import("./picture.js").NetworkMoment} Moment */
/** @typedef {import("./geometry.js").Layout} Layout */
/** @typedef {import("../../../stage/colors.js").Theme} Theme */

const BUCKETS = 16;
/** Larger weights have the same appearance. */
const STRONGEST = 5;
const THINNEST = 0.9;
const WIDEST = 8;
/** The bucket from which a colour is full: a weight of about 1. */
const FULL_COLOR = 7;
const STRONG = 4;
const SKIP_RISE = 16;
const SKIP_DASH = [4, 3];
const SKIP_PLUS = 3.5;
/** Least time between two repaints of many links, which are slow. */
const MANY = 120;
const REPAINT_MANY_EVERY_MS = 50;
/** Where on its way a frozen link has its mark, near the source, where links stand apart; and the mark's size. */
const MARK_AT = 0.35;
const MARK_SIZE = 15;

export class LinkPainter {
  constructor() {
    this.buckets = new Int8Array();
    this.stale = true;
    this.paintedAt = -Infinity;
    /** The frozen links. @type {number[]} */
    this.frozen = [];
    this.marks = "";
  }

  /** @param {Theme} theme */
  setTheme(theme) {
    this.theme = theme;
    this.stale = true;
  }

  /**
   * @param {Layout} layout
   * @param {CanvasRenderingContext2D} context
   * @param {number|null} target  the height at which the outputs enter the plane
   */
  setLayout(layout, context, target) {
    this.layout = layout;
    this.context = context;
    this.target = target;
    this.buckets = new Int8Array(layout.links.count);
    this.widest = Math.min(WIDEST, layout.size * 0.19);
    this.marks = "stale";
    this.stale = true;
    this.paintedAt = -Infinity;
  }

  /** Take the frozen links, where they have changed. @param {Moment} moment */
  mark(moment) {
    const { layout } = this;
    const { frozen } = moment.header;
    const marks = frozen.join(" ");
    if (!layout || marks === this.marks) return;
    this.marks = marks;
    this.frozen = [];
    for (let link = 0; frozen.length && link < layout.links.count; link++) {
      if (includes(frozen, weightAt(moment, layout, link))) this.frozen.push(link);
    }
    this.stale = true;
    this.paintedAt = -Infinity;
  }

  /** @param {number} link */
  isStrong(link) {
    return Math.abs(this.buckets[link]) >= STRONG;
  }

  /**
   * Redraws only when some link changed its bucket.
   *
   * @param {Float32Array} weights
   * @param {number} now  Infinity draws at once
   */
  paint(weights, now) {
    const { buckets, context, layout, theme } = this;
    if (!context || !layout || !theme) return;
    for (let link = 0; link < buckets.length; link++) {
      const bucket = bucketOf(weights[link]);
      if (bucket === buckets[link]) continue;
      buckets[link] = bucket;
      this.stale = true;
    }
    const tooSoon = buckets.length > MANY && now - this.paintedAt < REPAINT_MANY_EVERY_MS;
    if (!this.stale || tooSoon) return;
    this.stale = false;
    this.paintedAt = now === Infinity ? -Infinity : now;
    context.clearRect(0, 0, layout.width, layout.height);
    this.paintConnectors(context, layout, theme);
    this.paintSkips(context, layout, theme);
    for (let size = 0; size < BUCKETS; size++) {
      this.paintBucket(context, layout, -size, size ? theme.negative : theme.muted);
      if (size) this.paintBucket(context, layout, size, theme.positive);
    }
    context.globalAlpha = 1;
    for (const link of this.frozen) this.paintLock(context, layout, link, theme);
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {Layout} layout
   * @param {number} link
   * @param {Theme} theme
   */
  paintLock(context, { links: { x0, y0, x1, y1 } }, link, theme) {
    context.save();
    context.translate(curveX(x0[link], x1[link], MARK_AT), curveY(y0[link], y1[link], MARK_AT));
    context.beginPath();
    context.arc(0, 0, MARK_SIZE * 0.62, 0, 2 * Math.PI);
    context.fillStyle = theme.background;
    context.fill();
    context.scale(MARK_SIZE / 24, MARK_SIZE / 24);
    context.translate(-12, -13);
    context.fillStyle = theme.text;
    context.fill(new Path2D(LOCK));
    context.restore();
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {Layout} layout
   * @param {number} bucket
   * @param {string} color
   */
  paintBucket(context, { links }, bucket, color) {
    const { buckets } = this;
    const size = Math.abs(bucket);
    context.globalAlpha = Math.min(1, 0.28 + (0.72 * size) / FULL_COLOR);
    context.lineWidth = this.lineWidth(bucket);
    context.strokeStyle = color;
    for (let link = 0; link < buckets.length; link++) {
      if (buckets[link] !== bucket) continue;
      context.beginPath();
      this.trace(context, links, link);
      context.stroke();
    }
  }

  /** @param {number} bucket */
  lineWidth(bucket) {
    return THINNEST + ((this.widest ?? WIDEST) - THINNEST) * (bucket / (BUCKETS - 1)) ** 2;
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {Layout["links"]} links
   * @param {number} link
   */
  trace(context, { x0, y0, x1, y1 }, link) {
    const middle = (x0[link] + x1[link]) / 2;
    context.moveTo(x0[link], y0[link]);
    context.bezierCurveTo(middle, y0[link], middle, y1[link], x1[link], y1[link]);
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {Layout} layout
   * @param {Theme} theme
   */
  paintConnectors(context, { tiles, size, width }, theme) {
    if (this.target === null || this.target === undefined) return;
    const last = tiles[tiles.length - 1].layer;
    context.beginPath();
    for (const { layer, x, y } of tiles) {
      if (layer !== last) continue;
      const middle = (x + size + width) / 2;
      context.moveTo(x + size, y + size / 2);
      context.bezierCurveTo(middle, y + size / 2, middle, this.target, width, this.target);
    }
    context.globalAlpha = 0.5;
    context.lineWidth = 2.5;
    context.strokeStyle = theme.muted;
    context.stroke();
  }

  /**
   * A skip is no weight: a dashed arch over the links, from the top of a neuron to a plus at the top of the next.
   *
   * @param {CanvasRenderingContext2D} context
   * @param {Layout} layout
   * @param {Theme} theme
   */
  paintSkips(context, { tiles, size, skips }, theme) {
    context.globalAlpha = 0.8;
    context.lineWidth = 1.5;
    context.strokeStyle = theme.text;
    for (const [from, to] of skips) {
      const [x0, y0, x1, y1] = [tiles[from].x + size * 0.7, tiles[from].y, tiles[to].x + size * 0.3, tiles[to].y];
      const top = Math.min(y0, y1) - SKIP_RISE;
      context.setLineDash(SKIP_DASH);
      context.beginPath();
      context.moveTo(x0, y0);
      context.bezierCurveTo(x0 + SKIP_RISE, top, x1 - SKIP_RISE, top, x1, y1 - SKIP_PLUS);
      context.stroke();
      context.setLineDash([]);
      context.beginPath();
      context.moveTo(x1 - SKIP_PLUS, y1 - SKIP_PLUS);
      context.lineTo(x1 + SKIP_PLUS, y1 - SKIP_PLUS);
      context.moveTo(x1, y1 - 2 * SKIP_PLUS);
      context.lineTo(x1, y1);
      context.stroke();
    }
  }

  /**
   * @param {CanvasRenderingContext2D|undefined} context
   * @param {number} link
   */
  paintHighlight(context, link) {
    const { layout, theme, buckets } = this;
    if (!context || !layout || !theme) return;
    context.beginPath();
    this.trace(context, layout.links, link);
    context.lineWidth = this.lineWidth(buckets[link]) + 5;
    context.strokeStyle = theme.text;
    context.globalAlpha = 0.2;
    context.stroke();
    context.globalAlpha = 1;
    context.lineWidth = this.lineWidth(buckets[link]) + 1;
    context.strokeStyle = buckets[link] < 0 ? theme.negative : theme.positive;
    context.stroke();
  }
}

/** Negative for negative weights; square root, so that small weights still differ. @param {number} weight */
function bucketOf(weight) {
  const size = Math.min(BUCKETS - 1, Math.round(Math.sqrt(Math.abs(weight) / STRONGEST) * (BUCKETS - 1)));
  return weight < 0 ? -size : size;
}
