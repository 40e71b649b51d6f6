// @ts-check
/** The picture of a trainability map: a grid of cells coloured by loss, and one network's outputs beside it. */

import { mixClasses, pointColor } from "../../../stage/colors.js";
import { fit, h, isSharp, setAttribute, setText } from "../../../stage/dom.js";
import { count, loss, percent, scaled } from "../../../stage/format.js";
import { Grid, LEAST, legendColors, lowest } from "./grid.js";
import { paintTrainPoint } from "../../../labs/mlp/stage/plane.js";
import { Raster } from "../../../stage/raster.js";
import { mounting } from "../../../stage/shell.js";
import { forPointer } from "../../../stage/touch.js";

/** @typedef {import("./grid.js").Axis} Axis */
/** @typedef {import("./grid.js").Cells} Cells */
/** @typedef {import("../../../stage/types.js").Bytes} Bytes */
/** @typedef {import("../../../stage/types.js").Floats} Floats */

/**
 * @typedef {object} MapScene
 * @property {import("../../../stage/types.js").Task} task
 * @property {[number, number]} domain  of both coordinates
 * @property {{across: Axis, down: Axis}} axes
 * @property {{parameters: number, comparison_mb: number}} needs  of the largest network; of all
 *
 * @typedef {object} Look
 * @property {{member: number|null}} view  the network beside the grid
 * @property {string|null} [link]  opens it as a single run
 * @property {MapScene} [scene]
 *
 * @typedef {object} MapArrays
 * @property {Floats} losses  (rows, columns), from the bottom
 * @property {Floats} accuracies  (rows, columns); NaN for regression
 * @property {Bytes} states  (rows, columns)
 * @property {Bytes} [large]  (kinds, height, width) of the network beside the grid
 * @property {Floats} [points]  (N, 2), its training points
 * @property {Floats} [labels]  (N,)
 *
 * @typedef {import("../../../stage/types.js").Header & Look} MapHeader
 * @typedef {import("../../../stage/types.js").Moment<MapHeader, MapScene, MapArrays>} MapMoment
 */

const DIVERGED = 2;
const MOST_LARGE = 330;

/** Called by Streamlit. */
export default mounting((/** @type {import("../../../stage/shell.js").Shell<MapMoment>} */ shell) => new MapPicture(shell));

class MapPicture {
  /** @param {import("../../../stage/shell.js").Shell<MapMoment>} shell */
  constructor(shell) {
    this.shell = shell;
    shell.view = { member: null };
    this.isRestless = false;
    this.axesStale = this.marksStale = false;
    /** @type {Cells|null} */
    this.cells = null;
    this.grid = new Grid({
      onPoint: (index, at) => this.point(index, at),
      onChoose: (index) => this.choose(index),
      onSpace: () => shell.toolbar.togglePlay(),
    });
    this.summary = h("p", { class: "nn-map-summary" });
    this.low = h("span");
    this.middle = h("span");
    this.legend = h("div", { class: "nn-map-legend" }, h("span", {}, "Test loss"),
      h("div", { class: "nn-map-scale" },
        h("div", { class: "nn-legend-bar", style: `background:linear-gradient(90deg, ${legendColors().join(", ")})` }),
        h("div", { class: "nn-legend-range" }, this.low, this.middle, h("span", {}, "1 and more"))),
      h("span", { class: "nn-legend-class" }, h("i", { class: "nn-swatch nn-map-diverged" }), "diverged"));
    this.tip = h("div", { class: "nn-card nn-card-hover nn-map-tip", hidden: true });
    this.grid.element.append(this.tip);
    this.frame = h("section", { class: "nn-map-frame", "aria-label": "Map" }, this.summary, this.grid.element, this.legend);
    this.title = h("h2", { class: "nn-plane-title" });
    this.plane = new Raster({ class: "nn-plane-map" });
    this.data = h("canvas", { class: "nn-map-layer", role: "img", "aria-label": "No network is chosen" });
    this.hint = h("div", { class: "nn-map-hint" });
    this.square = h("div", { class: "nn-map-square" }, this.plane.canvas, this.data, this.hint);
    this.numbers = h("dl", { class: "nn-map-numbers" });
    this.open = h("a", { class: "nn-button nn-map-open", target: "_blank", rel: "noopener" }, "Open in Playground");
    this.panel = h("section", { class: "nn-map-panel", "aria-label": "Chosen network" },
      this.title, this.square, this.numbers, this.open);
    this.element = h("div", { class: "nn-map" }, this.frame, this.panel);
    this.large = 0;
    this.tour = [
      { at: this.frame, words: "Each cell is a network of its own: what differs stands on the axes. Bright is a low test loss, hatched is one that has diverged." },
      { at: this.panel, words: "What the network of the cell at the pointer has learned." },
    ];
    this.sized = [this.frame, this.panel];
  }

