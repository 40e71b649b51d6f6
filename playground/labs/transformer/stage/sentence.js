// @ts-check
/**
 * One attention, large: as arcs between the words that look, below, and those that are looked at, above; beside them the
 * same as a square of numbers. A word below can be chosen, and then the network is seen at that moment.
 */

import { fit, h, isSharp, setAttribute, windowRoom } from "../../../stage/dom.js";
import { percent } from "../../../stage/format.js";
import { largest, weightsOf } from "./weights.js";
import { headName, isMark, shown, sidesOf } from "./words.js";

/** @typedef {import("./picture.js").Moment} Moment */
/** @typedef {import("./picture.js").Choice} Choice */
/** @typedef {import("../../../stage/colors.js").Theme} Theme */

const TALL = 236, LOW = 156, SHARE = 0.51, OTHERS = 412; // of the arcs and of the square: a share of what the window leaves
const WORDS = 26, GAP = 22, NARROW = 520;
const LEAST = 0.03; // fainter arcs are not drawn
const LABEL = 62; // room for the words beside the square

export class Sentence {
  /**
   * @param {import("../../../stage/tip.js").Tip} tip
   * @param {(place: number) => void} onPlace
   */
  constructor(tip, onPlace) {
    this.canvas = h("canvas", { role: "img" });
    this.words = h("div", { class: "nn-transformer-words" });
    this.body = h("div", { class: "nn-transformer-body" }, this.canvas, this.words);
    this.element = h("section", { "aria-label": "Attention" }, h("h2", { class: "nn-unseen" }, "Attention"), this.body);
    this.onPlace = onPlace;
    /** @type {HTMLButtonElement[]} */
    this.buttons = [];
    this.width = this.height = 0;
    this.scale = 1;
    this.side = TALL;
    /** The place under the pointer. @type {number|null} */
    this.hovered = null;
    /** @type {Moment|null} */
    this.moment = null;
    /** @type {Choice|null} */
    this.choice = null;
    tip.follow(this.body, (event) => this.find(event));
  }

  /** @param {Theme} theme */
  setTheme(theme) {
    this.theme = theme;
  }

  /** @param {number} width  in CSS pixels @param {number} scale */
  resize(width, scale) {
    const side = Math.round(Math.max(LOW, Math.min(TALL, SHARE * (windowRoom() / scale - OTHERS))));
    if (width / scale === this.width && scale === this.scale && side === this.side && isSharp(this.canvas)) return;
    this.width = width / scale;
    this.scale = scale;
    this.side = side;
    this.isNarrow = this.width < NARROW;
    this.arcs = this.isNarrow ? this.width : this.width - side - LABEL - GAP;
    this.height = this.isNarrow ? 2 * side + GAP + WORDS : side + WORDS;
    this.context = fit(this.canvas, this.width, this.height, scale);
    this.arrange();
    if (this.moment && this.choice) this.paint(this.moment, this.choice);
  }

  /** Where the square begins. */
  corner() {
    return this.isNarrow ? { left: LABEL, top: this.side + GAP + WORDS } : { left: this.width - this.side, top: WORDS };
  }

  /** The sides of a cell. @param {number} rows @param {number} columns */
  cell(rows, columns) {
    const { top } = this.corner();
    return [Math.min(this.side, this.width - LABEL) / columns, Math.min(this.height - top - 2, this.side) / rows];
  }

