// @ts-check
/**
 * The network with every number of its next update. A neuron is a box with a line for each input (weight, gradient,
 * change), and its sum z, value a and gradient δ beside them; a link ends at the line of its weight.
 */

import { classColor, css, levelOf, pixelCss } from "../../../stage/colors.js";
import { h, setAttribute, setText } from "../../../stage/dom.js";
import { loss, scaled, short } from "../../../stage/format.js";
import { inputName, portName, targetOf, unitName, unitsOf } from "./shape.js";
import { svg } from "../../../stage/svg.js";
import { forPointer } from "../../../stage/touch.js";

/** @typedef {import("./picture.js").NeuronMoment} Moment */
/** @typedef {import("./shape.js").Port} Port */
/** @typedef {import("./shape.js").Unit} Unit */
/** @typedef {import("../../../stage/colors.js").Theme} Theme */

/** Pixels of the drawing. */
const INPUT = { width: 72, height: 30 };
const COLUMNS = [54, 104, 154]; // where the numbers of a line end, from the left of its box
const SUMS = 158; // where z, a and δ begin
const BOX = 221;
const DOT = 7;
const LINE = 17;
const PADDING = 5;
const HEAD = 26;
const FOOT = 24;
const GAP = { across: 36, down: 10 };
/** What looks good, where there is room for it; a drawing that is smaller than its place grows. */
const EASY = { across: 76, row: 76, zoom: 1.5 };
/** Weights beyond this look alike. */
const STRONGEST = 5;
const WIDTHS = [1, 7];
const TINY = 1e-3;

export class Network {
  /**
   * @param {import("../../../stage/cards.js").Cards} cards
   * @param {import("./story.js").Story} story  which numbers are known in its phase
   */
  constructor(cards, story) {
    this.cards = cards;
    this.story = story;
    this.next = h("p", { class: "nn-neuron-sentence" });
    this.svg = svg("svg", { class: "nn-neuron-graph", role: "group", "aria-label": "Network" });
    this.scroller = h("div", { class: "nn-neuron-scroller" }, this.svg);
    this.element = h("section", { class: "nn-neuron-network", "aria-label": "Network" },
      h("h2", { class: "nn-unseen" }, "Network"), story.element, this.next, this.scroller, story.caption);
    this.width = 0;
    this.scale = 1;
    /** @type {{port: Port, numbers: SVGElement[], element: SVGElement, title: SVGElement, link: SVGElement|null}[]} */
    this.ports = [];
    /** @type {{unit: Unit, texts: SVGElement[], dot: SVGElement, exact: SVGElement}[]} */
    this.units = [];
    /** @type {{text: SVGElement, element: SVGElement}[]} */
    this.inputs = [];
    /** @type {SVGElement|null} */
    this.target = null;
    /** Takes a weight that was clicked, in place of the card in which it is changed. @type {((port: Port) => void)|null} */
    this.pick = null;
    /** Whether a number of a weight is for the person to find. @type {(place: number, column: "gradient"|"change") => boolean} */
    this.isSecret = () => false;
    /** The weight that is picked out. @type {number|null} */
    this.chosen = null;
    /** @type {Moment|null} */
    this.moment = null;
  }

  /** @param {Theme} theme */
  setTheme(theme) {
    this.theme = theme;
  }

  /**
   * @param {number} width  in CSS pixels
   * @param {number} scale  of these to a pixel of the drawing
   */
  resize(width, scale) {
    if (width / scale === this.width && scale === this.scale) return;
    this.width = width / scale;
    this.scale = scale;
    if (this.moment) this.build(this.moment);
  }

