// @ts-check
/** The next token: logits, divided by the temperature, some kept, and their softmax. */

import { h, setAttribute, setText } from "../../../stage/dom.js";
import { percent, short } from "../../../stage/format.js";
import { largest, seen } from "./words.js";

/** @typedef {import("./picture.js").TextMoment} Moment */

const MOST = 8;

export class NextToken {
  /**
   * @param {((change: Partial<import("./picture.js").Look>) => void)|null} look
   * @param {((change: Record<string, string>) => void)|null} ask
   */
  constructor(look, ask) {
    this.title = h("h3", { class: "nn-gpt-title" });
    this.rows = Array.from({ length: MOST }, () => ({
      token: h("th", { scope: "row" }), logit: h("td"), scaled: h("td"), kept: h("td"), bar: h("i"), share: h("span"),
      ban: h("button", { class: "nn-gpt-ban nn-live", type: "button", "data-sets": "banned" }, "ban"),
    }));
    this.rows.forEach(({ ban }) => ban.addEventListener("click", () => {
      const character = ban.dataset.character ?? "";
      ask?.({ banned: this.banned.includes(character) ? this.banned.replace(character, "") : this.banned + character });
    }));
    this.banned = "";
    const table = h("table", { class: "nn-gpt-next" },
      h("thead", {}, h("tr", {}, ...["", "logit", "÷ T", "kept", "softmax", ""].map((text) => h(text ? "th" : "td", {}, text)))),
      h("tbody", {}, ...this.rows.map(({ token, logit, scaled, kept, bar, share, ban }) =>
        h("tr", {}, token, logit, scaled, kept, h("td", { class: "nn-gpt-share" }, bar, share), h("td", {}, ban)))));
    this.temperature = dial("Temperature", -0.7, 1, 0.01, look && ((value) => look({ temperature: Number((10 ** value).toFixed(2)) })));
    this.topK = dial("Top-k", 0, 50, 1, look && ((value) => look({ top_k: value })));
    this.topP = dial("Top-p", 0.1, 1, 0.05, look && ((value) => look({ top_p: value })));
    this.element = h("section", { class: "nn-gpt-next-token", "aria-label": "Next token" }, this.title, table,
      h("div", { class: "nn-gpt-dials" }, this.temperature.element, this.topK.element, this.topP.element));
  }

  /** @param {Moment} moment */
  showNumbers({ header: { view, banned, prompt, text, place }, scene: { vocabulary }, arrays: { logits, scaled, kept, probabilities } }) {
    this.banned = banned;
    const before = `\n${prompt}${text}`.slice(Math.max(0, place - 7), place + 1);
    setText(this.title, `What comes after “${[...before].map((each) => (each === "\n" ? "↵" : each)).join("")}”`);
    const order = largest(logits, MOST);
    this.rows.forEach(({ token, logit, scaled: divided, kept: stays, bar, share, ban }, i) => {
      const id = order[i], row = /** @type {HTMLElement} */ (token.parentElement);
      row.hidden = id === undefined;
      if (id === undefined) return;
      const character = vocabulary[id], isBanned = banned.includes(character);
      setText(token, seen(character));
      setText(logit, short(logits[id]));
      setText(divided, short(scaled[id]));
      setText(stays, kept[id] ? "✓" : isBanned ? "ban" : "–");
      bar.style.width = `${100 * probabilities[id]}%`;
      setText(share, percent(probabilities[id]));
      ban.dataset.character = character;
      setAttribute(ban, "aria-pressed", String(isBanned));
      setAttribute(ban, "title", isBanned ? "Let it be written again" : `Never write ${seen(character)}`);
    });
    this.temperature.show(Math.log10(view.temperature), view.temperature.toFixed(2));
    this.topK.show(view.top_k, view.top_k ? String(view.top_k) : "all");
    this.topP.show(view.top_p, view.top_p.toFixed(2));
  }
}

/**
 * A slider with its name and value.
 *
 * @param {string} name
 * @param {number} low
 * @param {number} high
 * @param {number} step
 * @param {((value: number) => void)|null} change
 */
function dial(name, low, high, step, change) {
  const value = h("span", { class: "nn-gpt-value" });
  const input = h("input", { type: "range", min: low, max: high, step, "aria-label": name, disabled: !change });
  input.addEventListener("input", () => change?.(Number(input.value)));
  input.addEventListener("keydown", (event) => event.stopPropagation());
  return {
    element: h("label", { class: "nn-gpt-dial" }, h("span", {}, name), value, input),
    /** @param {number} at @param {string} text */
    show(at, text) {
      if (document.activeElement !== input) input.value = String(at);
      setText(value, text);
      setAttribute(input, "aria-valuetext", text);
    },
  };
}
