// @ts-check
/**
 * The stage: the live part of the page. One instance a mounted component; it keeps the newest moment of the
 * run, paints it when the screen is ready for it, and acknowledges what it painted.
 */

import { Cards } from "./cards.js";
import { readTheme } from "./colors.js";
import { describe } from "./describe.js";
import { h, setText, stylesheet } from "./dom.js";
import { unpack } from "./frame.js";
import { Graph } from "./graph.js";
import { layersShown, sameLayers } from "./layers.js";
import { Notices } from "./notices.js";
import { Plane } from "./plane.js";
import { listenForShortcuts } from "./shortcuts.js";
import { Socket } from "./socket.js";
import { Timeline } from "./timeline.js";
import { LIVE, RECORDED, Toolbar } from "./toolbar.js";
import { Trace } from "./trace.js";
import { visitorMessage } from "./visitor.js";

/** @typedef {import("./types.js").Moment} Moment */
/** @typedef {import("./types.js").Message} Message */
/** @typedef {import("./types.js").View} View */

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

/** @type {WeakMap<HTMLElement, Stage>} */
const stages = new WeakMap();

/**
 * Called by Streamlit on mount, on new data and on a change of theme.
 *
 * @param {Component} component
 * @returns {() => void} cleanup
 */
export default function mount(component) {
  const { parentElement, data } = component;
  let stage = stages.get(parentElement);
  if (!stage) stages.set(parentElement, (stage = new Stage(parentElement, data?.stops ?? null)));
  stage.update(component);
  return () => window.setTimeout(() => {
    // Streamlit also cleans up between two calls for a component that stays on the page.
    if (parentElement.isConnected) return;
    stages.get(parentElement)?.destroy();
    stages.delete(parentElement);
  });
}

class Stage {
  /**
   * @param {HTMLElement} parent
   * @param {number[]|null} stops  the steps of a recording, which is watched and not changed; null for a live run
   */
  constructor(parent, stops) {
    this.parent = parent;
    this.stops = stops;
    this.root = h("div", { class: "nn-stage", "data-testid": "stage", "data-frame": "0", "data-state": "paused" });
    this.root.classList.toggle("nn-recording", stops !== null); // the style hides what only a live run has
    this.build();
    this.stopShortcuts = listenForShortcuts(this.root, this.toolbar);
    this.reducedMotion = window.matchMedia("(prefers-reduced-motion: reduce)");
    /** @type {Moment|null} */
    this.moment = null;
    /** @type {View} */
    this.view = { neuron: null, probe: null };
    this.settings = { show_test: false, discretize: false };
    this.frames = 0;
    this.isSeeking = false;
    /** @type {Record<string, unknown>|null} */
    this.controls = null;
    /** Frames that wait for the screen: one is painted each time it is ready. @type {ReturnType<typeof unpack>[]} */
    this.waiting = [];
    /** What the next paint must do: a fresh frame, the static layers, the shape. */
    this.fresh = this.staticStale = this.shapeStale = this.viewStale = this.numbersStale = false;
    this.numbersAt = this.wordsAt = this.viewSentAt = this.viewEveryMs = 0;
    this.scheduled = 0;
    this.tick = this.tick.bind(this);
    stylesheet().then(() => this.appear());
  }

  build() {
    const { stops } = this;
    const send = (/** @type {Message} */ message) => this.send(message);
    this.toolbar = new Toolbar({
      send,
      onNewWeights: () => this.change("seed", (seed) => seed + 1),
      onNewData: () => this.change("data_seed", (seed) => seed + 1),
    }, stops ? RECORDED : LIVE);
    this.notices = new Notices();
    this.cards = new Cards(this.root, stops ? null : send);
    this.graph = new Graph(this.cards, {
      onLook: (neuron) => this.look({ neuron }),
      onFeature: (index) => this.toggleFeature(index),
      onSizes: (edit) => this.change("hidden_sizes", edit),
      onRepaint: () => { this.fresh = true; this.request(); },
    });
    this.plane = new Plane(stops ? null : (probe) => this.look({ probe }));
    this.trace = new Trace();
    this.timeline = new Timeline({ onSeek: () => this.request(), onReturn: () => this.send({ type: "return" }) }, stops);
    this.words = h("div", { class: "nn-words", "aria-live": "polite" });
    const { toolbar, notices, graph, plane, trace, timeline } = this;
    this.root.append(toolbar.element, notices.banner,
      h("div", { class: "nn-scene" }, graph.element, plane.element, trace.element),
      timeline.element, notices.afloat, this.words);
  }

  /** Into the page, now that the style is there: nothing flickers. */
  appear() {
    this.parent.append(this.root);
    this.observer = new ResizeObserver(() => this.resize());
    for (const { element } of [this.graph, this.plane]) this.observer.observe(element);
    this.resize();
  }

