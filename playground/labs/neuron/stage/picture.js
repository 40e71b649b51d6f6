// @ts-check
/** The picture of one neuron or a small network: its arithmetic, what it makes of every row, and its curves. */

import { Cards } from "../../../stage/cards.js";
import { Curves } from "../../../stage/curves.js";
import { h } from "../../../stage/dom.js";
import { count } from "../../../stage/format.js";
import { metricsInWords } from "../../../stage/metrics.js";
import { mounting } from "../../../stage/shell.js";
import { Activation } from "./activation.js";
import { Checker } from "./checker.js";
import { Bowl, Line } from "./line.js";
import { Nature } from "./nature.js";
import { Network } from "./network.js";
import { Plane } from "./plane.js";
import { Quiz } from "./quiz.js";
import { Story } from "./story.js";
import { Study } from "./study.js";
import { Table } from "./table.js";

/** @typedef {import("../../../stage/types.js").Floats} Floats */

/**
 * @typedef {object} NeuronScene
 * @property {number[]} sizes  inputs, hidden neurons where there are any, outputs
 * @property {"step"|"sigmoid"|"linear"|"softmax"} output  what an output neuron makes of its sum
 * @property {"squared_error"|"linear_error"|"cross_entropy"|"softmax"|"perceptron"} criterion  the loss
 * @property {"sgd"|"momentum"|"adam"} optimizer
 * @property {string} activation
 * @property {[name: string, label: string, formula: string][]} activations  all that there are
 * @property {[number, number]|null} domain  of both coordinates of the plane; null where a row has more than two inputs
 * @property {[w: [number, number], b: [number, number]]|null} bowl  where the loss is drawn over weight and bias
 * @property {string[]} names  of the inputs, and
 * @property {string[]} answers  of the targets 0, 1, …, where they are more than numbers
 *
 * @typedef {object} Orbit  what the perceptron rule will do
 * @property {boolean} ends  nothing changes any more
 * @property {number|null} returns  after so many updates all is as now
 * @property {number[][]} lines  the weights and biases on that way
 *
 * @typedef {object} Precision  a finite difference in one precision
 * @property {number} plus  the loss with the weight moved up
 * @property {number} minus
 * @property {number} slope
 * @property {number[]} errors  its distance from the gradient for each of ``powers``
 *
 * @typedef {object} Check  a gradient beside finite differences
 * @property {number} place  of the weight among all parameters
 * @property {number} power  the step is 10 to the minus this
 * @property {number[]} powers
 * @property {number} gradient
 * @property {Precision} float32
 * @property {Precision} float64
 *
 * @typedef {object} NeuronArrays  of N rows of D inputs, U neurons, P weights and biases
 * @property {Floats} rows  (N, D)
 * @property {Floats} targets  (N,)
 * @property {Floats} outputs  (N, C)
 * @property {import("../../../stage/types.js").Integers} batch  the rows of the next update, or the one that a person follows
 * @property {Floats} sums  (U,) of the first of these, as are the next three
 * @property {Floats} values  (U,)
 * @property {Floats} slopes  (U,) da/dz
 * @property {Floats} deltas  (U,) ∂loss/∂z
 * @property {Floats} example_loss  (1,)
 * @property {Floats} parameters  (P,) layer by layer: weights row by row, then biases
 * @property {Floats} terms  (n, P) the gradient of each row of the update
 * @property {Floats} gradients  (P,) their mean
 * @property {Floats} changes  (P,) what the update adds
 * @property {Floats} [memory]  (M, P) what the optimizer remembers
 * @property {Floats} [next_memory]  (M, P) and will after the update
 * @property {Floats} [plane]  (C, side, side) sums of the output neurons, from the bottom
 * @property {Floats} [curve]  (side,) the output along one input
 * @property {Floats} [bowl]  (side, side) the loss over weight and bias
 * @property {Floats} [path]  (K, 2) where these have been
 * @property {Floats} [all_sums]  (N, U) the sums of every row
 * @property {Floats} activation_values  (activations, points)
 * @property {Floats} activation_slopes  (activations, points)
 *
 * @typedef {import("../../../stage/types.js").Header & {scene?: NeuronScene, example: number|null, learning_rate: number,
 *   updates: number|null, orbit?: Orbit|null, check?: Check}} NeuronHeader
 *   ``example`` is the row that a person follows; null for the next update's. ``updates`` are those that Adam counts
 * @typedef {import("../../../stage/types.js").Moment<NeuronHeader, NeuronScene, NeuronArrays>} NeuronMoment
 */

/** Called by Streamlit, and by the player of a recording. */
export default mounting((/** @type {import("../../../stage/shell.js").Shell<NeuronMoment>} */ shell) => new NeuronPicture(shell));

