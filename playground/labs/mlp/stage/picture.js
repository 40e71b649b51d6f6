// @ts-check
/** The picture of one multilayer perceptron: the network, its output over the plane, and its losses. */

import { Cards } from "../../../stage/cards.js";
import { Coach } from "./coach.js";
import { Curves } from "../../../stage/curves.js";
import { describe } from "./describe.js";
import { h } from "../../../stage/dom.js";
import { Graph } from "./graph.js";
import { includes } from "./network_cards.js";
import { layersShown, sameLayers } from "./layers.js";
import { Plane } from "./plane.js";
import { mounting } from "../../../stage/shell.js";

/** @typedef {import("../../../stage/types.js").Bytes} Bytes */
/** @typedef {import("../../../stage/types.js").Floats} Floats */

/**
 * @typedef {[layer: number, index: number]} Neuron  layer 0 holds the features; index is the true one
 * @typedef {[x: number, y: number]} Point
 * @typedef {{name: string, label: string, active: boolean}} Feature
 *
 * @typedef {object} NetworkScene
 * @property {import("../../../stage/types.js").Task} task
 * @property {string} dataset
 * @property {string} task_key  of the data, the inputs and the loss: with an equal one other learners do equally well
 * @property {string} activation
 * @property {"none"|"batch"|"layer"} normalization  of every hidden layer
 * @property {boolean[]} skips  whether there is one around each hidden layer
 * @property {number} classes
 * @property {Feature[]} features  every feature that can be chosen
 * @property {number} all_columns  how many columns of a table are the inputs, of which ``features`` are the first; 0 where
 *   inputs are chosen
 * @property {number|null} plane_share  of the variance of all columns, that lies in the plane
 * @property {number[]} hidden_sizes
 * @property {string[]} outputs  one name per output
 * @property {string[]} [columns]  names of the two coordinates; none for drawn points
 * @property {number} [curve_height]  where the plane shows the value 1 of a curve y = f(x1); 0 for other data
 * @property {string[]} [class_names]  none for drawn points
 * @property {string} [own]  the person's own points as a text; empty for other data
 * @property {number} [own_classes]  how many classes those have, 0 for values
 * @property {[number, number]} domain  of both coordinates
 * @property {{layers: number, neurons: number}} limits
 *
 * @typedef {{neuron: Neuron|null, probe: Point|null}} Look  what the person looks at; null for nothing
 *
 * @typedef {"frozen"|"zeroed"} Intervention
 * @typedef {number[]} Part  of the network, from 1: a neuron's layer and place, and for a weight into it the input, 0 for
 *   the bias
 *
 * @typedef {object} Chosen
 * @property {Part[]} frozen  what learns no more
 * @property {Part[]} zeroed  hidden neurons whose output counts as 0
 * @property {number[][]} held  true indices of the hidden neurons drawn, per hidden layer
 * @property {Look} view
 * @property {NetworkScene} [scene]
 *
 * @typedef {object} NetworkArrays
 * @property {Floats} weights  between the neurons drawn, layer by layer, row by row
 * @property {Floats} biases  of the neurons drawn, then of the outputs
 * @property {Bytes} maps  (M, height, width) of the neurons drawn, then of the outputs
 * @property {Floats} map_ranges  (M,)
 * @property {Bytes} plane  (1, height, width), or (classes, height, width)
 * @property {Floats} [plane_range]  (2,) of the one map
 * @property {Floats} [probe]  values of the active features, the drawn neurons and the outputs at the probed point
 * @property {Floats} points  (N, 2)
 * @property {Floats} labels  (N,)
 * @property {Bytes} is_test  (N,)
 * @property {Bytes} input_maps  (features, height, width)
 * @property {Floats} input_ranges  (features,)
 *
 * @typedef {import("../../../stage/types.js").Header & Chosen} NetworkHeader
 * @typedef {import("../../../stage/types.js").Moment<NetworkHeader, NetworkScene, NetworkArrays> & {shown: number[][]}} NetworkMoment
 *   ``shown``: per layer the true indices drawn, of active features, hidden layers, outputs
 *
 * @typedef {object} Requested  the settings as last asked for
 * @property {number[]} hidden_sizes
 * @property {string[]} features
 * @property {Part[]} frozen
 * @property {Part[]} zeroed
 */

/** Called by Streamlit, and by the player of a recording. */
export default mounting((/** @type {import("../../../stage/shell.js").Shell<NetworkMoment>} */ shell) => new NetworkPicture(shell));

export { recorded } from "./recorded.js";

class NetworkPicture {
  /** @param {import("../../../stage/shell.js").Shell<NetworkMoment>} shell */
  constructor(shell) {
    const { stops } = shell;
    this.shell = shell;
    shell.view = { neuron: null, probe: null };
    this.cards = new Cards(shell.root, stops ? null : (message) => shell.send(message));
    this.graph = new Graph(this.cards, {
      onLook: (neuron) => shell.look({ neuron }),
      onFeature: (index) => this.toggleFeature(index),
      onSizes: (edit) => this.change("hidden_sizes", edit),
      // What is wholly so becomes free, else all of it becomes so.
      onIntervene: (what, chosen) => this.change(what, (parts) => {
        const others = parts.filter((each) => !includes(chosen, each));
        return parts.length - others.length === chosen.length ? others : [...others, ...chosen];
      }),
      onRepaint: () => shell.repaint(),
    });
    this.plane = new Plane(stops ? null : (probe) => shell.look({ probe }), stops ? null : (own) => shell.ask({ own }));
    this.curves = new Curves(() => shell.request());
    this.coach = new Coach((change) => shell.ask(change), () => shell.ask({ why: true }));
    this.element = h("div", { class: "nn-scene" }, this.graph.element, this.coach.element, this.plane.element, this.curves.element);
    this.tour = [
      { at: this.graph.element, words: "The network: each small square is a neuron, and shows what it puts out at each place. A wide link is a large weight; blue is above 0, orange below. Click an input, a link or a neuron to change it." },
      { at: this.plane.element, words: "Each dot is an example, its colour the right answer. The background is the network's answer, pale where it is unsure. It has learned when every dot lies on its own colour." },
      { at: this.curves.element, words: "The loss: how wrong it is, on the examples that it learns from and on others, for testing. Down is better." },
    ];
    this.sized = [this.graph.element, this.plane.element];
    /** Parts that the next paint must draw again: the static layers, the shape. */
    this.staticStale = this.shapeStale = false;
    /** @type {Requested|null} */
    this.wanted = null;
  }

