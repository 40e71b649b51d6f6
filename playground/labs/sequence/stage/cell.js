// @ts-check
/** One unit at one step: its formulas, the numbers in them, and what can be changed there. */

import { h, setAttribute, setText } from "../../../stage/dom.js";
import { percent, short } from "../../../stage/format.js";
import { forPointer } from "../../../stage/touch.js";
import { valuesOf, Wires } from "./wires.js";

/** @typedef {import("./picture.js").SequenceMoment} Moment */

/** @type {Record<string, string>} */
const SQUASH = { i: "σ", f: "σ", o: "σ", g: "tanh", r: "σ", z: "σ", n: "tanh", a: "" };

/** Returns the formulas of the chosen unit at the chosen step, a line for each part of the cell, behind a line on the step. @param {Moment} moment @returns {string[]} */
export function explained(moment) {
  const { header: { view, at, tokens, source, clamped }, scene: { kind, gates, series, says, hidden: units }, arrays } = moment;
  const values = valuesOf(moment), of = (/** @type {string} */ name) => short(values[name]);
  const read = series ? "" : `, which reads “${tokens[at]}”`;
  const fixed = clamped.split(",").map((each) => each.split("=")[0]);
  const lines = gates.map((name) => {
    if (fixed.includes(name)) return `${name} = ${of(name)}, clamped`;
    const [x, u] = [of(`${name} x`), of(`${name} h`)];
    if (kind === "bag") return `a = W x + b = ${of(name)}`;
    const inside = kind === "gru" && name === "n" ? [`W x + b + r · (U h + b′)`, `${x} + ${of("r")} · (${u})`] : [`W x + b + U h + b′`, `${x} + (${u})`];
    return `${name} = ${inside.map((sum) => `${SQUASH[name]}(${sum})`).join(" = ")} = ${of(name)}`;
  });
  if (kind === "lstm") lines.push(`c = f · c + i · g = ${of("f")} · ${of("c before")} + ${of("i")} · ${of("g")} = ${of("c")}`, `h = o · tanh(c) = ${of("o")} · tanh(${of("c")}) = ${of("h")}`);
  else if (kind === "gru") lines.push(`h = (1 − z) · n + z · h = (1 − ${of("z")}) · ${of("n")} + ${of("z")} · ${of("h before")} = ${of("h")}`);
  else lines.push(kind === "rnn" ? `h = n = ${of("h")}` : `h = h + a = ${of("h before")} + ${of("a")} = ${of("h")}`);
  return [`Step ${at + 1}${read}${series ? "" : answer(arrays, at - source, says)}; unit ${Math.min(view.unit, units - 1)}.${forPointer(" Click a column or a row for another, a part of the cell for its formula.")}`, ...lines];
}

/**
 * What is answered at a step, for columns that are too narrow to say it.
 *
 * @param {Moment["arrays"]} arrays
 * @param {number} place
 * @param {string[]} says
 */
function answer({ outputs, targets }, place, says) {
  if (place < 0) return "";
  const count = outputs.shape[1], shares = outputs.subarray(place * count, (place + 1) * count), best = shares.indexOf(Math.max(...shares));
  const target = targets[place] >= 0 ? `, where “${says[targets[place]]}” is right` : "";
  return ` and says “${says[best]}” (${percent(shares[best])})${target}`;
}

/** @type {Record<string, number[]>} */
const VALUES = { σ: [0, 1], tanh: [-1, 0, 1], "": [0] };

