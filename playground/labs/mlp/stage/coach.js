// @ts-check
/** What the losses so far say about the run, in a line, and what to try next, one click away. */

import { h, setAttribute, setText } from "../../../stage/dom.js";
import { count, loss } from "../../../stage/format.js";

/** @typedef {import("../../../stage/history.js").History} History */

/**
 * @typedef {object} Run
 * @property {string} dataset
 * @property {"classification"|"regression"} task
 * @property {string} activation
 * @property {number[]} hidden_sizes
 * @property {number|null} guess  the loss of guessing
 * @property {number} perEpoch  updates
 *
 * @typedef {{says: string, label: string, change: Record<string, unknown>, fails?: boolean}} Advice  ``fails``: it does not learn
 */

/** What is solved leads to the next one. @type {Record<string, [string, string]>} */
const NEXT = { gauss: ["circle", "Try the circle"], circle: ["xor", "Try XOR"], xor: ["spiral", "Try the spiral"] };

const SOLVED = 0.99; // of the test points
const FIT = 0.01; // loss of a regression
const STUCK = 0.9; // of the loss of guessing
const RISEN = 1.2; // of the lowest test loss
const STUCK_EPOCHS = 150, STILL_EPOCHS = 300; // before which nothing is said
const STILL = 0.05; // a smaller part of the loss, since a quarter of the updates, is no progress
const WIDE = 8;

/**
 * @param {Run} run
 * @param {History} history  its lines: training loss, test loss, training accuracy, test accuracy
 * @returns {Advice|null} null while there is nothing to say
 */
export function advice(run, { steps, lines, length }) {
  const [train, test, , right] = lines;
  const last = length - 1;
  if (last < 1 || !Number.isFinite(train[last])) return null;
  const epoch = (/** @type {number} */ place) => Math.round(steps[place] / run.perEpoch);
  const isGood = (/** @type {number} */ place) => (run.task === "regression" ? test[place] <= FIT : right[place] >= SOLVED);
  if (isGood(last)) {
    let since = last;
    while (since > 0 && isGood(since - 1)) since -= 1;
    return { says: `Solved in epoch ${count(Math.max(epoch(since), 1))}.`, ...beyond(run) };
  }
  const now = epoch(last);
  const lowest = lowestOf(test, length);
  if (now >= STUCK_EPOCHS && test[last] > RISEN * test[lowest] && train[last] < 0.7 * train[lowest]) {
    return {
      says: `Since epoch ${count(epoch(lowest))} only the training loss falls; the test loss has risen from ${loss(test[lowest])}: overfitting.`,
      label: "Train on more points", change: { train_share: 0.8 },
    };
  }
  if (run.guess !== null && now >= STUCK_EPOCHS && train[last] > STUCK * run.guess) {
    return { says: `After ${count(now)} epochs it is hardly better than guessing.`, fails: true, ...larger(run) };
  }
  const quarter = steps.subarray(0, length).findIndex((step) => step >= steps[last] / 4);
  if (now >= STILL_EPOCHS && run.guess !== null && train[last] > 0.1 * run.guess && train[quarter] - train[last] < STILL * train[quarter]) {
    return { says: `Since epoch ${count(epoch(quarter))} the loss hardly falls.`, fails: true, ...larger(run) };
  }
  return null;
}

/** @param {Run} run */
function beyond({ dataset, hidden_sizes: sizes }) {
  const [next, label] = NEXT[dataset] ?? [];
  if (next && label) return { label, change: { dataset: next } };
  const fewer = sizes.map((size) => Math.max(1, Math.floor(size / 2)));
  return sizes.some((size) => size > 1)
    ? { label: "Can half the neurons do it?", change: { hidden_sizes: fewer } }
    : { label: "Try the spiral", change: { dataset: "spiral" } };
}

/** What a network that does not get further lacks most. @param {Run} run */
function larger({ activation, hidden_sizes: sizes }) {
  if (!sizes.length) return { label: "Add a hidden layer", change: { hidden_sizes: [4] } };
  if (activation === "linear" || (activation === "sigmoid" && sizes.length > 2)) return { label: "Use tanh", change: { activation: "tanh" } };
  if (sizes.some((size) => size < WIDE)) return { label: `${WIDE} neurons in each layer`, change: { hidden_sizes: sizes.map((size) => Math.max(size, WIDE)) } };
  return { label: "Add sin x₁ and sin x₂", change: { features: ["x", "y", "sin_x", "sin_y"] } };
}

/** @param {Float32Array} values @param {number} length */
function lowestOf(values, length) {
  let place = 0;
  for (let i = 1; i < length; i++) if (values[i] < values[place]) place = i;
  return place;
}

/** The line on the page. */
export class Coach {
  /**
   * @param {(change: Record<string, unknown>) => void} onTry
   * @param {() => void} onFail  once a run: it was seen to train, and has paused without having learned
   */
  constructor(onTry, onFail) {
    this.onFail = onFail;
    /** The run that was seen to train last. @type {string|null} */
    this.trained = null;
    this.words = h("span", {});
    this.button = h("button", { class: "nn-button", type: "button", onclick: () => this.advice && onTry(this.advice.change) });
    this.element = h("div", { class: "nn-coach", role: "status", hidden: true }, this.words, this.button);
    /** @type {Advice|null} */
    this.advice = null;
  }

  /**
   * A few times a second. Returns whether the line has come or gone.
   *
   * @param {Run} run
   * @param {History} history
   * @param {import("../../../stage/types.js").Header} header
   */
  show(run, history, { run: id, state }) {
    const was = this.advice !== null;
    this.advice = advice(run, history);
    this.element.hidden = this.advice === null;
    if (state === "playing") this.trained = id;
    else if (this.trained === id) {
      if (this.advice?.fails) this.onFail();
      this.trained = null;
    }
    if (this.advice) {
      setText(this.words, this.advice.says);
      setText(this.button, this.advice.label);
      setAttribute(this.button, "data-sets", Object.keys(this.advice.change).join(" "));
    }
    return was !== (this.advice !== null);
  }
}
