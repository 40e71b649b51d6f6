// @ts-check
/** How one map, or one number, came about from the layer before: maps, kernels, and the sum under the pointer. */

import { fit, h, isSharp, setText } from "../../../stage/dom.js";
import { short } from "../../../stage/format.js";
import { forPointer } from "../../../stage/touch.js";
import { convolved, dot, under, windowOf } from "./sums.js";
import { largestOf, levelsOf, Tiles } from "./tiles.js";
import { partName, shapeText } from "./words.js";

/** @typedef {import("./picture.js").ImageMoment} Moment */
/** @typedef {import("./picture.js").LayerInfo} LayerInfo */
/** @typedef {import("../../../stage/colors.js").Theme} Theme */

const RESULT = 200; // pixels of the map in question
const SMALL = 60, KERNEL = 44;
const HEAD = 22, GAP = 9;
const ASIDE = 400; // pixels for the map in question and the sum below it
const MOST_TERMS = 10; // of a dense sum that are written out

export class Origin {
  /**
   * @param {() => void} onBack
   * @param {((silent: string) => void)|null} onSilence  which filters are to be silent from now on
   */
  constructor(onBack, onSilence) {
    this.onSilence = onSilence;
    this.silence = h("button", { class: "nn-image-choice nn-live", type: "button", "data-sets": "silent", title: "Make this filter's map 0, and see what that does to the accuracy", onclick: () => this.toggle() }, "Silence");
    this.back = h("button", { class: "nn-button", type: "button", onclick: onBack }, "← All layers");
    this.title = h("strong", {});
    this.canvas = h("canvas", { tabindex: "0", role: "img", class: "nn-image-maps" });
    this.terms = h("canvas", { "aria-hidden": "true", class: "nn-image-maps" });
    this.sentence = h("p", { class: "nn-image-note" });
    this.table = h("table", { class: "nn-image-sum" });
    this.total = h("p", { class: "nn-image-total" });
    this.element = h("div", { class: "nn-image-origin" },
      h("div", { class: "nn-image-bar" }, this.back, this.title, this.silence), this.sentence,
      h("div", { class: "nn-image-columns" }, this.terms,
        h("div", { class: "nn-image-numbers" }, this.canvas, this.table, this.total)));
    this.tiles = new Tiles();
    this.width = 0;
    this.scale = 1;
    this.size = "";
    /** The number pointed at, and which of the maps before is written out. */
    this.row = this.column = -1;
    this.term = -1;
    /** @type {{x: number, y: number, side: number, index: number}[]} */
    this.places = [];
    for (const event of /** @type {const} */ (["pointermove", "pointerdown"])) {
      this.canvas.addEventListener(event, (pointed) => this.pointAtNumber(pointed));
      this.terms.addEventListener(event, (pointed) => this.pointAtMap(pointed));
    }
    this.canvas.addEventListener("keydown", (event) => this.key(event));
  }

  /** @param {Theme} theme */
  setTheme(theme) {
    this.theme = theme;
    this.inks = theme.inks;
  }

  /**
   * @param {number} width  in CSS pixels
   * @param {number} scale
   */
  resize(width, scale) {
    this.width = width / scale;
    this.scale = scale;
    this.size = "";
  }

  /** The filter behind the map in question, as ``silent`` names it; null for what no filter makes. @param {Moment} moment */
  filter({ scene: { layers }, header: { view } }) {
    const place = layers.findIndex(({ name }) => name === view.layer);
    if (place < 0 || layers[place].shape.length < 3) return null;
    const conv = layers.slice(0, place + 1).reverse().find(({ kind }) => kind === "conv");
    return conv ? `${conv.name}.${view.map}` : null;
  }

  /** Switches the filter off, or on again. */
  toggle() {
    const filter = this.moment && this.filter(this.moment);
    if (!this.moment || !filter) return;
    const silent = this.moment.header.silent.split(",").filter(Boolean);
    this.onSilence?.((silent.includes(filter) ? silent.filter((name) => name !== filter) : [...silent, filter]).join(","));
  }

  /** The layer, and the one before; null where the moment has none. @param {Moment} moment */
  layers({ scene: { layers }, header: { view } }) {
    const place = layers.findIndex(({ name }) => name === view.layer);
    return place < 0 ? null : { layer: layers[place], before: layers[place - 1] ?? null };
  }

  /** @param {Moment} moment */
  paint(moment) {
    this.moment = moment;
    const { theme } = this, found = this.layers(moment);
    if (!theme || !found || !this.inks || !moment.arrays.to_map) return;
    const { from_maps, kernels, to_map } = moment.arrays;
    const spatial = found.layer.shape.length === 3 && to_map.shape.length === 2 && to_map.shape[0] > 0;
    const isMaps = from_maps.shape.length === 3 && spatial;
    this.canvas.hidden = this.terms.hidden = !isMaps;
    if (isMaps) this.paintMaps(found.layer, from_maps, kernels?.shape.length === 3 ? kernels : null, to_map, found.before === null);
  }

