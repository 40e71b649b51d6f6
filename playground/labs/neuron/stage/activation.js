// @ts-check
/** An activation and its derivative, with the sums that a neuron really has of all rows on its axis. */

import { classColor, css } from "../../../stage/colors.js";
import { fit, h, setText } from "../../../stage/dom.js";
import { percent } from "../../../stage/format.js";
import { number } from "./arithmetic.js";
import { unitName, unitsOf } from "./shape.js";

/** @typedef {import("./picture.js").NeuronMoment} Moment */
/** @typedef {import("./study.js").Tool} Tool */
/** @typedef {import("../../../stage/colors.js").Theme} Theme */

const WIDEST = 6; // of the sums that are drawn
const HEIGHT = 220, WIDTH = 400;
const EDGE = { left: 30, right: 12, top: 12, bottom: 56 };
const FLAT = 0.05; // a slope below this lets next to nothing of a gradient through

/** A tool of study.js. @implements {Tool} */
export class Activation {
  constructor() {
    this.title = "Activation";
    this.look = { sums: true };
    this.unit = h("select", { "aria-label": "Neuron", onchange: () => this.again() });
    this.kind = h("select", { "aria-label": "Activation", onchange: () => this.again() });
    this.canvas = h("canvas", { role: "img", "aria-label": "The activation, its derivative, and the neuron's sums" });
    this.sentence = h("p", { class: "nn-neuron-sentence" });
    this.element = h("div", {}, h("div", { class: "nn-neuron-row" }, this.unit, this.kind),
      h("div", { class: "nn-neuron-beside" }, this.canvas, this.sentence));
    this.width = 0;
    this.known = "";
    /** @type {Moment|null} */
    this.moment = null;
  }

  /** @param {Theme} theme */
  setTheme(theme) {
    this.theme = theme;
  }

  /** @param {number} width @param {number} scale */
  resize(width, scale) {
    this.width = Math.min(WIDTH, width / scale - 24);
    this.context = fit(this.canvas, this.width, HEIGHT, scale);
    this.again();
  }

  again() {
    if (!this.moment) return;
    this.paint(this.moment);
    this.showNumbers(this.moment);
  }

  /** What can be chosen. @param {Moment} moment */
  build({ scene: { sizes, activations, activation, output } }) {
    const known = `${sizes} ${activation} ${output}`;
    if (known === this.known) return;
    this.known = known;
    const units = unitsOf(sizes);
    this.unit.replaceChildren(...units.map(({ layer, index, place }) => h("option", { value: place }, `Neuron ${unitName(sizes, layer, index)}`)));
    this.kind.replaceChildren(h("option", { value: "" }, "its own activation"),
      ...activations.map(([name, label, formula]) => h("option", { value: name }, `${label}: ${formula}`)));
  }

  /** The activation that is drawn, by its name, "threshold" for the perceptron's output; null where one sum does not tell the value. @param {Moment} moment */
  nameOf({ scene: { sizes, activation, output } }) {
    const unit = unitsOf(sizes)[Number(this.unit.value)];
    if (this.kind.value) return this.kind.value;
    if (unit && unit.layer < sizes.length - 1) return activation;
    if (output === "softmax") return null;
    return output === "step" ? "threshold" : output; // the rule's output has no derivative, unlike the activation
  }

  /** The curves of an activation. @param {Moment} moment @param {string} name */
  curvesOf({ scene: { activations }, arrays: { activation_values: values, activation_slopes: slopes } }, name) {
    const [, points] = values.shape, index = activations.findIndex(([each]) => each === name);
    if (index >= 0) return { values: values.subarray(index * points, (index + 1) * points), slopes: slopes.subarray(index * points, (index + 1) * points) };
    const at = Float32Array.from({ length: points }, (_, i) => (2 * WIDEST * i) / (points - 1) - WIDEST);
    return { values: at.map((z) => Number(z > 0)), slopes: at.map(() => 0) }; // the threshold
  }

  /** The sums of the chosen neuron, of all rows. @param {Moment} moment */
  sumsOf({ arrays: { all_sums: sums, targets } }) {
    if (!sums || sums.shape[0] !== targets.length) return null;
    const [rows, units] = sums.shape, unit = Number(this.unit.value);
    return unit < units ? Float32Array.from({ length: rows }, (_, row) => sums[row * units + unit]) : null;
  }