  /** Draws another network, or the same in another size. @param {Moment} moment */
  build(moment) {
    const { sizes } = moment.scene;
    const isSame = this.moment?.scene.sizes.join() === sizes.join();
    this.moment = moment;
    if (!this.width) return;
    if (!isSame) this.cards.close();
    const units = unitsOf(sizes);
    const layers = sizes.slice(1).map((_, i) => units.filter(({ layer }) => layer === i + 1));
    const needed = layers.map((layer) => layer.reduce((sum, unit) => sum + boxHeight(unit) + GAP.down, 0));
    const height = Math.max(EASY.row * sizes[0], ...needed) + HEAD + FOOT;
    const wide = (/** @type {number} */ gap) => INPUT.width + layers.length * (gap + BOX) + 2 + DOT;
    const zoom = Math.max(1, Math.min(EASY.zoom, this.width / wide(EASY.across)));
    const width = Math.max(this.width / zoom, wide(GAP.across));
    for (const [name, value] of Object.entries({
      viewBox: `0 0 ${width} ${height}`, width: width * zoom * this.scale, height: height * zoom * this.scale,
    })) this.svg.setAttribute(name, String(value));
    const links = svg("g"), boxes = svg("g");
    const spread = (width - INPUT.width - 2 - DOT) / layers.length;
    let before = this.placeInputs(boxes, sizes[0], height);
    this.ports = [];
    this.units = [];
    layers.forEach((layer, number) => {
      const x = INPUT.width + 1 + spread * (number + 1) - BOX;
      before = this.placeLayer(boxes, links, layer, x, before, height);
    });
    const output = before[before.length - 1];
    this.target = svg("text", { class: "nn-neuron-datum", x: output.x, y: output.bottom + 17, "text-anchor": "end" });
    makeButton(this.target, () => this.editTarget());
    this.svg.replaceChildren(links, boxes, this.target);
    this.paint(moment);
    this.showNumbers(moment);
  }

  /**
   * @param {SVGElement} boxes
   * @param {number} count
   * @param {number} height
   * @returns {Place[]}
   */
  placeInputs(boxes, count, height) {
    this.inputs = [];
    return Array.from({ length: count }, (_, i) => {
      const y = middle(i, count, height);
      const text = svg("text", { x: 1 + INPUT.width / 2, y: y + 4.5, "text-anchor": "middle" });
      const element = svg("g", { class: "nn-neuron-datum" },
        svg("rect", { class: "nn-neuron-box", x: 1, y: y - INPUT.height / 2, width: INPUT.width, height: INPUT.height, rx: 15 }),
        text);
      makeButton(element, () => this.editInput(i));
      boxes.append(element);
      this.inputs.push({ text, element });
      return { x: 1 + INPUT.width, y, bottom: y + INPUT.height / 2 };
    });
  }

  /**
   * @param {SVGElement} boxes
   * @param {SVGElement} links
   * @param {Unit[]} layer
   * @param {number} x
   * @param {Place[]} before
   * @param {number} height
   * @returns {Place[]}
   */
  placeLayer(boxes, links, layer, x, before, height) {
    return layer.map((unit, i) => {
      const y = middle(i, layer.length, height), tall = boxHeight(unit), top = y - tall / 2;
      const dot = svg("circle", { class: "nn-neuron-dot", cx: x + BOX, cy: y, r: DOT });
      const texts = [0, 1, 2].map((line) => svg("text", { x: x + SUMS + 4, y: y + (line - 1) * LINE + 4 }));
      const frame = svg("rect", { class: "nn-neuron-box", x, y: top, width: BOX, height: tall, rx: 8 });
      const rule = svg("path", { class: "nn-neuron-rule", d: `M${x + SUMS} ${top + 6}V${top + tall - 6}` });
      const exact = svg("title");
      boxes.append(frame, rule, dot, ...texts,
        svg("rect", { class: "nn-neuron-exact", x: x + SUMS, y: top, width: BOX - SUMS, height: tall }, exact));
      if (i === 0) {
        boxes.append(...["w", "g", this.moment?.scene.optimizer === "sgd" ? "−ηg" : "Δw"].map((text, column) =>
          svg("text", { class: "nn-neuron-muted", x: x + COLUMNS[column], y: top - 7, "text-anchor": "end" }, text)));
      }
      this.units.push({ unit, texts, dot, exact });
      unit.ports.forEach((port, line) => {
        const at = top + PADDING + (line + 0.5) * LINE;
        this.placePort(boxes, port, x, at);
        const drawn = this.ports[this.ports.length - 1];
        if (port.from < 0) return void boxes.append(svg("text", { class: "nn-neuron-muted", x: x - 5, y: at + 4, "text-anchor": "end" }, "b"));
        const from = before[port.from], half = (from.x + x) / 2;
        const way = `M${from.x} ${from.y}C${half} ${from.y} ${half} ${at} ${x} ${at}`;
        drawn.link = svg("path", { class: "nn-neuron-link", d: way });
        const reach = svg("path", { class: "nn-neuron-reach", d: way });
        reach.addEventListener("click", (event) => this.take(port, event.clientX, event.clientY));
        links.append(drawn.link, reach);
      });
      return { x: x + BOX, y, bottom: top + tall };
    });
  }

