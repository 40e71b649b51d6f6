// @ts-check
/** What the network writes now, and what it wrote before: the same prompt and the same random numbers. */

import { h, setAttribute, setText } from "../../../stage/dom.js";
import { count } from "../../../stage/format.js";

/** @typedef {import("./picture.js").TextMoment} Moment */
/** @typedef {import("./picture.js").TextHeader} Header */

const KEPT = 4;

export class Writing {
  /** @param {((change: Partial<import("./picture.js").Look>) => void)|null} look */
  constructor(look) {
    this.look = look;
    this.input = h("input", { type: "text", maxlength: 60, "aria-label": "Prompt", placeholder: "prompt", disabled: !look, spellcheck: "false", autocomplete: "off" });
    this.input.addEventListener("change", () => look?.({ prompt: this.input.value, place: -1 }));
    this.input.addEventListener("keydown", (event) => event.stopPropagation());
    this.again = h("button", { class: "nn-gpt-choice nn-live", type: "button", title: "Draw with other random numbers", onclick: () => look?.({ draw: this.draw + 1 }) }, "Other luck");
    this.draw = 0;
    this.step = h("span", { class: "nn-caption" });
    this.text = h("p", { class: "nn-gpt-text", tabindex: 0, "aria-label": "Text; arrow keys choose a place" });
    this.text.addEventListener("click", ({ target }) => this.choose(Number(/** @type {HTMLElement} */ (target).dataset.place)));
    this.text.addEventListener("keydown", (event) => {
      const by = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
      if (!by) return;
      event.preventDefault();
      event.stopPropagation();
      this.choose(this.place + by);
    });
    this.former = h("ol", { class: "nn-gpt-former", "aria-label": "What it wrote at earlier steps" });
    this.element = h("section", { class: "nn-gpt-writing", "aria-label": "Writing" },
      h("div", { class: "nn-gpt-bar" }, h("label", {}, h("span", { class: "nn-caption" }, "Prompt "), this.input), this.again, this.step), this.text, this.former);
    this.place = this.most = 0;
    this.painted = this.key = "";
    /** Texts at some steps, farther and farther apart. @type {{step: number, text: string}[]} */
    this.texts = [];
  }

  /** @param {number} place */
  choose(place) {
    if (place >= 0 && place < this.most) this.look?.({ place });
  }

  /** Keep a text, and of those before it only some. @param {Header} header */
  add({ run, prompt, text, written_at: step, view, banned, off }) {
    if (text === undefined) return;
    const key = JSON.stringify([run, prompt, view.temperature, view.top_k, view.top_p, view.draw, banned, off]);
    if (key !== this.key) this.texts = [];
    this.key = key;
    this.texts = this.texts.filter((each) => each.step < step);
    this.texts.push({ step, text });
    if (this.texts.length <= KEPT + 1) return;
    // Drop the one whose neighbours are closest, seen from the newest step on a scale of ratios.
    let drop = 1, least = Infinity;
    for (let i = 1; i < this.texts.length - 1; i++) {
      const gap = (this.texts[i + 1].step + 1) / (this.texts[i - 1].step + 1);
      if (gap < least) [least, drop] = [gap, i];
    }
    this.texts.splice(drop, 1);
  }

  /** @param {Moment} moment */
  showNumbers({ header: { prompt, text, written_at, copied, place, view }, arrays: { tokens } }) {
    if (document.activeElement !== this.input) this.input.value = prompt;
    this.draw = view.draw;
    this.place = place;
    this.most = tokens.length;
    setText(this.step, `Written at step ${count(written_at)}; underlined: ${copied[1] - copied[0]} characters copied.`);
    const painted = JSON.stringify([prompt, text, copied, place, this.most]);
    if (painted !== this.painted) this.build(prompt, text, copied);
    this.painted = painted;
    const before = this.texts.slice(0, -1);
    while (this.former.children.length > before.length) this.former.lastElementChild?.remove();
    while (this.former.children.length < before.length) this.former.append(h("li", {}, h("b"), h("span")));
    before.forEach((each, i) => {
      const [step, words] = this.former.children[i].children;
      setText(step, count(each.step));
      setText(words, each.text.replaceAll("\n", " ↵ "));
    });
  }

  /**
   * A span for each character. Place 0 is the line's end before the prompt.
   *
   * @param {string} prompt
   * @param {string} text
   * @param {[number, number]} copied
   */
  build(prompt, text, [from, to]) {
    const spans = [...`\n${prompt}${text}`].map((character, place) => {
      const at = place - prompt.length - 1;
      const classes = [at < 0 ? "nn-prompt" : "", at >= from && at < to ? "nn-gpt-copied" : "", place === this.place ? "nn-here" : "", place < this.most ? "nn-near" : ""];
      return h("span", { "data-place": place, class: classes.join(" ") }, character === "\n" ? (place ? "↵\n" : "↵") : character);
    });
    this.text.replaceChildren(...spans);
    setAttribute(this.text, "aria-description", `${prompt}${text}`);
  }
}
