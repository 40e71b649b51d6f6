// @ts-check
/** The real buttons over the drawn network: tiles, biases, and the − and + of its shape. */

import { h, setAttribute, setText } from "../../../stage/dom.js";
import { includes } from "./network_cards.js";
import { biasName, neuronName, shortName } from "./names.js";
import { BIAS_SIZE } from "./tiles.js";

/** @typedef {import("./picture.js").NetworkMoment} Moment */
/** @typedef {import("./picture.js").Neuron} Neuron */
/** @typedef {import("./geometry.js").Layout} Layout */

const NEW_LAYER_NEURONS = 2;
const BIAS_TOUCH = 6;
const CHIP_DROP = 8;

/**
 * @typedef {object} Actions
 * @property {(neuron: Neuron|null) => void} onLook
 * @property {(feature: number) => void} onFeature
 * @property {(edit: (sizes: number[]) => number[]) => void} onSizes
 * @property {(tile: number, button: HTMLElement) => void} onNeuron
 * @property {(tile: number, button: HTMLElement, open: boolean) => void} onBias
 * @property {() => void} onLeave
 */

export class Overlay {
  /** @param {Actions} actions */
  constructor(actions) {
    this.actions = actions;
    this.tiles = h("div", { class: "nn-tiles" });
    this.headers = h("div", { class: "nn-headers" });
    this.element = h("div", { class: "nn-overlay" }, this.headers, this.tiles);
    /** Tiles, or -1. */
    this.hovered = this.focused = -1;
    this.depth = this.buildDepth();
    this.inputs = h("div", { class: "nn-layer-name" }, "Inputs");
    this.outputs = h("div", { class: "nn-layer-name" }, "Output");
    this.moreInputs = h("div", { class: "nn-more nn-more-inputs" });
    this.headers.append(this.inputs, this.depth.element, this.outputs, this.moreInputs);
    this.marks = "/";
    /** @type {ReturnType<Overlay["buildLayerHeader"]>[]} */
    this.layerHeaders = [];
    /** @type {ReturnType<Overlay["buildTile"]>[]} */
    this.tileButtons = [];
  }

  /**
   * Update the buttons to a layout. Existing ones are reused, so that neither focus nor hover is lost.
   *
   * @param {Moment} moment
   * @param {Layout} layout
   */
  build(moment, layout) {
    this.scene = moment.scene;
    this.layout = layout;
    this.resizeList(this.tileButtons, layout.tiles.length, (i) => this.buildTile(i), this.tiles);
    this.resizeList(this.layerHeaders, moment.scene.hidden_sizes.length, (i) => this.buildLayerHeader(i), this.headers);
    this.tileButtons.forEach((_, i) => this.placeTile(i, moment, layout));
    this.layerHeaders.forEach((_, i) => this.placeLayerHeader(i, moment, layout));
    this.placeEnds(moment, layout);
    this.marks = "/"; // none: the tiles are as new
    this.mark(moment);
    // The focused tile may now be another neuron, or be gone.
    if (this.hovered >= 0 || this.focused >= 0) this.look();
  }

  look() {
    const tile = this.layout?.tiles[this.hovered >= 0 ? this.hovered : this.focused];
    this.actions.onLook(tile ? [tile.layer, tile.index] : null);
  }

  /**
   * @template {{element: HTMLElement}} Item
   * @param {Item[]} items
   * @param {number} length
   * @param {(index: number) => Item} create
   * @param {HTMLElement} parent
   */
  resizeList(items, length, create, parent) {
    while (items.length > length) items.pop()?.element.remove();
    while (items.length < length) {
      const item = create(items.length);
      items.push(item);
      parent.append(item.element);
    }
  }

