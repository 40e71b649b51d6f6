// @ts-check
/** The run as Python: numbered, coloured lines, of which the changed ones are marked and brought into view. */

import { readTheme } from "./colors.js";
import { h, setText, stylesheet } from "./dom.js";

/** @typedef {{kind: string, text: string}} Token */

const KEYWORDS =
  "and as assert break class continue def del elif else except False finally for from global if import in is lambda " +
  "None nonlocal not or pass raise return True try while with yield";
/** What Python is made of, as far as colours go; the first alternative that fits wins. */
const TOKENS = new RegExp(
  [
    String.raw`(?<string>[fr]?"""[\s\S]*?"""|[fr]?"(?:\\.|[^"\\\n])*"|[fr]?'(?:\\.|[^'\\\n])*')`,
    String.raw`(?<comment>#.*)`,
    String.raw`(?<name>(?<=\b(?:def|class) )\w+)`,
    String.raw`(?<keyword>\b(?:${KEYWORDS.replaceAll(" ", "|")})\b)`,
    String.raw`(?<value>\b\d[\d_]*(?:\.\d*)?(?:e[+-]?\d+)?\b)`,
  ].join("|"),
  "g",
);
const COPIED_MS = 1500;

/** @type {WeakMap<HTMLElement, Code>} */
const views = new WeakMap();

/**
 * Called by Streamlit on mount, on new data and on a change of theme.
 *
 * @param {object} component
 * @param {{text: string, changed: number[]}} component.data  the changed lines count from 0
 * @param {HTMLElement} component.parentElement
 */
export default function mount({ data, parentElement }) {
  let view = views.get(parentElement);
  if (!view) views.set(parentElement, (view = new Code(parentElement)));
  view.update(data.text, data.changed);
}

class Code {
  /** @param {HTMLElement} parent */
  constructor(parent) {
    this.parent = parent;
    this.text = "";
    this.marks = "";
    /** @type {string[]} */
    this.lines = [];
    this.list = h("pre", {});
    this.scroller = h("div", { class: "nn-code-scroller", tabindex: "0", role: "region", "aria-label": "Python code" }, this.list);
    this.words = h("div", { class: "nn-words", "aria-live": "polite" });
    this.copy = h("button", { type: "button", class: "nn-code-copy", onclick: () => this.take() }, "Copy");
    this.copy.hidden = !navigator.clipboard; // which browsers keep from pages without TLS
    this.root = h("div", { class: "nn-code", "data-testid": "code" }, this.scroller, this.copy, this.words);
    stylesheet().then(() => {
      parent.append(this.root);
      this.show();
    });
  }

  /**
   * Only lines that differ are written anew, so that what a person has selected stays selected.
   *
   * @param {string} text
   * @param {number[]} changed
   */
  update(text, changed) {
    this.root.classList.toggle("nn-dark", readTheme(this.parent).dark);
    this.text = text;
    const lines = coloured(text);
    lines.forEach((tokens, index) => {
      const written = JSON.stringify(tokens);
      if (this.lines[index] === written) return;
      this.lines[index] = written;
      this.row(index).replaceChildren(...tokens.map(({ kind, text }) => (kind ? h("span", { class: `nn-${kind}` }, text) : text)));
    });
    this.lines.length = lines.length;
    while (this.list.children.length > lines.length) this.list.lastElementChild?.remove();
    const marks = changed.join();
    [...this.list.children].forEach((line, index) => line.classList.toggle("nn-changed", changed.includes(index)));
    if (marks === this.marks) return;
    this.marks = marks;
    setText(this.words, changed.length ? `Changed: line ${changed.map((index) => index + 1).join(", ")}` : "");
    this.show();
  }

  /** @param {number} index */
  row(index) {
    if (index >= this.list.children.length) {
      this.list.append(h("div", { class: "nn-line" }, h("span", { class: "nn-number" }, `${index + 1}`), h("code", {})));
    }
    return /** @type {HTMLElement} */ (this.list.children[index].lastElementChild);
  }

  /** Scrolls the first changed line into view; the page around stays where it is. */
  show() {
    const line = /** @type {HTMLElement|null} */ (this.list.querySelector(".nn-changed"));
    if (!line || !this.root.isConnected) return;
    const { scrollTop, clientHeight } = this.scroller;
    const isInView = line.offsetTop >= scrollTop && line.offsetTop + line.offsetHeight <= scrollTop + clientHeight;
    if (!isInView) this.scroller.scrollTo({ top: line.offsetTop - clientHeight / 3, behavior: "smooth" });
  }

  async take() {
    await navigator.clipboard.writeText(this.text);
    setText(this.copy, "Copied");
    setTimeout(() => setText(this.copy, "Copy"), COPIED_MS);
  }
}

/**
 * The lines of a Python text, each as tokens; what is left between these has no kind.
 *
 * @param {string} text
 * @returns {Token[][]}
 */
export function coloured(text) {
  /** @type {Token[][]} */
  const lines = [[]];
  const add = (/** @type {string} */ kind, /** @type {string} */ part) =>
    part.split("\n").forEach((piece, index) => {
      if (index) lines.push([]);
      if (piece) lines[lines.length - 1].push({ kind, text: piece });
    });
  let end = 0;
  for (const match of text.matchAll(TOKENS)) {
    add("", text.slice(end, match.index));
    add(Object.entries(match.groups ?? {}).find(([, part]) => part !== undefined)?.[0] ?? "", match[0]);
    end = match.index + match[0].length;
  }
  add("", text.slice(end));
  return lines;
}
