// @ts-check
/** A look inside a hidden layer: where it puts the examples and the plane, and how far a linear probe gets there. */

import { classColor, css } from "../../../stage/colors.js";
import { fit, h, isSharp, setText } from "../../../stage/dom.js";
import { count, percent } from "../../../stage/format.js";
import { NAMES } from "./ladder.js";

/** @typedef {import("./picture.js").DeepMoment} Moment */
/** @typedef {import("./picture.js").Name} Name */
/** @typedef {import("../../../stage/colors.js").Theme} Theme */

const LARGEST = 300;
const EDGE = 12;
const RADIUS = 3;

export class Inside {
  /** @param {((view: import("../../../stage/types.js").View) => void)|null} look  null: nothing can be looked into */
  constructor(look) {
    this.look = look;
    this.isOpen = false;
    this.button = h("button", { type: "button", class: "nn-button", "aria-expanded": "false", onclick: () => this.toggle() }, "Look inside a layer");
    this.network = h("select", { "aria-label": "Network", onchange: () => this.ask() });
    this.axes = h("select", { "aria-label": "Drawn", onchange: () => this.ask() });
    this.slider = h("input", { type: "range", min: "1", step: "1", value: "1", "aria-label": "Layer", oninput: () => this.ask() });
    this.name = h("span", { class: "nn-deep-layer-name" });
    this.canvas = h("canvas", { role: "img", "aria-label": "Where the layer puts the examples" });
    this.sentence = h("p", { class: "nn-deep-sentence" });
    this.panel = h("div", { class: "nn-deep-inside-panel", hidden: true },
      h("div", { class: "nn-deep-row" }, this.network, this.axes),
      h("label", { class: "nn-deep-row" }, this.name, this.slider), this.canvas, this.sentence);
    this.element = h("section", { class: "nn-deep-inside", "aria-label": "Inside a layer", hidden: look === null }, this.button, this.panel);
    this.size = 0;
    this.scale = 1;
    this.known = "";
  }

  /** @param {Theme} theme */
  setTheme(theme) {
    this.theme = theme;
  }

  /**
   * @param {number} width  in CSS pixels
   * @param {number} scale
   */
  resize(width, scale) {
    const size = Math.min(LARGEST, width / scale);
    if (size === this.size && scale === this.scale && isSharp(this.canvas)) return;
    this.size = size;
    this.scale = scale;
    this.context = fit(this.canvas, size, size, scale);
  }

  toggle() {
    this.isOpen = !this.isOpen;
    this.panel.hidden = !this.isOpen;
    this.button.setAttribute("aria-expanded", String(this.isOpen));
    this.ask();
  }

  ask() {
    const [first, second] = this.axes.value ? this.axes.value.split(",").map(Number) : [];
    this.look?.({
      layer: this.isOpen ? Number(this.slider.value) : null,
      network: this.network.value,
      neurons: second === undefined ? null : [first, second],
    });
  }

  /** What can be chosen in these networks. @param {Moment} moment */
  build({ scene: { networks, width } }) {
    const known = `${networks.map(({ name, depth }) => `${name} ${depth}`)} ${width}`;
    if (known === this.known) return;
    this.known = known;
    const network = this.network.value, axes = this.axes.value;
    this.network.replaceChildren(...networks.map(({ name }) => h("option", { value: name }, NAMES[name])));
    if (networks.some(({ name }) => name === network)) this.network.value = network;
    const pairs = Array.from({ length: Math.floor(width / 2) }, (_, i) => [2 * i, 2 * i + 1]);
    this.axes.replaceChildren(h("option", { value: "" }, "principal components"),
      ...pairs.map(([a, b]) => h("option", { value: `${a},${b}` }, `neurons ${a + 1} and ${b + 1}`)));
    if ([...this.axes.options].some(({ value }) => value === axes)) this.axes.value = axes;
    this.slider.max = String(Math.max(1, Math.max(...networks.map(({ depth }) => depth)) - 1));
  }

  /** @param {Moment} moment */
  paint({ header: { inside }, arrays: { places, grid, shown_labels: labels } }) {
    const { context, theme, size } = this;
    if (!this.isOpen || !inside || !context || !theme || !places || !labels) return;
    context.clearRect(0, 0, size, size);
    const onPlane = grid && grid.shape.length === 3;
    const middle = [0, 1].map((axis) => (extent(places, axis)[0] + extent(places, axis)[1]) / 2);
    const half = Math.max(...[0, 1].map((axis) => (extent(places, axis)[1] - extent(places, axis)[0]) / 2)) * 1.15 || 1;
    /** @param {ArrayLike<number>} values @param {number} i @returns {[number, number]} */
    const at = (values, i) => [
      size / 2 + ((values[2 * i] - middle[0]) / half) * (size / 2 - EDGE),
      size / 2 - ((values[2 * i + 1] - middle[1]) / half) * (size / 2 - EDGE),
    ];
    if (onPlane) {
      const side = grid.shape[0];
      context.strokeStyle = theme.faint;
      context.lineWidth = 1;
      context.beginPath();
      for (let i = 0; i < side; i += 2) {
        for (let j = 0; j < side; j++) context[j ? "lineTo" : "moveTo"](...at(grid, i * side + j));
        for (let j = 0; j < side; j++) context[j ? "lineTo" : "moveTo"](...at(grid, j * side + i));
      }
      context.stroke();
    }
    context.font = `600 11px ${theme.font}`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    const classes = Math.max(...labels) + 1;
    for (let i = 0; i < labels.length; i++) {
      const [x, y] = at(places, i);
      if (classes > 6) {
        context.fillStyle = `hsl(${(360 * labels[i]) / classes} 65% ${theme.dark ? 68 : 38}%)`;
        context.fillText(String(labels[i]), x, y);
        continue;
      }
      context.fillStyle = css(classColor(labels[i]));
      context.beginPath();
      context.arc(x, y, RADIUS, 0, 2 * Math.PI);
      context.fill();
    }
  }

  /** @param {Moment} moment */
  showNumbers({ header: { inside, metrics, step }, scene: { main, networks }, arrays }) {
    setText(this.name, `layer ${this.slider.value}`);
    const probes = inside ? arrays[`${inside.network}_probes`] : undefined;
    if (!inside || !probes) return setText(this.sentence, this.isOpen ? "This network has no hidden layer." : "");
    const { network, layer, probed_at } = inside, first = network === main ? "" : `${network}_`;
    if (networks.find(({ name }) => name === network)) setText(this.name, `layer ${layer}`);
    const own = metrics[`${first}test_accuracy`], isLast = layer === probes.length;
    setText(this.sentence, [
      `${NAMES[network]}, layer ${layer}: a linear probe on it is right for ${percent(probes[layer - 1])} of new examples`,
      probed_at === step ? "" : ` (at step ${count(probed_at)})`,
      own == null ? "." : `; the network itself for ${percent(own)}.`,
      isLast ? " On the last hidden layer the probe is the output layer once more." : " It learns beside the network, as the output layer does; nothing of it goes back.",
    ].join(""));
  }
}

/**
 * The smallest and the largest coordinate.
 *
 * @param {ArrayLike<number>} places  (n, 2)
 * @param {number} axis
 */
function extent(places, axis) {
  let low = Infinity, high = -Infinity;
  for (let i = axis; i < places.length; i += 2) {
    low = Math.min(low, places[i]);
    high = Math.max(high, places[i]);
  }
  return [low, high];
}
