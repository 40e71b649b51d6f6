// @ts-check
/** One unit at one step: its formulas, the numbers in them, and what can be changed there. */

import { h, setAttribute, setText } from "../../../stage/dom.js";
import { percent, short } from "../../../stage/format.js";

/** @typedef {import("./picture.js").SequenceMoment} Moment */

/** @type {Record<string, string>} */
const SQUASH = { i: "σ", f: "σ", o: "σ", g: "tanh", r: "σ", z: "σ", n: "tanh", a: "" };

/** Returns the formulas of the chosen unit at the chosen step, a line for each. @param {Moment} moment @returns {string[]} */
export function explained({ header: { view, at, tokens, source, clamped }, scene: { kind, gates, series, says, hidden: units }, arrays }) {
  const { parts, before, hidden, cell } = arrays, unit = Math.min(view.unit, units - 1);
  const gate = (/** @type {number} */ g) => arrays.gates[(g * tokens.length + at) * units + unit];
  const of = (/** @type {number} */ part, /** @type {number} */ g) => parts[(part * gates.length + g) * units + unit];
  const h = short(hidden[at * units + unit]), old = short(before[unit]);
  const read = series ? "" : `, which reads “${tokens[at]}”`;
  const fixed = clamped.split(",").map((each) => each.split("=")[0]);
  const lines = gates.map((name, g) => {
    if (fixed.includes(name)) return `${name} = ${short(gate(g))}, clamped`;
    const [x, u] = [short(of(0, g)), short(of(1, g))];
    if (kind === "bag") return `a = W x + b = ${short(gate(g))}`;
    const inside = kind === "gru" && name === "n" ? [`W x + b + r · (U h + b′)`, `${x} + ${short(gate(0))} · (${u})`] : [`W x + b + U h + b′`, `${x} + (${u})`];
    return `${name} = ${inside.map((sum) => `${SQUASH[name]}(${sum})`).join(" = ")} = ${short(gate(g))}`;
  });
  if (kind === "lstm" && cell) {
    const c = short(cell[at * units + unit]), [i, f, g, o] = [0, 1, 2, 3].map((place) => short(gate(place)));
    lines.push(`c = f · c + i · g = ${f} · ${short(before[units + unit])} + ${i} · ${g} = ${c}`, `h = o · tanh(c) = ${o} · tanh(${c}) = ${h}`);
  } else if (kind === "gru") lines.push(`h = (1 − z) · n + z · h = (1 − ${short(gate(1))}) · ${short(gate(2))} + ${short(gate(1))} · ${old} = ${h}`);
  else lines.push(kind === "rnn" ? `h = n = ${h}` : `h = h + a = ${old} + ${short(gate(0))} = ${h}`);
  return [`Step ${at + 1}${read}${series ? "" : answer(arrays, at - source, says)}; unit ${unit}. Click a column or a row for another.`, ...lines];
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
    this.lines = h("div", { class: "nn-sequence-lines", "aria-live": "polite" });
    this.row = h("div", { class: "nn-sequence-row nn-live" });
    this.off = h("button", { class: "nn-button", type: "button", disabled: !ask, onclick: () => this.toggleUnit() });
    this.keep = h("button", { class: "nn-button", type: "button", disabled: !ask, title: "Nothing new is written, nothing is forgotten",
      onclick: () => this.change({ clamped: this.clamped === "f=1,i=0" ? "" : "f=1,i=0" }) }, "f = 1, i = 0");
    this.effect = h("p", { class: "nn-sequence-effect", "aria-live": "polite" });
    this.element = h("div", {}, this.lines, this.row, this.effect);
    this.ask = ask;
    this.clamped = this.zeroed = this.kind = "";
    this.unit = 0;
    /** @type {Map<string, HTMLSelectElement>} */
    this.gates = new Map();
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
    this.gates = new Map(gates.map((name) => [name, h("select", { "aria-label": `Gate ${name}`, disabled: !this.ask, onchange: () => this.clamp() },
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
    const lines = explained(moment);
    while (this.lines.children.length > lines.length) this.lines.lastChild?.remove();
    while (this.lines.children.length < lines.length) this.lines.append(h("p", {}));
    lines.forEach((line, index) => setText(this.lines.children[index], line));
  }
}
