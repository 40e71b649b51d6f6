// @ts-check
/** Predict, then reveal: the fakes are covered, and a person says from the losses alone how many modes they have. */

import { h } from "../../../stage/dom.js";
import { loss, percent } from "../../../stage/format.js";

/** @typedef {import("./picture.js").GANMoment} Moment */
/** @typedef {{from: number, to: number, text: string}} Answer */

/** The answers that a person can give: few, some, all. Pure. @param {number} modes @returns {Answer[]} */
export function answersFor(modes) {
  const few = Math.floor(modes / 4), some = few + 1 === modes - 1 ? `${few + 1}` : `${few + 1} to ${modes - 1}`;
  return [
    { from: 0, to: few, text: few ? `0 to ${few}` : "none" },
    { from: few + 1, to: modes - 1, text: some },
    { from: modes, to: modes, text: `all ${modes}` },
  ];
}

/**
 * What the cover hid. Pure.
 *
 * @param {Answer} said
 * @param {Pick<Moment["scene"], "modes"|"equilibrium">} scene
 * @param {import("../../../stage/types.js").Metrics} metrics
 */
export function revealed(said, { modes, equilibrium: { discriminator, generator } }, metrics) {
  const found = metrics.modes ?? 0, isRight = said.from <= found && found <= said.to;
  const share = `${percent(metrics.share_on_mode ?? 0, 0)} of its fakes are on one`;
  const losses = `The losses are ${loss(metrics.discriminator_loss)} and ${loss(metrics.generator_loss)}`;
  const guessing = discriminator === undefined || generator === undefined ? "" : `; those of guessing are ${loss(discriminator)} and ${loss(generator)}`;
  return `${isRight ? "Right" : `You said ${said.text}`}: it has ${found} of ${modes} modes, ${share}. ${losses}${guessing}.`;
}

export class Guess {
  /** @param {() => void} onChange */
  constructor(onChange) {
    this.onChange = onChange;
    this.isOpen = false;
    /** What the person said. @type {Answer|null} */
    this.said = null;
    /** Of which run and step. @type {string|null} */
    this.at = null;
    this.button = h("button", {
      class: "nn-gan-choice", type: "button", title: "Cover the fakes, and predict them from the losses alone", "aria-pressed": "false",
      onclick: () => this.open(!this.isOpen),
    }, "Guess");
    this.answers = h("div", { class: "nn-gan-bar" });
    this.element = h("div", { class: "nn-gan-cover", role: "group", "aria-label": "The fakes are covered", hidden: true },
      h("p", {}, "How many modes has G found by now? Only the losses are shown: play, look at them, then say."), this.answers);
    this.modes = 0;
  }

  /** @param {boolean} isOpen */
  open(isOpen) {
    this.isOpen = isOpen;
    this.element.hidden = !isOpen;
    this.button.setAttribute("aria-pressed", String(isOpen));
    if (isOpen) this.said = null;
    this.onChange();
  }

  /** @param {Answer} answer */
  say(answer) {
    this.said = answer;
    this.at = null;
    this.open(false);
  }

  /** The text of the last answer, until the run goes on. @param {Moment} moment */
  caption({ header: { metrics, step, run }, scene }) {
    if (this.isOpen) return "The fakes are covered. What do the losses tell?";
    if (!this.said) return "";
    this.at ??= `${run} ${step}`;
    if (this.at !== `${run} ${step}`) this.said = this.at = null;
    return this.said ? revealed(this.said, scene, metrics) : "";
  }

  /** @param {Moment["scene"]} scene */
  build({ modes }) {
    this.button.hidden = !modes;
    if (!modes && this.isOpen) this.open(false);
    if (!modes || modes === this.modes) return;
    this.modes = modes;
    this.answers.replaceChildren(...answersFor(modes).map((answer) =>
      h("button", { class: "nn-gan-choice", type: "button", onclick: () => this.say(answer) }, answer.text)));
  }

  /** @param {number} size  of the picture @param {number} scale */
  resize(size, scale) {
    this.element.style.width = this.element.style.height = `${size * scale}px`;
  }
}
