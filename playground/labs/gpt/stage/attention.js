// @ts-check
/** Where each head looks: a map a head, and for the chosen head the text under its weights. */

import { fit, h, isSharp, setAttribute, setText, windowRoom } from "../../../stage/dom.js";
import { percent } from "../../../stage/format.js";
import { Raster } from "../../../stage/raster.js";
import { seen, switched } from "./words.js";

/** @typedef {import("./picture.js").TextMoment} Moment */

const GAP = 10, LABEL = 18, SURE = 0.4;
/** The largest and the smallest map, and what stands above and below all of them. */
const LARGEST = 100, SMALLEST = 60, OTHERS = 532;
const NAMES = ["previous token", "first token", "induction"];

export class Attention {
  /**
   * @param {((change: Partial<import("./picture.js").Look>) => void)|null} look
   * @param {((change: Record<string, string>) => void)|null} ask
   */
  constructor(look, ask) {
    this.look = look;
    this.canvas = h("canvas", { "aria-hidden": "true" });
    this.buttons = h("div", { class: "nn-gpt-heads" });
    this.line = h("p", { class: "nn-gpt-line" });
    this.words = h("p", { class: "nn-gpt-note" });
    this.off = h("button", { class: "nn-gpt-choice nn-live", type: "button", "data-sets": "off", onclick: () => ask?.({ off: switched(this.list, this.name) }) });
    this.layerOff = h("button", { class: "nn-gpt-choice nn-live", type: "button", "data-sets": "off", onclick: () => ask?.({ off: switched(this.list, this.name.split(".")[0]) }) });
    this.list = this.name = "";
    this.element = h("div", { class: "nn-gpt-attention" }, h("div", { class: "nn-gpt-maps" }, this.canvas, this.buttons),
      h("div", { class: "nn-gpt-beside" },
        h("p", { class: "nn-gpt-note" }, `A map a head: row by row, which earlier places a place looks at; darker is more. A head's name is its highest mean weight, from ${SURE}: on the previous token, on the first, or, by induction, on what followed the same token before.`),
        h("div", { class: "nn-gpt-bar" }, this.off, this.layerOff), this.words),
      this.line);
    this.raster = new Raster();
    this.width = 0;
    this.scale = 1;
    this.size = "";
    /** @type {HTMLButtonElement[]} */
    this.heads = [];
  }

  /** @param {import("../../../stage/colors.js").Theme} theme */
  setTheme(theme) {
    this.theme = theme;
    const from = theme.dark ? 24 : 255, to = theme.dark ? 250 : 20;
    this.inks = Uint32Array.from({ length: 256 }, (_, level) => {
      const grey = Math.round(from + Math.sqrt(level / 255) * (to - from));
      return (0xff000000 | (grey << 16) | (grey << 8) | grey) >>> 0;
    });
  }

  /** @param {number} width @param {number} scale */
  resize(width, scale) {
    this.width = width / scale;
    this.scale = scale;
    this.size = "";
  }

  /** @param {Moment} moment */
  paint(moment) {
    const { scene: { layers, heads }, header: { view }, arrays: { weights } } = moment;
    const { theme, inks, raster } = this;
    if (!weights || weights.shape.length !== 4 || !theme || !inks || !this.width) return;
    const places = weights.shape[3], columns = Math.max(1, Math.min(heads, Math.floor((this.width + GAP) / (56 + GAP))));
    const lines = Math.ceil(heads / columns), low = (windowRoom() / this.scale - OTHERS) / (layers * lines) - LABEL - GAP;
    const side = Math.floor(Math.min((this.width - GAP * (columns - 1)) / columns, Math.max(SMALLEST, Math.min(LARGEST, low))));
    const size = `${layers} ${heads} ${columns} ${side}`, wide = columns * (side + GAP);
    if (size !== this.size || !isSharp(this.canvas)) {
      this.size = size;
      this.context = fit(this.canvas, wide, layers * lines * (side + LABEL + GAP), this.scale);
      this.build(layers, heads);
      this.showNumbers(moment);
    }
    const { context } = this;
    if (!context) return;
    context.clearRect(0, 0, wide, layers * lines * (side + LABEL + GAP));
    context.imageSmoothingEnabled = false;
    raster.resize(places, places);
    for (let layer = 0; layer < layers; layer++) {
      for (let head = 0; head < heads; head++) {
        const start = (layer * heads + head) * places * places;
        for (let i = 0; i < places * places; i++) raster.pixels[i] = inks[Math.round(255 * weights[start + i])];
        raster.show();
        const x = (head % columns) * (side + GAP), y = (layer * lines + Math.floor(head / columns)) * (side + LABEL + GAP);
        context.drawImage(raster.canvas, x, y + LABEL, side, side);
        const isChosen = layer === view.layer && head === view.head;
        context.strokeStyle = isChosen ? theme.positive : theme.faint;
        context.lineWidth = isChosen ? 2.5 : 1;
        context.strokeRect(x + 0.5, y + LABEL + 0.5, side - 1, side - 1);
        const { style } = this.heads[layer * heads + head];
        [style.left, style.top, style.width, style.height] = [x, y, side, side + LABEL].map((each) => `${each * this.scale}px`);
      }
    }
  }

