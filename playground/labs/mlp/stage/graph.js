// @ts-check
/** The drawn network: links, tiles over them, and on top transparent buttons for interaction. */

import { fit, h, isSharp } from "../../../stage/dom.js";
import { curveX, curveY, layOut, minimumWidth, nearestLink } from "./geometry.js";
import { biasCard, linkCard, neuronCard } from "./network_cards.js";
import { LinkPainter } from "./links.js";
import { Overlay } from "./overlay.js";
import { TilePainter } from "./tiles.js";

/** @typedef {import("./picture.js").NetworkMoment} Moment */
/** @typedef {import("./picture.js").Neuron} Neuron */
/** @typedef {import("../../../stage/colors.js").Theme} Theme */
/** @typedef {import("../../../stage/cards.js").Cards} Cards */

const REACH = { mouse: 6, pen: 8, touch: 14 };
/** Pixels a millisecond, and pixels. */
const FLOW_SPEED = 0.056;
const FLOW_SPACING = 46;
const FLOW_DASH = 7;
/** A frame at 60 Hz with some slack; if frames are slower, the flow is not animated. */
const SLOW_FRAME_MS = 20;
const SETTLE_FRAMES = 45;

export class Graph {
  /**
   * @param {Cards} cards
   * @param {object} actions
   * @param {(neuron: Neuron|null) => void} actions.onLook
   * @param {(index: number) => void} actions.onFeature
   * @param {(edit: (sizes: number[]) => number[]) => void} actions.onSizes
   * @param {import("./network_cards.js").OnIntervene} actions.onIntervene
   * @param {() => void} actions.onRepaint  the highlight has changed
   */
  constructor(cards, actions) {
    this.cards = cards;
    this.onRepaint = actions.onRepaint;
    this.onIntervene = actions.onIntervene;
    this.linkCanvas = h("canvas", { class: "nn-graph-layer", "aria-hidden": "true" });
    this.tileCanvas = h("canvas", { class: "nn-graph-layer", role: "img", "aria-label": "The network" });
    this.overlay = new Overlay({
      onLook: actions.onLook,
      onFeature: actions.onFeature,
      onSizes: actions.onSizes,
      onNeuron: (tile, button) => this.openNeuron(tile, button),
      onBias: (tile, button, open) => this.showBias(tile, button, open),
      onLeave: () => cards.unhover(),
    });
    this.body = h("div", { class: "nn-graph-body" }, this.linkCanvas, this.tileCanvas, this.overlay.element);
    this.element = h("section", { class: "nn-graph", "aria-label": "Network" },
      h("h2", { class: "nn-unseen" }, "Network"), this.body);
    this.links = new LinkPainter();
    this.tiles = new TilePainter();
    this.width = this.height = 0;
    this.scale = 1;
    /** @type {number|null} */
    this.target = null;
    this.hoveredLink = -1;
    this.frameMs = 16;
    this.flowFrames = 0;
    this.flowAffordable = true;
    this.listen();
  }

  listen() {
    this.body.addEventListener("pointermove", (event) => this.hoverLink(event));
    this.element.addEventListener("scroll", () => this.markEdge(), { passive: true });
    this.body.addEventListener("pointerleave", () => this.unhoverLink());
    this.body.addEventListener("click", (event) => {
      const link = this.linkAt(event, REACH[/** @type {keyof typeof REACH} */ (event.pointerType)] ?? REACH.touch);
      if (link < 0 || !this.moment || !this.layout) return;
      this.cards.edit(linkCard(() => this.moment, this.layout, link, this.onIntervene), event.clientX, event.clientY);
    });
  }

  /** @param {Theme} theme */
  setTheme(theme) {
    this.links.setTheme(theme);
    this.tiles.setTheme(theme);
    this.theme = theme;
  }

  /**
   * @param {number} width
   * @param {number} height
   * @param {number|null} target  position of the plane's middle, when it is on the right
   * @param {number} scale  CSS pixels (the unit of the others) per pixel of the drawing
   */
  resize(width, height, target, scale) {
    const [across, down, middle] = [width / scale, height / scale, target === null ? null : target / scale];
    if (across === this.width && down === this.height && middle === this.target && scale === this.scale && isSharp(this.linkCanvas)) return;
    Object.assign(this, { width: across, height: down, target: middle, scale });
    this.overlay.element.style.transform = scale === 1 ? "" : `scale(${scale})`;
    if (this.moment) this.rebuild(this.moment);
  }

  /** Lays everything out anew: another scene, other neurons shown, another size. @param {Moment} moment */
  rebuild(moment) {
    this.moment = moment;
    if (!this.width) return;
    const width = Math.max(this.width, minimumWidth(moment.scene.hidden_sizes.length, moment.scene.all_columns));
    const layout = layOut(moment.scene, moment.shown, width, this.height);
    const sameShape = layout.tiles.length === this.layout?.tiles.length && layout.links.count === this.layout?.links.count;
    this.layout = layout;
    this.body.style.width = `${width * this.scale}px`;
    this.body.style.height = `${this.height * this.scale}px`;
    this.overlay.element.style.width = `${width}px`;
    this.overlay.element.style.height = `${this.height}px`;
    this.markEdge();
    this.unhoverLink();
    if (!sameShape) this.cards.close();
    this.links.setLayout(layout, fit(this.linkCanvas, width, this.height, this.scale), this.target);
    this.tiles.setLayout(layout, fit(this.tileCanvas, width, this.height, this.scale));
    this.overlay.build(moment, layout);
    this.flowAffordable = true;
    this.flowFrames = 0;
  }