  resize() {
    const { graph, plane, trace } = this;
    const width = plane.element.clientWidth;
    if (!width) return;
    if (plane.resize(width)) this.staticStale = this.fresh = true;
    trace.resize(trace.element.clientWidth);
    const square = plane.square.getBoundingClientRect();
    const frame = graph.element.getBoundingClientRect();
    const beside = square.left >= frame.right - 1;
    graph.resize(graph.element.clientWidth, graph.element.clientHeight,
      beside ? square.top - frame.top + plane.size / 2 : null);
    this.fresh = true;
    this.request();
  }

  /** @param {Component} component */
  update(component) {
    this.component = component;
    const { data } = component;
    const theme = readTheme(this.parent);
    this.root.classList.toggle("nn-dark", theme.dark);
    for (const part of [this.graph, this.plane, this.trace]) part.setTheme(theme);
    if (data instanceof Uint8Array || data instanceof ArrayBuffer) this.poll(data);
    else if (data?.stops) this.replay(data);
    else if (data) this.listen(data);
    this.staticStale = this.fresh = true;
    this.request();
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
    const isNewShape = header.scene || !moment || !sameLayers(header.shown, moment.header.shown);
    const shown = isNewShape ? layersShown(scene, header.shown) : moment.shown;
    this.moment = { header, scene, shown, settings, arrays: { ...moment?.arrays, probe: undefined, ...arrays } };
    if (header.scene) {
      this.wanted = { ...scene, features: scene.features.filter(({ active }) => active).map(({ name }) => name) };
      this.trace.restart(arrays.history);
      this.staticStale = true;
    }
    if (isNewShape) this.shapeStale = true;
    this.trace.add(header);
    this.isSeeking = false;
    if (header.controls) this.controls = header.controls;
    this.toolbar.confirm(header);
    this.numbersStale = this.fresh = this.isUnpainted = true;
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
    const { moment } = this;
    if (!moment) return;
    const playing = moment.header.state === "playing";
    const flowing = playing && !moment.header.notice && !this.reducedMotion.matches; // one in line only waits
    if (this.fresh || flowing) this.paint(moment, now, flowing);
    this.trace.paint(now);
    if (isNews) this.acknowledge();
    if (this.numbersStale && (!playing || now - this.numbersAt >= NUMBERS_EVERY_MS)) this.showNumbers(moment, now);
    this.sendControls();
    if (playing || this.viewStale || this.trace.dirty || this.waiting.length || this.controls) this.request();
  }

  /**
   * @param {Moment} moment
   * @param {number} now
   * @param {boolean} flowing
   */
  paint(moment, now, flowing) {
    if (this.shapeStale) this.graph.rebuild(moment);
    if (this.staticStale) {
      this.graph.paintInputs(moment);
      this.plane.paintData(moment);
      this.numbersStale = true;
    }
    this.graph.paint(moment, now, flowing);
    if (this.fresh) this.plane.paint(moment);
    this.fresh = this.staticStale = this.shapeStale = false;
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
    this.plane.showTexts(moment);
    this.trace.showNumbers(moment);
    this.cards.refresh();
    if (moment.header.state === "playing" && now - this.wordsAt < WORDS_EVERY_MS) return;
    this.wordsAt = now;
    setText(this.words, describe(moment));
  }

  acknowledge() {
    if (this.socket) this.send({ type: "ack" });
  }

  /** @param {Message} message */
  send(message) {
    if (this.socket) this.socket.send(message);
    else this.component?.setTriggerValue("command", message);
  }

  /** @param {Partial<View>} change */
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
    this.component?.setTriggerValue("change", this.controls);
    this.controls = null;
  }

  viewMessage() {
    return { type: "view", ...this.view };
  }

  isLooking() {
    return this.view.neuron !== null || this.view.probe !== null;
  }

  /**
   * Asks Python for another configuration. Quick presses build on each other, not on the scene on screen.
   *
   * @param {"seed"|"data_seed"|"hidden_sizes"|"features"} field
   * @param {(value: any) => any} edit
   */
  change(field, edit) {
    if (!this.wanted) return;
    const value = edit(this.wanted[field]);
    Object.assign(this.wanted, { [field]: value });
    this.component?.setTriggerValue("change", { [field]: value });
  }

  /** @param {number} index */
  toggleFeature(index) {
    if (this.stops) return this.notices.toast("This is a recording: its inputs cannot be changed.");
    if (this.isFixed) return this.notices.toast("Open the run in the playground to change its inputs.");
    if (!this.moment || !this.wanted) return;
    const { features } = this.moment.scene;
    const chosen = new Set(this.wanted.features);
    const { name } = features[index];
    if (!chosen.delete(name)) chosen.add(name);
    if (!chosen.size) return this.notices.toast("The network needs at least one input.");
    this.change("features", () => features.map((feature) => feature.name).filter((other) => chosen.has(other)));
  }

  destroy() {
    this.socket?.close();
    this.observer?.disconnect();
    this.stopShortcuts();
    this.cards?.destroy();
    this.plane?.destroy();
    cancelAnimationFrame(this.scheduled);
    this.root.remove();
  }
}
