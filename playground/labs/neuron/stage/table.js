// @ts-check
/** Every row of the data with its target and the output, right or wrong; those of the next update are marked. */

import { classColor, css } from "../../../stage/colors.js";
import { h, setAttribute, setText } from "../../../stage/dom.js";
import { percent, short } from "../../../stage/format.js";
import { guessOf, inputName, isRight } from "./shape.js";

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
    this.given = "";
    /**
     * @type {{element: HTMLElement, next: HTMLElement, numbers: HTMLElement[], swatch: HTMLElement, target: HTMLElement,
     *   output: HTMLElement, bar: HTMLElement, mark: HTMLElement}[]}
     */
    this.rows = [];
  }

  setTheme() {}

  /** @param {Moment} moment */
  build({ scene: { sizes: [inputs], names, output }, arrays: { rows, targets } }) {
    const heads = Array.from({ length: inputs }, (_, i) => names[i] ?? inputName(i));
    const titles = [...heads, "Target", "Output"].map((text) => h("th", { scope: "col" }, text));
    this.head.replaceChildren(h("td"), ...titles, h("td")); // buttons and marks say themselves what they are
    this.rows = Array.from(targets, (_, row) => {
      const written = h("span", { class: "nn-neuron-output" }), mark = h("td", { class: "nn-neuron-mark" });
      const bar = h("i", { class: "nn-neuron-bar", hidden: output === "linear" });
      const numbers = heads.map(() => h("td"));
      const swatch = h("i", { class: "nn-swatch", hidden: output === "linear" }), target = h("span");
      const next = h("button", {
        class: "nn-neuron-look", type: "button", disabled: this.onLook === null, title: "Follow this row through the network",
      });
      const element = h("tr", { onclick: () => this.onLook?.(this.example === row ? null : row) },
        h("td", { class: "nn-neuron-next" }, next), ...numbers, h("td", {}, swatch, target), h("td", {}, bar, written), mark);
      return { element, next, numbers, swatch, target, output: written, bar, mark };
    });
    this.body.replaceChildren(...this.rows.map(({ element }) => element));
    this.given = "";
    this.showGiven(rows, targets, inputs);
  }

  /**
   * The data, which a person may have changed.
   *
   * @param {import("../../../stage/types.js").Floats} rows
   * @param {import("../../../stage/types.js").Floats} targets
   * @param {number} inputs
   */
  showGiven(rows, targets, inputs) {
    const given = `${rows.join()} ${targets.join()}`;
    if (given === this.given) return;
    this.given = given;
    this.rows.forEach(({ numbers, swatch, target }, row) => {
      numbers.forEach((cell, i) => setText(cell, short(rows[row * inputs + i])));
      setText(target, ` ${short(targets[row])}`);
      if (!swatch.hidden) swatch.style.background = css(classColor(targets[row]));
    });
  }

  /** @param {Moment} moment */
  showNumbers({ header: { example }, scene: { sizes, output: kind }, arrays: { rows, targets, outputs, batch } }) {
    this.example = example;
    this.showGiven(rows, targets, sizes[0]);
    const next = new Set(batch), count = outputs.length / targets.length;
    this.rows.forEach(({ element, next: button, output, bar, mark }, row) => {
      const right = kind === "linear" || isRight(outputs, targets, row);
      const share = outputs[count === 1 ? row : row * count + guessOf(outputs, count, row)];
      setText(output, count === 1 ? outputs[row].toFixed(2).replace("-", "−") : `${guessOf(outputs, count, row)}: ${percent(share)}`);
      bar.style.setProperty("--nn-share", String(share));
      setText(mark, kind === "linear" ? "" : right ? "✓" : "✗");
      setAttribute(mark, "aria-label", kind === "linear" ? "" : right ? "right" : "wrong");
      element.classList.toggle("nn-wrong", !right);
      element.classList.toggle("nn-next", next.has(row));
      setText(button, next.has(row) ? "▸" : "·");
      setAttribute(button, "aria-label", `Follow row ${row + 1} through the network`);
      setAttribute(button, "aria-pressed", String(example === row));
    });
  }
}