  /**
   * @param {SVGElement} boxes
   * @param {Port} port
   * @param {number} x
   * @param {number} y
   */
  placePort(boxes, port, x, y) {
    const title = svg("title");
    const numbers = COLUMNS.map((column, i) =>
      svg("text", { class: i ? "nn-neuron-muted" : "nn-neuron-weight", x: x + column, y: y + 4, "text-anchor": "end" }));
    const element = svg("g", { class: "nn-neuron-port" }, title,
      svg("rect", { x: x + 2, y: y - LINE / 2, width: SUMS - 4, height: LINE, rx: 4 }), ...numbers);
    makeButton(element, () => {
      const { right, bottom } = element.getBoundingClientRect();
      this.take(port, right, bottom, element);
    });
    for (const event of ["pointerenter", "focus"]) element.addEventListener(event, () => {
      this.story.point(port);
      this.mark(port);
    });
    for (const event of ["pointerleave", "blur"]) element.addEventListener(event, () => this.mark(null));
    boxes.append(element);
    this.ports.push({ port, numbers, element, title, link: null });
  }

  /** Picks out the way on which a weight's gradient comes back: its own link, and those from its neuron to the output. @param {Port|null} pointed */
  mark(pointed) {
    for (const { port, link } of this.ports) {
      const isBehind = pointed !== null && port.layer === pointed.layer + 1 && port.from === pointed.to;
      link?.classList.toggle("nn-path", port.place === pointed?.place || isBehind);
    }
  }

  /**
   * @param {Port} port
   * @param {number} x
   * @param {number} y
   * @param {SVGElement} [focusBack]
   */
  take(port, x, y, focusBack) {
    if (!this.moment) return;
    if (this.pick) return void this.pick(port);
    this.edit(portName(this.moment.scene.sizes, port), port.from < 0 ? "Bias" : "Weight",
      () => this.moment?.arrays.parameters[port.place], targetOf(port), x, y, focusBack);
  }

  /** @param {number} index */
  editInput(index) {
    const { moment } = this;
    if (!moment) return;
    const row = moment.arrays.batch[0], [inputs] = moment.scene.sizes, { element } = this.inputs[index];
    const { right, bottom } = element.getBoundingClientRect();
    this.edit(`${inputName(index)} of row ${row + 1}`, "Input", () => this.moment?.arrays.rows[row * inputs + index],
      `inputs[${row},${index}]`, right, bottom, element);
  }

  editTarget() {
    if (!this.moment || !this.target) return;
    const row = this.moment.arrays.batch[0], { right, bottom } = this.target.getBoundingClientRect();
    this.edit(`Target of row ${row + 1}`, "Target", () => this.moment?.arrays.targets[row], `targets[${row}]`, right, bottom, this.target);
  }

  /**
   * A card in which a number is typed over.
   *
   * @param {string} title
   * @param {string} label
   * @param {() => number|undefined} read
   * @param {string} target
   * @param {number} x
   * @param {number} y
   * @param {SVGElement} [focusBack]
   */
  edit(title, label, read, target, x, y, focusBack) {
    this.cards.edit({ title, rows: [{ label, read, target: () => target }] }, x, y,
      /** @type {HTMLElement|undefined} */ (/** @type {unknown} */ (focusBack)));
  }

  /** The links and the colours, with every frame. @param {Moment} moment */
  paint(moment) {
    const { theme } = this;
    this.moment = moment;
    if (!theme) return;
    const { parameters, values } = moment.arrays;
    for (const { port, link, numbers } of this.ports) {
      const weight = parameters[port.place];
      const color = weight < 0 ? theme.negative : theme.positive;
      if (link) {
        const size = Math.sqrt(Math.min(1, Math.abs(weight) / STRONGEST));
        setAttribute(link, "stroke", color);
        setAttribute(link, "stroke-width", (WIDTHS[0] + (WIDTHS[1] - WIDTHS[0]) * size).toFixed(1));
        setAttribute(link, "opacity", (0.3 + 0.7 * size).toFixed(2));
      }
      setAttribute(numbers[0], "data-sign", weight < 0 ? "negative" : "positive");
    }
    const { sizes, output } = moment.scene, isShare = output !== "linear";
    this.units.forEach(({ dot, unit }, i) => {
      const value = isShare && unit.layer === sizes.length - 1 ? values[i] * 2 - 1 : values[i];
      setAttribute(dot, "fill", pixelCss(theme.vivid[levelOf(value, 1)]));
    });
  }

