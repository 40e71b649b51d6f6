// @ts-check
/** The picture of a network on sequences: the five shapes, one sequence unrolled, one step of it, and the curves. */

import { Curves } from "../../../stage/curves.js";
import { h, setAttribute, setText } from "../../../stage/dom.js";
import { count } from "../../../stage/format.js";
import { measured, metricsInWords } from "../../../stage/metrics.js";
import { mounting } from "../../../stage/shell.js";
import { Attention } from "./attention.js";
import { CellPanel } from "./cell.js";
import { Free } from "./free.js";
import { Lengths } from "./lengths.js";
import { States } from "./states.js";
import { Units } from "./units.js";
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
 * @property {number} half  the step from which a series or text is continued
 * @property {boolean} fresh  whether sequences of other lengths can be drawn
 * @property {number} trained  the length of those it is trained on
 * @property {boolean} mixed  whether shorter ones are among them
 * @property {string} span  what is so long
 * @property {Record<string, string>} panels  those that such a run has, with their labels
 *
 * @typedef {object} Look
 * @property {string} panel
 * @property {number} example
 * @property {string} typed
 * @property {number|null} at
 * @property {number} unit
 * @property {number} temperature
 * @property {number} draw
 *
 * @typedef {{asked: string, forced: string, free: string, true: string}} Sample
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
 * @property {import("../../../stage/types.js").Bytes} [truth]
 * @property {Floats} [values]
 * @property {Floats} [correlations]
 * @property {Floats} [worth]
 * @property {Floats} [points]
 * @property {Floats} [labels]
 * @property {Floats} [path]
 * @property {Floats} [axes]
 * @property {Floats} [explained]
 * @property {Floats} [horizon]
 * @property {Floats} [free]
 * @property {Floats} [lengths]
 * @property {Floats} [by_length]
 *
 * @typedef {import("../../../stage/types.js").Header & {scene?: SequenceScene, view: Look, tokens: string[], source: number,
 *   at: number, asked: number, refused: string|null, clamped: string, zeroed: string,
 *   panel: string, facts?: string[], samples?: Sample[]}} SequenceHeader
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
      class: "nn-sequence-shape", type: "button", title: text, "aria-label": text, "aria-pressed": "false", disabled: !isLive, "data-sets": "task",
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
    this.held = h("span");
    this.free = h("button", { class: "nn-button nn-live", type: "button", "data-sets": "clamped zeroed", onclick: () => shell.ask({ clamped: "", zeroed: "" }) }, "Free all");
    this.holding = h("p", { class: "nn-sequence-held", role: "status" }, this.held, this.free);
    this.bar = h("div", { class: "nn-sequence-bar nn-live" }, ...this.shapes.map((each) => each.button),
      h("span", { class: "nn-sequence-which" }, button("◀", "The test sequence before", () => move(-1)), this.which, button("▶", "The next test sequence", () => move(1))), this.typed);
    this.unrolled = new Unrolled(isLive ? (at, unit) => look(unit === null ? { at } : { at, unit }) : null, () => {
      shell.numbersStale = true;
      shell.repaint();
    });
    this.main = h("section", { class: "nn-sequence-main", "aria-label": "Network" }, h("h2", { class: "nn-unseen" }, "Network"),
      this.bar, this.refused, this.holding, this.unrolled.element);
    this.curves = new Curves(() => shell.request());
    this.cell = new CellPanel(isLive ? (change) => shell.ask(change) : null);
    this.units = new Units(isLive ? (unit) => look({ unit }) : null);
    /** @type {Record<string, Units|States|Free|Lengths|Attention>} */
    this.panels = { units: this.units, states: new States(), free: new Free(isLive ? look : null), lengths: new Lengths(), attention: new Attention() };
    this.tabs = h("div", { class: "nn-sequence-tabs nn-live", role: "group", "aria-label": "What to see of it" });
    this.side = h("div", { class: "nn-sequence-side" }, this.curves.element, h("section", { class: "nn-sequence-panel", "aria-label": "Inside" },
      h("h2", { class: "nn-unseen" }, "Inside"), this.tabs, this.cell.element, ...Object.values(this.panels).map(({ element }) => element)));
    /** The metrics before a gate was clamped or a unit zeroed. @type {import("../../../stage/types.js").Metrics|null} */
    this.before = null;
    this.element = h("div", { class: "nn-sequence" }, this.main, this.side);
    this.tour = [
      { at: this.unrolled.element, words: "A column is one step: what is read, how far the answer would move with it (gradient), the state that it keeps, and what it says then. Click a column to look closer." },
      { at: this.curves.element, words: "How wrong it is, on sequences that it learns from and on others, for testing. Down is better." },
      { at: this.cell.element, words: "The cell at the chosen step, with the numbers on its wires." },
    ];
    this.sized = [this.main, this.side];
  }

  /** @param {import("../../../stage/colors.js").Theme} theme */
  setTheme(theme) {
    this.unrolled.setTheme(theme);
    this.curves.setTheme(theme);
    for (const panel of Object.values(this.panels)) panel.plot.theme = theme;
  }

  resize() {
    this.unrolled.resize(this.main.clientWidth, this.shell.scale);
    this.curves.resize(this.side.clientWidth, this.shell.scale);
    for (const panel of Object.values(this.panels)) panel.plot.resize(this.side.clientWidth, this.shell.scale);
  }

  /**
   * @param {import("../../../stage/types.js").Received<SequenceMoment>} moment
   * @param {Partial<SequenceArrays>} arrays
   * @param {SequenceMoment|null} former
   */
  take(moment, arrays, former) {
    const { header } = moment;
    if (header.scene) {
      this.curves.restart(moment);
      this.build(moment.scene);
    }
    this.curves.add(header);
    // What the server sent before is not of this moment.
    if (arrays.hidden) moment.arrays = /** @type {typeof moment.arrays} */ ({ ...arrays });
    if (header.run !== former?.header.run || !(header.clamped || header.zeroed)) this.before = null;
    else if (!this.before && !(former.header.clamped || former.header.zeroed)) this.before = former.header.metrics;
    return moment;
  }

  /** The tabs of what such a run has. @param {SequenceScene} scene */
  build({ panels }) {
    this.tabs.replaceChildren(...Object.entries(panels).map(([name, label]) => h("button", {
      class: "nn-sequence-tab", type: "button", "data-panel": name, "aria-pressed": "false", onclick: () => this.shell.look({ panel: name }),
    }, label)));
  }

  /** How the metrics have moved since a gate was clamped or a unit zeroed. @param {SequenceMoment} moment */
  effect({ header: { metrics, clamped, zeroed }, scene }) {
    const { before } = this, what = [...clamped.split(","), ...zeroed.split(",").map((unit) => unit && `unit ${unit} off`)].filter(Boolean).join(", ").replaceAll("=", " = ");
    if (!before) return what && `Now: ${what}.`;
    const shown = scene.metrics.filter(({ name }) => ["test_loss", "token_accuracy", "exact_match"].includes(name) && name in metrics);
    return `Before ${what} and now: ${shown.map((metric) => `${metric.label} ${measured(metric, before[metric.name])} → ${measured(metric, metrics[metric.name])}`).join(", ")}.`;
  }

  /**
   * @param {SequenceMoment} moment
   * @param {number} _now
   * @param {boolean} _flowing
   * @param {boolean} fresh
   */
  paint(moment, _now, _flowing, fresh) {
    if (!fresh) return;
    this.unrolled.paint(moment);
    this.panels[moment.header.panel]?.paint(moment);
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
    const { header: { view, refused, clamped, zeroed }, scene } = moment;
    for (const { name, button } of this.shapes) setAttribute(button, "aria-pressed", String(name === scene.shape));
    setText(this.which, view.typed ? "your own" : `test sequence ${view.example + 1}`);
    setText(this.refused, refused ?? "");
    this.holding.hidden = !clamped && !zeroed;
    const held = clamped.split(",").filter(Boolean).map((each) => each.replace("=", " = ")).join(", ");
    setText(this.held, [held && `Gate held: ${held}`, zeroed && `Off: unit ${zeroed.split(",").join(", ")}`].filter(Boolean).join(". ") + ". So it trains too, from here on and in a new run.");
    const { panel } = moment.header;
    for (const tab of this.tabs.children) setAttribute(tab, "aria-pressed", String(/** @type {HTMLElement} */ (tab).dataset.panel === panel));
    this.cell.element.hidden = panel !== "cell";
    for (const [name, each] of Object.entries(this.panels)) each.element.hidden = name !== panel;
    if (panel === "cell") this.cell.showNumbers(moment, this.effect(moment));
    else this.panels[panel]?.showNumbers(moment, this.unrolled.span);
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
