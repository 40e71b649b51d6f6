// @ts-check
/**
 * Inside one head, for one place that looks: its embedding and position, its query, the keys of the places that it looks
 * at, their scores, the mask, the softmax, the values and what the head gives. Every cell is a number of the network.
 */

import { h, setAttribute, setText } from "./dom.js";
import { percent, short } from "./format.js";
import { largest, ROW, Strips } from "./strips.js";

/** @typedef {import("./types.js").Floats} Floats */

/**
 * @typedef {object} HeadNumbers  of one head; those of each place that looks (T) or is looked at (S) in a row
 * @property {Floats} queries  (T, d)
 * @property {Floats} keys  (S, d)
 * @property {Floats} values  (S, d)
 * @property {Floats} scores  (T, S)
 * @property {Floats} weights  (T, S)
 * @property {Floats} heads  (T, d)
 * @property {Floats} embeddings  (T, D)
 * @property {Floats} positions  (T, D)
 * @property {number} place  which one looks
 * @property {string} name  of the place that looks
 * @property {string} embedding  what is embedded there, such as √D · e(word)
 * @property {string[]} looked
 */

const GAP = 14, SCORE = 58, PERCENT = 44, NARROW = 480, MOST_TERMS = 3, MOST = 16;

export class HeadPanel {
  /** @param {import("./tip.js").Tip} tip */
  constructor(tip) {
    this.strips = new Strips(tip);
    this.formula = h("p", { class: "nn-strips-note", "aria-live": "polite" });
    this.element = h("section", { class: "nn-strips-panel", "aria-label": "Inside a head" }, h("h2", { class: "nn-unseen" }, "Inside a head"), this.formula, this.strips.body);
    /** The place looked at that is written out. @type {number|null} */
    this.column = null;
    this.strips.onHover = (strip) => {
      this.column = strip?.name === "k" || strip?.name === "v" ? strip.row : null;
    };
  }

  /** @param {import("./colors.js").Theme} theme */
  setTheme(theme) {
    this.strips.theme = theme;
  }

  /** @param {number} width @param {number} scale */
  resize(width, scale) {
    this.strips.resize(width, scale);
  }

  /** @param {HeadNumbers} numbers */
  paint(numbers) {
    const { queries, keys, values, scores, weights, heads, embeddings, positions, place, looked } = numbers, { strips } = this;
    const columns = weights.shape[1], drawn = places(weights.subarray(place * columns, (place + 1) * columns));
    const canvas = strips.begin((drawn.length + 6) * ROW + 16), { width } = strips;
    if (!canvas) return;
    const { context, theme } = canvas;
    const [word, share] = width < NARROW ? [68, PERCENT + 14] : [96, PERCENT + 48]; // wide
    const room = Math.max(40, (width - word - SCORE - share - 4 * GAP) / 2), long = 2 * room + SCORE + share + 3 * GAP;
    const left = { key: word, score: word + room + GAP, weight: word + room + SCORE + 2 * GAP, value: word + room + SCORE + share + 3 * GAP };
    const line = (/** @type {string} */ name, /** @type {Floats} */ from, /** @type {number} */ row, /** @type {number} */ x, /** @type {number} */ wide) =>
      strips.strip(name, rowOf(from, row), x, wide, largest(from), undefined, row);
    strips.text(numbers.embedding, 0);
    line("embedding", embeddings, place, word, long);
    strips.y += ROW;
    strips.text("+ position", 0);
    line("position", positions, place, word, long);
    strips.y += ROW + 8;
    strips.text("query q", 0);
    line("q", queries, place, left.key, room);
    strips.y += ROW;
    strips.text("looks at", 0, true);
    strips.text("key k", left.key, true);
    strips.text(`q·k/√${queries.shape[1]}`, left.score + SCORE, true, "right");
    strips.text("softmax α", left.weight, true);
    strips.text("value v", left.value, true);
    strips.y += ROW;
    for (const column of drawn) {
      const at = place * columns + column, score = scores[at], weight = weights[at];
      if (column === this.column) {
        context.fillStyle = theme.faint;
        context.globalAlpha = 0.5;
        context.fillRect(0, strips.y, width, ROW);
        context.globalAlpha = 1;
      }
      strips.text(looked[column] ?? "", 0);
      line("k", keys, column, left.key, room);
      strips.text(Number.isFinite(score) ? short(score) : "masked", left.score + SCORE, !Number.isFinite(score), "right");
      context.fillStyle = theme.positive;
      context.fillRect(left.weight, strips.y + 5, weight * (share - PERCENT), ROW - 10);
      strips.text(percent(weight), left.weight + share, false, "right");
      line("v", values, column, left.value, room);
      strips.y += ROW;
    }
    strips.y += 8;
    strips.text("head gives Σ α v", left.value - GAP, false, "right");
    line("Σ α v", heads, place, left.value, room);
  }

  /** @param {HeadNumbers} numbers */
  showNumbers({ queries, keys, scores, weights, place, name, looked }) {
    const columns = weights.shape[1], size = queries.shape[1];
    const own = Array.from(weights.subarray(place * columns, (place + 1) * columns));
    const column = Math.min(this.column ?? own.indexOf(Math.max(...own)), columns - 1), score = scores[place * columns + column];
    const terms = Array.from({ length: Math.min(MOST_TERMS, size) }, (_, i) => `${short(queries[place * size + i], 2)} · ${short(keys[column * size + i], 2)}`);
    const both = `${name} and ${looked[column] ?? ""}`;
    const finite = Array.from(scores.subarray(place * columns, (place + 1) * columns)).filter(Number.isFinite);
    const total = finite.reduce((sum, each) => sum + Math.exp(each), 0), few = places(own).length;
    const which = few === columns ? "" : few < MOST ? ` The mask hides the other ${columns - few} places.` : ` Drawn are the ${few} of ${columns} places that it looks at most.`;
    setText(this.formula, (Number.isFinite(score)
      ? `${both}: q·k/√${size} = (${terms.join(" + ")}${size > MOST_TERMS ? " + …" : ""}) / √${size} = ${short(score)}; softmax: e^${short(score)} / ${short(total)} = ${percent(own[column])}.`
      : `${both}: the mask makes the score −∞, so that its share is 0.`) + which);
    setAttribute(this.strips.canvas, "aria-label", `Numbers of one head: ${places(own).map((i) => `${looked[i] ?? ""} ${percent(own[i])}`).join(", ")}`);
  }
}

/** Which places are drawn: all, or of many those that are looked at most, in their order. @param {ArrayLike<number>} weights */
function places(weights) {
  const all = Array.from({ length: weights.length }, (_, i) => i);
  if (all.length <= MOST) return all;
  return all.filter((i) => weights[i] > 0).sort((a, b) => weights[b] - weights[a]).slice(0, MOST).sort((a, b) => a - b);
}

/** @param {Floats} values @param {number} row */
function rowOf(values, row) {
  const wide = values.shape[1];
  return values.subarray(row * wide, (row + 1) * wide);
}
