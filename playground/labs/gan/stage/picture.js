// @ts-check
/** The picture of a GAN: real data, fakes and what the discriminator believes on one plane; both players; the curves. */

import { Curves } from "../../../stage/curves.js";
import { h, setAttribute, setText } from "../../../stage/dom.js";
import { count } from "../../../stage/format.js";
import { metricsInWords } from "../../../stage/metrics.js";
import { mounting } from "../../../stage/shell.js";
import { Digits } from "./digits.js";
import { Plane } from "./plane.js";
import { Players } from "./players.js";
import { ahead, coverage } from "./words.js";

/** @typedef {import("../../../stage/types.js").Floats} Floats */
/** @typedef {import("../../../stage/types.js").Bytes} Bytes */

/**
 * @typedef {"generator"|"discriminator"} PlayerName
 *
 * @typedef {object} GANScene
 * @property {string} dataset
 * @property {[number, number]} domain  of both coordinates of the plane
 * @property {string} loss
 * @property {number|null} modes
 * @property {[number, number][]} centres  of the modes
 * @property {number} noise_size
 * @property {Record<PlayerName, number[]>} sizes
 * @property {Partial<Record<PlayerName, number>>} equilibrium  the losses where nobody can tell
 *
 * @typedef {object} Look
 * @property {boolean} real
 * @property {boolean} fake
 * @property {boolean} manifold
 * @property {"discriminator"|"best"|"none"} map
 * @property {"none"|"push"|"slope"} arrows
 *
 * @typedef {object} GANArrays
 * @property {Floats} real  (N, D)
 * @property {Floats} fakes  (M, D)
 * @property {Floats} noise  (M, 2) its first numbers, or (M, 1)
 * @property {Floats} beliefs  (M,) from 0 fake to 1 real
 * @property {Bytes} [map]  (side, side) from the bottom
 * @property {Floats} [arrows]  (M, 2)
 * @property {Floats} [manifold]  (K, 2) corners of its cells
 *
 * @typedef {"both"|PlayerName} Plays
 * @typedef {Record<PlayerName, number> & {rounds: [number, number]}} Rates  ``rounds``: updates in a round, D's and G's
 * @typedef {import("../../../stage/types.js").Header & {scene?: GANScene, view: Look, plays: Plays, rates: Rates}} GANHeader
 * @typedef {import("../../../stage/types.js").Moment<GANHeader, GANScene, GANArrays & import("../../../stage/types.js").Arrays>} GANMoment
 */

/** @type {[keyof Look, string, string, string|null][]}  the look, its words, what it shows, the value it is set to */
const LAYERS = [
  ["real", "Real", "Examples of the data", null],
  ["fake", "Fake", "What the generator makes of the same noise all the time", null],
  ["manifold", "Manifold", "A grid over the noise, bent by the generator: dark where it is dense", null],
  ["map", "D", "What the discriminator believes: blue real, orange fake", "discriminator"],
  ["map", "Best D", "The best discriminator there can be: p / (p + q)", "best"],
  ["arrows", "Push", "−∂L_G/∂x: where the generator is told to move each fake", "push"],
  ["arrows", "∇D", "The slope of D's map", "slope"],
];
/** @type {[Plays, string, string][]} */
const PLAYS = [
  ["both", "Both learn", "A round is D's updates, then G's"],
  ["discriminator", "D only", "The generator is frozen"],
  ["generator", "G only", "The discriminator is frozen"],
];

/** Called by Streamlit, and by the player of a recording. */
export default mounting((/** @type {import("../../../stage/shell.js").Shell<GANMoment>} */ shell) => new GANPicture(shell));

