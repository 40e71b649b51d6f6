// @ts-check
/**
 * Inside one layer, for one place: what comes in, what each part makes of it, and where it is added and normalized, in the
 * order in which the network does it. Every cell is a number of the network.
 */

import { h, setAttribute, setText } from "./dom.js";
import { percent, short } from "./format.js";
import { largest, ROW, Strips } from "./strips.js";
import { forPointer } from "./touch.js";

/** @typedef {[name: string, kind: "in"|"norm"|"gives"|"sum", from: number]} Step  ``from`` is the row that it is made of; a sum also has what is given, just before it */

const NARROW = 480, SKIP = 16;
/** @type {Record<string, string>} */
const PARTS = { attention: "attention", cross: "cross-attention", feed_forward: "feed-forward" };

/** The steps through a layer with these parts. @param {string[]} parts @param {"pre"|"post"} norm @returns {Step[]} */
export function stepsOf(parts, norm) {
  /** @type {Step[]} */
  const steps = [["x", "in", 0]];
  for (const part of parts) {
    const x = steps.length - 1;
    if (norm === "pre") steps.push(["norm(x)", "norm", x]);
    steps.push([`${PARTS[part]} gives`, "gives", steps.length - 1], [norm === "pre" ? "x ← x + that" : "x + that", "sum", x]);
    if (norm === "post") steps.push(["x ← norm(x + that)", "norm", steps.length - 1]);
  }
  return steps;
}

export class LayerPanel {
  /** @param {import("./tip.js").Tip} tip */
  constructor(tip) {
    this.strips = new Strips(tip);
    this.note = h("p", { class: "nn-strips-note" });
    this.element = h("section", { class: "nn-strips-panel", "aria-label": "Inside a layer" }, h("h2", { class: "nn-unseen" }, "Inside a layer"), this.note, this.strips.body);
  }

  /** @param {import("./colors.js").Theme} theme */
  setTheme(theme) {
    this.strips.theme = theme;
  }

  /** @param {number} width @param {number} scale */
  resize(width, scale) {
    this.strips.resize(width, scale);
  }

  /**
   * @param {Step[]} steps
   * @param {ArrayLike<number>[]} rows  the numbers of each step
   * @param {ArrayLike<number>} hidden  those within the feed-forward part
   */
  paint(steps, rows, hidden) {
    const { strips } = this, canvas = strips.begin((steps.length + 1) * ROW);
    if (!canvas) return;
    const { context, theme } = canvas, left = strips.width < NARROW ? 128 : 168, wide = strips.width - left, tops = /** @type {number[]} */ ([]);
    steps.forEach(([name, kind, from], i) => {
      if (kind === "gives" && name.startsWith(PARTS.feed_forward)) {
        strips.text("relu(W₁ · + b₁)", SKIP);
        strips.strip("hidden numbers", hidden, left, wide);
        strips.y += ROW;
      }
      tops.push(strips.y);
      strips.text(name, SKIP);
      strips.strip(name, rows[i], left, wide, largest(rows[i]), (index) => told(kind, rows[i], rows[from], rows[i - 1], index));
      if (kind === "sum") {
        context.strokeStyle = theme.muted;
        context.beginPath();
        context.moveTo(SKIP - 4, tops[from] + ROW / 2);
        context.lineTo(4, tops[from] + ROW / 2);
        context.lineTo(4, strips.y + ROW / 2);
        context.lineTo(SKIP - 4, strips.y + ROW / 2);
        context.lineTo(SKIP - 8, strips.y + ROW / 2 - 3);
        context.moveTo(SKIP - 4, strips.y + ROW / 2);
        context.lineTo(SKIP - 8, strips.y + ROW / 2 + 3);
        context.stroke();
      }
      strips.y += ROW;
    });
  }

  /** @param {string} name  of the layer and the place @param {"pre"|"post"} norm @param {ArrayLike<number>} hidden */
  showNumbers(name, norm, hidden) {
    const zeros = Array.from(hidden).filter((value) => value === 0).length;
    setText(this.note, `${name}, ${norm === "pre" ? "pre-norm: x + part(norm(x))" : "post-norm: norm(x + part(x))"}. The line at the left is the skip. ` +
      `ReLU leaves ${percent(1 - zeros / Math.max(hidden.length, 1))} of the hidden numbers${forPointer("; point at a number for how it comes about.")}`);
    setAttribute(this.strips.canvas, "aria-label", `${name}: every step as a row of numbers`);
  }
}

/**
 * How a number came about.
 *
 * @param {string} kind
 * @param {ArrayLike<number>} row
 * @param {ArrayLike<number>} from
 * @param {ArrayLike<number>} before
 * @param {number} index
 */
function told(kind, row, from, before, index) {
  const value = short(row[index]);
  if (kind === "sum") return `${short(from[index])} + (${short(before[index])}) = ${value}`;
  if (kind !== "norm") return value;
  const all = Array.from(from), mean = all.reduce((sum, each) => sum + each, 0) / all.length;
  const spread = Math.sqrt(all.reduce((sum, each) => sum + (each - mean) ** 2, 0) / all.length);
  return `(${short(from[index])} − mean ${short(mean)}) / ${short(spread)} · g + b = ${value}`;
}
