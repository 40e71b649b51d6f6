// @ts-check
/** The output over the plane of two inputs, the boundary, every row as a point, and a single neuron's weights. */

import { classColor, css, levelOf, mixClasses } from "../../../stage/colors.js";
import { h, setText } from "../../../stage/dom.js";
import { count } from "../../../stage/format.js";
import { Square, arrow } from "./axes.js";
import { boundary } from "./boundary.js";
import { isRight } from "./shape.js";

/** @typedef {import("./picture.js").NeuronMoment} Moment */
/** @typedef {import("../../../stage/colors.js").Theme} Theme */

const RADIUS = 6, SMALL = 3;
const MANY = 60; // rows, which are drawn small
const ARROW = 0.28; // of the plane: the longest weights

export class Plane {
  constructor() {
    this.square = new Square("The output over the plane, with the boundary and the rows");
    this.sentence = h("p", { class: "nn-neuron-sentence" });
    this.element = h("section", { "aria-label": "Plane" }, h("h2", { class: "nn-unseen" }, "Plane"), this.square.element, this.sentence);
  }

  /** @param {Theme} theme */
  setTheme(theme) {
    this.theme = theme;
  }

  /**
   * @param {number} width  in CSS pixels
   * @param {number} scale  of these to a pixel of the drawing
   */
  resize(width, scale) {
    this.square.resize(width, scale);
  }

  /** @param {Moment} moment */
  paint(moment) {
    const { header: { orbit }, scene: { domain, names, sizes }, arrays: { plane, rows, targets, outputs, batch } } = moment;
    const { theme, square } = this, { context, size } = square;
    this.element.hidden = !domain || !plane || sizes[0] !== 2;
    if (!context || !theme || !domain || !plane || this.element.hidden) return;
    this.paintMap(moment, plane, theme);
    const { across, up } = square.begin(context, theme, domain, domain, names[0] ?? "x₁", names[1] ?? "x₂");
    const [, side] = plane.shape, step = size / (side - 1);
    square.inside(context, () => {
      if (orbit) paintLines(context, theme, orbit.lines, domain, across, up);
      context.beginPath();
      for (const field of fields(plane)) {
        for (const [x0, y0, x1, y1] of boundary(field, side)) {
          context.moveTo(x0 * step, size - y0 * step);
          context.lineTo(x1 * step, size - y1 * step);
        }
      }
      context.lineWidth = 2;
      context.strokeStyle = theme.text;
      context.stroke();
    });
    const radius = targets.length > MANY ? SMALL : RADIUS;
    targets.forEach((target, row) => {
      const isWrong = !isRight(outputs, targets, row);
      paintRow(context, theme, [across(rows[2 * row]), up(rows[2 * row + 1])], radius, target, isWrong, batch.includes(row));
    });
    if (hasArrow(sizes)) square.inside(context, () => paintWeights(context, theme, moment, domain, across, up));
  }

  /**
   * @param {Moment} moment
   * @param {import("../../../stage/types.js").Floats} plane
   * @param {Theme} theme
   */
  paintMap({ scene: { output } }, plane, theme) {
    const { map } = this.square, [classes, side] = plane.shape, size = side * side;
    map.resize(side, side);
    const upright = (/** @type {number} */ at) => (side - 1 - Math.floor(at / side)) * side + (at % side);
    if (classes > 1) {
      const shares = new Uint8Array(classes * size);
      for (let at = 0; at < size; at++) {
        const from = upright(at), powers = Array.from({ length: classes }, (_, k) => plane[k * size + from]);
        const most = Math.max(...powers), parts = powers.map((power) => Math.exp(power - most));
        const sum = parts.reduce((total, part) => total + part, 0);
        parts.forEach((part, k) => { shares[k * size + at] = Math.round((255 * part) / sum); });
      }
      mixClasses(shares, classes, map.pixels, theme, false);
    } else {
      for (let at = 0; at < size; at++) {
        const sum = plane[upright(at)];
        const share = output === "step" ? Number(sum > 0) : 1 / (1 + Math.exp(-sum));
        map.pixels[at] = theme.soft[levelOf(share * 2 - 1, 1)];
      }
    }
    map.show();
  }

  /** @param {Moment} moment */
  showNumbers({ header: { orbit }, scene: { sizes, output, names, answers } }) {
    const weights = hasArrow(sizes) ? "Arrow: the weights, at right angles to the line. Dashed: what the next update adds." : "";
    const told = names.length ? `Standardised ${names.join(" and ")}: 0 is the mean, 1 a standard deviation. Orange: ${answers[0]}, blue: ${answers[1]}.` : "";
    setText(this.sentence, [output === "step" && orbit ? foretold(orbit) : "", told || weights].filter(Boolean).join(" "));
  }
}

