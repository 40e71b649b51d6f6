// @ts-check
/**
 * One network as a row of layers, from the input at the left to the output, with its skips as arcs; below each layer its
 * relative gradient and its signal, on scales that are the same for all networks.
 */

import { isLight, pixelCss, ramp } from "../../../stage/colors.js";
import { fit, h, isSharp, setAttribute, setText, windowRoom } from "../../../stage/dom.js";
import { percent, loss, scaled } from "../../../stage/format.js";

/** @typedef {import("./picture.js").DeepMoment} Moment */
/** @typedef {import("./picture.js").Name} Name */
/** @typedef {import("./picture.js").Changed} Changed */
/** @typedef {import("../../../stage/colors.js").Theme} Theme */

/** @type {Record<Name, string>} */
export const NAMES = { plain: "Without skips", residual: "With skips", prefix: "Short control" };
const NOT_CHANGED = { frozen: [], zeroed: [], cut: [] };

/** Pixels of the drawing. */
const MARGIN = { left: 42, right: 6 };
const ARC = 20;
const BOX = 30;
const GAP = 16;
/** Of a gradient and a signal together, the least and the most; between them what the window has for each network. */
const LEAST = { two: 142, three: 76 }, MOST = 200, OTHERS = { two: 436, three: 500 }, GRADIENT = 0.59;
const NARROW = 560; // who scrolls anyway sees more of them when they are low
const FOOT = 4;
const PROBES = 44;
const WIDEST = 84;
/** Powers of ten of a signal. */
const SIGNALS = [-6, 4];
/** From a layer that gets nothing to one that all but moves by its own size. */
const LIGHT = ramp(["#191d29", "#59401c", "#d9920f", "#ffe27a"]);

export class Ladder {
  /**
   * @param {{name: Name, depth: number}} network
   * @param {number} of  how many networks there are
   * @param {number} deepest  how many layers the deepest has: layers of the same number stand below each other
   * @param {import("../../../stage/tip.js").Tip} tip
   * @param {import("./menu.js").Menu} menu
   */
  constructor(network, of, deepest, tip, menu) {
    this.network = network;
    this.deepest = deepest;
    this.menu = menu;
    this.of = of;
    this.heights = [0, 0];
    this.title = h("h2", {}, NAMES[network.name]);
    this.numbers = h("span", { class: "nn-deep-numbers" });
    this.ratio = h("span", { class: "nn-deep-ratio" });
    this.canvas = h("canvas", { "aria-hidden": "true" });
    this.buttons = Array.from({ length: network.depth }, (_, i) => {
      const button = h("button", { type: "button", class: "nn-deep-layer", onclick: () => menu.open(i + 1, network.name, button) });
      return button;
    });
    this.body = h("div", { class: "nn-deep-body" }, this.canvas, ...this.buttons);
    this.element = h("section", { class: "nn-deep-network", "aria-label": NAMES[network.name], "data-network": network.name },
      h("div", { class: "nn-deep-head" }, this.title, this.numbers, this.ratio), this.body);
    /** @type {Moment|null} */
    this.moment = null;
    this.width = 0;
    this.scale = 1;
    /** Somebody looks inside: how far a linear probe gets on each layer is drawn too. */
    this.hasProbes = false;
    tip.follow(this.body, (event) => {
      const layer = event ? Math.floor((event.offsetX / this.scale - MARGIN.left) / this.column) : -1;
      const target = event?.target;
      const index = target instanceof HTMLButtonElement ? this.buttons.indexOf(target) : layer;
      return index < 0 || index >= network.depth ? null : () => this.said(index);
    });
  }

  /** @param {Theme} theme */
  setTheme(theme) {
    this.theme = theme;
  }

  /**
   * @param {number} width  in CSS pixels
   * @param {number} scale  of these to a pixel of the drawing
   */
  resize(width, scale) {
    const many = this.of > 2 ? "three" : "two";
    const room = width < NARROW ? 0 : (windowRoom() / scale - OTHERS[many]) / Math.max(this.of, 2);
    const both = Math.max(LEAST[many], Math.min(MOST, room));
    const gradient = Math.round(GRADIENT * both), heights = [gradient, Math.round(both) - gradient];
    if (width / scale === this.width && `${heights}` === `${this.heights}` && scale === this.scale && isSharp(this.canvas)) return;
    this.width = width / scale;
    this.heights = heights;
    this.scale = scale;
    this.fit();
    this.buttons.forEach((button, i) => {
      button.style.left = `${(MARGIN.left + this.column * i) * scale}px`;
      button.style.width = `${this.column * scale}px`;
      button.style.top = `${ARC * scale}px`;
      button.style.height = `${BOX * scale}px`;
    });
    if (this.moment) this.paint(this.moment);
  }

