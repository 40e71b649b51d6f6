// @ts-check
/** The picture of a network on images: test images at the right, what is inside the network at the left. */

import { Curves } from "../../../stage/curves.js";
import { h, setAttribute } from "../../../stage/dom.js";
import { count } from "../../../stage/format.js";
import { metricsInWords } from "../../../stage/metrics.js";
import { mounting } from "../../../stage/shell.js";
import { Tip } from "../../../stage/tip.js";
import { Mistakes } from "./mistakes.js";
import { Origin } from "./origin.js";
import { Overview } from "./overview.js";
import { Pad } from "./pad.js";
import { ShiftPad } from "./shift.js";
import { Sandbox } from "./sandbox.js";
import { Strip } from "./strip.js";
import { choice } from "./tiles.js";
import { Weights } from "./weights.js";
import { Why } from "./why.js";

/** @typedef {import("../../../stage/types.js").Floats} Floats */
/** @typedef {import("../../../stage/types.js").Bytes} Bytes */
/** @typedef {import("../../../stage/types.js").Integers} Integers */

/**
 * @typedef {object} LayerInfo
 * @property {string} name  as in PyTorch
 * @property {string} kind
 * @property {number[]} shape  (C, H, W) or (D,) of its output for one image
 * @property {string} sum  how that comes about
 * @property {Record<string, number>} [args]
 *
 * @typedef {object} ImageScene
 * @property {string[]} classes
 * @property {LayerInfo[]} layers
 * @property {string} activation  as people call it
 * @property {boolean} planted  whether a dot is in all images of one class
 *
 * @typedef {"inside"|"weights"|"mistakes"|"shift"|"why"|"sandbox"} PanelName
 *
 * @typedef {object} Look
 * @property {PanelName} panel
 * @property {number} image  a test image; -1 for the drawing
 * @property {string} drawing
 * @property {number[]} pinned
 * @property {string} layer
 * @property {number} map
 * @property {"map"|"layer"|"network"} scale
 * @property {boolean} gradients
 * @property {[number, number]|null} cell
 * @property {string} method
 * @property {boolean} dotted  whether the image gets the dot
 *
 * @typedef {object} ImageArrays  see ``probes.py``
 * @property {Integers} strip
 * @property {Integers} strip_labels
 * @property {Bytes} strip_images
 * @property {Floats} strip_shares
 * @property {Bytes} subject
 * @property {Floats} logits
 * @property {Floats} ranges
 * @property {Floats} from_maps
 * @property {Floats} to_map
 * @property {Floats} [kernels]
 * @property {Floats} [from_bias]
 * @property {Bytes} [weights]
 * @property {Floats} [weights_range]
 * @property {Integers} confusion
 * @property {Integers} found
 * @property {Bytes} found_images
 * @property {Floats} found_losses
 * @property {Integers} found_answers
 * @property {Integers} found_labels
 * @property {Integers} sure  images of noise that are surely of a class
 * @property {Bytes} [drawn_box]
 * @property {Bytes} [drawn_counts]
 * @property {Floats} [shift_shares]
 * @property {Integers} [shift_answers]
 * @property {Bytes} [photo]  for the sandbox, (side, side)
 * @property {Bytes} [why]
 * @property {Floats} [why_ranges]
 * @property {Floats} [why_numbers]
 *
 * @typedef {import("../../../stage/types.js").Header & {scene?: ImageScene, view: Look, target: number, silent: string}} ImageHeader
 * @typedef {import("../../../stage/types.js").Moment<ImageHeader, ImageScene, ImageArrays & import("../../../stage/types.js").Arrays>} ImageMoment
 */

/** @type {[PanelName, string, string][]} */
const PANELS = [
  ["inside", "Inside", "Every layer's maps of the image that is looked at"],
  ["weights", "Weights", "The first layer's weights as images"],
  ["mistakes", "Mistakes", "What is taken for what, and the hardest images"],
  ["why", "Why", "Which pixels the answer hangs on"],
  ["shift", "Shift pad", "The same image at every offset: is the answer still right?"],
  ["sandbox", "Sandbox", "One convolution by itself, with numbers of your own"],
];
/** @type {["map"|"layer"|"network", string, string][]} */
const SCALES = [
  ["map", "map", "Every map has its own scale: see what is in weak ones"],
  ["layer", "layer", "All maps of a layer share a scale: see which are strong"],
  ["network", "network", "All layers share a scale"],
];

/** Called by Streamlit, and by the player of a recording. */
export default mounting((/** @type {import("../../../stage/shell.js").Shell<ImageMoment>} */ shell) => new ImagePicture(shell));

