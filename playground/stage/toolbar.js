// @ts-check
/** The controls of a run: play, step, reset, speed; and its step and epoch. */

import { h, setAttribute, setText } from "./dom.js";
import { count, epochs } from "./format.js";
import { tabMemory } from "./memory.js";
import { isTouch } from "./touch.js";

/** @typedef {import("./types.js").Header} Header */
/** @typedef {import("./types.js").Message} Message */

/** Updates a second; "gentle" grows with the step, null is as fast as possible. @typedef {number|"gentle"|null} Speed */

/**
 * @typedef {object} Mode  live training or a recording
 * @property {string} step  what a press of Step does
 * @property {string} epoch
 * @property {string} reset
 * @property {Speed[]} speeds
 * @property {number} usual  the place of the speed to begin with
 * @property {string|null} keptAs  where this tab keeps its speed over a reload
 * @property {(speed: Speed) => string} speedText
 * @property {(speed: Speed) => Message} speedMessage
 */

/** Live training. @type {Mode} */
export const LIVE = {
  step: "One update (→)",
  epoch: "One epoch (Shift →)",
  reset: "Start over from the same initial weights",
  speeds: ["gentle", 1, 2, 5, 10, 30, 60, 250, 1000, 4000, 20000, 100000, null],
  usual: 0,
  keptAs: "playground-pace",
  speedText: (speed) => {
    if (speed === "gentle") return "slow, then fast";
    return speed === null ? "fastest" : `${count(speed)} ${speed === 1 ? "update" : "updates"}/s`;
  },
  speedMessage: (speed) => ({ type: "speed", updates_per_s: speed }),
};

/** A recording, which holds some moments of a run. @type {Mode} */
export const RECORDED = {
  step: "The next recorded moment (→)",
  epoch: "One epoch, or the next recorded moment after it (Shift →)",
  reset: "Back to the start",
  speeds: [0.25, 0.5, 1, 2, 4],
  usual: 2,
  keptAs: null,
  speedText: (speed) => `${speed}×`,
  speedMessage: (speed) => ({ type: "speed", times: Number(speed) }),
};

/** Time after a click during which the button ignores the state in frames sent before it. */
const TRUST_MS = 1500;

const ICONS = {
  play: "M8 5.5v13l11-6.5z",
  pause: "M7 5.5h3.5v13H7zM13.5 5.5H17v13h-3.5z",
  step: "M6 5.5v13l9-6.5zM16 5.5h2.5v13H16z",
  epoch: "M3.5 5.5v13l7-6.5zM10.5 5.5v13l7-6.5zM18 5.5h2.5v13H18z",
  reset: "M12 5V1.8L7.2 6.3 12 10.8V7.4a5 5 0 1 1-5 5H4.6A7.4 7.4 0 1 0 12 5z",
};

export class Toolbar {
  /**
   * @param {object} actions
   * @param {(message: Message) => void} actions.send
   * @param {(name: string, value: number) => void} actions.onSeed
   * @param {() => void} [actions.onPlay]
   * @param {Mode} mode
   */
  constructor({ send, onSeed, onPlay = () => {} }, mode) {
    this.send = send;
    this.onSeed = onSeed;
    this.onPlay = onPlay;
    this.mode = mode;
    /** @type {"playing"|"paused"} */
    this.state = "paused";
    this.trustUntil = 0;
    this.playIcon = icon("play");
    this.playText = h("span", {}, "Play");
    this.play = h("button", {
      class: "nn-button nn-play", type: "button", title: "Space", onclick: () => this.togglePlay(),
    }, this.playIcon, this.playText);
    this.epoch = stat("Epoch", "How often all training data have been gone through");
    this.steps = stat("Step", "Updates of the weights so far");
    this.rate = stat("Updates/s");
    live(this.rate.element);
    this.reset = button("Reset", "reset", mode.reset, () => this.send({ type: "reset" }));
    this.beginnings = h("div", { class: "nn-group nn-group-reset" }, this.reset);
    this.seedKey = "";
    /** By name: quick presses build on each other, not on the scene on screen. @type {Record<string, number>} */
    this.seedsWanted = {};
    this.run = h("div", { class: "nn-group nn-group-run" }, this.play,
      button("Step", "step", mode.step, () => this.step("update")),
      button("Epoch", "epoch", mode.epoch, () => this.step("epoch"), { name: "Step one epoch" }));
    this.element = h("div", { class: "nn-toolbar", role: "group", "aria-label": "Training" }, this.run, this.beginnings,
      h("div", { class: "nn-group nn-pace" }, this.buildSpeed(),
        h("div", { class: "nn-group nn-stats" }, this.epoch.element, this.steps.element, this.rate.element)));
  }

