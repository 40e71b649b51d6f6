// @ts-check
/** Inside a head and inside a layer, at the place that is chosen in the text. */

import { h } from "../../../stage/dom.js";
import { HeadPanel } from "../../../stage/head.js";
import { LayerPanel, stepsOf } from "../../../stage/layer.js";
import { seen } from "./words.js";

/** @typedef {import("./picture.js").TextMoment} Moment */
/** @typedef {((change: Partial<import("./picture.js").Look>) => void)|null} OnLook */

/** A choice among parts counted from 1. */
class Picker {
  /** @param {string} name @param {"layer"|"head"} part @param {OnLook} look */
  constructor(name, part, look) {
    this.select = h("select", { "aria-label": name, disabled: !look, onchange: () => look?.({ [part]: Number(this.select.value) }) });
    this.element = h("label", { class: "nn-gpt-picker" }, `${name} `, this.select);
  }

  /** @param {number} chosen @param {number} count */
  show(chosen, count) {
    if (this.select.options.length !== count) this.select.replaceChildren(...Array.from({ length: count }, (_, i) => h("option", { value: i }, String(i + 1))));
    if (document.activeElement !== this.select) this.select.value = String(Math.min(chosen, count - 1));
  }
}

export class InsideHead {
  /** @param {import("../../../stage/tip.js").Tip} tip @param {OnLook} look */
  constructor(tip, look) {
    this.panel = new HeadPanel(tip);
    this.pickers = { layer: new Picker("Layer", "layer", look), head: new Picker("Head", "head", look) };
    this.element = h("div", {}, h("div", { class: "nn-gpt-bar" }, this.pickers.layer.element, this.pickers.head.element), this.panel.element);
  }

  /** @param {Moment} moment @returns {import("../../../stage/head.js").HeadNumbers|null} */
  numbers({ header: { place }, scene: { vocabulary }, arrays: { tokens, queries, keys, values, scores, weights, heads, vectors, places } }) {
    if (!queries || !keys || !values || !scores || !weights || !heads || !vectors || !places || weights.shape.length !== 2) return null;
    const looked = Array.from(tokens, (token, at) => `${at + 1}: ${seen(vocabulary[token])}`), at = Math.min(place, queries.shape[0] - 1);
    return { queries, keys, values, scores, weights, heads, embeddings: vectors, positions: places, place: at, name: looked[at],
      embedding: `e(${seen(vocabulary[tokens[at]])})`, looked };
  }

  /** @param {Moment} moment */
  paint(moment) {
    const numbers = this.numbers(moment);
    if (numbers) this.panel.paint(numbers);
  }

  /** @param {Moment} moment */
  showNumbers(moment) {
    const { header: { view }, scene: { layers, heads } } = moment, numbers = this.numbers(moment);
    this.pickers.layer.show(view.layer, layers);
    this.pickers.head.show(view.head, heads);
    if (numbers) this.panel.showNumbers(numbers);
  }
}

export class InsideLayer {
  /** @param {import("../../../stage/tip.js").Tip} tip @param {OnLook} look */
  constructor(tip, look) {
    this.panel = new LayerPanel(tip);
    this.picker = new Picker("Layer", "layer", look);
    this.element = h("div", {}, h("div", { class: "nn-gpt-bar" }, this.picker.element), this.panel.element);
  }

  /** @param {Moment} moment */
  paint({ scene: { norm }, arrays: { flow, hidden } }) {
    const steps = stepsOf(["attention", "feed_forward"], norm);
    if (!flow || !hidden || flow.shape[0] !== steps.length) return;
    const wide = flow.shape[1];
    this.panel.paint(steps, steps.map((_, row) => flow.subarray(row * wide, (row + 1) * wide)), hidden);
  }

  /** @param {Moment} moment */
  showNumbers({ header: { view, place, off }, scene: { norm, layers, vocabulary }, arrays: { hidden, tokens } }) {
    const layer = Math.min(view.layer, layers - 1), isOff = off.split(",").includes(String(layer + 1));
    this.picker.show(layer, layers);
    if (hidden) this.panel.showNumbers(`Layer ${layer + 1}${isOff ? ", which is off, as it would be" : ""}, at “${seen(vocabulary[tokens[Math.min(place, tokens.length - 1)]])}”`, norm, hidden);
  }
}