  /** Sizes the canvas for what is drawn. */
  fit() {
    const [gradients, signals] = this.heights, probes = this.hasProbes ? GAP + PROBES : 0;
    this.context = fit(this.canvas, this.width, ARC + BOX + GAP + gradients + GAP + signals + probes + FOOT, this.scale);
  }

  /** How wide the place of a layer is. */
  get column() {
    return Math.min(WIDEST, (this.width - MARGIN.left - MARGIN.right) / this.deepest);
  }

  /** @param {Moment} moment */
  paint(moment) {
    this.moment = moment;
    if (this.hasProbes !== Boolean(moment.header.inside) && this.width) {
      this.hasProbes = !this.hasProbes;
      this.fit();
    }
    const { context, theme, heights: [gradientHeight, signalHeight] } = this;
    const found = this.arrays();
    if (!context || !theme || !found) return;
    const { gradients, signals, spreads } = found;
    context.clearRect(0, 0, this.width, this.canvas.height);
    const [low, high] = moment.scene.powers, changed = moment.header.changed ?? NOT_CHANGED;
    this.paintLayers(context, theme, gradients, moment.scene.powers, changed);
    let top = ARC + BOX + GAP;
    this.paintAxis(context, theme, top, gradientHeight, [low, high], "gradient");
    gradients.forEach((value, i) => {
      const share = shareOf(value, low, high);
      context.fillStyle = theme.positive;
      this.bar(context, i, top, gradientHeight, share);
    });
    top += gradientHeight + GAP;
    this.paintAxis(context, theme, top, signalHeight, SIGNALS, "signal");
    signals.forEach((value, i) => {
      context.fillStyle = theme.faint;
      this.bar(context, i, top, signalHeight, shareOf(value, SIGNALS[0], SIGNALS[1]));
      context.fillStyle = theme.series[1];
      this.bar(context, i, top, signalHeight, shareOf(spreads[i], SIGNALS[0], SIGNALS[1]));
    });
    const probes = moment.arrays[`${this.network.name}_probes`];
    if (this.hasProbes && probes) this.paintProbes(context, theme, top + signalHeight + GAP, probes, moment);
  }

