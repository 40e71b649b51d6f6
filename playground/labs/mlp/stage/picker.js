// @ts-check
/** A data set chosen by its picture. */

import { pointColor, readTheme } from "../../../stage/colors.js";
import { fit, h, setAttribute, SHARPEST, stylesheet } from "../../../stage/dom.js";

/**
 * @typedef {object} Option
 * @property {string} name
 * @property {string} label
 * @property {"classification"|"regression"} task
 * @property {string} kind  the task in words: how many classes, or regression
 * @property {[x: number, y: number, label: number][]} points
 */

const SIZE = 52;
const DOMAIN = 6.4;
const POINT_RADIUS = 1.25;

/** @type {WeakMap<HTMLElement, Picker>} */
const pickers = new WeakMap();

/**
 * Called by Streamlit on mount, on new data and on a change of theme.
 *
 * @param {object} component
 * @param {{options: Option[], selected: string}} component.data
 * @param {HTMLElement} component.parentElement
 * @param {(name: string, value: unknown) => void} component.setStateValue
 */
export default function mount({ data, parentElement, setStateValue }) {
  let picker = pickers.get(parentElement);
  if (!picker) pickers.set(parentElement, (picker = new Picker(parentElement)));
  picker.update(data, (name) => setStateValue("dataset", name));
}

class Picker {
  /** @param {HTMLElement} parent */
  constructor(parent) {
    this.root = h("div", {
      class: "nn-picker", "data-testid": "dataset-picker", role: "radiogroup", "aria-label": "Data set",
      onkeydown: (/** @type {KeyboardEvent} */ event) => this.move(event),
    });
    this.parent = parent;
    /** @type {HTMLButtonElement[]} */
    this.buttons = [];
    this.names = "";
    stylesheet().then(() => parent.append(this.root));
  }

  /**
   * @param {{options: Option[], selected: string}} data
   * @param {(name: string) => void} choose
   */
  update({ options, selected }, choose) {
    this.choose = choose;
    const names = options.map(({ name }) => name).join();
    if (names !== this.names) this.build(options);
    this.names = names;
    const theme = readTheme(this.parent);
    options.forEach((option, i) => paint(/** @type {HTMLCanvasElement} */ (this.buttons[i].firstElementChild), option, theme));
    this.mark(selected);
  }

  /** @param {Option[]} options */
  build(options) {
    this.buttons = options.map(({ name, label, kind }) => h("button", {
      class: "nn-pick", type: "button", role: "radio", "aria-label": label, title: `${label}: ${kind}`, "data-name": name,
      onclick: () => this.pick(name),
    }, h("canvas", { "aria-hidden": "true" }), h("span", { "aria-hidden": "true" }, label)));
    this.root.replaceChildren(...this.buttons);
  }

  /** @param {string} name */
  pick(name) {
    this.mark(name);
    this.choose?.(name);
  }

  /** One stop for the Tab key; the arrows go on from there. @param {string} selected */
  mark(selected) {
    const known = this.buttons.some((button) => button.dataset.name === selected);
    this.buttons.forEach((button, i) => {
      const chosen = button.dataset.name === selected;
      setAttribute(button, "aria-checked", String(chosen));
      setAttribute(button, "tabindex", chosen || (!known && i === 0) ? "0" : "-1");
    });
  }

  /** @param {KeyboardEvent} event */
  move(event) {
    const moves = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
    const by = moves[/** @type {keyof typeof moves} */ (event.key)];
    if (!by || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    const { length } = this.buttons;
    const at = this.buttons.indexOf(/** @type {HTMLButtonElement} */ (document.activeElement));
    const next = this.buttons[(at + by + length) % length];
    next.focus();
    this.pick(next.dataset.name ?? "");
  }
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {Option} option
 * @param {import("../../../stage/colors.js").Theme} theme
 */
function paint(canvas, { task, points }, theme) {
  const context = fit(canvas, SIZE, SIZE, 1, SHARPEST); // on whatever screen the window comes to be
  for (const [x, y, label] of points) {
    context.beginPath();
    context.arc((x / DOMAIN + 1) * (SIZE / 2), (1 - y / DOMAIN) * (SIZE / 2), POINT_RADIUS, 0, 2 * Math.PI);
    context.fillStyle = pointColor(theme, task, label);
    context.fill();
  }
}
