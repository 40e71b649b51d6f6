// @ts-check
/** What is translated: a source that a person types, or a test pair; and what the network makes of it, both ways. */

import { h, setAttribute, setText } from "../../../stage/dom.js";
import { isMark, shown } from "./words.js";

/** @typedef {import("./picture.js").Moment} Moment */

export class Source {
  /** @param {((source: string) => void)|null} onType  null: nothing can be typed */
  constructor(onType) {
    this.onType = onType;
    this.input = h("input", {
      class: "nn-transformer-input nn-live", type: "text", autocomplete: "off", spellcheck: "false", maxlength: "120",
      "aria-label": "Source to translate", oninput: () => this.onType?.(this.input.value),
      onkeydown: (/** @type {KeyboardEvent} */ event) => event.stopPropagation(), // the page's own shortcuts
    });
    this.problem = h("p", { class: "nn-transformer-problem", role: "status" });
    this.lines = ["Source", "True", "By itself", "Given the true words"].map((name) => {
      const words = h("span", { class: "nn-transformer-line-words" });
      return { words, element: h("div", { class: "nn-transformer-line" }, h("span", { class: "nn-caption" }, name), words) };
    });
    this.element = h("section", { class: "nn-transformer-source", "aria-label": "Translation" },
      h("h2", { class: "nn-unseen" }, "Translation"),
      h("div", { class: "nn-transformer-row" }, this.input), this.problem, ...this.lines.map(({ element }) => element));
  }

  /** A test pair is looked at. */
  clear() {
    this.input.value = "";
  }

  /** @param {Moment} moment */
  showNumbers({ header: { shown: said }, scene }) {
    setAttribute(this.input, "placeholder", `type a source, such as: ${scene.example}`);
    setAttribute(this.input, "aria-invalid", String(said.problem !== null));
    setText(this.problem, said.problem ?? "");
    const { source, target, free, forced } = said;
    const texts = /** @type {(string[]|null)[]} */ ([source, target, free, forced ?? null]);
    this.lines.forEach(({ words, element }, i) => {
      const text = texts[i] ?? ["–"]; // of a source of one's own nobody knows what is true
      const marked = i < 2 || !texts[i] ? [] : text.map((word, place) => target !== null && target[place] !== word);
      const known = JSON.stringify([text, marked]);
      if (element.dataset.known === known) return;
      element.dataset.known = known;
      words.replaceChildren(...text.flatMap((word, place) => [
        h("span", { class: [isMark(word) ? "nn-transformer-mark" : "", marked[place] ? "nn-wrong" : ""].join(" ").trim() || null }, shown(word)),
        i === 0 ? " " : scene.separator || "\u200a",
      ]));
    });
  }
}
