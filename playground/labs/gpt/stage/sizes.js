// @ts-check
/** This network beside its large relatives, in numbers. */

import { h, setText } from "../../../stage/dom.js";
import { count } from "../../../stage/format.js";

/** @typedef {import("./picture.js").TextMoment} Moment */

/**
 * Layers, heads, width, context, vocabulary, parameters: Radford et al. 2018 and 2019, Brown et al. 2020.
 *
 * @type {[string, number, number, number, number, number, string][]}
 */
const KNOWN = [
  ["GPT-1 (2018)", 12, 12, 768, 512, 40478, "117 million"],
  ["GPT-2 small (2019)", 12, 12, 768, 1024, 50257, "124 million"],
  ["GPT-2 XL (2019)", 48, 25, 1600, 1024, 50257, "1.5 billion"],
  ["GPT-3 (2020)", 96, 96, 12288, 2048, 50257, "175 billion"],
];

export class Sizes {
  constructor() {
    this.own = Array.from({ length: 6 }, () => h("td"));
    const head = ["", "layers", "heads", "width", "context", "tokens", "parameters"].map((text) => (text ? h("th", { scope: "col" }, text) : h("td")));
    this.element = h("div", {},
      h("p", { class: "nn-gpt-note" }, "The same parts, in other numbers. The large ones read pieces of words, this one characters."),
      h("div", { class: "nn-gpt-scroller" }, h("table", { class: "nn-gpt-sizes" }, h("tr", {}, ...head), h("tr", {}, h("th", { scope: "row" }, "This network"), ...this.own),
        ...KNOWN.map(([name, ...numbers]) => h("tr", {}, h("th", { scope: "row" }, name), ...numbers.map((each) => h("td", {}, typeof each === "number" ? count(each) : each)))))));
  }

  paint() {}

  /** @param {Moment} moment */
  showNumbers({ scene: { layers, heads, width, places, vocabulary, parameters } }) {
    [layers, heads, width, places, vocabulary.length, parameters].forEach((value, i) => setText(this.own[i], count(value)));
  }
}