  /** What each button does, for those who cannot hover over it. */
  help() {
    const buttons = [...this.run.children, ...this.beginnings.children].slice(1);
    const said = buttons.map((each) => `${each.textContent}: ${lower(each.getAttribute("title") ?? "")}.`).join(" ");
    return isTouch ? said.replace(/ \([^)]*\)/g, "") : said; // no keys
  }

  buildSpeed() {
    const { speeds, usual, keptAs } = this.mode;
    const kept = keptAs && tabMemory.get(keptAs);
    this.slider = h("input", {
      type: "range", min: "0", max: String(speeds.length - 1), step: "1", "aria-label": "Speed",
      value: kept ?? String(usual),
      oninput: () => this.showSpeed(),
      onchange: () => {
        if (keptAs) tabMemory.set(keptAs, this.slider?.value ?? "");
        this.send(this.speedMessage());
      },
    });
    this.speedText = h("span", { class: "nn-speed-text" });
    this.showSpeed();
    return h("label", { class: "nn-group nn-speed" },
      h("span", { class: "nn-speed-head" }, h("span", { class: "nn-caption" }, "Speed"), this.speedText), this.slider);
  }

  showSpeed() {
    const text = this.mode.speedText(this.speed());
    if (this.speedText) setText(this.speedText, text);
    this.slider?.setAttribute("aria-valuetext", text);
  }

  speed() {
    return this.mode.speeds[Number(this.slider?.value)];
  }

  /** @returns {Message} */
  speedMessage() {
    return this.mode.speedMessage(this.speed());
  }

  togglePlay() {
    this.want(this.state === "playing" ? "paused" : "playing");
    this.send({ type: this.state === "playing" ? "play" : "pause" });
    if (this.state === "playing") this.onPlay();
  }

  /** @param {"update"|"epoch"} unit */
  step(unit) {
    this.pause();
    this.send({ type: "step", unit });
  }

  pause() {
    if (this.state !== "playing") return;
    this.want("paused");
    this.send({ type: "pause" });
  }

  /** The button answers at once; the frames confirm it. @param {"playing"|"paused"} state */
  want(state) {
    this.trustUntil = performance.now() + TRUST_MS;
    this.showState(state);
  }

  /** @param {"playing"|"paused"} state */
  showState(state) {
    if (state === this.state) return;
    this.state = state;
    setText(this.playText, state === "playing" ? "Pause" : "Play");
    setIcon(this.playIcon, state === "playing" ? "pause" : "play");
    this.play.classList.toggle("nn-playing", state === "playing");
  }

  /** Every frame. @param {Header} header */
  confirm({ state, notice }) {
    if (state === this.state) this.trustUntil = 0;
    else if (notice || performance.now() > this.trustUntil) this.showState(state);
  }

  /** A button for every seed of a new scene. @param {import("./types.js").Seed[]} seeds */
  showSeeds(seeds) {
    this.seedsWanted = Object.fromEntries(seeds.map(({ name, value }) => [name, value]));
    const key = JSON.stringify(seeds.map(({ name, label }) => [name, label]));
    if (key === this.seedKey) return;
    this.seedKey = key;
    this.beginnings.replaceChildren(this.reset, ...seeds.map(({ name, label, help }) =>
      live(button(label, null, help, () => this.onSeed(name, (this.seedsWanted[name] += 1)), { sets: name }))));
  }

  /** A few times a second. @param {Header} header */
  showNumbers({ epoch, step, updates_per_s, tier, slow = "" }) {
    setText(this.epoch.value, epochs(epoch));
    setText(this.steps.value, count(step));
    setText(this.rate.value, updates_per_s === null ? "–" : count(updates_per_s));
    const isCompiled = tier === "compiled";
    setText(this.rate.note, isCompiled ? "compiled" : slow && "not compiled");
    setAttribute(this.rate.element, "title", isCompiled
      ? "Measured training speed, in machine code that was made for this network"
      : `Measured training speed${slow && `. ${slow}`}`);
  }
}

/**
 * @param {string} text
 * @param {keyof typeof ICONS|null} iconName
 * @param {string} title
 * @param {() => void} onclick
 * @param {{name?: string, sets?: string}} [more]  a name for assistive technology, where the text is shorter; the setting that it sets
 */
function button(text, iconName, title, onclick, { name, sets } = {}) {
  const element = h("button", { class: "nn-button", type: "button", title, onclick, "aria-label": name ?? null, "data-sets": sets ?? null });
  if (iconName) element.append(icon(iconName));
  element.append(h("span", {}, text));
  return element;
}

/** @param {string} text */
function lower(text) {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}

/** Hide an element that a recording does not need. @param {HTMLElement} element */
function live(element) {
  element.classList.add("nn-live");
  return element;
}

/**
 * @param {string} label
 * @param {string} [title]
 */
function stat(label, title) {
  const value = h("span", { class: "nn-stat-value" }, "–");
  const note = h("span", { class: "nn-stat-note" });
  const element = h("div", { class: "nn-stat", title: title ?? null },
    h("span", { class: "nn-caption" }, label, note), value);
  return { element, value, note };
}

/** @param {keyof typeof ICONS} name */
function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.append(document.createElementNS("http://www.w3.org/2000/svg", "path"));
  setIcon(svg, name);
  return svg;
}

/**
 * @param {SVGElement} svg
 * @param {keyof typeof ICONS} name
 */
function setIcon(svg, name) {
  svg.firstElementChild?.setAttribute("d", ICONS[name]);
}
