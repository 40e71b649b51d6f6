// @ts-check
/**
 * What every live stage is: a toolbar, a picture, the run's time, and a line to the server. One instance a mounted
 * component; it keeps the newest moment of the run, has it painted when the screen is ready for it, and acknowledges
 * what was painted. What is in the picture is the lab's own: see ``Picture``.
 */

import { readTheme } from "./colors.js";
import { h, setText, stylesheet } from "./dom.js";
import { unpack } from "./frame.js";
import { Notices } from "./notices.js";
import { listenForShortcuts } from "./shortcuts.js";
import { Socket } from "./socket.js";
import { Timeline } from "./timeline.js";
import { LIVE, RECORDED, Toolbar } from "./toolbar.js";
import { visitorMessage } from "./visitor.js";

/** @typedef {import("./types.js").Moment} Moment */
/** @typedef {import("./types.js").Message} Message */
/** @typedef {import("./types.js").Picture} Picture */

/**
 * @typedef {object} Component  what Streamlit hands over
 * @property {any} data  one of: settings, a packed frame (polling mode), a ``Recorded`` moment
 * @property {HTMLElement} parentElement
 * @property {(name: string, value: unknown) => void} setStateValue
 * @property {(name: string, value: unknown) => void} setTriggerValue
 */

const NUMBERS_EVERY_MS = 100;
const WORDS_EVERY_MS = 5000;
const POLLED_VIEW_EVERY_MS = 250;
/** A stage wider than a laptop's is looked at from afar: its letters and drawings grow with it. */
const LAPTOP_WIDTH = 1120, LARGEST_SCALE = 1.4, SCALE_STEP = 0.05;

/** @type {WeakMap<HTMLElement, Shell>} */
const shells = new WeakMap();

/**
 * The function that Streamlit calls on mount, on new data and on a change of theme; it returns a cleanup.
 *
 * @param {(shell: Shell) => Picture} makePicture
 */
export function mounting(makePicture) {
  return (/** @type {Component} */ component) => {
    const { parentElement, data } = component;
    let shell = shells.get(parentElement);
    if (!shell) shells.set(parentElement, (shell = new Shell(parentElement, data?.stops ?? null, makePicture)));
    shell.update(component);
    return () => window.setTimeout(() => {
      // Streamlit also cleans up between two calls for a component that stays on the page.
      if (parentElement.isConnected) return;
      shells.get(parentElement)?.destroy();
      shells.delete(parentElement);
    });
  };
}

export class Shell {
  /**
   * @param {HTMLElement} parent
   * @param {number[]|null} stops  the steps of a recording, which is watched and not changed; null for a live run
   * @param {(shell: Shell) => Picture} makePicture
   */
  constructor(parent, stops, makePicture) {
    this.parent = parent;
    this.stops = stops;
    this.root = h("div", { class: "nn-stage", "data-testid": "stage", "data-frame": "0", "data-state": "paused" });
    this.root.classList.toggle("nn-recording", stops !== null); // the style hides what only a live run has
    /** @type {Record<string, any>} */
    this.view = {};
    /** @type {Moment|null} */
    this.moment = null;
    this.settings = { show_test: false, discretize: false };
    /** Whether nothing may be changed that would make another network of it. */
    this.isFixed = false;
    this.frames = 0;
    /** CSS pixels to a pixel of the drawings, and to one of the style's ``--nn-px``. */
    this.scale = 1;
    this.isSeeking = false;
    /** @type {Record<string, unknown>|null} */
    this.controls = null;
    /** Frames that wait for the screen: one is painted each time it is ready. @type {ReturnType<typeof unpack>[]} */
    this.waiting = [];
    this.fresh = this.viewStale = this.numbersStale = this.isUnpainted = false;
    this.numbersAt = this.wordsAt = this.viewSentAt = this.viewEveryMs = 0;
    this.scheduled = 0;
    this.tick = this.tick.bind(this);
    this.reducedMotion = window.matchMedia("(prefers-reduced-motion: reduce)");
    this.build(makePicture);
    this.stopShortcuts = listenForShortcuts(this.root, this.toolbar);
    Promise.all(["stage/stage.css", ...(this.picture.styles ?? [])].map(stylesheet)).then(() => this.appear());
  }