  /** @param {Moment} moment */
  paint(moment) {
    this.moment = moment;
    const { context, theme, width } = this, name = this.nameOf(moment), sums = this.sumsOf(moment);
    if (!context || !theme) return;
    context.clearRect(0, 0, width, HEIGHT);
    this.canvas.hidden = !name;
    if (!name || !sums) return;
    const { values, slopes } = this.curvesOf(moment, name), { output, sizes } = moment.scene, { batch, targets } = moment.arrays;
    const low = Math.max(-3, Math.min(0, ...values)), high = Math.min(3, Math.max(1, ...values));
    const across = (/** @type {number} */ z) => EDGE.left + ((Math.max(-WIDEST, Math.min(WIDEST, z)) + WIDEST) / (2 * WIDEST)) * (width - EDGE.left - EDGE.right);
    const bottom = HEIGHT - EDGE.bottom, up = (/** @type {number} */ value) => bottom - ((value - low) / (high - low)) * (bottom - EDGE.top);
    this.paintAxes(context, theme, across, up, Math.ceil(low), Math.floor(high));
    context.save();
    context.beginPath();
    context.rect(EDGE.left, EDGE.top - 4, width - EDGE.left - EDGE.right, bottom - EDGE.top + 8);
    context.clip();
    for (const [curve, color, dash] of /** @type {[Float32Array, string, number[]][]} */ ([[slopes, theme.negative, [5, 3]], [values, theme.positive, []]])) {
      context.setLineDash(dash);
      context.beginPath();
      curve.forEach((value, i) => context.lineTo(across((2 * WIDEST * i) / (curve.length - 1) - WIDEST), up(value)));
      context.lineWidth = 2;
      context.strokeStyle = color;
      context.stroke();
    }
    context.restore();
    context.setLineDash([]);
    const isNumber = output === "linear", at = (/** @type {number} */ z) => interpolated(values, z);
    sums.forEach((z, row) => {
      const isNext = batch.includes(row);
      context.strokeStyle = isNumber ? theme.text : css(classColor(targets[row]));
      context.lineWidth = isNext ? 3 : 1.5;
      context.beginPath();
      context.moveTo(across(z), bottom + (isNext ? 2 : 6));
      context.lineTo(across(z), bottom + 20);
      context.stroke();
      if (row !== batch[0] || Math.abs(z) > WIDEST) return;
      context.beginPath();
      context.arc(across(z), up(at(z)), 5, 0, 2 * Math.PI);
      context.fillStyle = theme.text;
      context.fill();
    });
    context.fillStyle = theme.muted;
    context.textAlign = "center";
    context.fillText(`z of ${unitName(sizes, ...this.placeOf(sizes))}, one line for each row`, width / 2, HEIGHT - 9);
  }

  /** Layer and index of the chosen neuron. @param {number[]} sizes @returns {[number, number]} */
  placeOf(sizes) {
    const { layer, index } = unitsOf(sizes)[Number(this.unit.value)] ?? { layer: 1, index: 0 };
    return [layer, index];
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {Theme} theme
   * @param {(value: number) => number} across
   * @param {(value: number) => number} up
   * @param {number} low
   * @param {number} high
   */
  paintAxes(context, theme, across, up, low, high) {
    context.font = `11px ${theme.font}`;
    context.textBaseline = "middle";
    context.lineWidth = 1;
    context.strokeStyle = theme.faint;
    context.fillStyle = theme.muted;
    context.beginPath();
    context.textAlign = "right";
    for (let value = low; value <= high; value++) {
      context.moveTo(across(-WIDEST), Math.round(up(value)) + 0.5);
      context.lineTo(across(WIDEST), Math.round(up(value)) + 0.5);
      context.fillText(String(value).replace("-", "−"), EDGE.left - 6, up(value));
    }
    context.textAlign = "center";
    for (let z = -WIDEST; z <= WIDEST; z += 2) {
      context.moveTo(Math.round(across(z)) + 0.5, EDGE.top);
      context.lineTo(Math.round(across(z)) + 0.5, HEIGHT - EDGE.bottom);
      context.fillText(String(z).replace("-", "−"), across(z), HEIGHT - EDGE.bottom + 29);
    }
    context.stroke();
  }

  /** @param {Moment} moment */
  showNumbers(moment) {
    const name = this.nameOf(moment), sums = this.sumsOf(moment);
    if (!name) return setText(this.sentence, "A softmax weighs all output sums against each other: none of its values is a curve over one sum. Choose an activation to see one.");
    if (!sums) return;
    const { slopes, values } = this.curvesOf(moment, name), { batch } = moment.arrays, z = sums[batch[0]];
    const flat = sums.filter((each) => Math.abs(interpolated(slopes, each)) < FLAT).length;
    setText(this.sentence, [
      `Blue: f(z), dashed: its derivative f′(z), by which a gradient is multiplied on its way back.`,
      `Row ${batch[0] + 1}: z = ${number(z)}, f(z) = ${number(interpolated(values, z))}, f′(z) = ${number(interpolated(slopes, z))}.`,
      `${percent(flat / sums.length)} of the rows are where f′ is below ${FLAT}: there next to nothing is learned through this neuron.`,
      Math.max(...sums.map(Math.abs)) > WIDEST ? `Sums beyond ±${WIDEST} stand at the edge.` : "",
    ].join(" "));
  }
}

/**
 * A curve's value between its points; beyond them its last one goes on as a line.
 *
 * @param {ArrayLike<number>} curve  from -WIDEST to WIDEST
 * @param {number} z
 */
export function interpolated(curve, z) {
  const last = curve.length - 1, place = ((z + WIDEST) / (2 * WIDEST)) * last;
  const from = Math.max(0, Math.min(last - 1, Math.floor(place)));
  return curve[from] + (curve[from + 1] - curve[from]) * (place - from);
}
