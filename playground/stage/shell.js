// @ts-check
/**
 * The live stage of every lab: a toolbar, a picture, a timeline, and a connection to the server. Each mounted component
 * has one instance. It keeps the newest moment of the run, paints it in an animation frame, and acknowledges painted
 * frames. The lab provides the picture: see ``Picture``.
 */

import { readTheme } from "./colors.js";
import { h, listenForDensity, setText, standLower, stylesheet } from "./dom.js";
import { unpack } from "./frame.js";
import { Locks, REASON } from "./locks.js";
import { Notices } from "./notices.js";
import { listenForShortcuts } from "./shortcuts.js";
import { hasEarlierLife, SETTING, Socket } from "./socket.js";
import { Timeline } from "./timeline.js";
import { LIVE, RECORDED, Toolbar } from "./toolbar.js";
import { isTouch } from "./touch.js";
import { isPresenting, Tour } from "./tour.js";
import { visitorMessage } from "./visitor.js";

/** @typedef {import("./types.js").Moment} Moment */
/** @typedef {import("./types.js").Message} Message */
/** @typedef {import("./types.js").Component} Component */
/** @typedef {import("./types.js").Frame} Frame */

/** @typedef {Frame & {at?: number}} Waiting  and when it came, in milliseconds of the page */

const NUMBERS_EVERY_MS = 100;
const WORDS_EVERY_MS = 5000;
const VIEW_EVERY_MS = 15, POLLED_VIEW_EVERY_MS = 250; // the second where each message costs a rerun of the page
/** A stage wider than a laptop's is viewed from a distance: text and drawings are scaled with it. */
const NARROW_WIDTH = 560, LAPTOP_WIDTH = 1120, LARGEST_SCALE = 1.4, SCALE_STEP = 0.05;
/** Where a stage usually begins on its page, in CSS pixels; on a narrow one a person scrolls anyway. */
const USUAL_TOP = 100;

/**
 * Whether a frame has another scene, a change or another look than the one ``before`` it.
 *
 * @param {Frame["header"]} header
 * @param {Frame["header"]} before
 */
function isOther(header, before) {
  return header.scene || header.edits !== before.edits || JSON.stringify(header.view) !== JSON.stringify(before.view);
}

/** How large the presenter's view draws all, see present.js; null outside of it. */
function presentedScale() {
  return isPresenting() ? Number(document.documentElement.style.getPropertyValue("--nn-presented")) : null;
}

/**
 * The function that Streamlit calls on mount, on new data and on a change of theme; it returns a cleanup.
 *
 * @template {Moment} M
 * @param {(shell: Shell<M>) => import("./types.js").Picture<M>} makePicture
 */
export function mounting(makePicture) {
  /** @type {WeakMap<HTMLElement, Shell<M>>} */
  const shells = new WeakMap();
  return (/** @type {Component} */ component) => {
    const { parentElement, data } = component;
    let shell = shells.get(parentElement);
    const stops = data && "stops" in data ? data.stops : null;
    if (!shell) shells.set(parentElement, (shell = new Shell(parentElement, stops, makePicture)));
    shell.update(component);
    return () => window.setTimeout(() => {
      // Streamlit also cleans up between two calls for a component that stays on the page.
      if (parentElement.isConnected) return;
      shells.get(parentElement)?.destroy();
      shells.delete(parentElement);
    });
  };
}