  /** @param {(shell: Shell) => Picture} makePicture */
  build(makePicture) {
    const { stops } = this;
    this.notices = new Notices();
    this.picture = makePicture(this);
    this.toolbar = new Toolbar({
      send: (message) => this.send(message),
      onNewWeights: () => this.picture.newSeed?.("seed"),
      onNewData: () => this.picture.newSeed?.("data_seed"),
    }, stops ? RECORDED : LIVE);
    this.timeline = new Timeline({ onSeek: () => this.request(), onReturn: () => this.send({ type: "return" }) }, stops);
    this.words = h("div", { class: "nn-words", "aria-live": "polite" });
    this.root.append(this.toolbar.element, this.notices.banner, this.picture.element,
      this.timeline.element, this.notices.afloat, this.words);
  }

  /** Into the page, now that the style is there: nothing flickers. */
  appear() {
    this.parent.append(this.root);
    this.observer = new ResizeObserver(() => this.resize());
    for (const element of this.picture.sized) this.observer.observe(element);
    this.resize();
  }

  resize() {
    const steps = Math.round(this.root.clientWidth / LAPTOP_WIDTH / SCALE_STEP);
    this.scale = Math.max(1, Math.min(LARGEST_SCALE, steps * SCALE_STEP));
    this.root.style.setProperty("--nn-px", `${this.scale}px`);
    this.picture.resize();
    this.repaint();
  }

  /** @param {Component} component */
  update(component) {
    this.component = component;
    const { data } = component;
    const theme = readTheme(this.parent);
    this.root.classList.toggle("nn-dark", theme.dark);
    this.picture.setTheme(theme);
    if (data instanceof Uint8Array || data instanceof ArrayBuffer) this.poll(data);
    else if (data?.stops) this.replay(data);
    else if (data) this.listen(data);
    this.repaint();
  }

  /** Polling mode: the data are the frame. @param {ArrayBuffer|Uint8Array} frame */
  poll(frame) {
    this.socket?.close();
    this.socket = undefined;
    this.root.dataset.transport = "poll";
    this.viewEveryMs = POLLED_VIEW_EVERY_MS;
    this.notices.connection("slower connection: polling");
    if (frame === this.polled) return;
    if (!this.polled) window.setTimeout(() => this.send(visitorMessage()));  // not while Streamlit mounts
    this.polled = frame;
    this.waiting = [unpack(frame)];
  }

  /** A recording: the data are the moment that its player shows. @param {import("./types.js").Recorded} moment */
  replay(moment) {
    this.root.dataset.transport = "recording";
    if (moment !== this.replayed) this.waiting.push((this.replayed = moment));
  }

  /** Socket mode: the data say how to look and whom to ask. @param {any} data */
  listen({ token, show_test, discretize, fixed = false }) {
    this.settings = { show_test, discretize };
    this.isFixed = fixed;
    this.root.classList.toggle("nn-fixed", fixed); // the style hides what would make another network of it
    if (this.moment) this.moment.settings = this.settings;
    if (this.socket?.token === token) return;
    this.socket?.close();
    this.root.dataset.transport = "socket";
    this.socket = new Socket(token, {
      onFrame: (frame) => { this.waiting.push(unpack(frame)); this.request(); },
      onError: (text) => this.notices.toast(text),
      onOnline: (online) => {
        this.waiting = [];
        this.isSeeking = false;
        this.notices.connection(online ? "" : "reconnecting…");
      },
      greetings: () => [visitorMessage(), this.toolbar.speedMessage(), ...(this.isLooking() ? [this.viewMessage()] : [])],
      onUnreachable: () => this.component?.setStateValue("transport", "poll"),
      onExpired: () => this.notices.expire(),
    });
  }

  /**
   * Takes the next frame that waits. One of a run that has been replaced is only acknowledged, and so is one
   * that stands before the first with a change that somebody waits to see.
   */
  receive() {
    let isNews = false;
    while (this.waiting.length && !isNews) {
      const { header, arrays } = /** @type {ReturnType<typeof unpack>} */ (this.waiting.shift());
      const next = this.waiting[0]?.header;
      const isOvertaken = next && !header.scene && (next.scene || next.edits !== header.edits);
      if (header.settings) this.settings = header.settings;
      if (header.controls) this.controls = header.controls;
      isNews = !isOvertaken && (Boolean(header.scene) || header.run === this.moment?.header.run);
      if (isNews) this.take(header, arrays);
      else this.acknowledge();
    }
    return isNews;
  }

