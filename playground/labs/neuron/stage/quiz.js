// @ts-check
/** Answer first: gradients and new weights are hidden until the person has said them, and been told whether it is right. */

import { h, setText } from "../../../stage/dom.js";
import { problem, read } from "../../../stage/number.js";
import { number } from "./arithmetic.js";
import { portName, unitsOf } from "./shape.js";
import { steepest } from "./study.js";
import { forPointer } from "../../../stage/touch.js";

/** @typedef {import("./picture.js").NeuronMoment} Moment */
/** @typedef {import("./study.js").Tool} Tool */
/** @typedef {import("./shape.js").Port} Port */

const NEAR = 0.05, LEAST = 0.001; // of the gradient or the change; what is shown has two digits
const LIMIT = 1e6;
const HINTS = {
  gradient: "A weight’s gradient is δ of the neuron that it leads to, times what comes in: the input or the value before it. A bias has the input 1.",
  weight: "The new weight is the old one plus what the update adds: −η g, with the learning rate η, for plain gradient descent.",
};

/**
 * Whether an answer is near enough, and how near that has to be.
 *
 * @param {number} answer
 * @param {number} truth
 * @param {number} size  of the number that had to be found: the gradient, or the change of the weight
 */
export function judged(answer, truth, size) {
  const within = Math.max(LEAST, NEAR * Math.abs(size));
  return { isRight: Math.abs(answer - truth) <= within, within };
}

/** A tool of study.js. @implements {Tool} */
export class Quiz {
  /** @param {() => void} onChange  what is hidden has changed */
  constructor(onChange) {
    this.title = "Answer first";
    this.onChange = onChange;
    this.isOpen = false;
    /** What is asked for. @type {"gradient"|"weight"} */
    this.asked = "gradient";
    this.chosen = 0;
    /** The weights whose numbers have been found or shown, and at which moment. @type {Set<number>} */
    this.revealed = new Set();
    this.at = "";
    this.right = 0;
    this.tried = 0;
    this.kind = h("select", { "aria-label": "Find", onchange: () => this.ask() },
      h("option", { value: "gradient" }, "Find gradients"), h("option", { value: "weight" }, "Find new weights"));
    this.question = h("p", { class: "nn-neuron-question" });
    this.input = h("input", { type: "text", autocomplete: "off", spellcheck: "false", "aria-label": "Your answer", onkeydown: (/** @type {KeyboardEvent} */ event) => {
      event.stopPropagation(); // the page's own shortcuts
      if (event.key === "Enter") this.answer();
    } });
    this.verdict = h("p", { class: "nn-neuron-sentence", role: "status" });
    this.score = h("span", { class: "nn-neuron-score" });
    const button = (/** @type {string} */ text, /** @type {() => void} */ onclick) => h("button", { class: "nn-button", type: "button", onclick }, text);
    this.element = h("div", {}, h("div", { class: "nn-neuron-row" }, this.kind, this.score), this.question,
      h("div", { class: "nn-neuron-row" }, this.input, button("Answer", () => this.answer()), button("Hint", () => setText(this.verdict, HINTS[this.asked])),
        button("Show", () => this.show()), button("Next", () => this.next())), this.verdict);
    /** @type {Moment|null} */
    this.moment = null;
  }

  /** @param {boolean} isOpen @param {Moment|null} moment */
  open(isOpen, moment) {
    this.isOpen = isOpen;
    if (moment) this.chosen = steepest(moment);
    this.revealed.clear();
    setText(this.verdict, "");
    if (this.moment) this.begin(this.moment);
  }

  ask() {
    this.asked = /** @type {"gradient"|"weight"} */ (this.kind.value);
    this.revealed.clear();
    this.begin(this.moment);
    this.onChange();
  }

  /** Whether a number of a weight is for the person to find. @param {number} place @param {"gradient"|"change"} column */
  isSecret(place, column) {
    if (!this.isOpen || this.revealed.has(place)) return false;
    return column === "change" || this.asked === "gradient";
  }

  /** @param {Port} port */
  pick(port) {
    this.chosen = port.place;
    this.begin(this.moment);
    this.onChange();
    this.input.focus();
  }

  /** The question about the chosen weight. @param {Moment|null} moment */
  begin(moment) {
    if (!moment) return;
    const { scene: { sizes }, arrays: { batch } } = moment;
    const port = unitsOf(sizes).flatMap((unit) => unit.ports).find(({ place }) => place === this.chosen);
    if (!port) return;
    const of = batch.length > 1 ? `, the mean over ${batch.length} rows` : "";
    const name = portName(sizes, port), named = name[0].toLowerCase() + name.slice(1);
    setText(this.question, this.asked === "gradient" ? `What is the gradient g of the ${named}${of}?` : `What will the ${named} be after the update?`);
    this.input.value = "";
    setText(this.verdict, "");
    setText(this.score, this.tried ? `${this.right} of ${this.tried} right` : forPointer("Click a weight in the network to choose it."));
  }

  /** The number that is asked for, and the size of what had to be computed. */
  truth() {
    const arrays = this.moment?.arrays;
    if (!arrays) return { value: NaN, size: NaN };
    const gradient = arrays.gradients[this.chosen], change = arrays.changes[this.chosen];
    return this.asked === "gradient" ? { value: gradient, size: gradient } : { value: arrays.parameters[this.chosen] + change, size: change };
  }

  answer() {
    const refused = problem(this.input.value, -LIMIT, LIMIT);
    if (refused) return setText(this.verdict, refused);
    const given = read(this.input.value), { value, size } = this.truth(), { isRight, within } = judged(given, value, size);
    if (this.revealed.has(this.chosen)) return setText(this.verdict, forPointer("It stands in the network already. Press Next for another one."));
    this.tried += 1;
    setText(this.score, `${this.right + Number(isRight)} of ${this.tried} right`);
    if (!isRight) {
      const side = given > value ? "too high" : "too low";
      return setText(this.verdict, `Not yet: ${number(given)} is ${side}. Within ${number(within)} counts as right. Hint tells the rule.`);
    }
    this.right += 1;
    this.revealed.add(this.chosen);
    setText(this.verdict, `Right, within ${number(within)}: it is ${number(value)}.`);
    this.onChange();
  }

  show() {
    this.revealed.add(this.chosen);
    setText(this.verdict, `It is ${number(this.truth().value)}.`);
    this.onChange();
  }

  next() {
    const count = this.moment?.arrays.parameters.length ?? 1;
    const places = Array.from({ length: count }, (_, i) => (this.chosen + 1 + i) % count);
    this.chosen = places.find((place) => !this.revealed.has(place)) ?? places[0];
    this.begin(this.moment);
    this.onChange();
    this.input.focus();
  }

  /** @param {Moment} moment */
  showNumbers(moment) {
    const { header: { run, step, edits }, arrays: { batch } } = moment;
    const at = [run, step, edits, batch.join()].join(" "), isNews = at !== this.at;
    this.moment = moment;
    this.at = at;
    if (this.chosen >= moment.arrays.parameters.length) this.chosen = 0;
    if (!isNews) return;
    this.revealed.clear(); // other numbers
    this.begin(moment);
  }
}