  /** @param {number} layers @param {number} heads */
  build(layers, heads) {
    this.heads = Array.from({ length: layers * heads }, (_, i) =>
      h("button", { class: "nn-gpt-head", type: "button", disabled: !this.look, onclick: () => this.look?.({ layer: Math.floor(i / heads), head: i % heads }) }));
    this.buttons.replaceChildren(...this.heads);
  }

  /** @param {Moment} moment */
  showNumbers({ scene: { layers, heads, vocabulary }, header: { view, off, place }, arrays: { weights, value_sizes, scores, tokens } }) {
    if (!weights || !scores || !value_sizes || this.heads.length !== layers * heads) return;
    const layer = Math.min(view.layer, layers - 1), head = Math.min(view.head, heads - 1), places = weights.shape[3];
    const isOff = off.split(",");
    this.list = off;
    this.name = `${layer + 1}.${head + 1}`;
    this.heads.forEach((button, i) => {
      const [l, k] = [Math.floor(i / heads), i % heads], name = `${l + 1}.${k + 1}`;
      const found = Array.from(scores.subarray(3 * i, 3 * i + 3)), best = found.indexOf(Math.max(...found));
      const gone = isOff.includes(name) || isOff.includes(String(l + 1));
      setText(button, `${name} ${gone ? "off" : found[best] >= SURE ? NAMES[best].split(" ")[0] : ""}`);
      setAttribute(button, "aria-label", `Head ${name}: ${NAMES.map((each, j) => `${each} ${found[j].toFixed(2)}`).join(", ")}`);
      setAttribute(button, "title", NAMES.map((each, j) => `${each} ${found[j].toFixed(2)}`).join("\n"));
      setAttribute(button, "aria-pressed", String(l === layer && k === head));
    });
    setText(this.off, isOff.includes(this.name) ? `Head ${this.name} on again` : `Head ${this.name} off`);
    setText(this.layerOff, isOff.includes(String(layer + 1)) ? `Layer ${layer + 1} on again` : `Layer ${layer + 1} off`);
    const at = Math.min(place, places - 1), start = ((layer * heads + head) * places + at) * places;
    const row = weights.subarray(start, start + at + 1);
    while (this.line.children.length > row.length) this.line.lastElementChild?.remove();
    while (this.line.children.length < row.length) this.line.append(h("span"));
    row.forEach((weight, i) => {
      const span = /** @type {HTMLElement} */ (this.line.children[i]);
      setText(span, seen(vocabulary[tokens[i]]));
      span.style.setProperty("--nn-weight", weight.toFixed(3));
      setAttribute(span, "title", `weight ${percent(weight)}, weight × |value| ${(weight * value_sizes[i]).toFixed(3)}`);
    });
    const best = row.indexOf(Math.max(...row));
    setText(this.words, `From “${seen(vocabulary[tokens[at]])}” head ${this.name} looks most at “${seen(vocabulary[tokens[best]])}”, ${at - best} back: ${percent(row[best])}.`);
  }
}