  /**
   * @param {import("./types.js").Header} header
   * @param {Record<string, any>} arrays
   */
  take(header, arrays) {
    const { moment, settings } = this;
    const scene = header.scene ?? moment?.scene;
    if (!scene) return;
    this.moment = this.picture.take({ header, scene, settings, arrays: { ...moment?.arrays, ...arrays } }, arrays, moment);
    this.isSeeking = false;
    this.toolbar.confirm(header);
    this.numbersStale = this.fresh = this.isUnpainted = true;
  }

  /** What is shown is to be painted again. */
  repaint() {
    this.fresh = true;
    this.request();
  }

  request() {
    if (!this.scheduled && this.root.isConnected) this.scheduled = requestAnimationFrame(this.tick);
  }

  /** @param {number} now */
  tick(now) {
    this.scheduled = 0;
    this.sendView(now);
    this.sendSeek();
    const isNews = this.receive();
    const { moment, picture } = this;
    if (!moment) return;
    const playing = moment.header.state === "playing";
    const flowing = playing && !moment.header.notice && !this.reducedMotion.matches; // one in line only waits
    if (this.fresh || flowing) this.paint(moment, now, flowing);
    picture.tick(now);
    if (isNews) this.acknowledge();
    if (this.numbersStale && (!playing || now - this.numbersAt >= NUMBERS_EVERY_MS)) this.showNumbers(moment, now);
    this.sendControls();
    if (playing || this.viewStale || picture.isRestless || this.waiting.length || this.controls) this.request();
  }

  /**
   * @param {Moment} moment
   * @param {number} now
   * @param {boolean} flowing
   */
  paint(moment, now, flowing) {
    this.picture.paint(moment, now, flowing, this.fresh);
    this.fresh = false;
    if (!this.isUnpainted) return;
    this.isUnpainted = false;
    this.frames += 1;
    const { run, step, epoch, edits, state, notice, metrics } = moment.header;
    Object.assign(this.root.dataset, { run, step, epoch, edits, state, frame: this.frames });
    this.root.dataset.testLoss = String(metrics.test_loss);
    this.notices.notice(notice);
  }

  /**
   * @param {Moment} moment
   * @param {number} now
   */
  showNumbers(moment, now) {
    this.numbersStale = false;
    this.numbersAt = now;
    this.toolbar.showNumbers(moment.header);
    this.timeline.show(moment.header);
    this.picture.showNumbers(moment);
    if (moment.header.state === "playing" && now - this.wordsAt < WORDS_EVERY_MS) return;
    this.wordsAt = now;
    setText(this.words, this.picture.describe(moment));
  }

  acknowledge() {
    if (this.socket) this.send({ type: "ack" });
  }

  /** @param {Message} message */
  send(message) {
    if (this.socket) this.socket.send(message);
    else this.component?.setTriggerValue("command", message);
  }

  /** @param {Record<string, any>} change  of what the person looks at; null for nothing */
  look(change) {
    Object.assign(this.view, change);
    this.viewStale = true;
    this.request();
  }

  /** At most once a frame; slower where each message costs a rerun of the page. @param {number} now */
  sendView(now) {
    if (!this.viewStale || now - this.viewSentAt < this.viewEveryMs) return;
    this.viewStale = false;
    this.viewSentAt = now;
    this.send(this.viewMessage());
  }

  /** One step of the past at a time: the next is asked for when the last one has come. */
  sendSeek() {
    if (this.isSeeking || this.timeline.wanted === null) return;
    this.isSeeking = true;
    this.toolbar.want("paused");
    this.send({ type: "seek", step: this.timeline.take() });
  }

  /** The page's controls follow the run through its past, once the hand has let go of the time. */
  sendControls() {
    if (!this.controls || this.timeline.isHeld) return;
    this.component?.setTriggerValue("controls", this.controls);
    this.controls = null;
  }

  viewMessage() {
    return { type: "view", ...this.view };
  }

  isLooking() {
    return Object.values(this.view).some((value) => value !== null);
  }

  /** Asks Python for other settings. @param {Record<string, unknown>} values */
  ask(values) {
    this.component?.setTriggerValue("change", values);
  }

  destroy() {
    this.socket?.close();
    this.observer?.disconnect();
    this.stopShortcuts();
    this.picture.destroy();
    cancelAnimationFrame(this.scheduled);
    this.root.remove();
  }
}