  /** The numbers, a few times a second. @param {Moment} moment */
  showNumbers(moment) {
    const { header: { example }, scene: { sizes, output }, arrays } = moment;
    const { batch, rows, targets, parameters, gradients, changes, sums, values, deltas, example_loss } = arrays;
    const [inputs] = sizes, row = batch[0], target = targets[row];
    const given = rows.subarray(row * inputs, (row + 1) * inputs);
    this.inputs.forEach(({ text, element }, i) => {
      setText(text, `${inputName(i)} = ${short(given[i])}`);
      setAttribute(element, "aria-label", `${inputName(i)} of row ${row + 1}: ${short(given[i])}. Change it`);
    });
    for (const { port, numbers, element, title } of this.ports) {
      const [w, g, change] = [parameters, gradients, changes].map((each) => each[port.place]);
      const isKnown = [true, this.story.knows("backward", port.layer), this.story.knows("update")];
      const isSecret = [false, this.isSecret(port.place, "gradient"), this.isSecret(port.place, "change")];
      [short(w), brief(g), brief(change)].forEach((text, i) => setText(numbers[i], isSecret[i] ? "?" : isKnown[i] ? text : ""));
      element.classList.toggle("nn-chosen", port.place === this.chosen);
      const name = portName(sizes, port);
      setAttribute(element, "aria-label", `${name}: ${short(w)}. Change it`);
      const exact = isSecret[2] ? [] : [...(isSecret[1] ? [] : [`gradient g: ${g}`]), `change: ${change}`];
      setText(title, [`${name}: ${w}`, ...exact, forPointer(this.pick ? "Click to pick it" : "Click to change it")].join("\n"));
    }
    this.units.forEach(({ unit, texts, exact }, i) => {
      const isForward = this.story.knows("forward", unit.layer), isBackward = this.story.knows("backward", unit.layer);
      const known = [isForward && `z ${brief(sums[i])}`, isForward && `a ${brief(values[i])}`, isBackward && `δ ${brief(deltas[i])}`];
      known.forEach((text, line) => setText(texts[line], text || ""));
      const all = [`z = ${sums[i]}`, `a = ${values[i]}`, `δ = ${deltas[i]}`];
      setText(exact, [`${unitName(sizes, unit.layer, unit.index)}, row ${row + 1}`, ...all.filter((_, line) => known[line])].join("\n"));
      setAttribute(texts[0], "data-unit", unitName(sizes, unit.layer, unit.index));
    });
    if (this.target) {
      setText(this.target, `target ${short(target)}${this.story.knows("loss") ? `, loss ${loss(example_loss[0])}` : ""}`);
      this.target.setAttribute("style", output === "linear" ? "" : `fill:${css(classColor(target))}`);
      setAttribute(this.target, "aria-label", `Target of row ${row + 1}: ${short(target)}. Change it`);
    }
    const others = batch.length > 1 ? `: the mean over ${batch.length} rows, of which the neurons show row ${row + 1}` : `: row ${row + 1}`;
    setText(this.next, example === null ? `The next update${others}.`
      : forPointer(`What row ${row + 1} alone would change. Click it again to go back to the next update.`));
  }
}

/**
 * @typedef {{x: number, y: number, bottom: number}} Place  where a neuron's links leave it, and its lower edge
 */

/** Two digits, one of what is tiny: there is no room for more beside a power. @param {number} value */
function brief(value) {
  return scaled(value, Math.abs(value) < TINY ? 1 : 2);
}

/** @param {Unit} unit */
function boxHeight({ ports }) {
  return Math.max(ports.length, 3) * LINE + 2 * PADDING;
}

/**
 * @param {number} index
 * @param {number} count
 * @param {number} height
 */
function middle(index, count, height) {
  return HEAD + ((index + 0.5) / count) * (height - HEAD - FOOT);
}

/**
 * Makes a part of the drawing a button, for the pointer and for the keyboard.
 *
 * @param {SVGElement} element
 * @param {() => void} press
 */
function makeButton(element, press) {
  for (const [name, value] of [["role", "button"], ["tabindex", "0"]]) element.setAttribute(name, value);
  element.addEventListener("click", press);
  element.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    event.stopPropagation();
    press();
  });
}
