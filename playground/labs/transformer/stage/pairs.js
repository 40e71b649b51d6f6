// @ts-check
/** Test pairs that stay in sight, each as the network translated it when it was measured last. */

import { h, setAttribute, setText } from "../../../stage/dom.js";

/** @typedef {import("./picture.js").Moment} Moment */

export class Pairs {
  /** @param {((pair: number) => void)|null} onLook */
  constructor(onLook) {
    this.onLook = onLook;
    this.list = h("div", { class: "nn-transformer-list" });
    this.note = h("p", { class: "nn-transformer-note" });
    this.element = h("section", { class: "nn-transformer-pairs", "aria-label": "Test pairs" },
      h("h2", { class: "nn-unseen" }, "Test pairs"), this.note, this.list);
    /** @type {{element: HTMLButtonElement, source: HTMLElement, written: HTMLElement}[]} */
    this.rows = [];
  }

  /** @param {Moment} moment */
  build({ scene: { pairs, held_out: heldOut } }) {
    setText(this.note, heldOut ? `Held out are ${heldOut}.` : "Test pairs, never trained on.");
    this.rows = pairs.map(({ source }, pair) => {
      const written = h("span", { class: "nn-transformer-written" }), from = h("span", {}, source.join(" "));
      const element = h("button", { class: "nn-transformer-pair", type: "button", disabled: this.onLook === null, onclick: () => this.onLook?.(pair) }, from, written);
      return { element, source: from, written };
    });
    this.list.replaceChildren(...this.rows.map(({ element }) => element));
  }

  /** @param {Moment} moment */
  showNumbers({ header: { written, shown }, scene: { pairs, separator } }) {
    this.rows.forEach((row, pair) => {
      const text = (written[pair] ?? []).join(separator), isRight = text === pairs[pair].target.join(separator);
      setText(row.written, `${isRight ? "✓" : "✗"} ${text || "–"}`);
      row.element.classList.toggle("nn-wrong", !isRight);
      setAttribute(row.element, "aria-pressed", String(shown.pair === pair));
    });
  }
}
