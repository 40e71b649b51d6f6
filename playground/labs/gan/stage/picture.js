// @ts-check
/** The picture of a GAN: real data, fakes and what the discriminator believes on one plane; both players; the curves. */

import { Curves } from "../../../stage/curves.js";
import { h, setAttribute, setText } from "../../../stage/dom.js";
import { count } from "../../../stage/format.js";
import { metricsInWords } from "../../../stage/metrics.js";
import { mounting } from "../../../stage/shell.js";
import { forPointer } from "../../../stage/touch.js";
import { Digits } from "./digits.js";
import { Guess } from "./guess.js";
import { Paper } from "./paper.js";
import { Plane } from "./plane.js";
import { Moves } from "./moves.js";
import { Players } from "./players.js";
import { SlowMotion } from "./slow.js";
import { ahead, coverage } from "./words.js";

/** @typedef {import("../../../stage/types.js").Floats} Floats */
/** @typedef {import("../../../stage/types.js").Bytes} Bytes */

/**
 * @typedef {"generator"|"discriminator"} PlayerName
 *
 * @typedef {object} GANScene
 * @property {string} dataset
 * @property {string} drawing  a person's own data, in hexadecimal digits; empty for other data
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
 * @property {boolean} slow
 *
 * @typedef {object} GANArrays
 * @property {Floats} real  (N, D)
 * @property {Floats} fakes  (M, D)
 * @property {Floats} noise  (M, 2) its first numbers, or (M, 1)
 * @property {Floats} beliefs  (M,) from 0 fake to 1 real
 * @property {Bytes} [map]  (side, side) from the bottom
 * @property {Floats} [arrows]  (M, 2)
 * @property {Floats} [manifold]  (K, 2) corners of its cells
 * @property {Floats} [grid]  (K, 1 or 2) the noise that made them
 * @property {Floats} [slow_real]  (n, D) of the next round, as all below: see ``slow.py``
 * @property {Floats} [slow_fake]  (n, D)
 * @property {Floats} [slow_beliefs]  (2n,)
 * @property {Floats} [slow_after]  (2n,)
 * @property {Floats} [slow_map]  (side²,)
 * @property {Floats} [slow_change]  (side²,)
 * @property {Floats} [slow_pushed]  (n, D)
 * @property {Floats} [slow_push]  (n, D)
 * @property {Floats} [slow_moved]  (n, D)
 *
 * @typedef {object} Round  the numbers of the next round
 * @property {number} batch
 * @property {number} d_updates
 * @property {number} g_updates
 * @property {number|null} d_loss
 * @property {number|null} d_loss_after
 * @property {number|null} d_gradient
 * @property {number|null} d_moved
 * @property {number|null} belief_real
 * @property {number|null} belief_fake
 * @property {number|null} belief_real_after
 * @property {number|null} belief_fake_after
 * @property {number|null} g_loss
 * @property {number|null} g_loss_after
 * @property {number|null} g_gradient
 * @property {number|null} g_moved
 * @property {number|null} cosine
 *
 * @typedef {"both"|PlayerName} Plays
 * @typedef {Record<PlayerName, number> & {rounds: [number, number]}} Rates  ``rounds``: updates in a round, D's and G's
 * @typedef {import("../../../stage/types.js").Header & {scene?: GANScene, view: Look, plays: Plays, rates: Rates, round?: Round}} GANHeader
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
  ["arrows", "∇D", "The slope of what D believes, which GAN Lab draws", "slope"],
];
/** @type {[Plays, string, string][]} */
const PLAYS = [
  ["both", "Both learn", "A round is D's updates, then G's"],
  ["discriminator", "D only", "The generator is frozen"],
  ["generator", "G only", "The discriminator is frozen"],
];

const PAPER = "Each stroke starts a new run on what is drawn. Mouse or finger; with the keyboard, arrows move the pen and Space inks.";
const EMPTY = "Nothing is drawn yet: the run keeps its data. Draw with the mouse or a finger; with the keyboard, arrows move the pen and Space inks.";
const PLANE_STAGES = [
  "Grey: real examples of this batch. Violet: new fakes. The map is what D believes before the round.",
  "The larger a dot, the more D errs there: a real example that it takes for fake, or the reverse.",
  "The map is the change of D's belief, to its own scale; dots as large as D errs now.",
  "The map is what D believes by now. Arrows: −∂L_G/∂x, to one scale.",
  "Each fake on its way. Both kinds of arrows are to their own scale: compare their directions.",
];
const DIGIT_STAGES = [
  "Upper half: real examples of this batch; lower half: new fakes. The frame is what D believes.",
  "A real example with an orange frame, or a fake with a blue one, is where D errs.",
  "The frame is what D believes after its move.",
  "The push on each fake: inked where it is told more ink, bare where less.",
  "The fakes after G's move.",
];

/** Called by Streamlit, and by the player of a recording. */
export default mounting((/** @type {import("../../../stage/shell.js").Shell<GANMoment>} */ shell) => new GANPicture(shell));

