// @ts-check
/**
 * One update as a story in phases: forward layer by layer, loss, backward layer by layer, update. A phase shows only the
 * numbers that are known by then, and the formula of each new one. Forwards beyond the last phase makes the update;
 * back beyond the first goes to the update before.
 */

import { h, setAttribute, setText } from "../../../stage/dom.js";
import { forPointer } from "../../../stage/touch.js";
import { backward, forward, gradient, loss, nameOf, unitNameOf, update } from "./arithmetic.js";
import { unitsOf } from "./shape.js";

/** @typedef {import("./picture.js").NeuronMoment} Moment */
/** @typedef {import("./shape.js").Port} Port */
/** @typedef {{kind: "forward"|"loss"|"backward"|"update", layer: number, title: string}} Phase */

const PHASE_MS = 2500;

/** The phases of an update, in order. @param {number[]} sizes @returns {Phase[]} */
export function phasesOf(sizes) {
  const last = sizes.length - 1, layers = Array.from({ length: last }, (_, i) => i + 1);
  const name = (/** @type {number} */ layer) => (layer < last ? "hidden" : "output");
  const of = (/** @type {Phase["kind"]} */ kind, /** @type {number} */ layer, /** @type {string} */ title) => ({ kind, layer, title });
  return [
    ...layers.map((layer) => of("forward", layer, `Forward: ${name(layer)}`)),
    of("loss", last, "Loss"),
    ...layers.reverse().map((layer) => of("backward", layer, `Backward: ${name(layer)}`)),
    of("update", 0, "Update"),
  ];
}

export class Story {
  /**
   * @param {object} actions
   * @param {() => void} actions.onChange  another phase is shown
   * @param {() => void} actions.onUpdate  make the update
   * @param {() => void} actions.onBack  go to the update before
   */
  constructor({ onChange, onUpdate, onBack }) {
    this.actions = { onChange, onUpdate, onBack };
    /** The phase that is shown; null: all numbers at once. @type {number|null} */
    this.at = null;
    /** @type {Phase[]} */
    this.phases = [];
    this.timer = 0;
    /** Whether gradients and updates are for the person to find. */
    this.isSecret = false;
    /** The weight whose gradient and update are written out. @type {Port|null} */
    this.pointed = null;
    this.all = chip("All numbers", () => this.show(null));
    this.chips = h("div", { class: "nn-neuron-chips" });
    this.back = h("button", { class: "nn-button", type: "button", title: "One phase back", "aria-label": "One phase back", onclick: () => this.move(-1) }, "◀");
    this.next = h("button", { class: "nn-button", type: "button", title: "One phase on", "aria-label": "One phase on", onclick: () => this.move(1) }, "▶");
    this.player = h("button", { class: "nn-button", type: "button", onclick: () => this.play(!this.timer) }, "Slow motion");
    this.caption = h("div", { class: "nn-neuron-caption", "aria-live": "polite" });
    this.element = h("div", { class: "nn-neuron-phases", role: "group", "aria-label": "One update, phase by phase" },
      this.player, this.back, this.next, this.all, this.chips);
  }

  /** @param {Moment} moment */
  build({ scene: { sizes } }) {
    if (sizes.join() === this.sizes) return;
    this.sizes = sizes.join();
    this.pointed = null;
    this.phases = phasesOf(sizes);
    this.chips.replaceChildren(...this.phases.map(({ title }, index) => chip(title, () => this.show(index))));
    this.show(this.at === null ? null : 0);
  }

  /** Whether a kind of numbers is known in the phase that is shown, in a layer. @param {Phase["kind"]} kind @param {number} [layer] */
  knows(kind, layer) {
    if (this.at === null) return true;
    const phase = this.phases.findIndex((each) => each.kind === kind && (layer === undefined || each.layer === layer));
    return phase <= this.at;
  }

  /** @param {number|null} at */
  show(at) {
    this.play(false);
    this.go(at);
  }

  /** @param {number|null} at */
  go(at) {
    this.at = at;
    [this.all, ...this.chips.children].forEach((each, index) =>
      setAttribute(each, "aria-pressed", String(at === null ? index === 0 : index === at + 1)));
    this.actions.onChange();
  }

  /** @param {number} by */
  move(by) {
    this.play(false);
    this.step(by);
  }

  /** @param {number} by */
  step(by) {
    const at = this.at === null ? (by > 0 ? 0 : this.phases.length - 1) : this.at + by;
    if (at >= this.phases.length) this.actions.onUpdate();
    if (at < 0) this.actions.onBack();
    this.go((at + this.phases.length) % this.phases.length);
  }

  /** @param {boolean} isPlaying */
  play(isPlaying) {
    window.clearInterval(this.timer);
    this.timer = isPlaying ? window.setInterval(() => this.step(1), PHASE_MS) : 0;
    setText(this.player, isPlaying ? "Stop" : "Slow motion");
    if (isPlaying) this.step(1);
  }

  /** Write out the gradient and the update of this weight. @param {Port} port */
  point(port) {
    this.pointed = port;
    if (this.at !== null) this.actions.onChange();
  }

  /** The formulas of the phase that is shown. @param {Moment} moment */
  showNumbers(moment) {
    const phase = this.at === null ? null : this.phases[this.at];
    const lines = phase ? this.lines(moment, phase) : [];
    while (this.caption.children.length > lines.length) this.caption.lastChild?.remove();
    while (this.caption.children.length < lines.length) this.caption.append(h("p", { class: "nn-neuron-sentence" }));
    lines.forEach((line, index) => setText(this.caption.children[index], line));
  }

  /** @param {Moment} moment @param {Phase} phase @returns {string[]} */
  lines(moment, { kind, layer }) {
    const units = unitsOf(moment.scene.sizes), those = units.filter((unit) => unit.layer === layer);
    if (kind === "loss") return [`Loss: ${loss(moment)}.`];
    if (kind === "forward") return those.map((unit) => `${unitNameOf(moment, unit)}: ${forward(moment, unit)}.`);
    if (kind === "update") return [...this.written(moment, units, (port) => update(moment, port)), "So with every weight and bias. ▶ makes the update."];
    const unitOf = (/** @type {Port} */ port) => units.filter((unit) => unit.layer === port.layer)[port.to];
    return [
      ...those.map((unit) => `${unitNameOf(moment, unit)}: ${backward(moment, unit, units)}.`),
      ...this.written(moment, those, (port) => [gradient(moment, port, unitOf(port))]),
    ];
  }

  /**
   * The formula of one weight: that under the pointer, else the one that changes most.
   *
   * @param {Moment} moment
   * @param {import("./shape.js").Unit[]} units
   * @param {(port: Port) => string[]} formula
   * @returns {string[]}
   */
  written(moment, units, formula) {
    const { changes } = moment.arrays, ports = units.flatMap((unit) => unit.ports);
    const pointed = ports.find(({ place }) => place === this.pointed?.place);
    const port = pointed ?? ports.reduce((most, each) => (Math.abs(changes[each.place]) > Math.abs(changes[most.place]) ? each : most));
    if (this.isSecret) return [];
    const lines = formula(port).map((line) => `${line}.`);
    lines[0] = `${nameOf(moment, port)}: ${lines[0]}`;
    if (!pointed) lines[lines.length - 1] += forPointer(" Point at another weight for its own.");
    return lines;
  }

  destroy() {
    window.clearInterval(this.timer);
  }
}

/** @param {string} text @param {() => void} onclick */
function chip(text, onclick) {
  return h("button", { class: "nn-neuron-phase", type: "button", "aria-pressed": "false", onclick }, text);
}
