// @ts-check
/** The picture of deep networks: each one's ladders above each other, on one scale, and their curves. */

import { Curves } from "../../../stage/curves.js";
import { h } from "../../../stage/dom.js";
import { count, scaled } from "../../../stage/format.js";
import { metricsInWords } from "../../../stage/metrics.js";
import { mounting } from "../../../stage/shell.js";
import { Tip } from "../../../stage/tip.js";
import { Inside } from "./inside.js";
import { Ladder, NAMES } from "./ladder.js";
import { Menu } from "./menu.js";

/** @typedef {import("../../../stage/types.js").Floats} Floats */

/**
 * @typedef {"plain"|"residual"|"prefix"} Name
 * @typedef {object} DeepScene
 * @property {{name: Name, depth: number}[]} networks
 * @property {Name} main  whose metrics have no other name before theirs
 * @property {number} width
 * @property {string} activation
 * @property {[number, number]} powers  of ten of a relative gradient: those of a dark layer, and of a bright one
 *
 * @typedef {import("../../../stage/types.js").Arrays} DeepArrays  of each network, with its name before:
 *   ``gradients``, ``signals``, ``spreads``, each (depth,), ``probes`` (depth - 1,); of the layer that is looked into
 *   ``places`` (n, 2), for points ``grid`` (side, side, 2); ``shown_labels`` (n,)
 *
 * @typedef {"frozen"|"zeroed"|"cut"} Intervention
 * @typedef {Record<Intervention, number[]>} Changed  the numbers of the layers, from 1
 *
 * @typedef {object} Seen  what is looked into
 * @property {Name} network
 * @property {number} layer  from 1
 * @property {[number, number]|null} neurons  null: its principal components
 * @property {number} probed_at  the step of the probes
 *
 * @typedef {import("../../../stage/types.js").Header & {scene?: DeepScene, changed: Changed, inside?: Seen|null}} DeepHeader
 * @typedef {import("../../../stage/types.js").Moment<DeepHeader, DeepScene, DeepArrays>} DeepMoment
 */

/** The metrics of the other networks than the main one. */
const OTHERS = /^(plain|prefix)_/;

/** Called by Streamlit, and by the player of a recording. */
export default mounting((/** @type {import("../../../stage/shell.js").Shell<DeepMoment>} */ shell) => new DeepPicture(shell));

class DeepPicture {
  /** @param {import("../../../stage/shell.js").Shell<DeepMoment>} shell */
  constructor(shell) {
    this.shell = shell;
    this.styles = ["labs/deep/stage/picture.css"];
    this.tip = new Tip(shell.root);
    this.menu = new Menu(shell.root, shell.stops ? null : (changed) => shell.ask(changed));
    this.ladders = /** @type {Ladder[]} */ ([]);
    this.curves = new Curves(() => shell.request());
    this.main = h("div", { class: "nn-deep-networks" });
    this.inside = new Inside(shell.stops ? null : (view) => shell.look(view));
    this.side = h("div", { class: "nn-deep-side" }, this.curves.element, this.inside.element);
    this.element = h("div", { class: "nn-deep" }, this.main, this.side);
    this.tour = [
      { at: this.main, words: "The same network with skips and without. Each box is a layer, lit by the gradient that reaches it: a dark one learns nothing. The bars are gradient and signal, on scales of powers of ten." },
      { at: this.curves.element, words: "How wrong each of them is. Without skips it stays at the dotted line of guessing." },
      { at: this.inside.element, words: "Look inside a layer: where it puts the examples, and what a simple classifier would make of that." },
    ];
    this.sized = [this.main, this.side];
    this.isSceneStale = false;
  }

  /** @param {import("../../../stage/colors.js").Theme} theme */
  setTheme(theme) {
    this.theme = theme;
    for (const part of [...this.ladders, this.curves, this.inside]) part.setTheme(theme);
    this.isSceneStale = true;
  }

  resize() {
    const { scale } = this.shell;
    for (const ladder of this.ladders) ladder.resize(this.main.clientWidth, scale);
    this.curves.resize(this.side.clientWidth, scale);
    this.inside.resize(this.side.clientWidth, scale);
  }

  /** @param {import("../../../stage/types.js").Received<DeepMoment>} moment */
  take(moment) {
    if (moment.header.scene) {
      const { scene } = moment; // among several networks the one with skips says so too
      if (scene.networks.length > 1) {
        scene.metrics = scene.metrics.map((each) => (OTHERS.test(each.name) ? each : { ...each, label: `${each.label} with skips` }));
      }
      this.curves.restart(moment);
      this.isSceneStale = true;
    }
    this.curves.add(moment.header);
    return moment;
  }

  /** @param {DeepMoment} moment */
  build(moment) {
    const { scene } = moment;
    this.isSceneStale = false;
    this.inside.build(moment);
    const { theme } = this;
    const known = this.ladders.map(({ network: { name, depth } }) => `${name} ${depth}`).join();
    if (!theme || known === scene.networks.map(({ name, depth }) => `${name} ${depth}`).join()) return;
    this.menu.close();
    this.tip.hide();
    const { networks } = scene, deepest = Math.max(...networks.map(({ depth }) => depth));
    this.ladders = networks.map((network) => new Ladder(network, networks.length, deepest, this.tip, this.menu));
    for (const ladder of this.ladders) ladder.setTheme(theme);
    this.main.replaceChildren(...this.ladders.map(({ element }) => element));
    this.resize();
  }

  /**
   * @param {DeepMoment} moment
   * @param {number} _now
   * @param {boolean} _flowing
   * @param {boolean} fresh
   */
  paint(moment, _now, _flowing, fresh) {
    if (this.isSceneStale) {
      this.build(moment);
      this.shell.numbersStale = true;
    }
    if (!fresh) return;
    for (const ladder of this.ladders) ladder.paint(moment);
    this.inside.paint(moment);
  }

  /** @param {number} now */
  tick(now) {
    this.curves.paint(now);
  }

  get isRestless() {
    return this.curves.dirty;
  }

  /** @param {DeepMoment} moment */
  showNumbers(moment) {
    for (const ladder of this.ladders) ladder.showNumbers(moment);
    this.curves.showNumbers(moment);
    this.inside.showNumbers(moment);
    this.tip.refresh();
    this.menu.show(moment.header.changed, moment.scene.networks);
  }

  /** @param {DeepMoment} moment */
  describe({ header, scene, arrays }) {
    const { step, state, metrics } = header;
    const gradients = scene.networks.map(({ name, depth }) => {
      const found = arrays[`${name}_gradients`];
      if (!found) return "";
      return `${NAMES[name]}: relative gradient ${scaled(found[0])} in the first layer, ${scaled(found[depth - 1])} in the last.`;
    });
    return [
      `Step ${count(step)}. ${state === "playing" ? "Playing." : "Paused."} Networks of ${scene.width} neurons a layer.`,
      metricsInWords(scene, metrics), ...gradients,
    ].join(" ");
  }

  destroy() {
    this.tip.destroy();
    this.menu.destroy();
  }
}