class GANPicture {
  /** @param {import("../../../stage/shell.js").Shell<GANMoment>} shell */
  constructor(shell) {
    this.shell = shell;
    this.styles = ["labs/gan/stage/picture.css"];
    this.note = h("p", { class: "nn-gan-note", "aria-live": "polite" });
    this.plane = new Plane((text) => setText(this.note, text), () => shell.request());
    this.paper = new Paper((drawing) => this.draw(drawing));
    this.plane.element.append(this.paper.element);
    this.digits = new Digits();
    this.players = new Players();
    this.curves = new Curves(() => shell.request());
    this.guess = new Guess(() => this.cover());
    this.slow = new SlowMotion({
      onLook: (isOn) => {
        if (isOn) shell.send({ type: "pause" });
        shell.look({ slow: isOn });
      },
      onStep: () => shell.send({ type: "step", unit: "update" }),
      onBack: () => {
        const step = shell.moment?.header.step ?? 0;
        if (step) shell.send({ type: "seek", step: step - 1 });
      },
      onChange: () => {
        shell.numbersStale = true;
        shell.repaint();
      },
    });
    this.layers = LAYERS.map(([name, text, title, value]) => ({ name, value, button: choice(text, title, () => this.toggle(name, value)) }));
    for (const { button } of this.layers.filter(({ name }) => name === "manifold")) {
      for (const event of ["pointerenter", "focus"]) button.addEventListener(event, () => this.morph());
    }
    this.plays = PLAYS.map(([name, text, title]) => ({ name, button: choice(text, title, () => shell.ask({ plays: name }), "plays") }));
    this.moves = new Moves({ send: (message) => shell.send(message), header: () => shell.moment?.header });
    this.pen = choice("Draw", "Draw your own data", () => this.openPaper(Boolean(this.paper.element.hidden)), "dataset drawing");
    this.pen.classList.add("nn-live");
    this.rubber = choice("Rub out", "Take squares away instead", () => {
      this.paper.rubs = !this.paper.rubs;
      setAttribute(this.rubber, "aria-pressed", String(this.paper.rubs));
    });
    this.paperBar = h("span", { class: "nn-gan-stages", hidden: true }, this.rubber,
      choice("Clear", "An empty paper", () => this.paper.clear()), choice("Done", "Put the paper away", () => this.openPaper(false)));
    this.layerBar = h("div", { class: "nn-gan-bar nn-live", role: "toolbar", "aria-label": "Layers" },
      ...this.layers.map(({ button }) => button), this.pen, this.paperBar);
    const playsBar = h("div", { class: "nn-gan-bar nn-live", role: "toolbar", "aria-label": "Who learns" }, ...this.plays.map(({ button }) => button));
    const movesBar = h("div", { class: "nn-gan-bar nn-live", role: "toolbar", "aria-label": "One round" }, ...this.moves.buttons);
    this.words = h("p", { class: "nn-gan-words", "aria-live": "polite" });
    this.left = h("section", { class: "nn-gan-left", "aria-label": "Fakes" }, h("h2", { class: "nn-unseen" }, "Fakes"),
      this.layerBar, this.plane.element, this.digits.element, this.guess.element, this.note);
    this.slow.element.append(this.guess.button);
    this.side = h("div", { class: "nn-gan-side" }, playsBar, h("div", { class: "nn-gan-rounds" }, movesBar, this.slow.element),
      this.players.element, this.words, this.curves.element);
    this.element = h("div", { class: "nn-gan" }, this.left, this.side);
    this.tour = [
      { at: this.left, words: "Grey dots are real, violet ones are fakes. The map is what the discriminator D believes: blue where real, orange where fake. An arrow is where the generator G is told to move a fake." },
      { at: this.players.element, words: "G turns noise into fakes and never sees a real point. D gets both and learns to tell them apart; what it answers comes back to G as a gradient." },
      { at: this.curves.element, words: "Both losses. Where D can tell nothing any more, they stand on the dotted lines. They do not say how good the fakes are: modes found and distance do." },
    ];
    this.sized = [this.left, this.side];
    this.wasMoving = false;
  }

  /** @param {keyof Look} name @param {string|null} value */
  toggle(name, value) {
    const now = this.shell.moment?.header.view[name];
    this.shell.look({ [name]: value === null ? !now : now === value ? "none" : value });
    if (name === "manifold" && !now && !this.shell.reducedMotion.matches) this.plane.morph();
  }

  /** The way from the noise to the fakes, where it is shown and moves nobody who wants less motion. */
  morph() {
    if (this.shell.moment?.header.view.manifold && !this.shell.reducedMotion.matches && !this.plane.isMorphing()) this.plane.morph();
  }

  /** Cover the fakes and all that tells how good they are, or uncover them. */
  cover() {
    const { isOpen } = this.guess;
    if (isOpen) {
      this.slow.end();
      this.openPaper(false);
      this.curves.choose("loss");
    }
    for (const part of [this.left, this.side]) part.classList.toggle("is-covered", isOpen);
    this.shell.numbersStale = true;
    this.shell.repaint();
  }

