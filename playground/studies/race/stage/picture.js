// @ts-check
/** The picture of a race of optimizers: their paths over the loss, the standings, and the curves of their losses. */

import { h, setText } from "../../../stage/dom.js";
import { count, loss, percent, scaled } from "../../../stage/format.js";
import { colorSwatch, seriesSwatch } from "../../../stage/marks.js";
import { Losses } from "./losses.js";
import { mounting } from "../../../stage/shell.js";
import { Surface } from "./surface.js";

/** @typedef {import("../../../stage/types.js").Floats} Floats */

/**
 * @typedef {object} Standing  of one racer
 * @property {number|null} train_loss
 * @property {number} [train_accuracy]
 * @property {number} [test_accuracy]
 * @property {number} step  its last update
 * @property {boolean} has_diverged
 * @property {number} place  from 1
 * @property {number|null} plane_loss  at its projection onto the plane, where it is drawn
 *
 * @typedef {object} RaceScene
 * @property {import("../../../stage/types.js").Task} task
 * @property {{name: string, title: string, formula: string, learning_rate: number, series: number}[]} racers
 *
 * @typedef {object} Look
 * @property {Standing[]} racers
 * @property {[number, number]} shares  of the racers' movement, along the plane's directions
 * @property {string[]} left_out  diverged racers whose far points are not in the shares
 * @property {[lowA: number, highA: number, lowB: number, highB: number]} extent  of the plane
 * @property {RaceScene} [scene]
 *
 * @typedef {object} RaceArrays  of R racers; NaN after one has stopped
 * @property {Floats} paths  (R, n, 2), on the plane
 * @property {Floats} path_losses  (R, n)
 * @property {Floats} path_steps  (n,)
 * @property {Floats} surface  (side, side) losses of the plane, from the bottom
 *
 * @typedef {import("../../../stage/types.js").Header & Look} RaceHeader
 * @typedef {import("../../../stage/types.js").Moment<RaceHeader, RaceScene, RaceArrays>} RaceMoment
 */

/** Called by Streamlit. */
export default mounting((/** @type {import("../../../stage/shell.js").Shell<RaceMoment>} */ shell) => new RacePicture(shell));

/** Two racers that overtake each other all the time keep their rows: those could not be read. */
const LASTS_MS = 400;

class RacePicture {
  /** @param {import("../../../stage/shell.js").Shell<RaceMoment>} shell */
  constructor(shell) {
    this.shell = shell;
    this.surface = new Surface();
    this.losses = new Losses();
    this.rows = h("tbody");
    this.table = h("table", { class: "nn-standings", "aria-label": "Standings" },
      h("thead", {}, h("tr", {}, ...HEADINGS.map(([text, title, kind]) => h("th", { title, class: kind, scope: "col" }, text)))),
      this.rows);
    this.element = h("div", { class: "nn-race" }, this.surface.element, this.table, this.losses.element);
    this.tour = [
      { at: this.surface.element, words: "The ground is the training loss: where it has the page's own colour it is lowest, as the scale below says. Every racer starts at the same place and draws its path." },
      { at: this.table, words: "The standings, the lowest training loss first, and the rule by which each racer updates its weights." },
    ];
    this.sized = [this.surface.element, this.losses.element];
    this.isRestless = false;
    /** The places of all, and since when these are theirs. */
    this.order = "";
    this.orderSince = 0;
    /** @type {RaceScene|null} */
    this.scene = null;
    /** @type {ReturnType<typeof row>[]} */
    this.standings = [];
  }

  /** @param {import("../../../stage/colors.js").Theme} theme */
  setTheme(theme) {
    this.theme = theme;
    this.surface.setTheme(theme);
    this.losses.setTheme(theme);
    this.colorRows();
  }

  resize() {
    const { scale } = this.shell;
    this.surface.resize(this.surface.element.clientWidth, scale);
    this.losses.resize(this.losses.element.clientWidth, scale);
  }

  /** @param {RaceMoment} moment */
  take(moment) {
    const { header, scene } = moment;
    if (header.scene) {
      this.scene = scene;
      this.table.classList.toggle("nn-no-accuracy", scene.task === "regression");
      this.standings = scene.racers.map(row);
      this.rows.replaceChildren(...this.standings.map(({ element }) => element));
      this.colorRows();
    }
    this.losses.take(moment);
    return moment;
  }

