// @ts-check
/** The picture of one neuron or a small network: its arithmetic, what it makes of every row, and its curves. */

import { Cards } from "../../../stage/cards.js";
import { Curves } from "../../../stage/curves.js";
import { h } from "../../../stage/dom.js";
import { count } from "../../../stage/format.js";
import { metricsInWords } from "../../../stage/metrics.js";
import { mounting } from "../../../stage/shell.js";
import { Network } from "./network.js";
import { Plane } from "./plane.js";
import { Story } from "./story.js";
import { Table } from "./table.js";

/** @typedef {import("../../../stage/types.js").Floats} Floats */

/**
 * @typedef {object} NeuronScene
 * @property {number[]} sizes  inputs, hidden neurons where there are any, 1
 * @property {"gradient"|"perceptron"} rule
 * @property {"squared_error"|"cross_entropy"|"perceptron"} criterion  the loss
 * @property {string} activation
 * @property {[number, number]|null} domain  of both coordinates of the plane; null where a row has not two inputs
 *
 * @typedef {object} NeuronArrays  of N rows of D inputs, U neurons, P weights and biases
 * @property {Floats} rows  (N, D)
 * @property {Floats} targets  (N,)
 * @property {Floats} outputs  (N,)
 * @property {import("../../../stage/types.js").Integers} batch  the rows of the next update, or the one that a person follows
 * @property {Floats} sums  (U,) of the first of these, as are the next three
 * @property {Floats} values  (U,)
 * @property {Floats} slopes  (U,) da/dz
 * @property {Floats} deltas  (U,) ∂loss/∂z
 * @property {Floats} example_loss  (1,)
 * @property {Floats} parameters  (P,) layer by layer: weights row by row, then biases
 * @property {Floats} terms  (n, P) the gradient of each row of the update
 * @property {Floats} gradients  (P,) their mean
 * @property {Floats} changes  (P,) −η times these
 * @property {Floats} [plane]  (side, side) sums of the output neuron, from the bottom
 *
 * @typedef {import("../../../stage/types.js").Header & {scene?: NeuronScene, example: number|null, learning_rate: number}} NeuronHeader
 *   ``example`` is the row that a person follows; null for the next update's
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
    this.table = new Table(shell.stops ? null : (example) => shell.look({ example }));
    this.curves = new Curves(() => shell.request());
    this.side = h("div", { class: "nn-neuron-side" }, this.plane.element, this.table.element, this.curves.element);
    this.element = h("div", { class: "nn-neuron" }, this.network.element, this.side);
    this.sized = [this.network.element, this.side];
    this.isSceneStale = false;
  }

  /** @param {import("../../../stage/colors.js").Theme} theme */
  setTheme(theme) {
    for (const part of [this.network, this.plane, this.table, this.curves]) part.setTheme(theme);
    this.isSceneStale = true;
  }

  resize() {
    const { scale } = this.shell;
    this.network.resize(this.network.element.clientWidth, scale);
    this.plane.resize(this.side.clientWidth, scale);
    this.curves.resize(this.side.clientWidth, scale);
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
      this.shell.numbersStale = true;
    }
    this.isSceneStale = false;
    if (!fresh) return;
    this.network.paint(moment);
    this.plane.paint(moment);
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
    this.network.showNumbers(moment);
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