/** The formulas, and what can be changed there: a gate held at a number, a unit switched off. */
export class CellPanel {
  /** @param {((change: {clamped?: string, zeroed?: string}) => void)|null} ask */
  constructor(ask) {
    this.wires = new Wires((part) => this.choose(part));
    this.lines = h("div", { class: "nn-sequence-lines", "aria-live": "polite" });
    this.row = h("div", { class: "nn-sequence-row nn-live" });
    this.off = h("button", { class: "nn-button", type: "button", disabled: !ask, "data-sets": "zeroed", onclick: () => this.toggleUnit() });
    this.keep = h("button", { class: "nn-button", type: "button", disabled: !ask, "data-sets": "clamped", title: "Nothing new is written, nothing is forgotten",
      onclick: () => this.change({ clamped: this.clamped === "f=1,i=0" ? "" : "f=1,i=0" }) }, "f = 1, i = 0");
    this.effect = h("p", { class: "nn-sequence-effect", "aria-live": "polite" });
    this.element = h("div", {}, this.wires.element, this.lines, this.row, this.effect);
    this.ask = ask;
    this.clamped = this.zeroed = this.kind = "";
    this.unit = 0;
    /** The part of the cell whose formula is picked out. */
    this.part = "";
    /** @type {Moment|null} */
    this.moment = null;
    /** @type {Map<string, HTMLSelectElement>} */
    this.gates = new Map();
  }

  /** Pick out a part, or none of them. @param {string} part */
  choose(part) {
    this.part = part === this.part ? "" : part;
    if (this.moment) this.showFormulas(this.moment);
  }

  /** @param {{clamped?: string, zeroed?: string}} change */
  change(change) {
    this.ask?.(change);
  }

  toggleUnit() {
    const units = this.zeroed.split(",").filter(Boolean), own = String(this.unit);
    this.change({ zeroed: (units.includes(own) ? units.filter((each) => each !== own) : [...units, own]).join(",") });
  }

  clamp() {
    this.change({ clamped: [...this.gates].filter(([, { value }]) => value).map(([name, { value }]) => `${name}=${value}`).join(",") });
  }

  /** The controls of a kind of cell. @param {Moment["scene"]} scene */
  build({ kind, gates }) {
    this.kind = kind;
    this.gates = new Map(gates.map((name) => [name, h("select", { "aria-label": `Gate ${name}`, disabled: !this.ask, "data-sets": "clamped", onchange: () => this.clamp() },
      h("option", { value: "" }, "free"), ...VALUES[SQUASH[name]].map((value) => h("option", { value: String(value) }, `= ${short(value)}`)))]));
    this.row.replaceChildren(...[...this.gates].map(([name, select]) => h("label", {}, `${name} `, select)), ...(kind === "lstm" ? [this.keep] : []), this.off);
  }

  /** @param {Moment} moment @param {string} effect */
  showNumbers(moment, effect) {
    const { header: { clamped, zeroed, view }, scene } = moment;
    if (scene.kind !== this.kind) this.build(scene);
    this.clamped = clamped;
    this.zeroed = zeroed;
    this.unit = Math.min(view.unit, scene.hidden - 1);
    const fixed = new Map(clamped.split(",").filter(Boolean).map((each) => /** @type {[string, string]} */ (each.split("="))));
    for (const [name, select] of this.gates) if (document.activeElement !== select) select.value = fixed.has(name) ? String(Number(fixed.get(name))) : "";
    setAttribute(this.keep, "aria-pressed", String(clamped === "f=1,i=0"));
    const isOff = zeroed.split(",").includes(String(this.unit));
    setText(this.off, `Unit ${this.unit} ${isOff ? "on" : "off"}`);
    setAttribute(this.off, "aria-pressed", String(isOff));
    setText(this.effect, effect);
    this.moment = moment;
    this.showFormulas(moment);
  }

  /** @param {Moment} moment */
  showFormulas(moment) {
    const lines = explained(moment), { gates, kind } = moment.scene, parts = ["", ...gates, ...(kind === "lstm" ? ["c"] : []), "h"];
    while (this.lines.children.length > lines.length) this.lines.lastChild?.remove();
    while (this.lines.children.length < lines.length) this.lines.append(h("p", {}));
    lines.forEach((line, index) => {
      setText(this.lines.children[index], line);
      this.lines.children[index].classList.toggle("nn-chosen", Boolean(this.part) && parts[index] === this.part);
    });
    this.wires.showNumbers(moment, this.part, new Map(parts.map((part, index) => [part, lines[index]])));
  }
}