  /**
   * @param {LayerInfo} layer
   * @param {import("../../../stage/types.js").Floats} maps
   * @param {import("../../../stage/types.js").Floats|null} kernels
   * @param {import("../../../stage/types.js").Floats} result
   * @param {boolean} isImage  whether the maps are the image
   */
  paintMaps(layer, maps, kernels, result, isImage) {
    const [count, height, width] = maps.shape, [tall, wide] = result.shape;
    const isSum = layer.kind === "conv" && kernels !== null;
    const group = SMALL + GAP + (isSum ? KERNEL + SMALL + 2 * GAP : 0) + 10;
    const across = Math.max(1, Math.floor((this.width - ASIDE) / group));
    const lines = Math.ceil(count / across), used = Math.min(across, count) * group;
    const size = [used, lines * (SMALL + GAP) + HEAD];
    if (this.size !== size.join() || !isSharp(this.canvas)) {
      this.size = size.join();
      this.context = fit(this.terms, size[0], size[1], this.scale);
      this.resultContext = fit(this.canvas, RESULT, RESULT + HEAD, this.scale);
    }
    const { context, resultContext, theme } = this;
    if (!context || !resultContext || !theme || !this.inks) return;
    resultContext.clearRect(0, 0, RESULT, RESULT + HEAD);
    context.clearRect(0, 0, size[0], size[1]);
    context.font = `11px ${theme.font}`;
    context.fillStyle = theme.muted;
    context.textBaseline = "alphabetic";
    const heads = isSum ? [["map before", 0], ["∗ kernel", SMALL + GAP], ["= its share", SMALL + KERNEL + 2 * GAP]] : [["before", 0]];
    for (const [text, x] of /** @type {[string, number][]} */ (heads)) context.fillText(text, x, 12);
    resultContext.font = context.font;
    resultContext.fillStyle = theme.muted;
    resultContext.fillText(isSum ? "sum of all shares + bias" : "after", 0, 12);
    const mapLargest = largestOf(maps), kernelLargest = kernels ? largestOf(kernels) : 0, largest = largestOf(result);
    const args = layer.args ?? {}, at = this.place(result.shape);
    const shares = Array.from({ length: isSum ? count : 0 }, (_, i) =>
      convolved(maps, i * height * width, height, width, kernels ?? [], i * args.kernel_size ** 2, args, tall, wide));
    const shareLargest = Math.max(1e-9, ...shares.map(largestOf));
    this.places = [];
    for (let i = 0; i < count; i++) {
      const x = (i % across) * group, y = HEAD + Math.floor(i / across) * (SMALL + GAP);
      const colors = isImage ? this.inks : theme.vivid;
      const from = maps.subarray(i * height * width, (i + 1) * height * width);
      const levels = isImage ? Uint8Array.from(from, (value) => Math.round(255 * Math.max(0, Math.min(1, value)))) : levelsOf(from, mapLargest);
      this.tiles.draw(context, levels, 0, width, height, colors, x, y, SMALL, SMALL);
      this.places.push({ x, y, side: group - 10, index: i });
      if (i === this.term && isSum) {
        context.strokeStyle = theme.text;
        context.lineWidth = 1;
        context.strokeRect(x - 2.5, y - 2.5, group - 14, SMALL + 5);
      }
      if (isSum && kernels) {
        const side = args.kernel_size;
        const kernel = kernels.subarray(i * side * side, (i + 1) * side * side);
        this.tiles.draw(context, levelsOf(kernel, kernelLargest), 0, side, side, theme.vivid, x + SMALL + GAP, y + (SMALL - KERNEL) / 2, KERNEL, KERNEL);
        this.tiles.draw(context, levelsOf(shares[i], shareLargest), 0, wide, tall, theme.vivid, x + SMALL + KERNEL + 2 * GAP, y, SMALL, SMALL);
      }
      if (at) {
        const { top, left, side } = layer.kind === "activation" || layer.kind === "norm" ? { top: at[0], left: at[1], side: 1 } : windowOf(args, at[0], at[1]);
        const px = SMALL / width;
        context.save();
        context.beginPath();
        context.rect(x - 2, y - 2, SMALL + 4, SMALL + 4);
        context.clip();
        context.strokeStyle = theme.text;
        context.lineWidth = 2;
        context.strokeRect(x + left * px, y + top * px, side * px, side * px);
        context.restore();
      }
    }
    this.tiles.draw(resultContext, levelsOf(result, largest), 0, wide, tall, theme.vivid, 0, HEAD, RESULT, RESULT);
    if (at) {
      resultContext.strokeStyle = theme.text;
      resultContext.lineWidth = 2;
      resultContext.strokeRect((at[1] * RESULT) / wide, HEAD + (at[0] * RESULT) / tall, RESULT / wide, RESULT / tall);
    }
  }

