// @ts-check
/** The picture of a network on sequences: the five shapes, one sequence unrolled, one step of it, and the curves. */

import { Curves } from "../../../stage/curves.js";
import { h, setAttribute, setText } from "../../../stage/dom.js";
import { count } from "../../../stage/format.js";
import { metricsInWords } from "../../../stage/metrics.js";
import { mounting } from "../../../stage/shell.js";
import { explained } from "./cell.js";
import { Unrolled } from "./unrolled.js";

/** @typedef {import("../../../stage/types.js").Floats} Floats */
/** @typedef {import("../../../stage/types.js").Integers} Integers */

/**
 * @typedef {object} SequenceScene
 * @property {string} task
 * @property {string} shape
 * @property {string[]} reads
 * @property {string[]} says
 * @property {boolean} series  values in place of tokens
 * @property {"bag"|"rnn"|"lstm"|"gru"} kind
 * @property {string[]} gates
 * @property {number} hidden
 * @property {number} parameters
 * @property {number} tests
 *
 * @typedef {object} Look
 * @property {number} example
 * @property {string} typed
 * @property {number|null} at
 * @property {number} unit
 *
 * @typedef {object} SequenceArrays  see ``probes.py``
 * @property {Floats} hidden
 * @property {Floats} [cell]
 * @property {Floats} gates
 * @property {Floats} outputs
 * @property {Floats|Integers} targets
 * @property {Floats} reach
 * @property {Floats} parts
 * @property {Floats} before
 * @property {Floats} [attention]
 * @property {Floats} [values]
 *
 * @typedef {import("../../../stage/types.js").Header & {scene?: SequenceScene, view: Look, tokens: string[], source: number,
 *   at: number, asked: number, refused: string|null, clamped: string}} SequenceHeader
 * @typedef {import("../../../stage/types.js").Moment<SequenceHeader, SequenceScene, SequenceArrays & import("../../../stage/types.js").Arrays>} SequenceMoment
 */

/** Each shape, its drawing, and a task that needs it. @type {[string, string, string, string][]} */
const SHAPES = [
  ["one_to_one", "One to one", "● → ●", "day"],
  ["one_to_many", "One to many", "● → ●●●", "spell"],
  ["many_to_one", "Many to one", "●●● → ●", "sentiment"],
  ["aligned", "Many to many, aligned", "●●● ⇉ ●●●", "depth"],
  ["unaligned", "Many to many, unaligned", "●●● → ●●", "french"],
];

/** Called by Streamlit, and by the player of a recording. */
export default mounting((/** @type {import("../../../stage/shell.js").Shell<SequenceMoment>} */ shell) => new SequencePicture(shell));

class SequencePicture {
  /** @param {import("../../../stage/shell.js").Shell<SequenceMoment>} shell */
  constructor(shell) {
    this.shell = shell;
    this.styles = ["labs/sequence/stage/picture.css"];
    const look = (/** @type {Partial<Look>} */ change) => shell.look(change), isLive = !shell.stops;
    this.shapes = SHAPES.map(([name, text, drawn, task]) => ({ name, button: h("button", {
      class: "nn-sequence-shape", type: "button", title: text, "aria-label": text, "aria-pressed": "false", disabled: !isLive,
      onclick: () => shell.ask({ task }),
    }, drawn) }));
    const move = (/** @type {number} */ by) => {
      const { view: { example }, } = shell.moment?.header ?? { view: { example: 0 } }, tests = shell.moment?.scene.tests ?? 1;
      look({ example: (example + by + tests) % tests, typed: "", at: null });
    };
    this.which = h("span", { class: "nn-caption" });
    this.typed = h("input", { class: "nn-sequence-typed", type: "text", maxlength: "400", "aria-label": "Type a sequence of your own", placeholder: "Type your own …",
      onchange: (/** @type {Event} */ { target }) => target instanceof HTMLInputElement && look({ typed: target.value, at: null }) });
    const button = (/** @type {string} */ text, /** @type {string} */ label, /** @type {() => void} */ onclick) =>
      h("button", { class: "nn-button", type: "button", "aria-label": label, title: label, onclick }, text);
    this.refused = h("p", { class: "nn-sequence-refused", role: "alert" });
    this.bar = h("div", { class: "nn-sequence-bar nn-live" }, ...this.shapes.map((each) => each.button),
      button("◀", "The test sequence before", () => move(-1)), this.which, button("▶", "The next test sequence", () => move(1)), this.typed);
    this.unrolled = new Unrolled(isLive ? (at, unit) => look(unit === null ? { at } : { at, unit }) : null);
    this.lines = h("div", { class: "nn-sequence-cell", "aria-live": "polite" });
    this.main = h("section", { class: "nn-sequence-main", "aria-label": "Network" }, h("h2", { class: "nn-unseen" }, "Network"),
      this.bar, this.refused, this.unrolled.element, this.lines);
    this.curves = new Curves(() => shell.request());
    this.side = h("div", { class: "nn-sequence-side" }, this.curves.element);
    this.element = h("div", { class: "nn-sequence" }, this.main, this.side);
    this.sized = [this.main, this.side];
  }

  /** @param {import("../../../stage/colors.js").Theme} theme */
  setTheme(theme) {
    this.unrolled.setTheme(theme);
    this.curves.setTheme(theme);
  }

  resize() {
    this.unrolled.resize(this.main.clientWidth, this.shell.scale);
    this.curves.resize(this.side.clientWidth, this.shell.scale);
  }

  /** @param {import("../../../stage/types.js").Received<SequenceMoment>} moment @param {Partial<SequenceArrays>} arrays */
  take(moment, arrays) {
    if (moment.header.scene) this.curves.restart(moment);
    this.curves.add(moment.header);
    if (arrays.hidden) Object.assign(moment.arrays, { cell: arrays.cell, attention: arrays.attention, values: arrays.values });
    return moment;
  }

  /**
   * @param {SequenceMoment} moment
   * @param {number} _now
   * @param {boolean} _flowing
   * @param {boolean} fresh
   */
  paint(moment, _now, _flowing, fresh) {
    if (fresh) this.unrolled.paint(moment);
  }

  /** @param {number} now */
  tick(now) {
    this.curves.paint(now);
  }

  get isRestless() {
    return this.curves.dirty;
  }

  /** @param {SequenceMoment} moment */
  showNumbers(moment) {
    const { header: { view, refused }, scene } = moment;
    for (const { name, button } of this.shapes) setAttribute(button, "aria-pressed", String(name === scene.shape));
    setText(this.which, view.typed ? "your own" : `test sequence ${view.example + 1}`);
    setText(this.refused, refused ?? "");
    const lines = explained(moment);
    while (this.lines.children.length > lines.length) this.lines.lastChild?.remove();
    while (this.lines.children.length < lines.length) this.lines.append(h("p", {}));
    lines.forEach((line, index) => setText(this.lines.children[index], line));
    this.curves.showNumbers(moment);
  }

  /** @param {SequenceMoment} moment */
  describe({ header, scene }) {
    const { step, state, metrics, tokens } = header;
    return [
      `Step ${count(step)}. ${state === "playing" ? "Playing." : "Paused."} ${scene.hidden} hidden units, ${count(scene.parameters)} parameters.`,
      scene.series ? `A series of ${tokens.length} values.` : `It reads: ${tokens.join(" ")}.`, metricsInWords(scene, metrics),
    ].join(" ");
  }

  destroy() {}
}
