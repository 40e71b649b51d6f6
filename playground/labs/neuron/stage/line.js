// @ts-check
/** One input: the output along it, every row as a point, and the squares of the errors; and the loss over w and b. */

import { h, setText } from "../../../stage/dom.js";
import { loss, short } from "../../../stage/format.js";
import { Square, arrow } from "./axes.js";
import { boundary } from "./boundary.js";

/** @typedef {import("./picture.js").NeuronMoment} Moment */
/** @typedef {import("../../../stage/colors.js").Theme} Theme */

const RADIUS = 5;
const LEVELS = 12; // lines of equal loss

export class Line {
  constructor() {
    this.square = new Square("The output along the input, with the rows and the squares of their errors");
    this.sentence = h("p", { class: "nn-neuron-sentence" });
    this.element = h("section", { "aria-label": "Line" }, h("h2", { class: "nn-unseen" }, "Line"), this.square.element, this.sentence);
  }

  /** @param {Theme} theme */
  setTheme(theme) {
    this.theme = theme;
  }

  /** @param {number} width @param {number} scale */
  resize(width, scale) {
    this.square.resize(width, scale);
  }

  /** @param {Moment} moment */
  paint({ scene: { sizes, domain }, arrays: { curve, rows, targets, outputs, batch } }) {
    const { theme, square } = this, { context } = square;
    this.element.hidden = sizes[0] !== 1 || !curve || !domain;
    if (!context || !theme || !domain || !curve || this.element.hidden) return;
    const { across, up } = square.begin(context, theme, domain, domain, "x", "y");
    context.strokeStyle = theme.faint;
    context.lineWidth = 1;
    context.strokeRect(0.5, 0.5, square.size - 1, square.size - 1);
    square.inside(context, () => {
      targets.forEach((target, row) => {
        const x = across(rows[row]), at = up(target), end = up(outputs[row]), side = end - at;
        context.globalAlpha = batch.includes(row) ? 0.45 : 0.16;
        context.fillStyle = theme.negative;
        context.fillRect(x, at, -side, side);
        context.globalAlpha = 1;
        context.strokeStyle = theme.negative;
        context.strokeRect(x, at, -side, side);
      });
      context.beginPath();
      curve.forEach((value, i) => {
        const x = domain[0] + ((domain[1] - domain[0]) * i) / (curve.length - 1);
        context.lineTo(across(x), up(value));
      });
      context.lineWidth = 2.5;
      context.strokeStyle = theme.positive;
      context.stroke();
      targets.forEach((target, row) => {
        context.beginPath();
        context.arc(across(rows[row]), up(target), RADIUS, 0, 2 * Math.PI);
        context.fillStyle = theme.text;
        context.fill();
        if (!batch.includes(row)) return;
        context.beginPath();
        context.arc(across(rows[row]), up(target), RADIUS + 4, 0, 2 * Math.PI);
        context.lineWidth = 2;
        context.strokeStyle = theme.text;
        context.stroke();
      });
    });
  }

  /** @param {Moment} moment */
  showNumbers({ scene: { sizes }, arrays: { parameters, targets, outputs } }) {
    const area = targets.reduce((sum, target, row) => sum + (outputs[row] - target) ** 2, 0) / targets.length;
    const formula = sizes.length === 2 ? `y = ${short(parameters[0])} x ${parameters[1] < 0 ? "−" : "+"} ${short(Math.abs(parameters[1]))}. ` : "";
    setText(this.sentence, `${formula}Each square is as wide as its error a − t. The loss is half their mean area: ${loss(area / 2)}.`);
  }
}

export class Bowl {
  constructor() {
    this.square = new Square("The loss over weight and bias, and the way that training took");
    this.sentence = h("p", { class: "nn-neuron-sentence" });
    this.element = h("section", { "aria-label": "Loss over w and b" }, h("h2", { class: "nn-unseen" }, "Loss over w and b"),
      h("div", { class: "nn-neuron-beside" }, this.square.element, this.sentence));
  }

  /** @param {Theme} theme */
  setTheme(theme) {
    this.theme = theme;
    const low = theme.dark ? "darker" : "lighter"; // as theme.heights has it
    setText(this.sentence, `The loss of every w and b, seen from above: the ${low}, the lower. The line is the way so far; the arrow the next update.`);
  }

  /** @param {number} width @param {number} scale */
  resize(width, scale) {
    this.square.resize(width, scale);
    this.square.element.style.flex = `0 0 ${this.square.lines.style.width}`;
  }

  /** @param {Moment} moment */
  paint({ scene, arrays: { bowl, path, parameters, changes } }) {
    const { theme, square } = this, { context, map, size } = square;
    this.element.hidden = !scene.bowl || !bowl || !path;
    if (!context || !theme || !scene.bowl || !bowl || !path) return;
    const [side] = bowl.shape, lowest = bowl.reduce((least, each) => Math.min(least, each), Infinity);
    const highest = bowl.reduce((most, each) => Math.max(most, each), -Infinity), range = highest - lowest || 1;
    map.resize(side, side);
    for (let at = 0; at < side * side; at++) {
      const from = (side - 1 - Math.floor(at / side)) * side + (at % side);
      map.pixels[at] = theme.heights[Math.round(255 * Math.sqrt((bowl[from] - lowest) / range))];
    }
    map.show();
    const { across, up } = square.begin(context, theme, scene.bowl[0], scene.bowl[1], "w", "b");
    square.inside(context, () => {
      context.lineWidth = 1;
      context.strokeStyle = theme.muted;
      context.beginPath();
      for (let level = 1; level <= LEVELS; level++) {
        const height = lowest + range * (level / LEVELS) ** 2; // even steps of the root: an even spacing of a bowl
        for (const [x0, y0, x1, y1] of boundary(bowl.map((each) => each - height), side)) {
          context.moveTo((x0 / (side - 1)) * size, size - (y0 / (side - 1)) * size);
          context.lineTo((x1 / (side - 1)) * size, size - (y1 / (side - 1)) * size);
        }
      }
      context.globalAlpha = 0.5;
      context.stroke();
      context.globalAlpha = 1;
      context.beginPath();
      for (let i = 0; i < path.length; i += 2) context.lineTo(across(path[i]), up(path[i + 1]));
      const [w, b] = parameters;
      context.lineTo(across(w), up(b));
      context.lineWidth = 2;
      context.strokeStyle = theme.negative;
      context.stroke();
      context.strokeStyle = theme.text;
      arrow(context, [across(w), up(b)], [across(w + changes[0]), up(b + changes[1])]);
      context.beginPath();
      context.arc(across(w), up(b), RADIUS, 0, 2 * Math.PI);
      context.fillStyle = theme.positive;
      context.fill();
      context.strokeStyle = "#fff";
      context.stroke();
    });
  }
}