  /** @param {import("../../../stage/colors.js").Theme} theme */
  setTheme(theme) {
    this.theme = theme;
    this.grid.setTheme(theme);
    this.axesStale = true;
  }

  resize() {
    const width = this.frame.clientWidth, beside = this.panel.clientWidth;
    if (!width) return;
    if (this.grid.resize(width, this.shell.scale)) this.axesStale = true;
    const large = Math.min(MOST_LARGE * this.shell.scale, beside);
    if (large === this.large && isSharp(this.data)) return;
    this.large = large;
    for (const { style } of [this.square, this.plane.canvas]) style.width = style.height = `${large}px`;
    this.dataContext = fit(this.data, large, large);
  }

  // Selection

  /** The network beside the grid: the hovered one, else the chosen one. */
  get member() {
    return this.grid.pointed ?? this.grid.chosen;
  }

  /**
   * @param {number|null} index
   * @param {{x: number, y: number}|null} at
   */
  point(index, at) {
    this.tip.hidden = index === null;
    if (at && index !== null) this.placeTip(index, at);
    this.look();
  }

  /** @param {number|null} index */
  choose(index) {
    this.grid.chosen = index === this.grid.chosen && this.grid.pointed === index ? null : index;
    this.grid.paintMarks();
    setAttribute(this.shell.root, "data-chosen", String(this.grid.chosen ?? ""));
    this.look();
    const { moment } = this.shell;
    if (moment) setText(this.shell.words, this.describe(moment));
  }

  look() {
    const { shell, member } = this;
    if (shell.view.member !== member) shell.look({ member });
    if (shell.moment) this.showChosen(shell.moment);
  }

  /**
   * @param {number} index
   * @param {{x: number, y: number}} at
   */
  placeTip(index, at) {
    const { tip, grid, shell: { moment } } = this;
    if (!moment) return;
    const [first, second] = this.places(moment, index);
    tip.replaceChildren(h("div", { class: "nn-card-title" }, first), h("div", { class: "nn-card-title" }, second),
      h("div", { class: "nn-card-value" }, this.outcome(moment, index)));
    const width = grid.width * grid.scale;
    const isRight = at.x > width / 2;
    tip.style.left = isRight ? "" : `${at.x + 16}px`;
    tip.style.right = isRight ? `${width - at.x + 16}px` : "";
    tip.style.top = `${Math.max(0, at.y - 30)}px`;
  }

  /**
   * Return the two quantities of a cell, with their values.
   *
   * @param {MapMoment} moment
   * @param {number} index
   */
  places({ scene }, index) {
    const { across, down } = scene.axes;
    const columns = across.values.length;
    return [`${across.label} ${across.texts[index % columns]}`, `${down.label} ${down.texts[Math.floor(index / columns)]}`];
  }

  /**
   * @param {MapMoment} moment
   * @param {number} index
   */
  outcome({ arrays: { losses, accuracies, states } }, index) {
    if (states[index] === DIVERGED) return "Diverged";
    const own = `Loss ${loss(losses[index])}`;
    return Number.isNaN(accuracies[index]) ? own : `${own}, accuracy ${percent(accuracies[index])}`;
  }

  // A moment

  /**
   * @param {MapMoment} moment
   * @param {Partial<MapArrays>} arrays  of this frame
   * @param {MapMoment|null} former
   */
  take(moment, arrays, former) {
    const { header, scene } = moment;
    const { across, down } = scene.axes;
    const { losses, states } = moment.arrays;
    const [rows, columns] = losses.shape;
    this.cells = { rows, columns, losses, states };
    moment.arrays.large = arrays.large;
    if (header.scene) {
      this.axesStale = true;
      const before = former?.scene.axes;
      const isSame = before && [[before.across, across], [before.down, down]].every(
        ([one, other]) => one.name === other.name && one.values.length === other.values.length);
      if (former && !isSame) this.forget();
      this.shell.root.dataset.cells = String(this.cells.losses.length);
    }
    return moment;
  }

  /** Clear the selection: the grid has new cells. */
  forget() {
    this.grid.chosen = this.grid.pointed = null;
    this.tip.hidden = true;
    this.shell.root.dataset.chosen = "";
    this.marksStale = true;
    this.shell.look({ member: null });
  }

  /**
   * @param {MapMoment} moment
   * @param {number} _now
   * @param {boolean} _flowing
   * @param {boolean} fresh
   */
  paint(moment, _now, _flowing, fresh) {
    if (!fresh || !this.cells) return;
    if (this.axesStale) this.grid.paintAxes(moment.scene.axes);
    this.grid.paint(this.cells);
    if (this.axesStale || this.marksStale) this.grid.paintMarks();
    this.axesStale = this.marksStale = false;
    this.paintLarge(moment);
  }