  /** The number in question, in the middle unless somebody points at one. @param {number[]} shape  @returns {[number, number]|null} */
  place([tall, wide]) {
    if (this.row < 0) return [Math.floor(tall / 2), Math.floor(wide / 2)];
    return [Math.min(this.row, tall - 1), Math.min(this.column, wide - 1)];
  }

  /** @param {PointerEvent} event */
  pointAtNumber(event) {
    const shape = this.moment?.arrays.to_map?.shape;
    if (!shape || shape.length !== 2) return;
    const box = this.canvas.getBoundingClientRect();
    const x = (event.clientX - box.left) / this.scale, y = (event.clientY - box.top) / this.scale - HEAD;
    const row = Math.floor((y / RESULT) * shape[0]), column = Math.floor((x / RESULT) * shape[1]);
    if (row < 0 || column < 0 || row >= shape[0] || column >= shape[1]) return;
    [this.row, this.column] = [row, column];
    this.refresh();
  }

  /** @param {PointerEvent} event */
  pointAtMap(event) {
    const box = this.terms.getBoundingClientRect();
    const x = (event.clientX - box.left) / this.scale, y = (event.clientY - box.top) / this.scale;
    const term = this.places.find((place) => x >= place.x && x < place.x + place.side && y >= place.y && y < place.y + SMALL);
    if (!term) return;
    this.term = term.index;
    this.refresh();
  }

  refresh() {
    if (!this.moment) return;
    this.paint(this.moment);
    this.showNumbers(this.moment);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    /** @type {Record<string, [number, number]>} */
    const ways = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
    const way = ways[event.key], { moment } = this, shape = moment?.arrays.to_map?.shape;
    if (!way || !moment || !shape || shape.length !== 2) return;
    const [row, column] = this.place(shape) ?? [0, 0];
    this.row = Math.max(0, Math.min(shape[0] - 1, row + way[0]));
    this.column = Math.max(0, Math.min(shape[1] - 1, column + way[1]));
    event.preventDefault();
    event.stopPropagation();
    this.refresh();
  }

  /** @param {Moment} moment */
  showNumbers(moment) {
    const found = this.layers(moment), { scene, header: { view }, arrays: { to_map } } = moment;
    if (!found || !to_map) return;
    const { layer, before } = found;
    setText(this.title, partName(layer, scene.activation, view.map));
    setText(this.sentence, `${HOW[layer.kind] ?? ""} ${layer.sum ? `Size: ${layer.sum}.` : ""}`);
    const filter = this.filter(moment), isSilent = filter !== null && moment.header.silent.split(",").includes(filter);
    this.silence.hidden = filter === null;
    setText(this.silence, isSilent ? "Silenced: switch on" : "Silence");
    this.silence.setAttribute("aria-pressed", String(isSilent));
    const isMap = to_map.shape.length === 2 && moment.arrays.from_maps.shape.length === 3;
    if (layer.kind === "conv" && isMap) this.showConvolution(moment, layer);
    else if (layer.kind === "dense") this.showDense(moment, before);
    else if (isMap) this.showWindow(moment, layer);
    else this.showPair(moment);
    this.canvas.setAttribute("aria-label", `${this.title.textContent}. Arrow keys choose a number of it. ${this.total.textContent}`);
  }

  /** @param {Moment} moment  @param {LayerInfo} layer */
  showConvolution({ arrays: { from_maps, kernels, from_bias, to_map } }, layer) {
    const [count, height, width] = from_maps.shape, args = layer.args ?? {}, side = args.kernel_size;
    const [row, column] = this.place(to_map.shape) ?? [0, 0], window = windowOf(args, row, column);
    if (!kernels || !from_bias) return;
    const windows = Array.from({ length: count }, (_, i) => under(from_maps, i * height * width, height, width, window));
    const shares = windows.map((values, i) => dot(values, kernels, i * side * side));
    const strongest = shares.reduce((best, share, i) => (Math.abs(share) > Math.abs(shares[best]) ? i : best), 0);
    const term = this.term >= 0 && this.term < count ? this.term : strongest;
    this.showGrid(side, windows[term].map((value, i) => [value, kernels[term * side * side + i]]));
    const total = shares.reduce((a, b) => a + b, 0) + from_bias[0];
    const said = shares.map((share, i) => (i === term ? `[${short(share)}]` : short(share)));
    const written = said.length > 16 ? [...said.slice(0, 16), "…"] : said;
    setText(this.total, `Row ${row + 1}, column ${column + 1}: the products above sum to ${short(shares[term])}, the share of map ${term + 1}. `
      + `All maps: ${written.join(" + ")} + bias ${short(from_bias[0])} = ${short(total)}.`);
  }