  /**
   * The accuracy of a linear probe on each hidden layer, and at the output that of the network itself.
   *
   * @param {CanvasRenderingContext2D} context
   * @param {Theme} theme
   * @param {number} top
   * @param {ArrayLike<number>} probes
   * @param {Moment} moment
   */
  paintProbes(context, theme, top, probes, { header: { metrics, inside }, scene: { main } }) {
    const { network: { name, depth } } = this;
    this.paintAxis(context, theme, top, PROBES, [0, 1], "right on new examples: a linear probe on the layer; at the output the network", percent);
    for (let i = 0; i < depth; i++) {
      const value = i < depth - 1 ? probes[i] : metrics[`${name === main ? "" : `${name}_`}test_accuracy`];
      const isSeen = inside?.network === name && inside.layer === i + 1;
      context.fillStyle = isSeen ? theme.text : theme.muted;
      this.bar(context, i, top, PROBES, value ?? 0);
    }
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {Theme} theme
   * @param {Float32Array} gradients
   * @param {[number, number]} powers
   * @param {Changed} changed
   */
  paintLayers(context, theme, gradients, [low, high], changed) {
    const { column, network: { name, depth } } = this;
    const inset = Math.min(3, column / 6), middle = ARC + BOX / 2;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.lineWidth = 1;
    for (let i = 0; i < depth; i++) {
      const number = i + 1, x = MARGIN.left + column * i, isHidden = number < depth;
      const color = LIGHT[Math.round(255 * shareOf(gradients[i], low, high))];
      if (i) line(context, theme.muted, [[x - inset, middle], [x + inset, middle]]);
      if (name === "residual" && i && isHidden) this.paintSkip(context, theme, x, changed.cut.includes(number));
      context.fillStyle = pixelCss(color);
      context.beginPath();
      context.roundRect(x + inset, ARC, column - 2 * inset, BOX, Math.min(5, column / 4));
      context.fill();
      context.strokeStyle = theme.muted;
      context.stroke();
      const ink = isLight(color) ? "#191d29" : "#f4efe2";
      if (isHidden && changed.zeroed.includes(number)) {
        line(context, ink, [[x + inset, ARC], [x + column - inset, ARC + BOX]]);
        line(context, ink, [[x + inset, ARC + BOX], [x + column - inset, ARC]]);
      }
      if (changed.frozen.includes(number)) {
        context.lineWidth = 3;
        context.strokeStyle = theme.positive;
        context.stroke();
        context.beginPath();
        context.roundRect(x + inset, ARC, column - 2 * inset, BOX, Math.min(5, column / 4));
        context.stroke();
        context.lineWidth = 1;
      }
      if (column < 15) continue;
      context.fillStyle = ink;
      context.font = `${column < 20 ? 9 : 11}px ${theme.font}`;
      context.fillText(String(number), x + column / 2, middle + 0.5);
    }
  }

  /**
   * From what goes into a layer's weights to behind its activation.
   *
   * @param {CanvasRenderingContext2D} context
   * @param {Theme} theme
   * @param {number} x
   * @param {boolean} isCut
   */
  paintSkip(context, theme, x, isCut) {
    const { column } = this, middle = ARC + BOX / 2;
    context.strokeStyle = isCut ? theme.faint : theme.text;
    context.lineWidth = isCut ? 1 : 1.5;
    context.setLineDash(isCut ? [2, 3] : []);
    context.beginPath();
    context.moveTo(x, middle);
    context.bezierCurveTo(x, -4, x + column, -4, x + column, middle);
    context.stroke();
    context.setLineDash([]);
    context.lineWidth = 1;
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {Theme} theme
   * @param {number} top
   * @param {number} height
   * @param {number[]} powers
   * @param {string} title
   * @param {(value: number) => string} [text]
   */
  paintAxis(context, theme, top, height, [low, high], title, text = (power) => scaled(10 ** power, 1)) {
    const right = MARGIN.left + this.column * this.network.depth;
    context.font = `11px ${theme.font}`;
    context.textBaseline = "middle";
    context.textAlign = "right";
    const middle = high - low > 1 ? [Math.round((low + high) / 2)] : [];
    for (const power of [low, ...middle, high]) {
      const y = Math.round(top + height * (1 - (power - low) / (high - low))) + 0.5;
      line(context, theme.faint, [[MARGIN.left, y], [right, y]]);
      context.fillStyle = theme.muted;
      context.fillText(text(power), MARGIN.left - 5, y);
    }
    context.textAlign = "left";
    context.fillText(title, MARGIN.left, top - 7);
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {number} index
   * @param {number} top
   * @param {number} height
   * @param {number} share
   */
  bar(context, index, top, height, share) {
    const { column } = this, gap = Math.max(1, column * 0.18), size = height * share;
    context.fillRect(MARGIN.left + column * index + gap, top + height - size, column - 2 * gap, size);
  }

  /** The newest numbers of this network. */
  arrays() {
    const arrays = this.moment?.arrays, { name } = this.network;
    const gradients = arrays?.[`${name}_gradients`], signals = arrays?.[`${name}_signals`], spreads = arrays?.[`${name}_spreads`];
    if (!gradients || !signals || !spreads) return null;
    return {
      gradients: /** @type {Float32Array} */ (gradients),
      signals: /** @type {Float32Array} */ (signals),
      spreads: /** @type {Float32Array} */ (spreads),
    };
  }

  /** @param {number} index */
  said(index) {
    const found = this.arrays(), { name, depth } = this.network;
    if (!found) return null;
    const number = index + 1;
    return {
      title: number === depth ? `Layer ${number}, the output` : `Layer ${number}, ${NAMES[name].toLowerCase()}`,
      head: [],
      rows: [
        { color: null, cells: ["relative gradient", scaled(found.gradients[index])] },
        { color: null, cells: ["signal", scaled(found.signals[index])] },
        { color: null, cells: ["of it between examples", scaled(found.spreads[index])] },
      ],
    };
  }

  /** @param {Moment} moment */
  showNumbers({ scene, header: { metrics, changed } }) {
    const { network: { name, depth } } = this, first = name === scene.main ? "" : `${name}_`;
    const accuracy = metrics[`${first}train_accuracy`], test = metrics[`${first}test_accuracy`];
    setText(this.numbers, `training loss ${loss(metrics[`${first}train_loss`])}, accuracy ${share(accuracy)}, on new examples ${share(test)}`);
    const found = this.arrays();
    if (!found) return;
    const ratio = found.gradients[0] / found.gradients[depth - 1];
    setText(this.ratio, depth > 1 && Number.isFinite(ratio) ? `gradient, first layer / last: ${scaled(ratio)}` : "");
    this.buttons.forEach((button, i) => {
      const done = Object.entries(changed ?? NOT_CHANGED).filter(([, layers]) => layers.includes(i + 1)).map(([what]) => what);
      setAttribute(button, "aria-label", [`Layer ${i + 1}`, NAMES[name].toLowerCase(), ...done].join(", "));
      setAttribute(button, "data-changed", done.join(" "));
    });
  }
}

/**
 * Where the power of ten of a value lies between two of them, from 0 to 1.
 *
 * @param {number} value
 * @param {number} low
 * @param {number} high
 */
export function shareOf(value, low, high) {
  if (!(value > 0)) return 0;
  return Math.max(0, Math.min(1, (Math.log10(value) - low) / (high - low)));
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {string} color
 * @param {[number, number][]} points
 */
function line(context, color, points) {
  context.strokeStyle = color;
  context.beginPath();
  for (const [x, y] of points) context.lineTo(x, y);
  context.stroke();
}

/** @param {number|null|undefined} value */
function share(value) {
  return value == null ? "–" : percent(value);
}