class ImagePicture {
  /** @param {import("../../../stage/shell.js").Shell<ImageMoment>} shell */
  constructor(shell) {
    this.shell = shell;
    this.styles = ["labs/image/stage/picture.css"];
    const isLive = !shell.stops;
    const look = (/** @type {Partial<Look>} */ change) => shell.look(change);
    this.tip = new Tip(shell.root);
    this.overview = new Overview(this.tip, isLive ? (layer, map) => look({ layer, map }) : null);
    this.origin = new Origin(() => look({ layer: "" }), isLive ? (silent) => shell.ask({ silent }) : null);
    this.shift = new ShiftPad(this.tip);
    this.sandbox = new Sandbox();
    this.why = new Why(isLive ? (method) => look({ method }) : null);
    this.dot = choice("+ dot", "Put the dot into the corner of this image", () => look({ dotted: !this.isDotted }));
    this.isDotted = false;
    this.pad = new Pad((drawing) => look({ drawing, image: -1 }), () => look({ image: 0 }));
    this.draw = choice("✎ Draw", "Draw a digit of your own", () => look({ image: -1, drawing: this.pad.text() }));
    this.weights = new Weights();
    this.mistakes = new Mistakes(isLive ? (cell) => look({ cell }) : null, isLive ? (image) => look({ image, panel: "inside", layer: "" }) : null);
    this.strip = new Strip(isLive ? (image) => look({ image }) : null, isLive ? (image) => this.pin(image) : null);
    this.curves = new Curves(() => shell.request());
    this.panels = PANELS.map(([name, text, title]) => ({ name, button: choice(text, title, () => look({ panel: name, layer: "" })) }));
    this.scales = SCALES.map(([name, text, title]) => ({ name, button: choice(text, title, () => look({ scale: name })) }));
    this.gradients = choice("gradients", "The gradient of the loss at every number, in place of the numbers", () => look({ gradients: !this.gradient }));
    this.gradient = false;
    this.inside = h("div", { class: "nn-image-tools" }, h("span", { class: "nn-caption" }, "Colours by"), ...this.scales.map(({ button }) => button), this.gradients);
    this.tools = h("div", { class: "nn-image-bar nn-live", role: "toolbar", "aria-label": "What is shown" }, ...this.panels.map(({ button }) => button), this.draw, this.dot, this.inside);
    this.main = h("div", { class: "nn-image-main" });
    this.left = h("section", { class: "nn-image-left", "aria-label": "Network" },
      h("h2", { class: "nn-unseen" }, "Network"), this.tools, this.main);
    this.side = h("div", { class: "nn-image-side" }, this.pad.element, this.strip.element, this.curves.element);
    this.element = h("div", { class: "nn-image" }, this.left, this.side);
    this.tour = [
      { at: this.left, words: "An image goes through the network from left to right. Every small square is a map that a layer makes of it: blue is above 0, orange below. Click one to see how it came about." },
      { at: this.strip.element, words: "Test images, which it never trains on, each with its three likeliest answers. Click one to send it through the network." },
      { at: this.curves.element, words: "The thin line is on images that it learns from, the thick one on others. The dotted lines are what simpler ways reach." },
    ];
    this.sized = [this.left, this.side];
    this.parts = [this.overview, this.origin, this.weights, this.mistakes, this.shift, this.why, this.sandbox, this.strip, this.pad, this.curves];
    /** @type {Overview|Origin|Weights|Mistakes|ShiftPad|Why|Sandbox|null} */
    this.open = null;
  }

  /** @param {import("../../../stage/colors.js").Theme} theme */
  setTheme(theme) {
    for (const part of this.parts) part.setTheme(theme);
  }

  resize() {
    const { scale } = this.shell;
    for (const part of [this.overview, this.origin, this.weights, this.shift, this.why, this.sandbox]) part.resize(this.left.clientWidth, scale);
    this.pad.resize(scale);
    for (const part of [this.strip, this.curves]) part.resize(this.side.clientWidth, scale);
  }

  /** @param {import("../../../stage/types.js").Received<ImageMoment>} moment */
  take(moment) {
    if (moment.header.scene) this.curves.restart(moment);
    this.curves.add(moment.header);
    return moment;
  }

  /** The part for what the frame holds. @param {Look} view */
  partOf({ panel, layer }) {
    if (panel === "weights") return this.weights;
    if (panel === "mistakes") return this.mistakes;
    if (panel === "shift") return this.shift;
    if (panel === "why") return this.why;
    if (panel === "sandbox") return this.sandbox;
    return layer && this.shell.moment?.scene.layers.some(({ name }) => name === layer) ? this.origin : this.overview;
  }

  /**
   * @param {ImageMoment} moment
   * @param {number} _now
   * @param {boolean} _flowing
   * @param {boolean} fresh
   */
  paint(moment, _now, _flowing, fresh) {
    const { view } = moment.header, part = this.partOf(view);
    if (part !== this.open) {
      this.open = part;
      this.tip.hide(); // what it told of is away
      this.main.replaceChildren(part.element);
      this.shell.numbersStale = true;
    }
    if (!fresh) return;
    part.paint(moment);
    this.strip.paint(moment);
    this.pad.paint(moment);
  }

  /** @param {number} image */
  pin(image) {
    const pinned = this.shell.moment?.header.view.pinned ?? [];
    this.shell.look({ pinned: pinned.includes(image) ? pinned.filter((each) => each !== image) : [...pinned, image].slice(-6) });
  }

  /** @param {number} now */
  tick(now) {
    this.curves.paint(now);
  }

  get isRestless() {
    return this.curves.dirty;
  }

  /** @param {ImageMoment} moment */
  showNumbers(moment) {
    const { view } = moment.header;
    for (const { name, button } of this.panels) setAttribute(button, "aria-pressed", String(name === view.panel));
    for (const { name, button } of this.scales) setAttribute(button, "aria-pressed", String(name === view.scale));
    this.gradient = view.gradients;
    setAttribute(this.gradients, "aria-pressed", String(view.gradients));
    this.isDotted = view.dotted;
    this.dot.hidden = !moment.scene.planted && !view.dotted;
    setAttribute(this.dot, "aria-pressed", String(view.dotted));
    this.inside.hidden = this.open !== this.overview;
    this.open?.showNumbers(moment);
    this.strip.showNumbers(moment);
    this.pad.showNumbers(moment);
    setAttribute(this.draw, "aria-pressed", String(view.image === -1));
    this.curves.showNumbers(moment);
    this.tip.refresh();
  }

  /** @param {ImageMoment} moment */
  describe({ header, scene }) {
    const { step, state, metrics } = header;
    return [
      `Step ${count(step)}. ${state === "playing" ? "Playing." : "Paused."} ${scene.classes.length} classes, ${scene.layers.length} layers.`,
      metricsInWords(scene, metrics),
    ].join(" ");
  }

  destroy() {
    this.tip.destroy();
  }
}