  /**
   * Products as a square of k × k.
   *
   * @param {number} side
   * @param {number[][]} pairs  value and weight
   */
  showGrid(side, pairs) {
    this.table.replaceChildren(...Array.from({ length: side }, (_, y) => h("tr", {}, ...Array.from({ length: side }, (_, x) => {
      const [value, weight] = pairs[y * side + x];
      return h("td", { title: `${value} · ${weight} = ${value * weight}` }, `${short(value, 2)} · `, h("b", { class: weight < 0 ? "nn-minus" : "nn-plus" }, short(weight, 2)));
    }))));
  }

  /** @param {Moment} moment  @param {LayerInfo} layer */
  showWindow({ scene, arrays: { from_maps, to_map } }, layer) {
    const [, height, width] = from_maps.shape, [row, column] = this.place(to_map.shape) ?? [0, 0];
    const isOne = layer.kind === "activation" || layer.kind === "norm", isAll = layer.kind === "gap";
    const window = isAll ? { top: 0, left: 0, side: height } : isOne ? { top: row, left: column, side: 1 } : windowOf(layer.args ?? {}, row, column);
    const values = under(from_maps, 0, height, width, window), result = to_map[row * to_map.shape[1] + column];
    this.table.replaceChildren(...(isAll ? [] : Array.from({ length: window.side }, (_, y) => h("tr", {}, ...Array.from({ length: window.side }, (_, x) => h("td", {}, short(values[y * window.side + x])))))));
    const how = { max: "the largest of these", average: "the mean of these", gap: `the mean of all ${values.length} numbers`, norm: "this, less the mean and by the spread of its map, then scaled and moved" }[layer.kind] ?? `${scene.activation} of this`;
    setText(this.total, `Row ${row + 1}, column ${column + 1}: ${how} is ${short(result)}.`);
  }

  /** @param {Moment} moment */
  showPair({ scene, arrays: { from_maps, to_map }, header: { view } }) {
    const value = from_maps.length === to_map.length ? from_maps[0] : from_maps[view.map];
    this.table.replaceChildren();
    setText(this.total, `${scene.activation}: ${short(value)} becomes ${short(to_map[0])}.`);
  }

  /** @param {Moment} moment  @param {LayerInfo|null} before */
  showDense({ scene, arrays: { from_maps, kernels, from_bias, to_map } }, before) {
    if (!kernels || !from_bias) return;
    const products = Array.from(from_maps, (value, i) => value * kernels[i]);
    const order = [...products.keys()].sort((a, b) => Math.abs(products[b]) - Math.abs(products[a]));
    const terms = order.slice(0, MOST_TERMS), rest = order.slice(MOST_TERMS).reduce((sum, i) => sum + products[i], 0);
    const maps = before?.kind === "flatten" ? scene.layers[scene.layers.findIndex(({ name }) => name === before.name) - 1] : null;
    const shape = before?.kind === "flatten" ? maps?.shape ?? [1, 28, 28] : null;
    const place = (/** @type {number} */ i) => {
      if (!shape) return `number ${i + 1}`;
      const [, height, width] = shape, inside = i % (height * width);
      const where = `row ${Math.floor(inside / width) + 1}, column ${(inside % width) + 1}`;
      return shape[0] > 1 ? `map ${Math.floor(i / (height * width)) + 1}, ${where}` : where;
    };
    this.table.replaceChildren(
      h("tr", {}, ...["from", "value", "weight", "product"].map((text) => h("th", {}, text))),
      ...terms.map((i) => h("tr", {}, h("td", {}, place(i)), h("td", {}, short(from_maps[i])),
        h("td", {}, h("b", { class: kernels[i] < 0 ? "nn-minus" : "nn-plus" }, short(kernels[i]))), h("td", {}, short(products[i])))));
    const flat = shape && shape[0] * shape[1] * shape[2] > shape[0] ? ` The maps ${shapeText(shape)} are read row by row, one after the other.` : "";
    setText(this.total, `The ${terms.length} largest products, the other ${order.length - terms.length} (together ${short(rest)}) and the bias ${short(from_bias[0])} sum to ${short(to_map[0])}.${flat}`);
  }
}

/** @type {Record<string, string>} */
const HOW = {
  conv: forPointer("A small square of weights, the kernel, moves over every map before; at each place products are summed. Point at a number, or at a map to see its products."),
  activation: "The activation changes every number by itself.",
  max: "Of every 2 × 2 numbers the largest stays: where exactly it was is forgotten.",
  average: "Every 2 × 2 numbers become their mean.",
  gap: "A whole map becomes one number, its mean: where something was is forgotten altogether.",
  dense: "Every number before counts, each with a weight of its own.",
  norm: "Every map is brought to a mean and a spread of its own.",
};
