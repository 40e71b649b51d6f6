// @ts-check
/** The logit lens: the likeliest next token if each layer were the last. */

import { h, setAttribute, setText } from "../../../stage/dom.js";
import { percent } from "../../../stage/format.js";
import { seen } from "./words.js";

/** @typedef {import("./picture.js").TextMoment} Moment */

export class Lens {
  /** @param {((change: Partial<import("./picture.js").Look>) => void)|null} look */
  constructor(look) {
    this.table = h("table", { class: "nn-gpt-lens" });
    this.table.addEventListener("click", ({ target }) => {
      const { place } = /** @type {HTMLElement} */ (target).dataset;
      if (place) look?.({ place: Number(place) });
    });
    this.element = h("div", {},
      h("p", { class: "nn-gpt-note" }, "Below each character of the text: what would come next if the network ended after the embedding, the first layer and so on. Stronger is likelier; a frame marks what did come next."),
      h("div", { class: "nn-gpt-scroller" }, this.table));
    this.shape = "";
  }

  paint() {}

  /** @param {Moment} moment */
  showNumbers({ scene: { vocabulary }, arrays: { lens, lens_shares, tokens } }) {
    if (!lens || !lens_shares) return;
    const [rows, places] = lens.shape;
    if (this.shape !== `${rows} ${places}`) {
      this.shape = `${rows} ${places}`;
      const head = h("tr", {}, h("th", {}, "text"), ...Array.from({ length: places }, (_, t) => h("td", { "data-place": t })));
      const lines = Array.from({ length: rows }, (_, row) => h("tr", {}, h("th", { scope: "row" }, row ? `layer ${row}` : "embedding"),
        ...Array.from({ length: places }, (_, t) => h("td", { "data-place": t }))));
      this.table.replaceChildren(head, ...lines);
    }
    for (let t = 0; t < places; t++) {
      setText(this.table.rows[0].cells[t + 1], seen(vocabulary[tokens[t]]));
      for (let row = 0; row < rows; row++) {
        const cell = this.table.rows[row + 1].cells[t + 1], token = lens[row * places + t], share = lens_shares[row * places + t];
        setText(cell, seen(vocabulary[token]));
        cell.style.setProperty("--nn-weight", share.toFixed(3));
        cell.classList.toggle("nn-came", t + 1 < places && tokens[t + 1] === token);
        setAttribute(cell, "title", percent(share));
      }
    }
  }
}