/** @template {Moment} M */
export class Shell {
  /**
   * @param {HTMLElement} parent
   * @param {number[]|null} stops  the steps of a recording, which is watched and not changed; null for a live run
   * @param {(shell: Shell<M>) => import("./types.js").Picture<M>} makePicture
   */
  constructor(parent, stops, makePicture) {
    this.parent = parent;
    this.stops = stops;
    this.root = h("div", { class: "nn-stage nn-empty", "data-testid": "stage", "data-frame": "0", "data-state": "paused" });
    this.root.classList.toggle("nn-recording", stops !== null); // the style hides what only a live run has
    /** @type {import("./types.js").View} */
    this.view = {};
    /** @type {M|null} */
    this.moment = null;
    /** @type {import("./types.js").Settings} */
    this.settings = { show_test: false, discretize: false };
    /** @type {Socket|null} */
    this.socket = null;
    /** The newest frame that came as data. @type {ArrayBuffer|Uint8Array<ArrayBuffer>|null} */
    this.mounted = null;
    /** The newest moment, of a recording. @type {import("./types.js").Recorded|null} */
    this.replayed = null;
    /** Whether changes of the network's structure and seeds are disabled. */
    this.isFixed = false;
    this.frames = 0;
    /** CSS pixels per pixel of the drawings, and per ``--nn-px`` of the style. */
    this.scale = 1;
    this.lower = 0;
    this.isSeeking = false;
    /** @type {Record<string, unknown>|null} */
    this.controls = null;
    /** Frames that wait for the screen: one is painted each time it is ready. @type {Waiting[]} */
    this.waiting = [];
    /** When the frame that was taken last came over the socket; null for one that came otherwise. @type {number|null} */
    this.takenAt = null;
    this.fresh = this.viewStale = this.numbersStale = this.isUnpainted = false;
    this.numbersAt = this.wordsAt = this.viewSentAt = 0;
    this.viewEveryMs = VIEW_EVERY_MS;
    this.scheduled = 0;
    /** The run as a link, less its step; null for one that is too long. @type {string|null} */
    this.link = null;
    this.leave = () => this.socket?.leave();
    this.onWindow = () => this.resize(); // pictures fit its height too
    window.addEventListener("pagehide", this.leave);
    this.tick = this.tick.bind(this);
    this.reducedMotion = window.matchMedia("(prefers-reduced-motion: reduce)");
    this.notices = new Notices();
    this.locks = new Locks(this.root, () => this.notices.toast(REASON));
    this.picture = makePicture(this);
    this.toolbar = new Toolbar({
      send: (message) => this.send(message),
      onSeed: (name, value) => this.ask({ [name]: value }),
      onPlay: () => this.tour.onPlay(),
    }, stops ? RECORDED : LIVE);
    this.tour = new Tour(this.root, () => this.toured());
    this.timeline = new Timeline({ onSeek: () => this.request(), onReturn: () => this.send({ type: "return" }) }, stops);
    this.timeline.element.append(this.tour.button);
    this.words = h("div", { class: "nn-words", "aria-live": "polite" });
    this.root.append(this.toolbar.element, this.tour.element, this.notices.banner, this.picture.element,
      this.notices.afloat, this.timeline.element, this.words);
    this.stopShortcuts = listenForShortcuts(this.root, this.toolbar, this.timeline);
    this.hear = (/** @type {Event} */ event) => {
      if (this.socket) this.send({ type: "setting", .../** @type {CustomEvent} */ (event).detail });
    };
    window.addEventListener(SETTING, this.hear);
    Promise.all(["stage/stage.css", ...(this.picture.styles ?? [])].map(stylesheet)).then(() => this.appear());
  }

  /** Insert the stage into the page once its style is loaded, so that nothing flickers. */
  appear() {
    this.parent.append(this.root);
    this.observer = new ResizeObserver(() => this.resize());
    for (const element of this.picture.sized) this.observer.observe(element);
    this.stopDensity = listenForDensity(() => this.resize());
    if (!isTouch) window.addEventListener("resize", this.onWindow); // a phone's bars come and go while it scrolls
    this.resize();
    if (!this.stops) this.tour.greet();
  }

  /** What the tour speaks of: Play, what the picture names, and the ways through time. */
  toured() {
    const parts = (this.picture.tour ?? []).filter(({ at }) => at.getClientRects().length);
    const isNarrow = this.root.clientWidth <= NARROW_WIDTH; // what stands beside each other is then below each other
    if (isNarrow) parts.sort((a, b) => a.at.getBoundingClientRect().top - b.at.getBoundingClientRect().top);
    return [
      { at: this.toolbar.play, words: `${isTouch ? "Tap Play" : "Press Play, or the space bar"}: it learns in small updates, slowly at first, then faster. Watch what changes.` },
      ...parts,
      { at: this.timeline.element, words: "Time: drag it back to any moment. Change something there, and Play goes another way." },
      { at: isNarrow ? this.toolbar.run : this.toolbar.element, words: `${this.toolbar.help()} What each setting is stands behind its question mark.` },
    ];
  }

