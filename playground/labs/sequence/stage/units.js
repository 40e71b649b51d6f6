// @ts-check
/** Find the unit that does a job: what every unit goes with, what it is worth, and which are on through a span. */

import { levelOf, pixelCss } from "../../../stage/colors.js";
import { h, setText } from "../../../stage/dom.js";
import { scaled, short } from "../../../stage/format.js";
import { Plot } from "./plot.js";

/** @typedef {import("./picture.js").SequenceMoment} Moment */

const ROW = 15, NAMES = 92, WORTH = 44, NAMED = 4;

export class Units {
  /** @param {((unit: number) => void)|null} onUnit */
  constructor(onUnit) {
    this.plot = new Plot("Correlations of every unit, and what it is worth");
    this.units = 1;
    this.onUnit = onUnit;
    this.plot.canvas.addEventListener("click", ({ clientX }) => {
      const x = (clientX - this.plot.canvas.getBoundingClientRect().left) / this.plot.scale - NAMES;
      const unit = Math.floor((x / (this.plot.width - NAMES)) * this.units);
      if (unit >= 0 && unit < this.units) onUnit?.(unit);
    });
    this.best = h("div", { class: "nn-sequence-lines" });
    this.span = h("div", { class: "nn-sequence-lines", "aria-live": "polite" });
    this.element = h("div", {}, this.plot.canvas, this.best, this.span);
  }

  /** @param {Moment} moment */
  paint({ header: { facts = [], view }, arrays: { correlations, worth }, scene: { hidden: units } }) {
    if (!correlations || !worth) return;
    const canvas = this.plot.begin(facts.length * ROW + WORTH + 14);
    if (!canvas) return;
    this.units = units;
    const { context, theme, width } = canvas, wide = (width - NAMES) / units, top = facts.length * ROW + 4;
    facts.forEach((name, row) => {
      context.fillStyle = theme.muted;
      context.fillText(name, 0, row * ROW + ROW / 2, NAMES - 6);
      for (let unit = 0; unit < units; unit++) {
        context.fillStyle = pixelCss(theme.vivid[levelOf(correlations[row * units + unit], 1)]);
        context.fillRect(NAMES + unit * wide, row * ROW, wide - (wide > 4 ? 1 : 0), ROW - 1);
      }
    });
    const most = Math.max(...worth, 1e-9);
    context.fillStyle = theme.muted;
    context.fillText("loss if off", 0, top + WORTH / 2);
    context.fillText(`max +${scaled(most)}`, 0, top + WORTH / 2 + 13);
    for (let unit = 0; unit < units; unit++) {
      const tall = (Math.max(worth[unit], 0) / most) * WORTH;
      context.fillStyle = unit === view.unit ? theme.text : theme.muted;
      context.fillRect(NAMES + unit * wide, top + WORTH - tall, Math.max(wide - 1, 1), tall);
    }
    context.strokeStyle = theme.text;
    context.strokeRect(NAMES + Math.min(view.unit, units - 1) * wide, 0.5, wide - (wide > 4 ? 1 : 0), top + WORTH);
  }

  /** @param {Moment} moment @param {[number, number]|null} span */
  showNumbers({ header: { facts = [] }, arrays, scene: { hidden: units } }, span) {
    const { correlations, worth } = arrays;
    if (!correlations || !worth) return;
    const median = [...worth].sort((a, b) => a - b)[units >> 1];
    const best = facts.map((name, row) => {
      const own = correlations.subarray(row * units, (row + 1) * units), unit = strongest(own);
      return { unit, text: `${name}: unit ${unit}`, more: `r = ${short(own[unit], 2)}; without it loss +${scaled(Math.max(worth[unit], 0))}` };
    });
    this.fill(this.best, `Which unit goes best with what (r: correlation). Without the median unit loss +${scaled(Math.max(median, 0))}.`, best);
    if (!span) return this.fill(this.span, "Drag over some steps of the sequence: which units are on through them, and off outside?", []);
    const found = separating(arrays.hidden, units, span);
    const words = `Steps ${span[0] + 1} to ${span[1] + 1}: ${found.length ? "on through them, off outside" : "no unit is on through them and off outside"}`;
    this.fill(this.span, `${words}.`, found.slice(0, NAMED).map(({ unit, inside, outside }) =>
      ({ unit, text: `unit ${unit}`, more: `${inside > outside ? "≥" : "≤"} ${short(inside, 2)} inside, ${inside > outside ? "≤" : "≥"} ${short(outside, 2)} outside` })));
  }

  /** @param {HTMLElement} place @param {string} title @param {{unit: number, text: string, more: string}[]} rows */
  fill(place, title, rows) {
    const said = JSON.stringify([title, rows]);
    if (place.dataset.said === said) return;
    place.dataset.said = said;
    if (place.children.length !== rows.length + 1) {
      place.replaceChildren(h("p", {}), ...rows.map(() => {
        const button = h("button", { class: "nn-sequence-link", type: "button", onclick: () => this.onUnit?.(Number(button.dataset.unit)) });
        return h("p", {}, button, h("span", {}));
      }));
    }
    setText(place.children[0], title);
    rows.forEach(({ unit, text, more }, i) => {
      const [button, words] = place.children[i + 1].children;
      /** @type {HTMLElement} */ (button).dataset.unit = String(unit);
      setText(button, text);
      setText(words, ` ${more}`);
    });
  }
}

/** @param {Float32Array} values */
function strongest(values) {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (Math.abs(values[i]) > Math.abs(values[best])) best = i;
  return best;
}

/**
 * The units that some threshold parts: beyond it at every step of a span, and at none outside; the clearest first.
 *
 * @param {Float32Array} hidden  (L, H)
 * @param {number} units
 * @param {[number, number]} span  its first and last step
 */
export function separating(hidden, units, [from, to]) {
  const steps = hidden.length / units, found = [];
  for (let unit = 0; unit < units; unit++) {
    for (const sign of [1, -1]) {
      let inside = Infinity, outside = -Infinity;
      for (let step = 0; step < steps; step++) {
        const value = sign * hidden[step * units + unit];
        if (step >= from && step <= to) inside = Math.min(inside, value);
        else outside = Math.max(outside, value);
      }
      if (inside > outside && Number.isFinite(outside)) found.push({ unit, gap: inside - outside, inside: sign * inside, outside: sign * outside });
    }
  }
  return found.sort((a, b) => b.gap - a.gap);
}