  /**
   * @param {RaceMoment} moment
   * @param {number} _now
   * @param {boolean} _flowing
   * @param {boolean} fresh
   */
  paint(moment, _now, _flowing, fresh) {
    if (!fresh) return;
    this.surface.paint(moment);
    this.losses.paint(moment);
  }

  tick() {}

  /** @param {RaceMoment} moment */
  showNumbers(moment) {
    const { racers } = moment.header;
    racers.forEach((racer, index) => {
      const cells = this.standings[index];
      setText(cells.place, racer.has_diverged ? "×" : moment.header.step ? String(racer.place) : "–");
      setText(cells.loss, loss(racer.train_loss));
      setText(cells.accuracy, racer.test_accuracy == null ? "" : percent(racer.test_accuracy));
      setText(cells.plane, loss(racer.plane_loss));
      setText(cells.note, racer.has_diverged ? `stopped at step ${count(racer.step)}: the next update is infinite` : cells.formula);
      cells.element.classList.toggle("nn-first", racer.place === 1 && moment.header.step > 0);
    });
    this.sortRows(moment.header);
    this.surface.showNumbers(moment);
  }

  /** Sort the rows, best first; while it plays, once an order has lasted. @param {RaceMoment["header"]} header */
  sortRows({ state, step, racers }) {
    const order = racers.map(({ place }) => place).join();
    if (order !== this.order) [this.order, this.orderSince] = [order, performance.now()];
    if (state === "playing" && performance.now() - this.orderSince < LASTS_MS) return;
    const rows = this.standings.map(({ element }) => element);
    const place = (/** @type {number} */ index) => (step ? racers[index].place : index);
    const sorted = rows.map((_, index) => index).sort((one, other) => place(one) - place(other)).map((index) => rows[index]);
    if (sorted.some((each, index) => this.rows.children[index] !== each)) this.rows.replaceChildren(...sorted);
  }

  colorRows() {
    this.scene?.racers.forEach((racer, index) => {
      colorSwatch(this.standings[index].swatch, racer.series, this.theme?.series[racer.series] ?? "");
    });
  }

  /** @param {RaceMoment} moment */
  describe(moment) {
    const { header, scene } = moment;
    const standings = scene.racers
      .map((racer, index) => ({ ...header.racers[index], title: racer.title }))
      .sort((one, other) => one.place - other.place)
      .map((racer) => (racer.has_diverged ? `${racer.title} diverged` : `${racer.title} ${loss(racer.train_loss)}`));
    const state = header.state === "playing" ? "Playing." : "Paused.";
    return `Step ${count(header.step)}. ${state} Training losses, the lowest first: ${standings.join(", ")}.`;
  }

  destroy() {}
}

const HEADINGS = [
  ["#", "Who has the lowest training loss", "nn-place"],
  ["Optimizer", "", ""],
  ["Learning rate η", "How far an update goes", "nn-count"],
  ["Training loss", "The lowest is first", "nn-count"],
  ["Test accuracy", "The share of test points that are told right", "nn-count nn-accuracy"],
  ["Loss of the plane", "The plane's loss where the racer is drawn. Its own differs, since it is not in the plane.", "nn-count nn-drawn-at"],
];

/**
 * Make a racer's row of the table.
 *
 * @param {{title: string, formula: string, learning_rate: number}} racer
 */
function row({ title, formula, learning_rate }) {
  const swatch = seriesSwatch(0, "");
  const note = h("div", { class: "nn-standing-note" }, formula);
  const [place, lossCell, accuracy, plane] = ["nn-place", "nn-count nn-loss", "nn-count nn-accuracy", "nn-count nn-drawn-at"]
    .map((kind) => h("td", { class: kind }));
  const element = h("tr", {}, place, h("td", {}, h("div", { class: "nn-standing-title" }, swatch, title), note),
    h("td", { class: "nn-count" }, scaled(learning_rate, 3)), lossCell, accuracy, plane);
  return { element, place, swatch, note, loss: lossCell, accuracy, plane, formula };
}