  resize() {
    this.lower = this.findLower();
    standLower(this.lower);
    this.root.style.setProperty("--nn-lower", `${this.lower}px`);
    const steps = Math.round(this.root.clientWidth / LAPTOP_WIDTH / SCALE_STEP);
    this.scale = Math.max(1, Math.min(presentedScale() ?? LARGEST_SCALE, steps * SCALE_STEP));
    this.root.style.setProperty("--nn-px", `${this.scale}px`);
    this.picture.resize();
    this.tour.resize();
    this.repaint();
  }

  /** How much lower than usual it begins, in CSS pixels. */
  findLower() {
    const page = this.root.closest('[data-testid="stMain"]');
    if (!page || this.root.clientWidth <= NARROW_WIDTH) return 0;
    return Math.round(this.root.getBoundingClientRect().top + page.scrollTop - page.getBoundingClientRect().top) - USUAL_TOP;
  }

  /** @param {Component} component */
  update(component) {
    this.component = component;
    if (this.root.isConnected && this.findLower() !== this.lower) this.resize(); // the page says more, or less, above it
    const { data } = component;
    const theme = readTheme(this.parent);
    this.root.classList.toggle("nn-dark", theme.dark);
    this.picture.setTheme(theme);
    if (data instanceof Uint8Array || data instanceof ArrayBuffer) this.receiveMounted(data);
    else if (data && "stops" in data) this.replay(data);
    else if (data) this.listen(data);
    this.repaint();
  }

  /**
   * Take the component's data as a frame: the first one, before the socket opens, or each one without a socket.
   *
   * @param {ArrayBuffer|Uint8Array<ArrayBuffer>} data
   */
  receiveMounted(data) {
    if (data === this.mounted) return;
    this.mounted = data;
    const frame = unpack(data);
    const live = /** @type {import("./types.js").Live} */ (frame.header.settings);
    if (live.transport === "poll") return this.poll(frame);
    if (!this.socket && !hasEarlierLife()) this.waiting = [frame];
    this.listen(live);
  }

  /** Polling mode. @param {Frame} frame */
  poll(frame) {
    this.socket?.close();
    this.socket = null;
    this.notices.connection("slower connection: polling");
    if (this.root.dataset.transport !== "poll") window.setTimeout(() => this.send(visitorMessage())); // not while Streamlit mounts
    this.root.dataset.transport = "poll";
    this.viewEveryMs = POLLED_VIEW_EVERY_MS;
    this.waiting = [frame];
  }

  /** A recording: the data are the moment that its player shows. @param {import("./types.js").Recorded} moment */
  replay(moment) {
    this.root.dataset.transport = "recording";
    if (moment !== this.replayed) this.waiting.push((this.replayed = moment));
  }

  /** Socket mode: the data say how to look and whom to ask. @param {import("./types.js").Live} data */
  listen({ token, show_test = false, discretize = false, fixed = false, locked = [], learners = null }) {
    this.settings = { show_test, discretize, locked, learners };
    this.locks.hold(locked);
    this.isFixed = fixed;
    this.root.classList.toggle("nn-fixed", fixed); // the style hides what would make another network of it
    if (this.moment) this.moment.settings = this.settings;
    if (this.socket?.token === token) return;
    this.socket?.close();
    this.notices.revive();
    this.root.dataset.transport = "socket";
    this.socket = new Socket(token, {
      onFrame: (frame) => {
        this.waiting.push({ ...unpack(frame), at: performance.now() });
        this.notices.connection("");
        this.request();
      },
      onBusy: (text) => this.notices.connection(text),
      onError: (text) => this.notices.toast(text),
      onOnline: (online) => {
        this.waiting = [];
        this.isSeeking = false;
        if (online) this.notices.revive();
        this.notices.connection(online ? "" : "reconnecting…");
      },
      greetings: () => [visitorMessage(), this.toolbar.speedMessage(), ...(this.isLooking() ? [this.viewMessage()] : [])],
      run: () => this.knownRun(),
      onForgotten: () => this.component?.setTriggerValue("command", visitorMessage()), // its script makes another place for it
      onUnreachable: () => this.component?.setStateValue("transport", "poll"),
      onExpired: () => this.notices.expire(),
    });
  }