class GANPicture {
  /** @param {import("../../../stage/shell.js").Shell<GANMoment>} shell */
  constructor(shell) {
    this.shell = shell;
    this.styles = ["labs/gan/stage/picture.css"];
    this.note = h("p", { class: "nn-gan-note", "aria-live": "polite" });
    this.plane = new Plane((text) => setText(this.note, text));
    this.digits = new Digits();
    this.players = new Players();
    this.curves = new Curves(() => shell.request());
    this.layers = LAYERS.map(([name, text, title, value]) => ({ name, value, button: choice(text, title, () => this.toggle(name, value)) }));
    this.plays = PLAYS.map(([name, text, title]) => ({ name, button: choice(text, title, () => shell.ask({ plays: name })) }));
    this.layerBar = h("div", { class: "nn-gan-bar nn-live", role: "toolbar", "aria-label": "Layers" }, ...this.layers.map(({ button }) => button));
    const playsBar = h("div", { class: "nn-gan-bar nn-live", role: "toolbar", "aria-label": "Who learns" }, ...this.plays.map(({ button }) => button));
    this.words = h("p", { class: "nn-gan-words" });
    this.left = h("section", { class: "nn-gan-left", "aria-label": "Fakes" }, h("h2", { class: "nn-unseen" }, "Fakes"),
      this.layerBar, this.plane.element, this.digits.element, this.note);
    this.side = h("div", { class: "nn-gan-side" }, playsBar, this.players.element, this.words, this.curves.element);
    this.element = h("div", { class: "nn-gan" }, this.left, this.side);
    this.sized = [this.left, this.side];
  }

  /** @param {keyof Look} name @param {string|null} value */
  toggle(name, value) {
    const now = this.shell.moment?.header.view[name];
    this.shell.look({ [name]: value === null ? !now : now === value ? "none" : value });
  }

  /** @param {import("../../../stage/colors.js").Theme} theme */
  setTheme(theme) {
    for (const part of [this.plane, this.digits, this.players, this.curves]) part.setTheme(theme);
  }

  resize() {
    const { scale } = this.shell;
    this.plane.resize(this.left.clientWidth, scale);
    this.digits.resize(this.left.clientWidth, scale);
    this.players.resize(this.side.clientWidth, scale);
    this.curves.resize(this.side.clientWidth, scale);
  }

  /** @param {import("../../../stage/types.js").Received<GANMoment>} moment */
  take(moment) {
    if (moment.header.scene) {
      const isFirst = !this.curves.metrics.length;
      this.curves.restart(moment);
      if (isFirst) this.curves.choose("loss");
    }
    this.curves.add(moment.header);
    return moment;
  }

  /**
   * @param {GANMoment} moment
   * @param {number} _now
   * @param {boolean} _flowing
   * @param {boolean} fresh
   */
  paint(moment, _now, _flowing, fresh) {
    if (!fresh) return;
    const isPlane = moment.scene.dataset !== "digits";
    this.plane.element.hidden = this.layerBar.hidden = !isPlane;
    this.digits.element.hidden = isPlane;
    if (isPlane) this.plane.paint(moment);
    else this.digits.paint(moment);
  }

  /** @param {number} now */
  tick(now) {
    this.curves.paint(now);
  }

  get isRestless() {
    return this.curves.dirty;
  }

  /** @param {GANMoment} moment */
  showNumbers(moment) {
    const { header: { step, view, plays, metrics }, scene } = moment;
    for (const { name, value, button } of this.layers) {
      setAttribute(button, "aria-pressed", String(value === null ? view[name] : view[name] === value));
      if (value === "best") button.hidden = !scene.centres.length;
      if (name === "manifold") button.hidden = scene.noise_size > 2;
    }
    for (const { name, button } of this.plays) setAttribute(button, "aria-pressed", String(name === plays));
    this.players.paint(moment);
    const who = step ? ahead(scene.equilibrium, metrics.discriminator_loss) : "Nothing is learned yet.";
    setText(this.words, `${who} ${coverage(scene.modes, metrics)}`.trim());
    if (scene.dataset === "digits") setText(this.note, "64 fakes of the same noise all the time; the frame is what D believes: blue real, orange fake.");
    else this.plane.say(moment);
    this.curves.showNumbers(moment);
  }

  /** @param {GANMoment} moment */
  describe({ header, scene }) {
    const { step, state, metrics } = header;
    return [
      `Round ${count(step)}. ${state === "playing" ? "Playing." : "Paused."}`,
      ahead(scene.equilibrium, metrics.discriminator_loss), coverage(scene.modes, metrics),
      metricsInWords(scene, metrics),
    ].join(" ");
  }

  destroy() {}
}

/** @param {string} text @param {string} title @param {() => void} onclick */
function choice(text, title, onclick) {
  return h("button", { class: "nn-gan-choice", type: "button", title, "aria-pressed": "false", onclick }, text);
}
