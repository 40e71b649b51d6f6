// @ts-check
/** A neuron in nature beside an artificial one: the same numbers at the parts that do alike. Drawn here, by us. */

import { h } from "../../../stage/dom.js";
import { svg } from "../../../stage/svg.js";

/** @typedef {import("./study.js").Tool} Tool */

/** What each number is: in nature, and here. */
const PARTS = [
  ["Synapses on the dendrites", "inputs x and their weights w", "Signals of other cells come in. A synapse passes one on strongly or weakly, and can hold it back: a negative weight."],
  ["Cell body", "sum z = Σ w x + b", "What comes in is added up."],
  ["Axon hillock", "activation a = f(z)", "Above a threshold the cell fires. The bias is that threshold, with its sign turned."],
  ["Axon", "output a", "It carries the signal away, unchanged."],
  ["Axon terminals", "inputs of the next neurons", "The one output goes to many cells: to each through a synapse of its own."],
];
const DIFFERENT = "What is different: a real neuron sends spikes in time, not a number; it grows and loses synapses; and no gradient runs back through "
  + "its axon. How brains find their weights is not known; backpropagation is our way.";

/** A tool of study.js. @implements {Tool} */
export class Nature {
  constructor() {
    this.title = "In nature";
    this.element = h("div", {},
      h("div", { class: "nn-neuron-nature" }, figure("A neuron in nature", alive()), figure("The neuron here", artificial())),
      h("ol", { class: "nn-neuron-parts" }, ...PARTS.map(([there, here, text]) => h("li", {}, h("b", {}, `${there} – ${here}. `), text))),
      h("p", { class: "nn-neuron-sentence" }, DIFFERENT));
  }
}

/** @param {string} title @param {SVGElement} drawing */
function figure(title, drawing) {
  return h("figure", {}, drawing, h("figcaption", {}, title));
}

/** @param {number} x @param {number} y @param {number} number */
function mark(x, y, number) {
  return svg("g", { class: "nn-neuron-number" }, svg("circle", { cx: x, cy: y, r: 9 }), svg("text", { x, y: y + 4, "text-anchor": "middle" }, String(number)));
}

/** A cell: dendrites at the left, its body, the axon in its sheath, the terminals at the right. */
function alive() {
  const dendrites = [
    "M92 78C70 60 62 40 34 34M62 48C58 34 46 22 42 12M66 52C48 54 36 60 14 58",
    "M88 96C62 98 46 92 12 96M50 95C40 104 30 110 14 118",
    "M94 112C78 130 66 146 40 152M68 138C56 138 44 134 26 136M72 134C70 150 64 164 54 174",
  ];
  const ends = "M356 96C374 84 384 66 404 58M372 84C384 82 396 84 412 84M356 96C376 98 392 104 412 112M372 99C380 112 392 126 404 134";
  const buttons = [[404, 58], [412, 84], [412, 112], [404, 134]];
  return svg("svg", { class: "nn-neuron-cell", viewBox: "0 0 430 186", role: "img", "aria-label": "A nerve cell with five numbered parts" },
    svg("path", { class: "nn-neuron-flesh", d: dendrites.join("") }),
    svg("path", { class: "nn-neuron-flesh", d: ends }),
    svg("path", { class: "nn-neuron-axon", d: "M142 96H356" }),
    ...[176, 226, 276, 320].map((x, i) => svg("rect", { class: "nn-neuron-sheath", x, y: 88, width: i < 3 ? 42 : 30, height: 16, rx: 8 })),
    svg("path", { class: "nn-neuron-body", d: "M92 74C112 58 138 70 146 88C152 92 160 94 168 95V97C160 98 152 100 146 104C136 124 112 132 94 114C82 104 82 86 92 74Z" }),
    svg("circle", { class: "nn-neuron-nucleus", cx: 112, cy: 94, r: 11 }),
    ...buttons.map(([cx, cy]) => svg("circle", { class: "nn-neuron-button", cx, cy, r: 5 })),
    ...[[34, 34], [14, 96], [40, 152], [42, 12], [26, 136]].map(([cx, cy]) => svg("circle", { class: "nn-neuron-synapse", cx, cy, r: 4 })),
    mark(60, 20, 1), mark(112, 52, 2), mark(158, 76, 3), mark(251, 74, 4), mark(392, 158, 5));
}

/** The same parts as they are computed. */
function artificial() {
  const rows = [36, 96, 156];
  return svg("svg", { class: "nn-neuron-cell", viewBox: "0 0 430 186", role: "img", "aria-label": "An artificial neuron with the same five numbers" },
    ...rows.map((y) => svg("path", { class: "nn-neuron-axon nn-neuron-thin", d: `M44 ${y}C84 ${y} 92 96 128 96` })),
    ...rows.flatMap((y, i) => [
      svg("circle", { class: "nn-neuron-body", cx: 28, cy: y, r: 16 }),
      svg("text", { x: 28, y: y + 4, "text-anchor": "middle" }, `x${"₁₂₃"[i]}`),
      svg("text", { class: "nn-neuron-muted", x: 62, y: y + (i === 2 ? 14 : -8), "text-anchor": "middle" }, `w${"₁₂₃"[i]}`),
    ]),
    svg("path", { class: "nn-neuron-axon nn-neuron-thin", d: "M172 96H216M276 96H386" }),
    svg("circle", { class: "nn-neuron-body", cx: 150, cy: 96, r: 24 }), svg("text", { x: 150, y: 101, "text-anchor": "middle" }, "Σ + b"),
    svg("rect", { class: "nn-neuron-body", x: 216, y: 72, width: 60, height: 48, rx: 8 }),
    svg("path", { class: "nn-neuron-curve", d: "M226 110C246 110 244 82 266 82" }),
    ...[66, 96, 126].map((y) => svg("path", { class: "nn-neuron-axon nn-neuron-thin", d: `M360 96C380 96 384 ${y} 408 ${y}` })),
    svg("text", { x: 318, y: 88, "text-anchor": "middle" }, "a"),
    mark(84, 26, 1), mark(150, 58, 2), mark(246, 58, 3), mark(318, 112, 4), mark(400, 152, 5));
}