class NeuronPicture {
  /** @param {import("../../../stage/shell.js").Shell<NeuronMoment>} shell */
  constructor(shell) {
    this.shell = shell;
    this.styles = ["labs/neuron/stage/picture.css"];
    this.cards = new Cards(shell.root, shell.stops ? null : (message) => shell.send(message));
    this.story = new Story({
      onChange: () => {
        shell.numbersStale = true;
        shell.request();
      },
      onUpdate: () => shell.send({ type: "step", unit: "update" }),
      onBack: () => {
        const step = shell.moment?.header.step ?? 0;
        if (step) shell.send({ type: "seek", step: step - 1 });
      },
    });
    this.network = new Network(this.cards, this.story);
    this.plane = new Plane();
    this.line = new Line();
    this.bowl = new Bowl();
    const look = (/** @type {import("../../../stage/types.js").View} */ view) => { if (!shell.stops) shell.look(view); };
    this.activation = new Activation();
    this.checker = new Checker(look);
    this.quiz = new Quiz(() => this.follow());
    const tools = [...(shell.stops ? [] : [this.activation, this.checker]), this.quiz, new Nature()];
    this.study = new Study(tools, look, () => this.follow());
    this.network.isSecret = (place, column) => this.quiz.isSecret(place, column);
    this.table = new Table(shell.stops ? null : (example) => shell.look({ example }));
    this.curves = new Curves(() => shell.request());
    this.side = h("div", { class: "nn-neuron-side" }, this.plane.element, this.line.element, this.table.element, this.curves.element);
    this.main = h("div", { class: "nn-neuron-main" }, this.network.element, this.bowl.element, this.study.element);
    this.element = h("div", { class: "nn-neuron" }, this.main, this.side);
    this.tour = [
      { at: this.network.element, words: "The network. A line of a neuron is one input: its weight w, the gradient g, and −ηg, which the next update adds to w. z is the sum of all, a what the neuron makes of it." },
      { at: this.plane.element, words: "The plane. Each point is a row of the table below it, marked × while it is on the wrong side. The neuron is undecided on the line, and the arrow shows its weights." },
      { at: this.curves.element, words: "The loss: how wrong it is over all rows. Down is better." },
    ];
    this.sized = [this.main, this.side];
    this.isSceneStale = false;
  }

  /** @param {import("../../../stage/colors.js").Theme} theme */
  setTheme(theme) {
    for (const part of [this.network, this.plane, this.line, this.bowl, this.table, this.curves, this.activation, this.checker]) part.setTheme(theme);
    this.isSceneStale = true;
  }

  resize() {
    const { scale } = this.shell;
    this.network.resize(this.main.clientWidth, scale);
    for (const part of [this.activation, this.checker]) part.resize(this.main.clientWidth, scale);
    for (const part of [this.plane, this.line, this.bowl]) part.resize(this.side.clientWidth, scale);
    this.curves.resize(this.side.clientWidth, scale);
  }

  /** What is open below the network changes what its weights show and what a click on one does. */
  follow() {
    const { tool } = this.study, { network } = this;
    this.story.isSecret = tool === this.quiz;
    network.pick = tool?.pick ? (port) => tool.pick?.(port) : null;
    this.shell.numbersStale = true;
    this.shell.request();
  }

  /** @param {import("../../../stage/types.js").Received<NeuronMoment>} moment */
  take(moment) {
    if (moment.header.scene) {
      this.curves.restart(moment);
      this.isSceneStale = true;
    }
    this.curves.add(moment.header);
    return moment;
  }

  /**
   * @param {NeuronMoment} moment
   * @param {number} _now
   * @param {boolean} _flowing
   * @param {boolean} fresh
   */
  paint(moment, _now, _flowing, fresh) {
    if (this.isSceneStale) {
      this.story.build(moment);
      this.network.build(moment);
      this.table.build(moment);
      for (const tool of this.study.tools) tool.build?.(moment);
      this.shell.numbersStale = true;
    }
    this.isSceneStale = false;
    if (!fresh) return;
    this.network.paint(moment);
    for (const part of [this.plane, this.line, this.bowl]) part.paint(moment);
    this.study.tool?.paint?.(moment);
  }

  /** @param {number} now */
  tick(now) {
    this.curves.paint(now);
  }

  get isRestless() {
    return this.curves.dirty;
  }

  /** @param {NeuronMoment} moment */
  showNumbers(moment) {
    this.study.moment = moment;
    this.quiz.showNumbers(moment);
    if (this.study.tool !== this.quiz) this.study.tool?.showNumbers?.(moment);
    const asks = [this.quiz, this.checker].find((tool) => tool === this.study.tool);
    this.network.chosen = asks?.chosen ?? null;
    this.network.showNumbers(moment);
    if (!this.plane.element.hidden) this.plane.showNumbers(moment);
    if (!this.line.element.hidden) this.line.showNumbers(moment);
    this.story.showNumbers(moment);
    this.table.showNumbers(moment);
    this.curves.showNumbers(moment);
    this.cards.refresh();
  }

  /** @param {NeuronMoment} moment */
  describe({ header, scene, arrays: { targets } }) {
    const { step, state, metrics } = header;
    const network = scene.sizes.length > 2 ? `a network ${scene.sizes.join("-")}` : "one neuron";
    return [
      `Step ${count(step)}. ${state === "playing" ? "Playing." : "Paused."} On ${targets.length} rows: ${network}.`,
      metricsInWords(scene, metrics),
    ].join(" ");
  }

  destroy() {
    this.story.destroy();
    this.cards.destroy();
  }
}