  /** Paint the outputs of the network beside the grid. @param {MapMoment} moment */
  paintLarge({ header, scene, arrays }) {
    const { theme, plane, dataContext: context, large: size } = this;
    if (!theme || !context) return;
    const { large, points, labels } = arrays;
    plane.canvas.hidden = header.view.member === null || !large;
    context.clearRect(0, 0, size, size);
    if (plane.canvas.hidden || !large || !points || !labels) return;
    const [kinds, height, width] = large.shape;
    plane.resize(width, height);
    const { pixels } = plane;
    if (kinds > 1) mixClasses(large, kinds, pixels, theme, false);
    else for (let i = 0; i < pixels.length; i++) pixels[i] = theme.soft[large[i]];
    plane.show();
    const [low, high] = scene.domain, scale = size / (high - low);
    const edge = scene.task === "regression" ? "rgba(20, 24, 30, .55)" : "#fff";
    for (let i = 0; i < labels.length; i++) {
      const x = (points[2 * i] - low) * scale, y = (high - points[2 * i + 1]) * scale;
      if (x >= 0 && y >= 0 && x <= size && y <= size) {
        paintTrainPoint(context, x, y, pointColor(theme, scene.task, labels[i]), edge);
      }
    }
  }

  tick() {}

  /** @param {MapMoment} moment */
  showNumbers(moment) {
    if (!this.cells) return;
    const low = lowest(this.cells);
    setText(this.low, low === LEAST ? `${scaled(low)} and less` : scaled(low));
    setText(this.middle, scaled(Math.sqrt(low))); // the scale is logarithmic
    setText(this.summary, this.summed(moment));
    const label = `${this.summed(moment)} Arrow keys move the chosen network.`;
    setAttribute(this.grid.marks, "aria-label", label);
    this.showChosen(moment);
  }

  /** Return a sentence about all cells. @param {MapMoment} moment */
  summed({ header, scene }) {
    const { rows, columns, losses, states } = /** @type {Cells} */ (this.cells);
    if (!header.step) {
      const { parameters, comparison_mb } = scene.needs;
      return `${columns} × ${rows} networks of up to ${count(parameters)} weights and biases: they need about `
        + `${count(comparison_mb)} MB, and make ${count(rows * columns)} updates in each step.`;
    }
    let best = Infinity, diverged = 0;
    for (let i = 0; i < losses.length; i++) {
      if (states[i] === DIVERGED) diverged += 1;
      else if (losses[i] < best) best = losses[i];
    }
    const gone = diverged ? `, ${count(diverged)} diverged` : "";
    const median = header.metrics.test_loss;
    return `${columns} × ${rows} networks. Test loss: best ${loss(best)}, median ${loss(median)}${gone}.`;
  }

  /** Show the numbers of the network beside the grid. @param {MapMoment} moment */
  showChosen(moment) {
    const { header, scene, arrays } = moment;
    const { member, cells } = this;
    const isThere = member !== null && cells !== null;
    this.numbers.hidden = this.open.hidden = !isThere;
    setText(this.title, !isThere ? "One of the networks" : this.grid.pointed === null ? "Chosen network" : "Network pointed at");
    if (!isThere) {
      this.hint.hidden = false;
      setText(this.hint, forPointer("Point at a cell to see its network, click to keep it here."));
      return;
    }
    const isDiverged = cells.states[member] === DIVERGED;
    this.hint.hidden = !isDiverged;
    setText(this.hint, "Its numbers have become infinite: it has diverged.");
    const share = arrays.accuracies[member];
    const { across, down } = scene.axes;
    const rows = [
      [across.label, across.texts[member % cells.columns]],
      [down.label, down.texts[Math.floor(member / cells.columns)]],
      ["Test loss", isDiverged ? "diverged" : loss(cells.losses[member])],
      ...(Number.isNaN(share) ? [] : [["Test accuracy", percent(share)]]),
    ];
    while (this.numbers.children.length < 2 * rows.length) this.numbers.append(h("dt"), h("dd"));
    while (this.numbers.children.length > 2 * rows.length) this.numbers.lastChild?.remove();
    rows.flat().forEach((text, i) => setText(this.numbers.children[i], text));
    const { link, view } = header;
    const isOurs = view.member === member && Boolean(link);
    if (isOurs) setAttribute(this.open, "href", new URL(`./?${link}`, window.location.href).href);
    this.open.classList.toggle("nn-map-waits", !isOurs);
    setAttribute(this.data, "aria-label", `What the network at ${this.places(moment, member).join(", ")} makes of the plane`);
  }

  /** @param {MapMoment} moment */
  describe(moment) {
    const { chosen } = this.grid;
    const state = moment.header.state === "playing" ? "Playing." : "Paused.";
    const own = chosen === null ? "" : ` Chosen: ${this.places(moment, chosen).join(", ")}: ${this.outcome(moment, chosen)}.`;
    return `Step ${count(moment.header.step)}. ${this.summed(moment)} ${state}${own}`;
  }

  destroy() {}
}
