// @ts-check
/** One unit of a cell as a drawing: its gates, what flows between them, and the numbers on the wires. Click a part for its formula. */

import { h, setAttribute, setText } from "../../../stage/dom.js";
import { short } from "../../../stage/format.js";
import { svg } from "../../../stage/svg.js";

/** @typedef {import("./picture.js").SequenceMoment} Moment */
/** @typedef {[name: string, x: number, y: number, anchor?: string, said?: string]} Place  where a number stands, and what before it */
/** @typedef {{wires: string, nodes: [string, number, number][], numbers: Place[]}} Part */

const WIDTH = 340, SUM = 184, BOX = 150, READ = 228, STATE = 260, BOTTOM = 266;
/** Where the drawing of a cell begins that is lower than the others. @type {Record<string, number>} */
const TOP = { rnn: 74, bag: 74 };
/** @type {Record<string, string>} */
const SQUASH = { i: "σ", f: "σ", o: "σ", g: "tanh", r: "σ", z: "σ", n: "tanh" };

/**
 * A gate: two numbers, added and squashed. Its wire goes on to ``to``, a path from its box.
 *
 * @param {string} name
 * @param {number} x
 * @param {string} to
 * @returns {Part}
 */
function gate(name, x, to) {
  return {
    wires: `M${x - 14} ${READ}V198L${x} ${SUM}M${x + 14} ${STATE}V198L${x} ${SUM}V${BOX + 10}M${x} ${BOX - 10}${to}`,
    nodes: [["+", x, SUM], [SQUASH[name], x, BOX]],
    numbers: [[`${name} x`, x - 17, 212, "end"], [`${name} h`, x + 18, 244], [name, x + 4, BOX - 18, "start", name]],
  };
}

/** The parts of each cell, in the order of their formulas. @type {Record<string, Record<string, Part>>} */
const CELLS = {
  lstm: {
    i: gate("i", 118, "V84H148"),
    f: gate("f", 40, "V39"),
    g: gate("g", 196, "V84H166"),
    o: gate("o", 274, "V113"),
    c: {
      wires: "M4 30H336M157 75V39",
      nodes: [["×", 40, 30], ["+", 157, 30], ["×", 157, 84]],
      numbers: [["c before", 2, 14, "start", "c"], ["f·c", 98, 20, "middle"], ["i·g", 162, 58], ["c", 336, 18, "end", "c"]],
    },
    h: { wires: "M274 30V95M283 104H336", nodes: [["tanh", 274, 54], ["×", 274, 104]], numbers: [["tanh c", 280, 78], ["h", 336, 116, "end", "h"]] },
  },
  gru: {
    r: gate("r", 170, "V132H226V206H253"),
    z: gate("z", 60, "V39M60 90H151"),
    n: {
      wires: `M262 ${STATE}V215M262 197L280 ${SUM}M296 ${READ}V198L280 ${SUM}V${BOX + 10}M280 ${BOX - 10}V99`,
      nodes: [["×", 262, 206], ["+", 280, SUM], ["tanh", 280, BOX]],
      numbers: [["n x", 300, 212], ["n h", 257, 244, "end"], ["n", 284, BOX - 18, "start", "n"]],
    },
    h: {
      wires: "M4 30H336M189 90H271M280 81V39",
      nodes: [["×", 60, 30], ["1 −", 170, 90], ["×", 280, 90], ["+", 280, 30]],
      numbers: [["h before", 4, 16, "start", "h"], ["z·h", 160, 16, "middle"], ["1−z", 225, 82, "middle"], ["(1−z)·n", 275, 60, "end"], ["h", 336, 16, "end", "h"]],
    },
  },
  rnn: { n: gate("n", 170, "V112"), h: { wires: "M170 112V100H336", nodes: [], numbers: [["h", 336, 86, "end", "h"]] } },
  bag: {
    a: { wires: `M170 ${READ}V109`, nodes: [], numbers: [["a", 178, 170, "start", "a = W x + b ="]] },
    h: { wires: "M4 100H336", nodes: [["+", 170, 100]], numbers: [["h before", 4, 86, "start", "h"], ["h", 336, 86, "end", "h"]] },
  },
};

