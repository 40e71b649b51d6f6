// @ts-check
/** A line of text in a field, and a button that copies it. */

import { readTheme } from "./colors.js";
import { h, setText, stylesheet } from "./dom.js";

const COPIED_MS = 1500;

/** @type {WeakMap<HTMLElement, Copied>} */
const fields = new WeakMap();

/**
 * Called by Streamlit on mount, on new data and on a change of theme.
 *
 * @param {object} component
 * @param {{label: string, text: string}} component.data
 * @param {HTMLElement} component.parentElement
 */
export default function mount({ data, parentElement }) {
  let field = fields.get(parentElement);
  if (!field) fields.set(parentElement, (field = new Copied(parentElement)));
  field.update(data.label, data.text);
}

class Copied {
  /** @param {HTMLElement} parent */
  constructor(parent) {
    this.parent = parent;
    this.input = h("input", { type: "text", readonly: true, onfocus: () => this.input.select() });
    this.word = h("span", {}, "Copy");
    this.words = h("div", { class: "nn-words", "aria-live": "polite" });
    this.root = h("div", { class: "nn-stage nn-copying" }, this.input,
      h("button", { class: "nn-button nn-copy", type: "button", onclick: () => this.take() }, this.word), this.words);
    stylesheet().then(() => parent.append(this.root));
  }

  /**
   * @param {string} label
   * @param {string} text
   */
  update(label, text) {
    this.root.classList.toggle("nn-dark", readTheme(this.parent).dark);
    this.input.setAttribute("aria-label", label);
    this.input.value = text;
  }

  async take() {
    const isDone = await copy(this.input);
    const said = isDone ? "Copied" : "Press Ctrl C";
    setText(this.word, said);
    setText(this.words, said);
    window.setTimeout(() => {
      setText(this.word, "Copy");
      setText(this.words, "");
    }, COPIED_MS);
  }
}

/** Returns whether it could be copied; else the text is selected. @param {HTMLInputElement} input */
async function copy(input) {
  input.select();
  try {
    await navigator.clipboard.writeText(input.value);
    return true;
  } catch {
    return document.execCommand("copy"); // browsers keep the clipboard from pages without TLS, as in a classroom's network
  }
}
