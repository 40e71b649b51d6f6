// @ts-check
/**
 * The next round as a story in stages, each with its numbers. Onwards from the last stage the run makes that round;
 * back from the first it goes to the round before.
 */

import { h, setAttribute, setText } from "../../../stage/dom.js";
import { count, loss, short } from "../../../stage/format.js";

/** @typedef {import("./picture.js").GANMoment} Moment */
/** @typedef {import("./picture.js").Round} Round */

const STAGE_MS = 3500, MOVES_MS = 1500, FLOWS_MS = 3500;
/** @type {[string, string][]}  the name of a stage, and what happens in it */
const STAGES = [
  ["1 D looks", "D sees real examples and fakes"],
  ["2 D's loss", "How wrong D is, and the gradient of that"],
  ["3 D moves", "D's weights follow their gradient"],
  ["4 Push", "D's slope tells each fake where to go"],
  ["5 G moves", "G's weights follow their gradient"],
];

export class SlowMotion {
  /**
   * @param {object} actions
   * @param {(isOn: boolean) => void} actions.onLook  the numbers of the next round are wanted, or no longer
   * @param {() => void} actions.onStep  make the round
   * @param {() => void} actions.onBack  go to the round before
   * @param {() => void} actions.onChange  another stage is shown
   */
  constructor(actions) {
    this.actions = actions;
    /** The stage that is shown; null: none, the picture is as usual. @type {number|null} */
    this.at = null;
    this.since = 0;
    this.timer = 0;
    /** Whether the run has stood still since the story began. */
    this.hasStood = false;
    this.player = button("Slow motion", "The next round in five stages", () => this.play(!this.timer));
    this.back = button("◀", "One stage back", () => this.move(-1));
    this.next = button("▶", "One stage on", () => this.move(1));
    this.close = button("✕", "End slow motion", () => this.end());
    this.chips = STAGES.map(([text, title], index) => button(text, title, () => this.show(index)));
    this.rest = h("span", { class: "nn-gan-stages", hidden: true }, this.back, this.next, ...this.chips, this.close);
    this.element = h("div", { class: "nn-gan-bar nn-live", role: "toolbar", "aria-label": "One round in slow motion" }, this.player, this.rest);
  }

  /** How far a stage's movement is, from 0 to 1. @param {number} now @param {boolean} isStill  for less motion */
  progress(now, isStill) {
    return this.at === null || isStill ? 1 : Math.min((now - this.since) / MOVES_MS, 1);
  }

  /** Whether something moves in the stage that is shown. */
  isMoving() {
    return this.at !== null && performance.now() - this.since < FLOWS_MS;
  }

  /** @param {number} at */
  show(at) {
    this.pause();
    this.go(at);
  }

  /** @param {number|null} at */
  go(at) {
    if ((at === null) !== (this.at === null)) {
      this.actions.onLook(at !== null);
      this.hasStood = false;
    }
    this.at = at;
    this.since = performance.now();
    this.rest.hidden = at === null;
    this.chips.forEach((each, index) => setAttribute(each, "aria-pressed", String(index === at)));
    setAttribute(this.player, "aria-pressed", String(at !== null));
    this.actions.onChange();
  }

  /** @param {number} by */
  move(by) {
    this.pause();
    this.step(by);
  }

  /** @param {number} by */
  step(by) {
    const at = (this.at ?? (by > 0 ? -1 : STAGES.length)) + by;
    if (at >= STAGES.length) this.actions.onStep();
    if (at < 0) this.actions.onBack();
    this.go((at + STAGES.length) % STAGES.length);
  }

  /** @param {boolean} isPlaying */
  play(isPlaying) {
    this.pause();
    if (!isPlaying) return;
    this.timer = window.setInterval(() => this.step(1), STAGE_MS);
    setText(this.player, "Pause the story");
    this.step(this.at === null ? 1 : 0);
  }

  pause() {
    window.clearInterval(this.timer);
    this.timer = 0;
    setText(this.player, "Slow motion");
  }

  end() {
    this.pause();
    if (this.at !== null) this.go(null);
  }

  /** The run is playing again: the story is over. @param {Moment} moment */
  follow({ header: { state } }) {
    if (this.at === null) return;
    if (state === "paused") this.hasStood = true;
    else if (this.hasStood) this.end();
  }

  /** What happens in the stage that is shown. @param {Moment} moment */
  caption({ header: { round, rates }, scene, arrays }) {
    if (this.at === null || !round) return "";
    return CAPTIONS[this.at](round, { rates, equilibrium: scene.equilibrium.discriminator, arrays });
  }
}

/**
 * @typedef {object} More
 * @property {import("./picture.js").Rates} rates
 * @property {number|undefined} equilibrium
 * @property {import("./picture.js").GANArrays} arrays
 */

/** The sentences of each stage. Pure. @type {((round: Round, more: More) => string)[]} */
export const CAPTIONS = [
  (round) =>
    `D sees ${count(round.batch)} real examples and as many new fakes. Its mean belief is ${short(round.belief_real)} of the real ones and ${short(round.belief_fake)} of the fakes: 1 is surely real, 0 surely fake.`,
  (round, { equilibrium }) =>
    `D's loss on them is ${loss(round.d_loss)}${equilibrium ? ` (guessing: ${loss(equilibrium)})` : ""}. The gradient of the loss has length ${short(round.d_gradient)}.`,
  (round, { rates, arrays }) => {
    if (!round.d_updates) return "D is frozen: it does not move in this round.";
    const change = arrays.slow_change ? ` The map shows how its belief changes, by ${short(largest(arrays.slow_change))} at most: blue where it now believes more.` : "";
    return `${updates(round.d_updates)} of D at rate ${short(rates.discriminator)}: its weights move by ${short(round.d_moved)}, and its loss on this batch goes from ${loss(round.d_loss)} to ${loss(round.d_loss_after)}.${change}`;
  },
  (round) =>
    `G makes ${count(round.batch)} new fakes; its loss is ${loss(round.g_loss)}. Through D, each gets a push −∂L_G/∂x: where it would look more real.`,
  (round, { rates }) => {
    if (!round.g_updates) return "G is frozen: its fakes stay where they are.";
    const cosine = round.cosine === null ? "" : ` Pale: the push; dark: the way they go. All fakes share G's weights, so these differ: their mean cosine is ${short(round.cosine)}, where 1 is the same way.`;
    return `${updates(round.g_updates)} of G at rate ${short(rates.generator)}: its weights move by ${short(round.g_moved)}, its loss goes from ${loss(round.g_loss)} to ${loss(round.g_loss_after)}.${cosine}`;
  },
];

/** @param {number} number */
function updates(number) {
  return number === 1 ? "One update" : `${number} updates`;
}

/** The largest size of any number. @param {ArrayLike<number>} values */
export function largest(values) {
  let found = 0;
  for (let i = 0; i < values.length; i++) found = Math.max(found, Math.abs(values[i]));
  return found;
}

/** @param {string} text @param {string} title @param {() => void} onclick */
function button(text, title, onclick) {
  return h("button", { class: "nn-gan-choice", type: "button", title, "aria-pressed": "false", onclick, "aria-label": /\w/.test(text) ? null : title }, text);
}
