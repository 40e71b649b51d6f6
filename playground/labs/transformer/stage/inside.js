// @ts-check
/**
 * Inside one head, for one word that looks: its embedding and position, its query, the keys of the words that it looks at,
 * their scores, the mask, the softmax, the values and what the head gives. Every cell is a number of the network.
 */

import { levelOf, pixelCss } from "../../../stage/colors.js";
import { fit, h, isSharp, setAttribute, setText } from "../../../stage/dom.js";
import { percent, short } from "../../../stage/format.js";
import { shown, sidesOf } from "./words.js";

/** @typedef {import("./picture.js").Moment} Moment */
/** @typedef {import("./picture.js").Choice} Choice */
/** @typedef {import("../../../stage/types.js").Floats} Floats */
/** @typedef {import("../../../stage/colors.js").Theme} Theme */
/** @typedef {{name: string, values: Floats, row: number, x: number, y: number, width: number}} Strip */

const ROW = 22, WORD = 96, GAP = 14, SCORE = 58, WEIGHT = 92, MOST_TERMS = 3;

export class Inside {
  /** @param {import("../../../stage/tip.js").Tip} tip */
  constructor(tip) {
    this.canvas = h("canvas", { role: "img" });
    this.formula = h("p", { class: "nn-transformer-note", "aria-live": "polite" });
    this.body = h("div", { class: "nn-transformer-body" }, this.canvas);
    this.element = h("section", { class: "nn-transformer-inside", "aria-label": "Inside a head" },
      h("h2", { class: "nn-unseen" }, "Inside a head"), this.formula, this.body);
    this.width = this.height = 0;
    this.scale = 1;
    /** What is drawn, to be found under the pointer. @type {Strip[]} */
    this.strips = [];
    /** The word looked at that is written out. @type {number|null} */
    this.column = null;
    tip.follow(this.body, (event) => this.find(event));
  }

  /** @param {Theme} theme */
  setTheme(theme) {
    this.theme = theme;
  }

  /** @param {number} width  in CSS pixels @param {number} scale */
  resize(width, scale) {
    if (width / scale === this.width && scale === this.scale && isSharp(this.canvas)) return;
    this.width = width / scale;
    this.scale = scale;
    this.height = 0;
  }

  /** The place that looks. @param {Moment} moment @param {Choice} choice */
  place({ arrays: { weights } }, { place }) {
    return Math.min(place ?? 0, (weights?.shape[0] ?? 1) - 1);
  }

  /** @param {Moment} moment @param {Choice} choice */
  paint(moment, choice) {
    const { theme, width } = this, { queries, keys, values, scores, weights, heads, embeddings, positions } = moment.arrays;
    if (!theme || !width || !queries || !keys || !values || !scores || !weights || !heads || !embeddings || !positions) return;
    const { looking, looked } = sidesOf(choice.kind, moment.header.shown), place = this.place(moment, choice);
    const columns = weights.shape[1], height = (columns + 6) * ROW + 16;
    if (height !== this.height || !isSharp(this.canvas)) {
      this.height = height;
      this.context = fit(this.canvas, width, height, this.scale);
    }
    const { context } = this;
    if (!context) return;
    context.clearRect(0, 0, width, height);
    this.strips = [];
    const room = Math.max(40, (width - WORD - SCORE - WEIGHT - 4 * GAP) / 2), long = 2 * room + SCORE + WEIGHT + 3 * GAP;
    const left = { key: WORD, score: WORD + room + GAP, weight: WORD + room + SCORE + 2 * GAP, value: WORD + room + SCORE + WEIGHT + 3 * GAP };
    let y = 0;
    const line = (/** @type {string} */ name, /** @type {Floats} */ from, /** @type {number} */ row, /** @type {number} */ x, /** @type {number} */ wide) => {
      this.strip(context, theme, { name, values: from, row, x, y, width: wide });
    };
    const text = (/** @type {string} */ said, /** @type {number} */ x, muted = false, align = /** @type {CanvasTextAlign} */ ("left")) => {
      context.font = `12px ${theme.font}`;
      context.fillStyle = muted ? theme.muted : theme.text;
      context.textAlign = align;
      context.textBaseline = "middle";
      context.fillText(said, x, y + ROW / 2);
    };
    const own = choice.kind === "encoder" ? looking[place] : moment.header.shown.given[place];
    text(`√D · e(${shown(own)})`, 0);
    line("embedding", embeddings, place, WORD, long);
    y += ROW;
    text("+ position", 0);
    line("position", positions, place, WORD, long);
    y += ROW + 8;
    text("query q", 0);
    line("q", queries, place, left.key, room);
    y += ROW;
    text("looks at", 0, true);
    text("key k", left.key, true);
    text(`q·k/√${queries.shape[1]}`, left.score + SCORE, true, "right");
    text("softmax α", left.weight, true);
    text("value v", left.value, true);
    y += ROW;
    for (let column = 0; column < columns; column++, y += ROW) {
      const at = place * columns + column, score = scores[at], weight = weights[at];
      if (column === this.column) {
        context.fillStyle = theme.faint;
        context.globalAlpha = 0.5;
        context.fillRect(0, y, width, ROW);
        context.globalAlpha = 1;
      }
      text(shown(looked[column] ?? ""), 0);
      line("k", keys, column, left.key, room);
      text(Number.isFinite(score) ? short(score) : "masked", left.score + SCORE, !Number.isFinite(score), "right");
      context.fillStyle = theme.positive;
      context.fillRect(left.weight, y + 5, weight * (WEIGHT - 44), ROW - 10);
      text(percent(weight), left.weight + WEIGHT, false, "right");
      line("v", values, column, left.value, room);
    }
    y += 8;
    text("head gives Σ α v", left.value - GAP, false, "right");
    line("Σ α v", heads, place, left.value, room);
  }

