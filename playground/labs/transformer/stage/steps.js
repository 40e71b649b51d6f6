// @ts-check
/** Decoding step by step: at a place of the target, what the decoder has by then, and how likely each next word is. */

import { h, setAttribute, setText } from "../../../stage/dom.js";
import { percent } from "../../../stage/format.js";
import { chosenOf, shown } from "./words.js";

/** @typedef {import("./picture.js").Moment} Moment */
/** @typedef {import("./picture.js").Choice} Choice */

const BEST = 6;

export class Steps {
  /** @param {(place: number|null) => void} onPlace */
  constructor(onPlace) {
    this.onPlace = onPlace;
    /** @type {number|null} */
    this.place = null;
    this.count = 0;
    const button = (/** @type {string} */ text, /** @type {string} */ label, /** @type {number} */ by) =>
      h("button", { class: "nn-button", type: "button", title: label, "aria-label": label, onclick: () => this.move(by) }, text);
    this.all = h("button", { class: "nn-button", type: "button", onclick: () => this.onPlace(null) }, "All words");
    this.sentence = h("p", { class: "nn-transformer-note", "aria-live": "polite" });
    this.bars = Array.from({ length: BEST }, () => {
      const bar = h("i"), word = h("span", { class: "nn-transformer-bar-word" }), share = h("span", { class: "nn-transformer-bar-share" });
      return { bar, word, share, element: h("div", { class: "nn-transformer-bar" }, word, h("span", { class: "nn-transformer-track" }, bar), share) };
    });
    this.element = h("section", { class: "nn-transformer-steps", "aria-label": "Word by word" },
      h("h2", { class: "nn-unseen" }, "Word by word"),
      h("div", { class: "nn-transformer-row" }, button("◀", "One word back", -1), button("▶", "One word on", 1), this.all),
      this.sentence, ...this.bars.map(({ element }) => element));
  }

  /** @param {number} by */
  move(by) {
    const { place, count } = this;
    if (place === null) return this.onPlace(by > 0 ? 0 : count - 1);
    this.onPlace((place + by + count) % count);
  }

  /** @param {Moment} moment @param {Choice} choice */
  showNumbers({ header: { shown: said }, scene, arrays: { shares } }, choice) {
    const chosen = chosenOf(said), [places, words] = shares.shape;
    this.count = places;
    // In the encoder a place is one of the source.
    this.place = choice.place === null || choice.kind === "encoder" ? null : Math.min(choice.place, places - 1);
    setAttribute(this.all, "aria-pressed", String(this.place === null));
    const place = this.place ?? 0;
    const own = shares.subarray(place * words, (place + 1) * words);
    const best = Array.from(own.keys()).sort((a, b) => own[b] - own[a]).slice(0, BEST);
    const before = said.given.slice(1, place + 1).map(shown).join(" ");
    setText(this.sentence, before ? `After “${before}” the next word is` : "The first word is");
    this.bars.forEach(({ bar, word, share, element }, i) => {
      const index = best[i];
      element.hidden = index === undefined;
      if (index === undefined) return;
      const text = scene.target_words[index], isTrue = said.target?.[place] === text;
      setText(word, shown(text));
      setText(share, percent(own[index]));
      bar.style.setProperty("--nn-share", String(own[index]));
      element.classList.toggle("nn-true", isTrue);
      element.classList.toggle("nn-chosen", chosen[place] === text);
    });
  }
}
