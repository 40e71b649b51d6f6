// @ts-check
/** Every row of the data with its target and the output, right or wrong; those of the next update are marked. */

import { classColor, css } from "../../../stage/colors.js";
import { h, setAttribute, setText } from "../../../stage/dom.js";
import { short } from "../../../stage/format.js";
import { inputName } from "./shape.js";

/** @typedef {import("./picture.js").NeuronMoment} Moment */

export class Table {
  /** @param {((example: number|null) => void)|null} onLook  null: no row can be chosen */
  constructor(onLook) {
    this.onLook = onLook;
    this.body = h("tbody");
    this.head = h("tr");
    this.element = h("section", { class: "nn-neuron-table", "aria-label": "Rows", tabindex: "0" },
      h("h2", { class: "nn-unseen" }, "Rows"), h("table", {}, h("thead", {}, this.head), this.body));
    /** @type {number|null} */
    this.example = null;
    /** @type {{element: HTMLElement, next: HTMLElement, output: HTMLElement, bar: HTMLElement, mark: HTMLElement}[]} */
    this.rows = [];
  }

  setTheme() {}

  /** @param {Moment} moment */
  build({ scene: { sizes: [inputs] }, arrays: { rows, targets } }) {
    const names = Array.from({ length: inputs }, (_, i) => inputName(i));
    const titles = [...names, "Target", "Output"].map((text) => h("th", { scope: "col" }, text));
    this.head.replaceChildren(h("td"), ...titles, h("td")); // buttons and marks say themselves what they are
    this.rows = Array.from(targets, (target, row) => {
      const output = h("span", { class: "nn-neuron-output" }), mark = h("td", { class: "nn-neuron-mark" });
      const bar = h("i", { class: "nn-neuron-bar" });
      const numbers = Array.from(rows.subarray(row * inputs, (row + 1) * inputs), (value) => h("td", {}, short(value)));
      const swatch = h("i", { class: "nn-swatch", style: `background:${css(classColor(target))}` });
      const next = h("button", {
        class: "nn-neuron-look", type: "button", disabled: this.onLook === null, title: "Follow this row through the network",
      });
      const element = h("tr", { onclick: () => this.onLook?.(this.example === row ? null : row) },
        h("td", { class: "nn-neuron-next" }, next), ...numbers,
        h("td", {}, swatch, ` ${target}`), h("td", {}, bar, output), mark);
      return { element, next, output, bar, mark };
    });
    this.body.replaceChildren(...this.rows.map(({ element }) => element));
  }

  /** @param {Moment} moment */
  showNumbers({ header: { example }, arrays: { targets, outputs, batch } }) {
    this.example = example;
    this.rows.forEach(({ element, next, output, bar, mark }, row) => {
      const isRight = outputs[row] > 0.5 === targets[row] > 0.5;
      setText(output, outputs[row].toFixed(2));
      bar.style.setProperty("--nn-share", String(outputs[row]));
      setText(mark, isRight ? "✓" : "✗");
      setAttribute(mark, "aria-label", isRight ? "right" : "wrong");
      element.classList.toggle("nn-wrong", !isRight);
      const isNext = batch.includes(row);
      element.classList.toggle("nn-next", isNext);
      setText(next, isNext ? "▸" : "·");
      setAttribute(next, "aria-label", `Follow row ${row + 1} through the network`);
      setAttribute(next, "aria-pressed", String(example === row));
    });
  }
}
