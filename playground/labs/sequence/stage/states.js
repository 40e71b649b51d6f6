// @ts-check
/** Every state of the test, and the way of the shown sequence, on the two directions in which states vary most. */

import { h, setText } from "../../../stage/dom.js";
import { percent } from "../../../stage/format.js";
import { levelOf, pixelCss } from "../../../stage/colors.js";
import { Plot } from "./plot.js";

/** @typedef {import("./picture.js").SequenceMoment} Moment */

const TALL = 250, MARGIN = 14;

export class States {
  constructor() {
    this.plot = new Plot("Hidden states in two principal components");
    this.words = h("p", {});
    /** The former directions: those of this moment point the same way. @type {Float32Array|null} */
    this.axes = null;
    this.element = h("div", {}, this.plot.canvas, this.words);
  }

  /** @param {Moment} moment */
  paint({ header: { tokens, at, source }, arrays: { points, labels, path, axes }, scene: { says, series } }) {
    const canvas = this.plot.begin(TALL);
    if (!canvas || !points || !labels || !path || !axes) return;
    const { context, theme, width, height } = canvas, signs = this.follow(axes);
    let most = 1e-6;
    for (const all of [points, path]) for (const value of all) most = Math.max(most, Math.abs(value));
    const x = (/** @type {Float32Array} */ of, /** @type {number} */ i) => width / 2 + ((signs[0] * of[2 * i]) / most) * (width / 2 - MARGIN);
    const y = (/** @type {Float32Array} */ of, /** @type {number} */ i) => height / 2 - ((signs[1] * of[2 * i + 1]) / most) * (height / 2 - MARGIN);
    context.globalAlpha = 0.7;
    for (let i = 0; i < labels.length; i++) {
      context.fillStyle = labelColor(theme, labels[i], says.length, series);
      context.fillRect(x(points, i) - 1.5, y(points, i) - 1.5, 3, 3);
    }
    context.globalAlpha = 1;
    context.strokeStyle = theme.text;
    context.lineWidth = 1.25;
    context.beginPath();
    const steps = path.length / 2;
    for (let i = source; i < steps; i++) context.lineTo(x(path, i), y(path, i));
    context.stroke();
    context.setLineDash([3, 3]);
    context.beginPath();
    for (let i = 0; i <= Math.min(source, steps - 1); i++) context.lineTo(x(path, i), y(path, i));
    context.stroke();
    context.setLineDash([]);
    context.fillStyle = theme.text;
    const every = Math.ceil(steps / 16);
    for (let i = 0; i < steps; i++) {
      if (i === at) context.strokeRect(x(path, i) - 4, y(path, i) - 4, 8, 8);
      if (i % every === 0 || i === at) context.fillText(tokens[i] || `${i + 1}`, Math.min(x(path, i) + 5, width - 30), y(path, i) - 6);
    }
  }

  /** Which way each direction has to be turned so that the picture does not flip. @param {Float32Array} axes  (2, H) */
  follow(axes) {
    const half = axes.length / 2, former = this.axes?.length === axes.length ? this.axes : axes;
    const signs = [0, 1].map((row) => {
      let same = 0;
      for (let i = row * half; i < (row + 1) * half; i++) same += axes[i] * former[i];
      return same < 0 ? -1 : 1;
    });
    this.axes = axes.map((value, i) => value * signs[i < half ? 0 : 1]);
    return signs;
  }

  /** @param {Moment} moment */
  showNumbers({ arrays: { explained }, header: { source } }) {
    if (!explained) return;
    const both = percent(Math.min(explained[0] + explained[1], 1));
    setText(this.words, `The line: this sequence, step by step${source ? " (dashed: the encoder)" : ""}. Dots: states of test sequences where an answer is asked for, coloured by it. Two principal components hold ${both} of the variance.`);
  }
}

/** @param {import("../../../stage/colors.js").Theme} theme @param {number} label @param {number} classes @param {boolean} series */
function labelColor(theme, label, classes, series) {
  if (series) return pixelCss(theme.vivid[levelOf(label, 1)]);
  if (classes === 2) return label ? theme.positive : theme.negative;
  return classes <= 7 ? pixelCss(theme.vivid[levelOf((2 * label) / (classes - 1) - 1, 1)]) : theme.muted;
}