  /** @param {number} i */
  buildTile(i) {
    const look = (/** @type {"hovered"|"focused"} */ way, /** @type {boolean} */ on) => {
      this[way] = on ? i : -1;
      this.look();
    };
    const label = h("span", { class: "nn-tile-label", "aria-hidden": "true" });
    const button = h("button", {
      class: "nn-tile", type: "button",
      onpointerenter: () => look("hovered", true),
      onpointerleave: () => look("hovered", false),
      // Focus that came with a click would hold the map after the pointer has gone.
      onfocus: () => { if (button.matches(":focus-visible")) look("focused", true); },
      onblur: () => { if (this.focused >= 0) look("focused", false); },
      onclick: () => this.click(i, button),
    });
    const bias = h("button", {
      class: "nn-bias", type: "button", tabindex: "-1",
      onpointerenter: () => this.actions.onBias(i, bias, false),
      onpointerleave: () => this.actions.onLeave(),
      onclick: () => this.actions.onBias(i, bias, true),
    });
    return { element: h("div", { class: "nn-tile-place" }, button, label, bias), button, bias, label };
  }

  /**
   * @param {number} i
   * @param {HTMLElement} button
   */
  click(i, button) {
    const { layout } = this;
    if (!layout) return;
    if (i < layout.features) this.actions.onFeature(layout.tiles[i].index);
    else this.actions.onNeuron(i, button);
  }

  /**
   * @param {number} i
   * @param {Moment} moment
   * @param {Layout} layout
   */
  placeTile(i, { scene }, layout) {
    const { element, button, bias, label } = this.tileButtons[i];
    const { layer, index, active, x, y } = layout.tiles[i];
    const { size } = layout;
    const name = neuronName(scene, [layer, index]);
    const isFeature = layer === 0;
    const isOutput = layer > scene.hidden_sizes.length;
    place(element, x, y, size, size);
    element.className = `nn-tile-place${isFeature ? ` nn-feature${scene.all_columns ? " nn-column" : ""}` : isOutput ? " nn-output" : ""}${active ? "" : " nn-inactive"}`;
    setAttribute(button, "aria-label", isFeature ? `Input ${name}` : name);
    if (isFeature) setAttribute(button, "aria-pressed", String(active));
    else button.removeAttribute("aria-pressed");
    setAttribute(button, "data-sets", isFeature ? "features" : "");
    const isNamed = isFeature || (isOutput && scene.outputs.length > 1);
    setText(label, isNamed ? shortName(scene, [layer, index]) : "");
    bias.hidden = isFeature;
    if (isFeature) return;
    setAttribute(bias, "aria-label", biasName(scene, [layer, index]));
    const reach = BIAS_SIZE + BIAS_TOUCH;
    place(bias, -BIAS_TOUCH, size - reach + BIAS_TOUCH, reach, reach);
  }

  /** Mark the neurons that are frozen, or whose weights are, or that give 0, where that has changed. @param {Moment} moment */
  mark({ scene, header: { frozen, zeroed } }) {
    const { layout } = this;
    const marks = `${frozen.join(" ")}/${zeroed.join(" ")}`;
    if (!layout || marks === this.marks) return;
    this.marks = marks;
    for (let i = layout.features; i < layout.tiles.length; i++) {
      const { layer, index } = layout.tiles[i], { element, button, bias } = this.tileButtons[i];
      const isFrozen = includes(frozen, [layer, index + 1]), isZeroed = includes(zeroed, [layer, index + 1]);
      element.classList.toggle("nn-frozen", isFrozen);
      element.classList.toggle("nn-zeroed", isZeroed);
      const isBiasFrozen = includes(frozen, [layer, index + 1, 0]);
      const weights = frozen.filter((each) => each[0] === layer && each[1] === index + 1 && each[2]).length;
      bias.classList.toggle("nn-held", isBiasFrozen);
      const words = [
        neuronName(scene, [layer, index]), isFrozen && "frozen", isBiasFrozen && "bias frozen",
        weights > 0 && `${weights} ${weights === 1 ? "weight" : "weights"} frozen`, isZeroed && "output set to 0",
      ];
      setAttribute(button, "aria-label", words.filter(Boolean).join(", "));
    }
  }

  buildDepth() {
    const text = h("span", { class: "nn-depth-text" });
    const less = stepper("−", () => this.actions.onSizes((sizes) => sizes.slice(0, -1)));
    const more = stepper("+", () => this.actions.onSizes((sizes) => [...sizes, NEW_LAYER_NEURONS]));
    setAttribute(less, "aria-label", "Remove a hidden layer");
    setAttribute(more, "aria-label", "Add a hidden layer");
    return { element: h("div", { class: "nn-depth" }, less, text, more), text, less, more };
  }