  /**
   * Numbers as cells in the colours of their sign.
   *
   * @param {CanvasRenderingContext2D} context
   * @param {Theme} theme
   * @param {Strip} strip
   */
  strip(context, theme, strip) {
    const { values, row, x, y, width } = strip, count = values.shape[1], wide = width / count;
    let most = 1e-6;
    for (let i = 0; i < values.length; i++) most = Math.max(most, Math.abs(values[i]));
    for (let i = 0; i < count; i++) {
      context.fillStyle = pixelCss(theme.vivid[levelOf(values[row * count + i], most)]);
      context.fillRect(x + i * wide, y + 3, Math.max(wide - (wide > 6 ? 1 : 0), 0.5), ROW - 6);
    }
    this.strips.push(strip);
  }

  /** What is under the pointer. @param {PointerEvent|null} event */
  find(event) {
    const column = event && this.strips.find(({ name, y }) => name === "k" && isIn(event.offsetY / this.scale, y, ROW))?.row;
    this.column = column ?? null;
    if (!event) return null;
    const x = event.offsetX / this.scale, y = event.offsetY / this.scale;
    const found = this.strips.findIndex((strip) => isIn(y, strip.y, ROW) && isIn(x, strip.x, strip.width));
    if (found < 0) return null;
    const index = Math.floor(((x - this.strips[found].x) / this.strips[found].width) * this.strips[found].values.shape[1]);
    return () => {
      const strip = this.strips[found];
      if (!strip || index >= strip.values.shape[1]) return null;
      return { title: `${strip.name}, number ${index + 1} of ${strip.values.shape[1]}`, head: [], rows: [{ color: null, cells: ["", short(strip.values[strip.row * strip.values.shape[1] + index])] }] };
    };
  }

  /** @param {Moment} moment @param {Choice} choice */
  showNumbers(moment, choice) {
    const { queries, keys, scores, weights } = moment.arrays;
    if (!queries || !keys || !scores || !weights) return;
    const { looking, looked } = sidesOf(choice.kind, moment.header.shown), place = this.place(moment, choice);
    const columns = weights.shape[1], size = queries.shape[1];
    const own = Array.from(weights.subarray(place * columns, (place + 1) * columns));
    const column = Math.min(this.column ?? own.indexOf(Math.max(...own)), columns - 1), score = scores[place * columns + column];
    const terms = Array.from({ length: Math.min(MOST_TERMS, size) }, (_, i) => `${short(queries[place * size + i], 2)} · ${short(keys[column * size + i], 2)}`);
    const name = `${shown(looking[place] ?? "")} and ${shown(looked[column] ?? "")}`;
    const finite = Array.from(scores.subarray(place * columns, (place + 1) * columns)).filter(Number.isFinite);
    const total = finite.reduce((sum, each) => sum + Math.exp(each), 0);
    setText(this.formula, Number.isFinite(score)
      ? `${name}: q·k/√${size} = (${terms.join(" + ")}${size > MOST_TERMS ? " + …" : ""}) / √${size} = ${short(score)}; softmax: e^${short(score)} / ${short(total)} = ${percent(own[column])}.`
      : `${name}: the mask makes the score −∞, so that its share is 0.`);
    setAttribute(this.canvas, "aria-label", `Numbers of one head: ${looked.slice(0, columns).map((word, i) => `${shown(word)} ${percent(own[i])}`).join(", ")}`);
  }
}

/** @param {number} value @param {number} from @param {number} length */
function isIn(value, from, length) {
  return value >= from && value < from + length;
}
