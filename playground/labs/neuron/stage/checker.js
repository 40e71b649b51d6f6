// @ts-check
/** Check me: a gradient beside a finite difference, with a step that the person picks, down to where float32 breaks it. */

import { fit, h, setText } from "../../../stage/dom.js";
import { scaled } from "../../../stage/format.js";
import { portName, unitsOf } from "./shape.js";
import { steepest } from "./study.js";

/** @typedef {import("./picture.js").NeuronMoment} Moment */
/** @typedef {import("./study.js").Tool} Tool */
/** @typedef {import("./shape.js").Port} Port */
/** @typedef {import("../../../stage/colors.js").Theme} Theme */

const HEIGHT = 190, WIDTH = 320;
const EDGE = { left: 44, right: 22, top: 10, bottom: 30 };
const POWERS = { low: -14, high: 0 }; // of ten: the errors that are drawn
const DIGITS = 7;
const SMALLEST = 10;
const STRAIGHT_THROUGH = "The step's own derivative is 0: before it, the gradient is a straight-through estimate, which no difference of losses confirms. Choose another activation to see the two agree.";
const ROWS = ["L(w + h)", "L(w − h)", "slope", "off by"];

/** A tool of study.js. @implements {Tool} */
export class Checker {
  /** @param {(view: import("../../../stage/types.js").View) => void} look */
  constructor(look) {
    this.title = "Check a gradient";
    this.look = { check: 0, power: 3 };
    this.ask = look;
    this.weight = h("select", { "aria-label": "Weight", onchange: () => this.send() });
    this.slider = h("input", { type: "range", min: "1", max: String(SMALLEST), step: "1", value: "3", "aria-label": "Step h", oninput: () => this.send() });
    this.step = h("output", { class: "nn-neuron-step" });
    /** Of each row, its cells for the two precisions. */
    this.cells = ROWS.map(() => [h("td"), h("td")]);
    this.table = h("table", { class: "nn-neuron-check" },
      h("thead", {}, h("tr", {}, ...["", "float32", "float64"].map((text) => h("th", { scope: "col" }, text)))),
      h("tbody", {}, ...ROWS.map((name, i) => h("tr", {}, h("th", { scope: "row" }, name), ...this.cells[i]))));
    this.gradient = h("p", { class: "nn-neuron-sentence" });
    this.sentence = h("p", { class: "nn-neuron-sentence" });
    this.canvas = h("canvas", { role: "img", "aria-label": "How far the finite difference is off, for every step" });
    this.element = h("div", {},
      h("div", { class: "nn-neuron-row" }, this.weight, h("label", { class: "nn-neuron-row" }, "Step h", this.slider, this.step)),
      h("div", { class: "nn-neuron-beside" }, this.canvas,
        h("div", {}, this.gradient, h("div", { class: "nn-neuron-scroller" }, this.table), this.sentence)));
    this.known = "";
    this.width = 0;
  }

  /** @param {Theme} theme */
  setTheme(theme) {
    this.theme = theme;
  }

  /** @param {number} width @param {number} scale */
  resize(width, scale) {
    this.width = Math.min(WIDTH, width / scale - 24);
    this.context = fit(this.canvas, this.width, HEIGHT, scale);
  }

  send() {
    this.look = { check: Number(this.weight.value), power: Number(this.slider.value) };
    this.ask(this.look);
  }

  /** @param {boolean} isOpen @param {Moment|null} moment */
  open(isOpen, moment) {
    if (!isOpen || !moment) return;
    this.weight.value = String(steepest(moment));
    this.look = { check: Number(this.weight.value), power: Number(this.slider.value) };
  }

  /** @param {Port} port */
  pick(port) {
    this.weight.value = String(port.place);
    this.send();
  }

  /** The weight that is checked. */
  get chosen() {
    return Number(this.weight.value);
  }

  /** @param {Moment} moment */
  build(moment) {
    const { sizes } = moment.scene;
    if (sizes.join() === this.known) return;
    this.known = sizes.join();
    const ports = unitsOf(sizes).flatMap((unit) => unit.ports);
    this.weight.replaceChildren(...ports.map((port) => h("option", { value: port.place }, portName(sizes, port))));
    if (moment.header.check) this.send();
  }