  /** @param {number} layer  from 0 */
  buildLayerHeader(layer) {
    const change = (/** @type {number} */ by) => this.actions.onSizes((sizes) =>
      sizes.map((size, i) => (i === layer ? Math.max(1, size + by) : size)));
    const text = h("div", { class: "nn-layer-size" });
    const less = stepper("−", () => change(-1));
    const more = stepper("+", () => change(1));
    setAttribute(less, "aria-label", `Remove a neuron from hidden layer ${layer + 1}`);
    setAttribute(more, "aria-label", `Add a neuron to hidden layer ${layer + 1}`);
    const chip = h("div", { class: "nn-more" });
    const element = h("div", { class: "nn-layer-header", role: "group", "aria-label": `Hidden layer ${layer + 1}` },
      text, h("div", { class: "nn-layer-steppers" }, less, more), chip);
    return { element, text, less, more, chip };
  }

  /**
   * @param {number} i
   * @param {Moment} moment
   * @param {Layout} layout
   */
  placeLayerHeader(i, { scene, shown }, layout) {
    const { element, text, less, more, chip } = this.layerHeaders[i];
    const size = scene.hidden_sizes[i];
    element.style.left = `${layout.columns[i + 1]}px`;
    setText(text, `${size} ${size === 1 ? "neuron" : "neurons"}`);
    less.disabled = size <= 1;
    more.disabled = size >= scene.limits.neurons;
    const hidden = size - shown[i + 1].length;
    chip.hidden = hidden <= 0;
    setText(chip, `+${hidden} more`);
    setAttribute(chip, "title", `The ${shown[i + 1].length} neurons with the strongest links are drawn; ${hidden} more work unseen.`);
    const lowest = Math.max(...layout.tiles.filter((tile) => tile.layer === i + 1).map((tile) => tile.y));
    chip.style.top = `${lowest + layout.size + CHIP_DROP}px`;
  }

  /**
   * @param {Moment} moment
   * @param {Layout} layout
   */
  placeEnds({ scene }, { columns, width, tiles, size }) {
    const { text, less, more, element } = this.depth;
    const layers = scene.hidden_sizes.length;
    const normed = layers && scene.normalization !== "none" ? `, ${scene.normalization} norm` : "";
    setText(text, `${layers === 1 ? "1 hidden layer" : `${layers} hidden layers`}${normed}`);
    less.disabled = layers === 0;
    more.disabled = layers >= scene.limits.layers;
    const first = columns[0], last = columns[columns.length - 1];
    element.style.left = `${(first + last) / 2}px`;
    this.inputs.style.left = `${first}px`;
    this.outputs.style.left = `${Math.min(last, width - 32)}px`;
    const hidden = Math.max(0, scene.all_columns - scene.features.length);
    this.moreInputs.hidden = !hidden;
    setText(this.moreInputs, `+${hidden} more`);
    setAttribute(this.moreInputs, "title", `The first ${scene.features.length} of ${scene.all_columns} columns are drawn; ${hidden} more work unseen.`);
    const lowest = Math.max(...tiles.filter((tile) => tile.layer === 0).map((tile) => tile.y));
    Object.assign(this.moreInputs.style, { left: `${first}px`, top: `${lowest + size + CHIP_DROP}px` });
    setText(this.outputs, scene.outputs.length === 1 ? "Output" : "Outputs");
  }
}

/**
 * @param {string} sign
 * @param {() => void} onclick
 */
function stepper(sign, onclick) {
  return h("button", { class: "nn-stepper", type: "button", "data-sets": "hidden_sizes", onclick }, sign);
}

/**
 * @param {HTMLElement} element
 * @param {number} x
 * @param {number} y
 * @param {number} width
 * @param {number} height
 */
function place(element, x, y, width, height) {
  Object.assign(element.style, { left: `${x}px`, top: `${y}px`, width: `${width}px`, height: `${height}px` });
}
