// @ts-check
/** The picture of a comparison: the variants in columns, their curves, and the gradients of their layers. */

import { Bands } from "./bands.js";
import { h, windowRoom } from "../../../stage/dom.js";
import { count } from "../../../stage/format.js";
import { measured } from "../../../stage/metrics.js";
import { mounting } from "../../../stage/shell.js";
import { Tip } from "../../../stage/tip.js";
import { level } from "./levels.js";
import { Variant } from "./variant.js";
import { tileWords } from "./wall.js";
import { Why } from "./why.js";

/** @typedef {import("../../../stage/types.js").Bytes} Bytes */
/** @typedef {import("../../../stage/types.js").Floats} Floats */

/**
 * @typedef {object} CompareScene
 * @property {import("../../../stage/types.js").Metric[]} metrics  of the compared lab
 * @property {import("../../../stage/types.js").Metric[]} shown  one or two of them, the score first
 * @property {string} score
 * @property {{title: string, path: string}} lab  the compared lab
 * @property {boolean} has_why  whether the lab measures its layers
 * @property {{title: string, link: string}[]} variants  ``link`` with placeholders {seed} and {step}
 * @property {number[]} seeds  of every variant's networks
 * @property {number} wall  number of seeds shown small
 * @property {import("../../../stage/types.js").Task} [task]  only of labs on points in the plane, like ``domain``
 * @property {[number, number]} [domain]  of both coordinates
 * @property {boolean} [ink]  whether the pictures are in ink on white paper
 * @property {string} [alone]  how a network's run can differ that is opened in its lab
 * @property {number|null} target_accuracy  null where the score is not a share
 *
 * @typedef {Record<"q10"|"median"|"q90"|"worst", number|null>} Levels  of a score, over the seeds; null: diverged
 *
 * @typedef {object} Counts  state of a variant
 * @property {number} reached  number of networks that met the target
 * @property {number} diverged
 * @property {number} step  the variant's own: variants may differ in updates per epoch
 * @property {Record<string, Levels|null>} levels  by metric; null where no network has it
 *
 * @typedef {object} Look
 * @property {Counts[]} variants
 * @property {number} member  index of the seed shown large
 * @property {import("./why.js").LayerWhy[][]} [why]  by variant, then by layer
 * @property {CompareScene} [scene]
 *
 * @typedef {object} Walls  V variants with S networks each on the wall
 * @property {Bytes} [maps]  (V · S, kinds, height, width): outputs over the plane
 * @property {Bytes} [tiles]  (V · S, height, width, 3): RGB pictures, instead of maps
 * @property {Bytes} states  (V · S,)
 * @property {Floats} scores  (V · S, M): the shown metrics
 * @property {Bytes} large  (V, …), maps or tiles
 * @property {Floats} curves  (H, 2 + 4 M V)
 *
 * @typedef {Walls & Partial<Record<`points${number}`|`labels${number}`, Floats>>} CompareArrays  (N, 2) and (N,), by variant
 *
 * @typedef {import("../../../stage/types.js").Header & Look} CompareHeader
 * @typedef {import("../../../stage/types.js").Moment<CompareHeader, CompareScene, CompareArrays>} CompareMoment
 */

const GAP = 28;
const NARROW = 760;
/** The heights of a chart, least and most, and what the window gives to other things than a chart and the large picture. */
const CHART = [150, 236], LARGE = [140, 340], OTHERS = 376;

/** @param {number[]} ends @param {number} value */
const between = ([least, most], value) => Math.max(least, Math.min(most, value));

/** Called by Streamlit. */
export default mounting((/** @type {import("../../../stage/shell.js").Shell<CompareMoment>} */ shell) => new ComparePicture(shell));

class ComparePicture {
  /** @param {import("../../../stage/shell.js").Shell<CompareMoment>} shell */
  constructor(shell) {
    this.shell = shell;
    shell.view = { member: null };
    shell.root.classList.add("nn-fixed"); // seeds are set in the sidebar, not on the stage
    this.styles = ["studies/compare/stage/compare.css"];
    /** @type {Variant[]} */
    this.variants = [];
    this.bands = new Bands();
    this.why = new Why();
    this.row = h("div", { class: "nn-variants" });
    this.lower = h("div", { class: "nn-compare-lower" }, this.bands.element, this.why.element);
    this.element = h("div", { class: "nn-compare" }, this.row, this.lower);
    this.tip = new Tip(this.element);
    for (const part of [this.bands, this.why]) this.tip.follow(part.canvas, (event) => this.point(part, event));
    this.tour = [
      { at: this.row, words: "One column a variant. Each small tile is a network with its own seed, the chosen one stands large beside them; a frame means that it has reached the target." },
      { at: this.bands.element, words: "The median of each variant, with the band in which most seeds lie. Where bands overlap, luck may be the difference: the sentence below says what can be told." },
    ];
    this.sized = [this.element];
    this.member = 0;
    /** @type {string[]} */
    this.colors = [];
  }

  /** @param {import("../../../stage/colors.js").Theme} theme */
  setTheme(theme) {
    this.theme = theme;
    this.bands.setTheme(theme);
    this.why.setTheme(theme);
    this.recolor();
  }