  /** @param {Moment} moment @param {Choice} choice */
  paint(moment, choice) {
    this.moment = moment;
    this.choice = choice;
    const { context, theme } = this;
    if (!context || !theme) return;
    const sides = sidesOf(choice.kind, moment.header.shown);
    if (this.buttons.length !== sides.looking.length) this.build(sides.looking.length);
    const found = weightsOf(moment, choice.kind, choice.layer, choice.head);
    context.clearRect(0, 0, this.width, this.height);
    this.paintArcs(context, theme, moment, choice, sides);
    this.paintSquare(context, theme, moment, choice, sides, found);
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {Theme} theme
   * @param {Moment} moment
   * @param {Choice} choice
   * @param {{looking: string[], looked: string[]}} sides
   */
  paintArcs(context, theme, moment, choice, { looking, looked }) {
    const { arcs = 0 } = this, top = WORDS, bottom = this.side - 4, focus = this.hovered ?? choice.place;
    const heads = moment.arrays[choice.kind].shape[1];
    const which = choice.head === null ? Array.from({ length: heads }, (_, i) => i) : [choice.head];
    context.lineCap = "round";
    for (const head of which) {
      const { values, columns } = weightsOf(moment, choice.kind, choice.layer, head);
      const most = moment.header.view.valued ? largest(values) || 1 : 1;
      context.strokeStyle = choice.head === null ? theme.series[head % theme.series.length] : theme.positive;
      const shift = (head - (heads - 1) / 2) * (choice.head === null ? 3 : 0);
      for (let row = 0; row < looking.length; row++) {
        for (let column = 0; column < columns; column++) {
          const share = values[row * columns + column] / most;
          if (share < LEAST) continue;
          const from = this.x(row, looking.length) + shift, to = this.x(column, looked.length) + shift;
          context.globalAlpha = share * (focus === null || focus === row ? 0.85 : 0.1);
          context.lineWidth = 0.6 + share * (choice.head === null ? 3.5 : 7);
          context.beginPath();
          context.moveTo(from, bottom);
          context.bezierCurveTo(from, (top + bottom) / 2, to, (top + bottom) / 2, to, top + 6);
          context.stroke();
        }
      }
    }
    context.globalAlpha = 1;
    context.textAlign = "center";
    context.textBaseline = "middle";
    looked.forEach((word, i) => this.word(context, theme, word, this.x(i, looked.length), WORDS / 2, arcs / looked.length, "normal", theme.text));
    const { target } = moment.header.shown, isWritten = choice.kind !== "encoder";
    looking.forEach((word, i) => {
      const isWrong = isWritten && target !== null && target[i] !== word;
      const isAhead = choice.place !== null && i > choice.place && isWritten;
      context.globalAlpha = isAhead ? 0.25 : 1;
      this.word(context, theme, word, this.x(i, looking.length), this.side + WORDS / 2 - 4, arcs / looking.length, i === choice.place ? "600" : "normal", isWrong ? theme.negative : theme.text);
    });
    context.globalAlpha = 1;
  }

  /** The middle of a word. @param {number} place @param {number} of */
  x(place, of) {
    return ((place + 0.5) / of) * (this.arcs ?? 0);
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {Theme} theme
   * @param {string} word
   * @param {number} x
   * @param {number} y
   * @param {number} room
   * @param {string} weight
   * @param {string} color
   */
  word(context, theme, word, x, y, room, weight, color) {
    context.font = `${isMark(word) ? "italic" : weight} 13px ${theme.font}`;
    context.fillStyle = isMark(word) && color === theme.text ? theme.muted : color;
    context.fillText(shown(word), x, y, Math.max(room - 2, 12));
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {Theme} theme
   * @param {Moment} moment
   * @param {Choice} choice
   * @param {{looking: string[], looked: string[]}} sides
   * @param {{values: Float32Array, rows: number, columns: number}} found
   */
  paintSquare(context, theme, moment, choice, { looking, looked }, { values, rows, columns }) {
    const { left, top } = this.corner(), [width, height] = this.cell(rows, columns), most = largest(values) || 1;
    const scale = moment.header.view.valued ? most : 1;
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const share = values[row * columns + column] / scale;
        context.globalAlpha = Math.min(1, share);
        context.fillStyle = theme.positive;
        context.fillRect(left + column * width + 0.5, top + row * height + 0.5, width - 1, height - 1);
      }
    }
    context.globalAlpha = 1;
    context.strokeStyle = theme.faint;
    context.lineWidth = 1;
    context.strokeRect(left, top, columns * width, rows * height);
    const { alignment } = moment.header.shown;
    if (choice.kind === "cross" && alignment) {
      alignment.forEach((places, row) => places.forEach((column) => {
        if (row >= rows) return;
        context.beginPath();
        context.arc(left + (column + 0.5) * width, top + (row + 0.5) * height, 3, 0, 2 * Math.PI);
        context.fillStyle = theme.background;
        context.fill();
        context.strokeStyle = theme.text;
        context.stroke();
      }));
    }
    const focus = this.hovered ?? choice.place;
    if (focus !== null && focus < rows) {
      context.strokeStyle = theme.text;
      context.lineWidth = 1.5;
      context.strokeRect(left, top + focus * height, columns * width, height);
    }
    context.textBaseline = "middle";
    context.textAlign = "right";
    looking.slice(0, rows).forEach((word, row) => this.word(context, theme, word, left - 6, top + (row + 0.5) * height, LABEL - 4, "normal", theme.text));
    context.textAlign = "center";
    looked.slice(0, columns).forEach((word, column) => this.word(context, theme, word, left + (column + 0.5) * width, top - WORDS / 2, width, "normal", theme.text));
  }

  /** The buttons over the words below. @param {number} count */
  build(count) {
    this.buttons = Array.from({ length: count }, (_, place) => h("button", {
      class: "nn-transformer-word", type: "button", onclick: () => this.onPlace(place),
      onpointerenter: () => this.hover(place), onpointerleave: () => this.hover(null),
    }));
    this.words.replaceChildren(...this.buttons);
    this.arrange();
  }

  arrange() {
    const { arcs = 0, scale, buttons } = this, width = arcs / (buttons.length || 1);
    buttons.forEach((button, i) => {
      button.style.left = `${i * width * scale}px`;
      button.style.width = `${width * scale}px`;
      button.style.top = `${(this.side - 4) * scale}px`;
      button.style.height = `${WORDS * scale}px`;
    });
  }

  /** @param {number|null} place */
  hover(place) {
    this.hovered = place;
    if (this.moment && this.choice) this.paint(this.moment, this.choice);
  }

  /** What is under the pointer. @param {PointerEvent|null} event */
  find(event) {
    const { moment, choice } = this;
    if (!event || !moment || !choice || event.target !== this.canvas) return null;
    const { left, top } = this.corner(), [, , rows, columns] = moment.arrays[choice.kind].shape;
    const [width, height] = this.cell(rows, columns);
    const column = Math.floor((event.offsetX / this.scale - left) / width);
    const row = Math.floor((event.offsetY / this.scale - top) / height);
    if (row < 0 || column < 0 || row >= rows || column >= columns) return null;
    return () => this.said(row, column);
  }

  /** @param {number} row @param {number} column */
  said(row, column) {
    const { moment, choice } = this;
    if (!moment || !choice) return null;
    const { looking, looked } = sidesOf(choice.kind, moment.header.shown);
    const { shape } = moment.arrays[choice.kind];
    if (row >= shape[2] || column >= shape[3]) return null;
    const text = moment.header.view.valued ? (/** @type {number} */ value) => value.toFixed(3) : percent;
    const rows = Array.from({ length: shape[1] }, (_, head) => {
      const { values, columns } = weightsOf(moment, choice.kind, choice.layer, head);
      return { color: null, cells: [`head ${head + 1}`, text(values[row * columns + column])] };
    });
    return { title: `${shown(looking[row])} looks at ${shown(looked[column])}`, head: [], rows };
  }

  /** @param {Moment} moment @param {Choice} choice */
  showNumbers(moment, choice) {
    const { looking, looked } = sidesOf(choice.kind, moment.header.shown);
    const { values, columns } = weightsOf(moment, choice.kind, choice.layer, choice.head);
    const strongest = looking.map((word, row) => {
      const own = Array.from(values.subarray(row * columns, (row + 1) * columns));
      const best = own.indexOf(Math.max(...own));
      return `${shown(word)} looks most at ${shown(looked[best] ?? "")}`;
    });
    setAttribute(this.canvas, "aria-label", `${headName(choice.kind, choice.layer, choice.head)}: ${strongest.join(", ")}`);
    this.buttons.forEach((button, i) => {
      setAttribute(button, "aria-label", `Place ${i + 1}: ${shown(looking[i] ?? "")}`);
      setAttribute(button, "aria-pressed", String(choice.place === i));
    });
  }
}