  /** @param {import("../../../stage/colors.js").Theme} theme */
  setTheme(theme) {
    for (const part of [this.graph, this.plane, this.curves]) part.setTheme(theme);
    this.staticStale = true;
  }

  resize() {
    const { graph, plane, curves } = this;
    const { scale } = this.shell;
    const width = plane.element.clientWidth;
    if (!width) return;
    if (plane.resize(width, scale)) this.staticStale = true;
    curves.resize(curves.element.clientWidth, scale);
    const square = plane.square.getBoundingClientRect();
    const frame = graph.element.getBoundingClientRect();
    const beside = square.left >= frame.right - 1;
    graph.resize(graph.element.clientWidth, graph.element.clientHeight,
      beside ? square.top - frame.top + (plane.size * scale) / 2 : null, scale);
  }

  /**
   * @param {import("../../../stage/types.js").Received<NetworkMoment>} moment
   * @param {Partial<NetworkArrays>} arrays  of this frame
   * @param {NetworkMoment|null} former
   */
  take(moment, arrays, former) {
    const { header, scene } = moment;
    const isNewShape = header.scene || !former || !sameLayers(header.held, former.header.held);
    const shown = isNewShape ? layersShown(scene, header.held) : former.shown;
    moment.arrays.probe = arrays.probe;
    if (former && header.run !== former.header.run) this.shell.look({ neuron: null }); // it may not be there any more
    if (header.scene || header.edits !== former?.header.edits) {
      const features = scene.features.filter(({ active }) => active).map(({ name }) => name);
      this.wanted = { hidden_sizes: scene.hidden_sizes, features, frozen: header.frozen, zeroed: header.zeroed };
    }
    if (header.scene) {
      this.curves.restart(moment);
      this.staticStale = true;
    }
    if (isNewShape) this.shapeStale = true;
    this.curves.add(header);
    return { ...moment, shown };
  }

  /**
   * @param {NetworkMoment} moment
   * @param {number} now
   * @param {boolean} flowing
   * @param {boolean} fresh  whether there is more to paint than the flow
   */
  paint(moment, now, flowing, fresh) {
    if (this.shapeStale) this.graph.rebuild(moment);
    if (this.staticStale) {
      this.graph.paintInputs(moment);
      this.plane.paintData(moment);
      this.shell.numbersStale = true;
    }
    this.graph.paint(moment, now, flowing);
    if (fresh) this.curves.stand(beside(moment));
    if (fresh) this.plane.paint(moment);
    this.staticStale = this.shapeStale = false;
  }

  /** @param {number} now */
  tick(now) {
    this.curves.paint(now);
  }

  get isRestless() {
    return this.curves.dirty;
  }

  /** @param {NetworkMoment} moment */
  showNumbers(moment) {
    this.plane.showTexts(moment);
    this.curves.showNumbers(moment);
    this.cards.refresh();
    if (!this.shell.stops && !this.shell.isFixed) this.advise(moment);
  }

  /** @param {NetworkMoment} moment */
  advise({ header, scene }) {
    const { step, epoch } = header;
    const guess = scene.baselines?.find(({ label }) => label === "guessing")?.value ?? null;
    if (this.coach.show({ ...scene, guess, perEpoch: step / epoch || 1 }, this.curves.history, header)) this.shell.tour.resize();
  }

  /** @param {NetworkMoment} moment */
  describe(moment) {
    return describe(moment, beside(moment));
  }

  /**
   * Asks Python for another configuration. Quick presses build on each other, not on the scene on screen.
   *
   * @template {keyof Requested} Field
   * @param {Field} field
   * @param {(value: Requested[Field]) => Requested[Field]} edit
   */
  change(field, edit) {
    if (!this.wanted) return;
    const value = edit(this.wanted[field]);
    if (this.shell.ask({ [field]: value })) Object.assign(this.wanted, { [field]: value });
  }

  /** @param {number} index */
  toggleFeature(index) {
    const { shell } = this;
    const { notices, moment } = shell;
    if (shell.stops) return notices.toast("This is a recording: its inputs cannot be changed.");
    if (shell.isFixed) return notices.toast("Open the run in the playground to change its inputs.");
    if (!moment || !this.wanted) return;
    const { features, all_columns } = moment.scene;
    if (all_columns) return notices.toast("The network sees all columns. Choose two under More data to pick inputs.");
    const chosen = new Set(this.wanted.features);
    const { name } = features[index];
    if (!chosen.delete(name)) chosen.add(name);
    if (!chosen.size) return notices.toast("The network needs at least one input.");
    this.change("features", () => features.map((feature) => feature.name).filter((other) => chosen.has(other)));
  }

  destroy() {
    this.cards.destroy();
    this.plane.destroy();
  }
}

/** The lines of other learners, once they are those of this data. @param {NetworkMoment} moment */
function beside({ scene, settings: { learners } }) {
  return learners?.task_key === scene.task_key ? learners.lines : [];
}