/** What the perceptron rule will do. @param {import("./picture.js").Orbit} orbit */
function foretold({ ends, returns }) {
  if (ends) return "No row is wrong: no update changes anything any more.";
  if (returns === null) return "";
  return `A circle: in ${count(returns)} updates all weights are as they are now, and so for ever. Grey: the lines that it draws on that way.`;
}

/** Whether two weights and a bias are all. @param {number[]} sizes */
function hasArrow(sizes) {
  return sizes.join() === "2,1";
}

/**
 * What is 0 at the boundary: the sum, or by how much a class is ahead of the others.
 *
 * @param {import("../../../stage/types.js").Floats} plane
 * @returns {ArrayLike<number>[]}
 */
function fields(plane) {
  const [classes, side] = plane.shape, size = side * side;
  if (classes === 1) return [plane];
  return Array.from({ length: classes }, (_, k) => Float32Array.from({ length: size }, (_, at) => {
    let best = -Infinity;
    for (let other = 0; other < classes; other++) if (other !== k) best = Math.max(best, plane[other * size + at]);
    return plane[k * size + at] - best;
  }));
}

/**
 * The lines w₁ x₁ + w₂ x₂ + b = 0 of several weights.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {Theme} theme
 * @param {number[][]} lines
 * @param {[number, number]} domain
 * @param {(value: number) => number} across
 * @param {(value: number) => number} up
 */
function paintLines(context, theme, lines, [low, high], across, up) {
  context.beginPath();
  for (const [first, second, bias] of lines) {
    const length = Math.hypot(first, second);
    if (!length) continue;
    const [x, y] = [(-bias * first) / length ** 2, (-bias * second) / length ** 2], far = 2 * (high - low) / length;
    context.moveTo(across(x - far * second), up(y + far * first));
    context.lineTo(across(x + far * second), up(y - far * first));
  }
  context.lineWidth = 1;
  context.strokeStyle = theme.muted;
  context.globalAlpha = 0.55;
  context.stroke();
  context.globalAlpha = 1;
}

/**
 * The weights as an arrow from the line, and at its tip what the next update adds to them.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {Theme} theme
 * @param {Moment} moment
 * @param {[number, number]} domain
 * @param {(value: number) => number} across
 * @param {(value: number) => number} up
 */
function paintWeights(context, theme, { arrays: { parameters, changes } }, [low, high], across, up) {
  const [first, second, bias] = parameters, length = Math.hypot(first, second);
  if (!length) return;
  const centre = (low + high) / 2, ahead = (first * centre + second * centre + bias) / length ** 2;
  const x = centre - ahead * first, y = centre - ahead * second;
  const longest = Math.max(length, Math.hypot(first + changes[0], second + changes[1]));
  const scale = (ARROW * (high - low)) / longest;
  const tip = /** @type {[number, number]} */ ([x + scale * first, y + scale * second]);
  context.strokeStyle = theme.text;
  context.lineWidth = 2.5;
  arrow(context, [across(x), up(y)], [across(tip[0]), up(tip[1])]);
  context.setLineDash([4, 3]);
  arrow(context, [across(tip[0]), up(tip[1])], [across(tip[0] + scale * changes[0]), up(tip[1] + scale * changes[1])]);
  context.setLineDash([]);
}

/**
 * A row as a point in its target's colour: a ring for the next update, a cross for a mistake.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {Theme} theme
 * @param {[number, number]} place
 * @param {number} radius
 * @param {number} target
 * @param {boolean} isWrong
 * @param {boolean} isNext
 */
function paintRow(context, theme, [x, y], radius, target, isWrong, isNext) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fillStyle = css(classColor(target));
  context.fill();
  context.lineWidth = radius / 4;
  context.strokeStyle = "#fff";
  context.stroke();
  if (isWrong) {
    context.beginPath();
    for (const turn of [1, -1]) {
      context.moveTo(x - radius / 2, y - (radius / 2) * turn);
      context.lineTo(x + radius / 2, y + (radius / 2) * turn);
    }
    context.lineWidth = radius / 3;
    context.stroke();
  }
  if (!isNext) return;
  context.beginPath();
  context.arc(x, y, radius + (radius > SMALL ? 4 : 1.5), 0, 2 * Math.PI);
  context.lineWidth = radius > SMALL ? 2 : 1;
  context.strokeStyle = theme.text;
  context.stroke();
}