  /** A network that goes on beyond its place fades there. */
  markEdge() {
    const { scrollWidth, clientWidth, scrollLeft } = this.element;
    this.element.classList.toggle("nn-goes-on", scrollWidth - clientWidth - scrollLeft > 4);
  }

  /** The inputs' own maps, which only change with the data or the theme. @param {Moment} moment */
  paintInputs(moment) {
    this.tiles.paintInputs(moment);
  }

  /**
   * @param {Moment} moment
   * @param {number} now
   * @param {boolean} flowing
   */
  paint(moment, now, flowing) {
    this.moment = moment;
    if (!this.layout) return;
    this.overlay.mark(moment);
    this.links.mark(moment);
    this.links.paint(moment.arrays.weights, moment.header.state === "playing" ? now : Infinity);
    this.tiles.clear();
    if (flowing && this.canAfford(now)) this.paintFlow(now);
    else if (!flowing) this.lastFrame = 0;
    if (this.hoveredLink >= 0) this.links.paintHighlight(this.tiles.context, this.hoveredLink);
    this.tiles.paint(moment);
  }

  /** Watches what the flow costs and gives it up, until the next layout, where it slows the page. @param {number} now */
  canAfford(now) {
    if (this.lastFrame) this.frameMs += (Math.min(100, now - this.lastFrame) - this.frameMs) / 30;
    this.lastFrame = now;
    this.flowFrames += 1;
    if (this.flowFrames > SETTLE_FRAMES && this.frameMs > SLOW_FRAME_MS) this.flowAffordable = false;
    return this.flowAffordable;
  }

  /** Short bright dashes that glide along the stronger links. @param {number} now */
  paintFlow(now) {
    const { context } = this.tiles;
    const { layout, theme } = this;
    if (!context || !layout || !theme) return;
    const { count, x0, y0, x1, y1 } = layout.links;
    context.lineWidth = 1.4;
    context.strokeStyle = theme.dark ? "rgba(255,255,255,.55)" : "rgba(255,255,255,.8)";
    for (let link = 0; link < count; link++) {
      if (!this.links.isStrong(link)) continue;
      const length = Math.hypot(x1[link] - x0[link], y1[link] - y0[link]);
      const dashes = Math.max(1, Math.round(length / FLOW_SPACING));
      const dash = FLOW_DASH / length;
      const phase = (now * FLOW_SPEED) / length + link * 0.37;
      for (let i = 0; i < dashes; i++) {
        const start = (phase + i / dashes) % 1;
        const end = Math.min(1, start + dash);
        context.beginPath();
        context.moveTo(curveX(x0[link], x1[link], start), curveY(y0[link], y1[link], start));
        context.lineTo(curveX(x0[link], x1[link], end), curveY(y0[link], y1[link], end));
        context.stroke();
      }
    }
  }

  /**
   * @param {MouseEvent} event
   * @param {number} reach
   */
  linkAt(event, reach) {
    if (!this.layout || event.target !== this.overlay.element) return -1;
    return nearestLink(this.layout.links, event.offsetX, event.offsetY, reach);
  }

  /** @param {PointerEvent} event */
  hoverLink(event) {
    if (event.pointerType === "touch") return;
    const link = this.linkAt(event, REACH.mouse);
    if (link === this.hoveredLink) return;
    if (link < 0) return this.unhoverLink();
    this.hoveredLink = link;
    this.overlay.element.style.cursor = "pointer";
    if (this.layout) this.cards.hover(linkCard(() => this.moment, this.layout, link, this.onIntervene), event.clientX, event.clientY);
    this.onRepaint();
  }

  unhoverLink() {
    if (this.hoveredLink < 0) return;
    this.hoveredLink = -1;
    this.overlay.element.style.cursor = "";
    this.cards.unhover();
    this.onRepaint();
  }

  /**
   * @param {number} tile
   * @param {HTMLElement} button
   */
  openNeuron(tile, button) {
    if (!this.layout) return;
    const { right, top } = button.getBoundingClientRect();
    this.cards.edit(neuronCard(() => this.moment, this.layout, tile, this.onIntervene), right, top, button);
  }

  /**
   * @param {number} tile
   * @param {HTMLElement} button
   * @param {boolean} open  to edit
   */
  showBias(tile, button, open) {
    if (!this.layout) return;
    const { right, bottom } = button.getBoundingClientRect();
    const card = biasCard(() => this.moment, this.layout, tile, this.onIntervene);
    if (open) this.cards.edit(card, right, bottom, button);
    else this.cards.hover(card, right, bottom);
  }
}