  /** @param {Moment} moment */
  paint({ header: { check } }) {
    const { context, theme, width } = this;
    if (!context || !theme || !check) return;
    context.clearRect(0, 0, width, HEIGHT);
    const { powers } = check, bottom = HEIGHT - EDGE.bottom;
    const across = (/** @type {number} */ power) => EDGE.left + (power / SMALLEST) * (width - EDGE.left - EDGE.right);
    const up = (/** @type {number} */ value) => {
      const power = Math.max(POWERS.low, Math.min(POWERS.high, value > 0 ? Math.log10(value) : POWERS.low));
      return bottom - ((power - POWERS.low) / (POWERS.high - POWERS.low)) * (bottom - EDGE.top);
    };
    context.font = `11px ${theme.font}`;
    context.textBaseline = "middle";
    context.lineWidth = 1;
    context.strokeStyle = theme.faint;
    context.fillStyle = theme.muted;
    context.beginPath();
    context.textAlign = "right";
    for (let power = POWERS.low; power <= POWERS.high; power += 7) {
      const y = Math.round(up(10 ** power)) + 0.5;
      context.moveTo(EDGE.left, y);
      context.lineTo(width - EDGE.right, y);
      context.fillText(power ? scaled(10 ** power, 1) : "1", EDGE.left - 6, y);
    }
    context.stroke();
    context.textAlign = "center";
    for (let power = 1; power <= SMALLEST; power += 3) context.fillText(scaled(10 ** -power, 1), across(power), bottom + 9);
    context.fillText("off by, for every h: float32 —, float64 - -", EDGE.left + (width - EDGE.left - EDGE.right) / 2, HEIGHT - 7);
    for (const [{ errors }, color, dash] of /** @type {[import("./picture.js").Precision, string, number[]][]} */ ([
      [check.float64, theme.positive, [5, 3]], [check.float32, theme.negative, []]])) {
      context.setLineDash(dash);
      context.beginPath();
      errors.forEach((error, i) => context.lineTo(across(powers[i]), up(error)));
      context.lineWidth = 2;
      context.strokeStyle = color;
      context.stroke();
    }
    context.setLineDash([]);
    context.strokeStyle = theme.text;
    context.lineWidth = 1;
    context.beginPath();
    context.moveTo(across(check.power), EDGE.top);
    context.lineTo(across(check.power), bottom);
    context.stroke();
  }

  /** @param {Moment} moment */
  showNumbers({ header: { check }, scene: { activation, sizes } }) {
    if (!check) return;
    setText(this.step, scaled(10 ** -check.power, 1));
    setText(this.gradient, `Autograd says g = ${exact(check.gradient)}. Slope: (L(w + h) − L(w − h)) / 2h, from two losses.`);
    [check.float32, check.float64].forEach(({ plus, minus, slope }, i) => {
      [exact(plus), exact(minus), exact(slope), scaled(Math.abs(slope - check.gradient), 2)].forEach((text, row) => setText(this.cells[row][i], text));
    });
    const isEstimate = activation === "step" && sizes.length > 2;
    setText(this.sentence, isEstimate ? STRAIGHT_THROUGH : verdict(check));
  }
}

/** What the numbers say. @param {import("./picture.js").Check} check */
export function verdict({ gradient, float32, float64 }) {
  const off = Math.abs(float32.slope - gradient), size = Math.max(Math.abs(gradient), 1e-3);
  if (float32.plus === float32.minus && Math.abs(gradient) > 1e-7) {
    return "Too small: in float32 both losses are the same number, so the difference says 0. float64 still tells them apart.";
  }
  if (off > 0.05 * size) {
    const better = Math.abs(float64.slope - gradient) < off;
    return better ? "Too small: float32 keeps some seven digits of a loss, and the two differ in the last of them only."
      : "Too large: over such a step the loss is no straight line.";
  }
  return "They agree. Make the step smaller, and see float32 break it.";
}

/** Seven digits: as many as float32 has. @param {number} value */
function exact(value) {
  return String(Number(value.toPrecision(DIGITS))).replaceAll("-", "−");
}