  /** @param {boolean} isOpen */
  openPaper(isOpen) {
    this.paper.element.hidden = this.paperBar.hidden = !isOpen;
    setAttribute(this.pen, "aria-pressed", String(isOpen));
    if (isOpen) {
      this.slow.end();
      this.paper.load(this.shell.moment?.scene.drawing ?? "");
      this.paper.element.focus({ preventScroll: true });
    }
    this.shell.numbersStale = true;
    this.shell.repaint();
  }

  /** @param {string} drawing */
  draw(drawing) {
    if (drawing) this.shell.ask({ dataset: "drawn", drawing });
    this.shell.numbersStale = true;
    this.shell.request();
  }

  /** @param {import("../../../stage/colors.js").Theme} theme */
  setTheme(theme) {
    for (const part of [this.plane, this.paper, this.digits, this.players, this.curves]) part.setTheme(theme);
  }

  resize() {
    const { scale } = this.shell;
    this.plane.resize(this.left.clientWidth, scale);
    this.paper.resize(this.plane.size, scale);
    this.digits.resize(this.left.clientWidth, scale);
    this.guess.resize(this.plane.size, scale);
    this.players.resize(this.side.clientWidth, scale);
    this.curves.resize(this.side.clientWidth, scale);
  }

  /** @param {import("../../../stage/types.js").Received<GANMoment>} moment */
  take(moment) {
    if (moment.header.scene) {
      const isFirst = !this.curves.metrics.length;
      this.curves.restart(moment);
      if (isFirst || this.guess.isOpen) this.curves.choose("loss");
      this.guess.build(moment.scene);
    }
    this.curves.add(moment.header);
    this.moves.follow(moment.header);
    return moment;
  }

  /**
   * @param {GANMoment} moment
   * @param {number} now
   * @param {boolean} flowing
   * @param {boolean} fresh
   */
  paint(moment, now, flowing, fresh) {
    this.slow.follow(moment);
    if (flowing || fresh) this.players.paint(moment, this.slow.at, now);
    if (!fresh) return;
    const isPlane = moment.scene.dataset !== "digits";
    this.layerBar.hidden = !isPlane;
    this.plane.element.hidden = !isPlane || this.guess.isOpen;
    this.digits.element.hidden = isPlane || this.guess.isOpen;
    this.paintFakes(moment, now);
  }

  /** @param {GANMoment} moment @param {number} now */
  paintFakes(moment, now) {
    const { at } = this.slow, progress = this.slow.progress(now, this.shell.reducedMotion.matches);
    this.plane.stage = this.digits.stage = at === null ? null : { at, progress };
    if (moment.scene.dataset !== "digits") this.plane.paint(moment);
    else this.digits.paint(moment);
  }

  /** @param {number} now */
  tick(now) {
    this.curves.paint(now);
    const { moment } = this.shell;
    const isMoving = this.isMoving();
    if (!moment || !(isMoving || this.wasMoving)) return;
    this.wasMoving = isMoving; // where a movement has ended, its end is painted
    this.paintFakes(moment, now);
    if (this.slow.at !== null) this.players.paint(moment, this.slow.at, now);
  }

  isMoving() {
    return this.plane.isMorphing() || (this.slow.isMoving() && !this.shell.reducedMotion.matches);
  }

  get isRestless() {
    return this.curves.dirty || this.wasMoving || this.isMoving();
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
    const who = step ? ahead(scene.equilibrium, metrics.discriminator_loss) : "Nothing is learned yet.";
    const isSlow = this.slow.at !== null; // it has its own layers
    for (const part of [this.words, this.left]) part.classList.toggle("is-slow", isSlow);
    setText(this.words, this.slow.caption(moment) || this.guess.caption(moment) || `${who} ${coverage(scene.modes, metrics)}`.trim());
    this.showNote(moment);
    this.curves.showNumbers(moment);
  }

  /** Under the picture: what it shows. @param {GANMoment} moment */
  showNote(moment) {
    const isDigits = moment.scene.dataset === "digits";
    if (!this.paper.element.hidden) setText(this.note, this.paper.isEmpty() ? EMPTY : PAPER);
    else if (this.guess.isOpen) setText(this.note, forPointer("Press Guess again to take the cover away without an answer."));
    else if (this.slow.at !== null) setText(this.note, (isDigits ? DIGIT_STAGES : PLANE_STAGES)[this.slow.at]);
    else if (isDigits) setText(this.note, "64 fakes of the same noise all the time; the frame is what D believes: blue real, orange fake.");
    else this.plane.say(moment);
  }

  /** @param {GANMoment} moment */
  describe({ header, scene }) {
    const { step, state, metrics } = header;
    return [
      `Round ${count(step)}. ${state === "playing" ? "Playing." : "Paused."}`,
      ahead(scene.equilibrium, metrics.discriminator_loss),
      ...(this.guess.isOpen ? ["The fakes are covered."] : [coverage(scene.modes, metrics), metricsInWords(scene, metrics)]),
    ].join(" ");
  }

  destroy() {
    this.slow.end();
  }
}

/** @param {string} text @param {string} title @param {() => void} onclick @param {string} [sets]  the settings that it sets */
function choice(text, title, onclick, sets = "") {
  return h("button", { class: "nn-gan-choice", type: "button", title, "aria-pressed": "false", "data-sets": sets || null, onclick }, text);
}