  recolor() {
    const { moment } = this.shell;
    this.colors = this.theme?.series.slice(0, this.variants.length) ?? [];
    if (!moment) return;
    this.bands.colors = this.why.colors = this.colors;
    this.bands.titles = this.why.titles = moment.scene.variants.map(({ title }) => title);
    this.variants.forEach((variant, i) => variant.restart(moment.scene, this.colors[i]));
  }

  resize() {
    const width = this.element.clientWidth;
    const { moment } = this.shell;
    if (!width || !moment) return;
    const total = this.variants.length;
    const { scale } = this.shell;
    const isNarrow = width < NARROW;
    const columns = isNarrow ? Math.min(total, 2) : total;
    const gap = isNarrow ? 14 : GAP;
    this.row.style.gridTemplateColumns = `repeat(${columns}, minmax(0, 1fr))`;
    this.row.style.columnGap = `${gap}px`;
    const column = (width - gap * (columns - 1)) / columns;
    const room = isNarrow ? Infinity : windowRoom() / scale - OTHERS; // who scrolls sees all as large as can be
    const chart = Math.round(between(CHART, room / 2)), large = between(LARGE, room - chart);
    for (const variant of this.variants) variant.resize(column, moment.scene.wall, scale, large);
    const half = isNarrow || !moment.scene.has_why ? width : (width - GAP) / 2;
    this.bands.resize(half, scale, chart);
    this.why.resize(half, scale, chart);
  }

  /**
   * @param {CompareMoment} moment
   */
  take(moment) {
    const { header } = moment;
    if (header.scene) this.restart(moment);
    this.bands.follow(header);
    if (header.why) this.why.show(header.why);
    return moment;
  }

  /**
   * Begin a new comparison, or the same one after a reconnection.
   *
   * @param {CompareMoment} moment
   */
  restart(moment) {
    const { scene, arrays } = moment;
    if (scene.variants.length !== this.variants.length) {
      this.tip.hide();
      this.variants = scene.variants.map((_, index) => new Variant(index, (member) => this.choose(member)));
      for (const { index, wall } of this.variants) {
        this.tip.follow(wall.rings, (event) => {
          const member = event && wall.indexAt(event);
          return member === null ? null : () => this.tile(index, member);
        });
      }
      this.row.replaceChildren(...this.variants.map(({ element }) => element));
    }
    this.shell.moment = moment;
    this.recolor();
    this.why.element.hidden = !scene.has_why;
    this.bands.restart(scene.shown, arrays.curves, this.colors);
    this.why.restart(this.colors);
    this.resize();
  }

  /** Show this seed of every variant large. @param {number} member */
  choose(member) {
    this.member = member;
    this.shell.look({ member });
    this.shell.repaint();
  }

  /**
   * Return a chart's tooltip for the pointer.
   *
   * @param {Bands|Why} part
   * @param {PointerEvent|null} event
   */
  point(part, event) {
    const found = part.point(event);
    this.shell.request(); // the chart may draw a cursor there
    return found;
  }

  /**
   * Return the tooltip of a network on the wall.
   *
   * @param {number} variant
   * @param {number} member
   * @returns {import("../../../stage/tip.js").Content|null}
   */
  tile(variant, member) {
    const { moment } = this.shell;
    if (!moment || variant >= moment.scene.variants.length || member >= moment.scene.wall) return null;
    return {
      title: `${moment.scene.variants[variant].title}, seed ${moment.scene.seeds[member]}`,
      head: [],
      rows: [{ color: null, cells: [tileWords(moment, variant, member)] }],
    };
  }

  /**
   * @param {CompareMoment} moment
   * @param {number} _now
   * @param {boolean} _flowing
   * @param {boolean} fresh
   */
  paint(moment, _now, _flowing, fresh) {
    const { theme } = this;
    if (!fresh || !theme) return;
    const { member } = moment.header;
    if (this.shell.view.member === null) this.member = member;
    this.element.dataset.member = String(member);
    for (const variant of this.variants) {
      variant.wall.member = this.member;
      variant.paint(theme, moment, member);
    }
    this.tip.refresh();
  }

  /** @param {number} now */
  tick(now) {
    this.bands.paint(now);
    this.why.paint();
  }

  get isRestless() {
    return this.bands.dirty;
  }

  /** @param {CompareMoment} moment */
  showNumbers(moment) {
    const { member } = moment.header;
    for (const variant of this.variants) variant.showNumbers(moment, member);
  }

  /** @param {CompareMoment} moment */
  describe({ header, scene }) {
    const [metric] = scene.shown;
    const said = header.variants.map((each, i) => {
      const reached = scene.target_accuracy === null ? "" : `, ${each.reached} of ${scene.seeds.length} reached the target`;
      return `${scene.variants[i].title}: median ${metric.label} ${level(each.levels[metric.name], "median", (value) => measured(metric, value))}${reached}`;
    });
    return `Step ${count(header.step)}. ${said.join(". ")}. ${header.state === "playing" ? "Playing." : "Paused."}`;
  }

  destroy() {
    this.tip.destroy();
  }
}
