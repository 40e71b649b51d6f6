// @ts-check
/** Free run: what it says with its own answers as inputs, beside the true ones; and the error by step. */

import { h, setAttribute, setText } from "../../../stage/dom.js";
import { scaled, short } from "../../../stage/format.js";
import { legend, lines, Plot } from "./plot.js";
import { play } from "./sound.js";

/** @typedef {import("./picture.js").SequenceMoment} Moment */
/** @typedef {import("./picture.js").Look} Look */

const LABELS = ["true inputs", "its own inputs"], TALL = 104;

export class Free {
  /** @param {((change: Partial<Look>) => void)|null} look */
  constructor(look) {
    this.draw = 0;
    this.temperature = h("input", { type: "range", min: "0", max: "2", step: "0.1", value: "0", "aria-label": "Temperature", disabled: !look,
      oninput: () => look?.({ temperature: Number(this.temperature.value) }) });
    this.value = h("output", {}, "0");
    this.again = h("button", { class: "nn-button", type: "button", disabled: !look, title: "Other random numbers, from a generator of its own",
      onclick: () => look?.({ draw: (this.draw + 1) % 2 ** 31 }) }, "Draw again");
    this.row = h("div", { class: "nn-sequence-row nn-live" }, h("label", {}, "Temperature ", this.temperature), this.value, this.again);
    this.samples = h("div", { class: "nn-sequence-samples" });
    this.note = h("p", {});
    this.plot = new Plot("Error by step");
    this.key = h("div", {});
    this.element = h("div", {}, this.row, this.samples, this.note, this.key, this.plot.canvas);
  }

  /** @param {Moment} moment */
  paint({ arrays: { horizon }, scene: { series } }) {
    const canvas = horizon && this.plot.begin(TALL);
    if (!canvas || !horizon) return;
    const steps = horizon.shape[1], x = Float32Array.from({ length: steps }, (_, step) => step + 1);
    const ys = [0, 1].map((row) => horizon.subarray(row * steps, (row + 1) * steps));
    const most = series ? Math.max(...horizon, 1e-6) : 1;
    lines(canvas, LABELS.map((label, row) => ({ label, x, y: ys[row] })), { most, top: series ? scaled(most) : "1", x: "step" });
    if (this.key.dataset.dark !== String(canvas.theme.dark)) this.key.replaceChildren(legend(canvas.theme, LABELS));
    this.key.dataset.dark = String(canvas.theme.dark);
  }

  /** @param {Moment} moment */
  showNumbers({ header: { view, samples = [] }, scene: { series, task, half } }) {
    this.draw = view.draw;
    this.row.hidden = series;
    setText(this.value, short(view.temperature, 2));
    this.again.hidden = view.temperature === 0;
    setText(this.note, series ? `From step ${half + 1} on its own answer is its next input: the dashed line above. Below: the mean squared error of all test series.`
      : "Below: the share of wrong answers at every step, over all test sequences.");
    while (this.samples.children.length > samples.length) this.samples.lastChild?.remove();
    while (this.samples.children.length < samples.length) {
      const listen = h("button", { class: "nn-button", type: "button", title: "Listen to it", "aria-label": "Listen", onclick: () => play((listen.dataset.notes ?? "").split(" ")) }, "♪");
      this.samples.append(h("div", {}, listen, h("span", {}), h("b", {}), h("span", {})));
    }
    samples.forEach(({ asked, free, forced, true: right }, i) => {
      const row = this.samples.children[i], [listen, from, said, more] = row.children;
      setAttribute(row, "class", free === right || half ? "nn-right" : "nn-wrong"); // a text may go on as it likes
      /** @type {HTMLElement} */ (listen).hidden = task !== "melody";
      /** @type {HTMLElement} */ (listen).dataset.notes = free;
      setText(from, `${asked} → `);
      setText(said, free || "–");
      const aside = forced === free ? "" : `; with true inputs: ${forced}`;
      setText(more, half ? ` (the text: ${right}${aside})` : free === right ? " ✓" : ` ✗ right: ${right}${aside}`);
    });
  }
}
