// @ts-check
/** The picture of one multilayer perceptron: the network, what it makes of the plane, and its losses. */

import { Cards } from "../../../stage/cards.js";
import { describe } from "./describe.js";
import { h } from "../../../stage/dom.js";
import { Graph } from "./graph.js";
import { layersShown, sameLayers } from "./layers.js";
import { Plane } from "./plane.js";
import { mounting } from "../../../stage/shell.js";
import { Trace } from "../../../stage/trace.js";

/** @typedef {import("../../../stage/types.js").Moment} Moment */
/** @typedef {import("../../../stage/types.js").Message} Message */

/** Called by Streamlit, and by the player of a recording. */
export default mounting((shell) => new NetworkPicture(shell));

export { recorded } from "./recorded.js";

class NetworkPicture {
  /** @param {import("../../../stage/shell.js").Shell} shell */
  constructor(shell) {
    const { stops } = shell;
    this.shell = shell;
    shell.view = { neuron: null, probe: null };
    this.cards = new Cards(shell.root, stops ? null : (message) => shell.send(message));
    this.graph = new Graph(this.cards, {
      onLook: (neuron) => shell.look({ neuron }),
      onFeature: (index) => this.toggleFeature(index),
      onSizes: (edit) => this.change("hidden_sizes", edit),
      onRepaint: () => shell.repaint(),
    });
    this.plane = new Plane(stops ? null : (probe) => shell.look({ probe }));
    this.trace = new Trace();
    this.element = h("div", { class: "nn-scene" }, this.graph.element, this.plane.element, this.trace.element);
    this.sized = [this.graph.element, this.plane.element];
    /** What the next paint must do again: the static layers, the shape. */
    this.staticStale = this.shapeStale = false;
    /** The settings as last asked for. @type {Record<string, any>|null} */
    this.wanted = null;
  }

  /** @param {import("../../../stage/colors.js").Theme} theme */
  setTheme(theme) {
    for (const part of [this.graph, this.plane, this.trace]) part.setTheme(theme);
    this.staticStale = true;
  }

  resize() {
    const { graph, plane, trace } = this;
    const { scale } = this.shell;
    const width = plane.element.clientWidth;
    if (!width) return;
    if (plane.resize(width, scale)) this.staticStale = true;
    trace.resize(trace.element.clientWidth, scale);
    const square = plane.square.getBoundingClientRect();
    const frame = graph.element.getBoundingClientRect();
    const beside = square.left >= frame.right - 1;
    graph.resize(graph.element.clientWidth, graph.element.clientHeight,
      beside ? square.top - frame.top + (plane.size * scale) / 2 : null, scale);
  }

  /**
   * @param {Moment} moment
   * @param {Record<string, any>} arrays  that came with it
   * @param {Moment|null} former
   */
  take(moment, arrays, former) {
    const { header, scene } = moment;
    const isNewShape = header.scene || !former || !sameLayers(header.shown, former.header.shown);
    moment.shown = isNewShape ? layersShown(scene, header.shown) : former.shown;
    moment.arrays.probe = arrays.probe;
    if (header.scene) {
      this.wanted = { ...scene, features: scene.features.filter(({ active }) => active).map(({ name }) => name) };
      this.trace.restart(arrays.history);
      this.staticStale = true;
    }
    if (isNewShape) this.shapeStale = true;
    this.trace.add(header);
    return moment;
  }

  /**
   * @param {Moment} moment
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
    if (fresh) this.plane.paint(moment);
    this.staticStale = this.shapeStale = false;
  }

  /** @param {number} now */
  tick(now) {
    this.trace.paint(now);
  }

  get isRestless() {
    return this.trace.dirty;
  }

  /** @param {Moment} moment */
  showNumbers(moment) {
    this.plane.showTexts(moment);
    this.trace.showNumbers(moment);
    this.cards.refresh();
  }

  /** @param {Moment} moment */
  describe(moment) {
    return describe(moment);
  }

  /** @param {"seed"|"data_seed"} field */
  newSeed(field) {
    this.change(field, (seed) => seed + 1);
  }

  /**
   * Asks Python for another configuration. Quick presses build on each other, not on the scene on screen.
   *
   * @param {"seed"|"data_seed"|"hidden_sizes"|"features"} field
   * @param {(value: any) => any} edit
   */
  change(field, edit) {
    if (!this.wanted) return;
    const value = edit(this.wanted[field]);
    Object.assign(this.wanted, { [field]: value });
    this.shell.ask({ [field]: value });
  }

  /** @param {number} index */
  toggleFeature(index) {
    const { shell } = this;
    const { notices, moment } = shell;
    if (shell.stops) return notices.toast("This is a recording: its inputs cannot be changed.");
    if (shell.isFixed) return notices.toast("Open the run in the playground to change its inputs.");
    if (!moment || !this.wanted) return;
    const { features } = moment.scene;
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