/** The numbers of the chosen unit at the chosen step, by their names. @param {Moment} moment @returns {Record<string, number>} */
export function valuesOf({ header: { view, at, tokens }, scene: { gates, hidden: units }, arrays }) {
  const unit = Math.min(view.unit, units - 1), count = gates.length;
  const found = Object.fromEntries(gates.flatMap((name, g) => [
    [name, arrays.gates[(g * tokens.length + at) * units + unit]],
    [`${name} x`, arrays.parts[g * units + unit]], [`${name} h`, arrays.parts[(count + g) * units + unit]],
  ]));
  found.h = arrays.hidden[at * units + unit];
  found["h before"] = arrays.before[unit];
  if (arrays.cell) {
    const c = arrays.cell[at * units + unit], before = arrays.before[units + unit];
    Object.assign(found, { c, "c before": before, "f·c": found.f * before, "i·g": found.i * found.g, "tanh c": Math.tanh(c) });
  }
  if ("z" in found) Object.assign(found, { "z·h": found.z * found["h before"], "1−z": 1 - found.z, "(1−z)·n": (1 - found.z) * found.n });
  return found;
}

export class Wires {
  /** @param {(part: string) => void} onPart */
  constructor(onPart) {
    this.element = h("div", { class: "nn-sequence-wires" });
    this.onPart = onPart;
    this.kind = "";
    /** @type {Map<string, SVGElement>} */
    this.parts = new Map();
    /** @type {[string, string, SVGElement][]} */
    this.numbers = [];
  }

  /** @param {string} kind */
  build(kind) {
    this.kind = kind;
    this.parts.clear();
    this.numbers = [];
    const top = TOP[kind] ?? 0;
    const drawn = svg("svg", { viewBox: `0 ${top} ${WIDTH} ${BOTTOM - top}`, role: "group", "aria-label": "The cell of one unit" });
    drawn.append(svg("path", { class: "nn-bus", d: `M20 ${READ}H${WIDTH - 4}${kind === "bag" ? "" : `M20 ${STATE}H${WIDTH - 4}`}` }), text("x", 4, READ), ...(kind === "bag" ? [] : [text("h", 4, STATE)]));
    for (const [name, part] of Object.entries(CELLS[kind])) drawn.append(this.part(name, part));
    this.element.replaceChildren(drawn);
  }

  /** @param {string} name @param {Part} part */
  part(name, { wires, nodes, numbers }) {
    const group = svg("g", { role: "button", tabindex: 0 }, svg("path", { class: "nn-reach", d: wires }), svg("path", { class: "nn-wire", d: wires }));
    for (const [said, x, y] of nodes) {
      const half = said.length > 1 ? 17 : said === "σ" ? 13 : 9;
      group.append(svg("rect", { x: x - half, y: y - 9, width: 2 * half, height: 18, rx: said === "+" || said === "×" ? 9 : 4 }), text(said, x, y, "middle"));
    }
    for (const [key, x, y, anchor = "start", said = ""] of numbers) {
      const element = text("", x, y, anchor);
      element.classList.add("nn-figure");
      this.numbers.push([key, said, element]);
      group.append(element);
    }
    group.addEventListener("click", () => this.onPart(name));
    group.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      event.stopPropagation();
      this.onPart(name);
    });
    this.parts.set(name, group);
    return group;
  }

  /** @param {Moment} moment @param {string} chosen @param {Map<string, string>} formulas  of each part */
  showNumbers(moment, chosen, formulas) {
    const { scene: { kind }, header: { clamped } } = moment;
    if (kind !== this.kind) this.build(kind);
    const values = valuesOf(moment), fixed = clamped.split(",").map((each) => each.split("=")[0]);
    for (const [key, said, element] of this.numbers) setText(element, `${said} ${short(values[key], 2)}`.trim());
    for (const [name, group] of this.parts) {
      setAttribute(group, "aria-pressed", String(name === chosen));
      setAttribute(group, "aria-label", formulas.get(name) ?? name);
      group.classList.toggle("nn-held", fixed.includes(name));
    }
  }
}

/** @param {string} said @param {number} x @param {number} y @param {string} [anchor] */
function text(said, x, y, anchor = "start") {
  return svg("text", { x, y: y + 4, "text-anchor": anchor }, said);
}
