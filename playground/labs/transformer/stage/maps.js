// @ts-check
/** Every head of every layer as a small square: a row looks, a column is looked at. One is chosen, and drawn large. */

import { fit, h, isSharp, setAttribute, setText, windowRoom } from "../../../stage/dom.js";
import { percent } from "../../../stage/format.js";
import { largest, weightsOf } from "./weights.js";
import { KINDS, headName } from "./words.js";

/** @typedef {import("./picture.js").Moment} Moment */
/** @typedef {import("./picture.js").Choice} Choice */
/** @typedef {import("./words.js").Kind} Kind */
/** @typedef {import("../../../stage/colors.js").Theme} Theme */

const LARGEST = 84, LOW = 44, SMALLEST = 30, GAP = 7, NAME = 64;
/** Of what the window leaves for the picture, and how much stands above and below that. */
const SHARE = 0.49, OTHERS = 412;

/** @typedef {{kind: Kind, layer: number, label: HTMLElement, name: HTMLElement, note: HTMLElement, buttons: HTMLButtonElement[]}} Row */

export class Maps {
  /** @param {(choice: Partial<Choice>) => void} onChoose */
  constructor(onChoose) {
    this.onChoose = onChoose;
    this.canvas = h("canvas", { "aria-hidden": "true" });
    this.overlay = h("div", { class: "nn-transformer-heads" });
    this.element = h("section", { class: "nn-transformer-maps", "aria-label": "All heads" },
      h("h2", { class: "nn-unseen" }, "All heads"), this.canvas, this.overlay);
    /** @type {Row[]} */
    this.rows = [];
    this.known = "";
    this.width = 0;
    this.scale = 1;
    this.side = this.tall = LARGEST;
  }

  /** @param {Theme} theme */
  setTheme(theme) {
    this.theme = theme;
  }

  /** @param {number} width  in CSS pixels @param {number} scale */
  resize(width, scale) {
    const tall = Math.max(LOW, Math.min(LARGEST, (SHARE * (windowRoom() / scale - OTHERS)) / 3 - GAP));
    if (width / scale === this.width && tall === this.tall && scale === this.scale && isSharp(this.canvas)) return;
    this.width = width / scale;
    this.tall = tall;
    this.scale = scale;
    this.known = "";
  }

  /** The heads of these layers; whether they are new. @param {Moment} moment */
  build({ scene: { layers, heads } }) {
    const known = `${layers.encoder} ${layers.decoder} ${heads} ${this.width}`;
    if (known === this.known || !this.width) return false;
    this.known = known;
    const count = layers.encoder + 2 * layers.decoder;
    const room = (this.width - NAME) / heads - GAP;
    this.side = Math.max(SMALLEST, Math.floor(Math.min(room, count > 6 ? 44 : count > 3 ? 58 : this.tall, this.tall)));
    this.rows = /** @type {[Kind, number][]} */ ([["encoder", layers.encoder], ["decoder", layers.decoder], ["cross", layers.decoder]])
      .flatMap(([kind, many]) => Array.from({ length: many }, (_, layer) => this.row(kind, layer, heads)));
    this.context = fit(this.canvas, this.width, count * (this.side + GAP), this.scale);
    this.overlay.replaceChildren(...this.rows.flatMap(({ label, buttons }) => [label, ...buttons]));
    return true;
  }

  /** @param {Kind} kind @param {number} layer @param {number} heads @returns {Row} */
  row(kind, layer, heads) {
    const note = h("span", { class: "nn-caption" }), name = h("span");
    const label = h("button", { class: "nn-transformer-layer", type: "button", title: "The mean of all heads", onclick: () => this.onChoose({ kind, layer, head: null }) },
      name, h("br"), note);
    const buttons = Array.from({ length: heads }, (_, head) => h("button", {
      class: "nn-transformer-head", type: "button", onclick: () => this.onChoose({ kind, layer, head }),
    }));
    return { kind, layer, label, name, note, buttons };
  }

  /** @param {Moment} moment @param {Choice} choice */
  paint(moment, choice) {
    if (this.build(moment)) this.showNumbers(moment, choice); // which places and names the buttons
    const { context, theme, side } = this;
    if (!context || !theme) return;
    context.clearRect(0, 0, this.width, this.rows.length * (side + GAP));
    const off = new Set(moment.header.changed.silent.split(","));
    this.rows.forEach(({ kind, layer, buttons }, index) => {
      buttons.forEach((_, head) => {
        const x = NAME + head * (side + GAP), y = index * (side + GAP) + 1;
        const { values, rows, columns } = weightsOf(moment, kind, layer, head);
        const most = moment.header.view.valued ? largest(values) || 1 : 1;
        const width = (side - 2) / columns, height = (side - 2) / rows;
        context.fillStyle = theme.positive;
        values.forEach((value, i) => {
          context.globalAlpha = Math.min(1, value / most);
          context.fillRect(x + 1 + (i % columns) * width, y + 1 + Math.floor(i / columns) * height, width + 0.2, height + 0.2);
        });
        context.globalAlpha = 1;
        const isChosen = choice.kind === kind && choice.layer === layer && (choice.head === head || choice.head === null);
        context.strokeStyle = isChosen ? theme.text : theme.faint;
        context.lineWidth = isChosen ? 2 : 1;
        context.strokeRect(x + 0.5, y + 0.5, side - 1, side - 1);
        if (off.has(`${kind}.${layer}.${head}`)) {
          context.beginPath();
          for (const [from, to] of [[0, side], [side, 0]]) {
            context.moveTo(x + from, y);
            context.lineTo(x + to, y + side);
          }
          context.stroke();
        }
      });
    });
  }

  /** @param {Moment} moment @param {Choice} choice */
  showNumbers(moment, choice) {
    const { side, scale } = this, { alignments, changed } = moment.header, off = new Set(changed.silent.split(","));
    this.rows.forEach(({ kind, layer, label, name: title, note, buttons }, index) => {
      const own = kind === "cross" ? alignments[`cross.${layer}`] : null;
      const many = this.rows.filter((row) => row.kind === kind).length > 1;
      setText(title, `${KINDS[kind]}${kind === "decoder" && changed.causal_mask ? ", masked" : ""}`);
      setText(note, many ? `layer ${layer + 1}` : "");
      place(label, 0, index * (side + GAP), NAME - 6, side, scale);
      setAttribute(label, "aria-pressed", String(choice.kind === kind && choice.layer === layer && choice.head === null));
      buttons.forEach((button, head) => {
        place(button, NAME + head * (side + GAP), index * (side + GAP) + 1, side, side, scale);
        const isOff = off.has(`${kind}.${layer}.${head}`);
        const aligned = own ? `, ${percent(own[head])} on the true words` : "";
        const name = `${headName(kind, layer, head)}${aligned}${isOff ? ", switched off" : ""}`;
        setAttribute(button, "aria-label", name);
        setAttribute(button, "title", name);
        setAttribute(button, "aria-pressed", String(choice.kind === kind && choice.layer === layer && choice.head === head));
      });
    });
  }
}

/**
 * @param {HTMLElement} element
 * @param {number} left
 * @param {number} top
 * @param {number} width
 * @param {number} height
 * @param {number} scale
 */
function place(element, left, top, width, height, scale) {
  Object.assign(element.style, { left: `${left * scale}px`, top: `${top * scale}px`, width: `${width * scale}px`, height: `${height * scale}px` });
}