  /**
   * Take the next waiting frame. A frame of a replaced run is only acknowledged, as is one followed by a frame with a
   * change by the user, of the run or of what is looked at.
   */
  receive() {
    let isNews = false;
    while (this.waiting.length && !isNews) {
      const { header, arrays, at = null } = /** @type {Waiting} */ (this.waiting.shift());
      this.takenAt = at;
      const isOvertaken = !header.scene && this.waiting.some((later) => isOther(later.header, header));
      if (header.settings) this.settings = { ...this.settings, ...header.settings };
      if (header.controls) this.controls = header.controls;
      if (header.link !== undefined) this.link = header.link;
      isNews = !isOvertaken && (Boolean(header.scene) || header.run === this.moment?.header.run);
      if (isNews) this.take(header, arrays);
      else this.acknowledge();
    }
    return isNews;
  }

  /**
   * @param {Frame["header"]} header
   * @param {Frame["arrays"]} arrays
   */
  take(header, arrays) {
    const { moment, settings } = this;
    const scene = header.scene ?? moment?.scene;
    if (!scene) return;
    // The server defines the contents of this lab's frames.
    const next = { header, scene, settings, arrays: { ...moment?.arrays, ...arrays } };
    const received = /** @type {import("./types.js").Received<M>} */ (next);
    this.moment = this.picture.take(received, /** @type {Partial<M["arrays"]>} */ (arrays), moment);
    this.isSeeking = false;
    this.toolbar.confirm(header);
    if (header.scene) this.toolbar.showSeeds(scene.seeds ?? []);
    this.numbersStale = this.fresh = this.isUnpainted = true;
  }

  /** Request a repaint of the current moment. */
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
   * @param {M} moment
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
    this.root.classList.remove("nn-empty");
    Object.assign(this.root.dataset, { run, step, epoch, edits, state, frame: this.frames });
    this.root.dataset.score = String(metrics[moment.scene.score]);
    if (step || edits) this.socket?.remember();
    this.notices.notice(notice);
  }

  /**
   * @param {M} moment
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

  /** Acknowledge the last taken frame, with the time since its arrival. */
  acknowledge() {
    if (this.takenAt !== null) this.send({ type: "ack", waited_ms: Math.round(performance.now() - this.takenAt) });
  }

  /** @param {Message} message */
  send(message) {
    if (this.socket) this.socket.send(message);
    else this.component?.setTriggerValue("command", message);
  }

  /** @param {import("./types.js").View} change */
  look(change) {
    Object.assign(this.view, change);
    this.viewStale = true;
    if (this.socket) queueMicrotask(() => this.sendView(performance.now())); // not only before the next painting
    this.request();
  }

  /** About once a frame at most. @param {number} now */
  sendView(now) {
    if (!this.viewStale || now - this.viewSentAt < this.viewEveryMs) return;
    this.viewStale = false;
    this.viewSentAt = now;
    this.send(this.viewMessage());
  }

  /** Request one past step at a time: the next one after the last has arrived. */
  sendSeek() {
    const step = this.isSeeking ? null : this.timeline.take();
    if (step === null) return;
    this.isSeeking = true;
    this.toolbar.want("paused");
    this.send({ type: "seek", step });
  }

  /** Set the page's controls to the settings at the shown step, after the slider is released. */
  sendControls() {
    if (!this.controls || this.timeline.isHeld) return;
    this.component?.setTriggerValue("controls", this.controls);
    this.controls = null;
  }

  /** @returns {Message} */
  viewMessage() {
    return { type: "view", ...this.view };
  }

  isLooking() {
    return Object.values(this.view).some((value) => value !== null);
  }

  /** Return the run as a link, if it has made any step. */
  knownRun() {
    const { step = 0, edits = 0 } = this.moment?.header ?? {};
    return this.link !== null && (step || edits) ? `${this.link}&step=${step}` : null;
  }

  /**
   * Asks Python for other settings. Returns false where a link for a class has locked one of them.
   *
   * @param {Record<string, unknown>} values
   */
  ask(values) {
    if (this.locks.has(Object.keys(values))) {
      this.notices.toast(REASON);
      return false;
    }
    this.component?.setTriggerValue("change", values);
    return true;
  }

  destroy() {
    this.socket?.close();
    this.observer?.disconnect();
    this.locks.destroy();
    this.stopDensity?.();
    this.stopShortcuts();
    window.removeEventListener(SETTING, this.hear);
    window.removeEventListener("pagehide", this.leave);
    window.removeEventListener("resize", this.onWindow);
    this.picture.destroy();
    cancelAnimationFrame(this.scheduled);
    this.root.remove();
  }
}
