// @ts-check
/** The picture of a translation: its words and the attention between them at the left, test pairs and curves at the right. */

import { Curves } from "../../../stage/curves.js";
import { h, setAttribute, setText } from "../../../stage/dom.js";
import { count, percent } from "../../../stage/format.js";
import { metricsInWords } from "../../../stage/metrics.js";
import { HeadPanel } from "../../../stage/head.js";
import { LayerPanel, stepsOf } from "../../../stage/layer.js";
import { mounting } from "../../../stage/shell.js";
import { Tip } from "../../../stage/tip.js";
import { Maps } from "./maps.js";
import { Pairs } from "./pairs.js";
import { Sentence } from "./sentence.js";
import { Source } from "./source.js";
import { Steps } from "./steps.js";
import { headName, KINDS, shown, sidesOf } from "./words.js";

/** @typedef {import("../../../stage/types.js").Floats} Floats */
/** @typedef {import("./words.js").Kind} Kind */

/**
 * @typedef {object} TransformerScene
 * @property {string} task
 * @property {string} separator  between the words of the target
 * @property {string[]} target_words  the vocabulary
 * @property {{source: string[], target: string[], alignment: number[][]}[]} pairs  of the test, those in sight
 * @property {string} example  a source to type
 * @property {string} held_out  what combination is; empty for pairs drawn at random
 * @property {{encoder: number, decoder: number}} layers
 * @property {number} heads
 * @property {number} width
 * @property {"pre"|"post"} norm
 *
 * @typedef {object} Shown  a sentence
 * @property {string[]} source
 * @property {string|null} problem  why what was typed is not translated
 * @property {number|null} pair  which test pair it is
 * @property {"free"|"forced"} running  whether the decoder is given its own words or the true ones
 * @property {string[]} given  what it is given, from start
 * @property {string[]} free  what it writes given its own words
 * @property {string[]} [forced]  what it writes given the true words
 * @property {string[]|null} target  the truth, to its end
 * @property {number[][]|null} alignment
 *
 * @typedef {object} TransformerArrays
 * @property {Floats} shares  (T, V)
 * @property {Floats} encoder  (L, H, S, S)
 * @property {Floats} decoder  (L, H, T, T)
 * @property {Floats} cross  (L, H, T, S)
 * @property {Floats} [queries]  (T, d) of one head, as are the next five
 * @property {Floats} [keys]  (S, d)
 * @property {Floats} [values]  (S, d)
 * @property {Floats} [scores]  (T, S)
 * @property {Floats} [weights]  (T, S)
 * @property {Floats} [heads]  (T, d)
 * @property {Floats} [embeddings]  (T, D)
 * @property {Floats} [positions]  (T, D)
 * @property {Floats} [flow]  (R, T, D) of one layer
 * @property {Floats} [hidden]  (T, 4 D)
 *
 * @typedef {object} Look
 * @property {"translate"|"inside"|"layer"} panel
 * @property {string} source
 * @property {number} pair
 * @property {"free"|"forced"} running
 * @property {Kind} attention  of the head that is looked into
 * @property {number} layer
 * @property {number|null} head
 * @property {boolean} valued
 *
 * @typedef {object} Choice  which attention is drawn large, and which place of the words is seen
 * @property {Kind} kind
 * @property {number} layer
 * @property {number|null} head  null: all of them
 * @property {number|null} place  null: all of them
 *
 * @typedef {object} TransformerExtra
 * @property {Look} view
 * @property {Shown} shown
 * @property {string[][]} written  how the test pairs in sight were translated when they were measured
 * @property {Record<string, number[]>} alignments  of each cross-attention's heads
 * @property {{causal_mask: boolean, add_positions: boolean, cross_attention: boolean, silent: string}} changed
 *
 * @typedef {import("../../../stage/types.js").Header & TransformerExtra & {scene?: TransformerScene}} TransformerHeader
 * @typedef {import("../../../stage/types.js").Moment<TransformerHeader, TransformerScene, TransformerArrays & import("../../../stage/types.js").Arrays>} Moment
 */

/** Called by Streamlit, and by the player of a recording. */
export default mounting((/** @type {import("../../../stage/shell.js").Shell<Moment>} */ shell) => new TransformerPicture(shell));

class TransformerPicture {
  /** @param {import("../../../stage/shell.js").Shell<Moment>} shell */
  constructor(shell) {
    this.shell = shell;
    this.styles = ["labs/transformer/stage/picture.css"];
    /** @type {Choice} */
    this.choice = { kind: "cross", layer: 0, head: null, place: null };
    const isLive = !shell.stops, look = (/** @type {Partial<Look>} */ change) => shell.look(change);
    this.tip = new Tip(shell.root);
    this.source = new Source(isLive ? (source) => look({ source }) : null);
    this.sentence = new Sentence(this.tip, (place) => this.choose({ place: place === this.choice.place ? null : place }));
    this.maps = new Maps((choice) => this.choose(choice));
    this.steps = new Steps((place) => this.choose({ place }));
    this.inside = new HeadPanel(this.tip);
    this.layer = new LayerPanel(this.tip);
    this.opens = chip("Inside this head", "Every number from the embedding to what the head gives", () => this.open("inside"));
    this.opensLayer = chip("Inside this layer", "Every number from what comes into the layer to what leaves it: add, norm, feed-forward", () => this.open("layer"));
    this.pairs = new Pairs(isLive ? (pair) => { this.source.clear(); look({ pair, source: "" }); } : null);
    this.curves = new Curves(() => shell.request());
    this.title = h("strong");
    this.note = h("span", { class: "nn-transformer-aligned" });
    this.silence = h("button", { class: "nn-button nn-live", type: "button", "data-sets": "silent", onclick: () => this.toggleHead() }, "Switch off");
    this.running = chip("Given the true words", "Teacher forcing: the decoder is given the true words, as in training", () => look({ running: this.isForced() ? "free" : "forced" }));
    this.valued = chip("‖α v‖", "Weighted by values: how much each word gives, not only how much it is looked at", () => look({ valued: !shell.moment?.header.view.valued }));
    const bar = h("div", { class: "nn-transformer-row nn-transformer-head-bar" }, this.title, this.note, this.silence,
      h("span", { class: "nn-transformer-tools nn-live" }, this.opens, this.opensLayer, this.running, this.valued));
    this.below = h("div", { class: "nn-transformer-below" }, this.steps.element, this.maps.element);
    this.left = h("section", { class: "nn-transformer-left", "aria-label": "Network" }, h("h2", { class: "nn-unseen" }, "Network"),
      this.source.element, bar, this.sentence.element, this.inside.element, this.layer.element, this.below);
    this.side = h("div", { class: "nn-transformer-side" }, this.pairs.element, this.curves.element);
    this.element = h("div", { class: "nn-transformer" }, this.left, this.side);
    this.tour = [
      { at: this.sentence.element, words: "Attention: above are the words read, below those written. A line is as strong as the look from one to the other. In the square, a dot marks the true word." },
      { at: this.maps.element, words: "Every head of every layer. Click one to see it large." },
      { at: this.pairs.element, words: "Test pairs, which it never trains on. Click one to follow its translation." },
    ];
    this.sized = [this.left, this.side, this.maps.element];
    this.isSceneStale = false;
  }

  /** @param {import("../../../stage/colors.js").Theme} theme */
  setTheme(theme) {
    for (const part of [this.sentence, this.inside, this.layer, this.maps, this.curves]) part.setTheme(theme);
  }

  resize() {
    const { scale } = this.shell;
    this.sentence.resize(this.left.clientWidth, scale);
    this.inside.resize(this.left.clientWidth, scale);
    this.layer.resize(this.left.clientWidth, scale);
    this.maps.resize(this.maps.element.clientWidth, scale);
    this.curves.resize(this.side.clientWidth, scale);
  }

  /** @param {import("../../../stage/types.js").Received<Moment>} moment */
  take(moment) {
    if (moment.header.scene) {
      this.curves.restart(moment);
      this.isSceneStale = true;
    }
    this.curves.add(moment.header);
    return moment;
  }

  /** @param {Partial<Choice>} change */
  choose(change) {
    Object.assign(this.choice, change);
    this.follow();
    this.shell.numbersStale = true;
    this.shell.repaint();
  }

  /** Look into the chosen head or layer, or no longer. @param {"inside"|"layer"} panel */
  open(panel) {
    const isOpen = this.shell.moment?.header.view.panel === panel;
    this.shell.look({ panel: isOpen ? "translate" : panel });
    this.choose(panel === "inside" ? { head: this.choice.head ?? 0 } : {});
  }

  /** The server computes the numbers of the head that is chosen. */
  follow() {
    const { kind, layer, head } = this.choice;
    if (!this.shell.stops) this.shell.look({ attention: kind, layer, head });
  }

  /** The numbers of the chosen head, if they have come. @param {Moment} moment @returns {import("../../../stage/head.js").HeadNumbers|null} */
  headNumbers({ header: { view, shown: said }, arrays: { queries, keys, values, scores, weights, heads, embeddings, positions } }) {
    const { kind, layer, head } = this.choice;
    if (view.panel !== "inside" || view.attention !== kind || view.layer !== layer || view.head !== head || head === null) return null;
    if (!queries || !keys || !values || !scores || !weights || !heads || !embeddings || !positions) return null;
    const { looking, looked } = sidesOf(kind, said), place = Math.min(this.choice.place ?? 0, weights.shape[0] - 1);
    const own = kind === "encoder" ? looking[place] : said.given[place];
    return { queries, keys, values, scores, weights, heads, embeddings, positions, place, name: shown(looking[place] ?? ""),
      embedding: `√D · e(${shown(own)})`, looked: looked.map(shown) };
  }

  /** The numbers of the chosen layer at the chosen place, if they have come. @param {Moment} moment */
  layerNumbers({ header: { view, shown: said }, scene: { norm }, arrays: { flow, hidden } }) {
    const { kind, layer } = this.choice;
    if (view.panel !== "layer" || (view.attention === "encoder") !== (kind === "encoder") || view.layer !== layer || !flow || !hidden) return null;
    const [, T, D] = flow.shape, place = Math.min(this.choice.place ?? 0, T - 1), wide = hidden.shape[1];
    const steps = stepsOf(kind === "encoder" ? ["attention", "feed_forward"] : ["attention", "cross", "feed_forward"], norm);
    const own = kind === "encoder" ? said.source[place] : said.given[place];
    return {
      steps, name: `${kind === "encoder" ? KINDS.encoder : KINDS.decoder} layer ${layer + 1}, at “${shown(own ?? "")}”`,
      rows: steps.map((_, row) => flow.subarray((row * T + place) * D, (row * T + place + 1) * D)),
      hidden: hidden.subarray(place * wide, (place + 1) * wide),
    };
  }

  /** What is chosen is of this network and this sentence. @param {Moment} moment */
  settle({ scene: { heads, layers }, arrays }) {
    const { choice } = this, depth = choice.kind === "encoder" ? layers.encoder : layers.decoder;
    choice.layer = Math.min(choice.layer, depth - 1);
    if (choice.head !== null && choice.head >= heads) choice.head = null;
    if (choice.place !== null && choice.place >= arrays[choice.kind].shape[2]) choice.place = null;
  }

  /** Switch the chosen head off, or on again. */
  toggleHead() {
    const { kind, layer, head } = this.choice, { moment } = this.shell;
    if (head === null || !moment) return;
    const name = `${kind}.${layer}.${head}`, off = moment.header.changed.silent.split(",").filter(Boolean);
    this.shell.ask({ silent: (off.includes(name) ? off.filter((each) => each !== name) : [...off, name]).join(",") });
  }

  isForced() {
    return this.shell.moment?.header.shown.running === "forced";
  }

  /**
   * @param {Moment} moment
   * @param {number} _now
   * @param {boolean} _flowing
   * @param {boolean} fresh
   */
  paint(moment, _now, _flowing, fresh) {
    if (this.isSceneStale) {
      this.pairs.build(moment);
      this.shell.numbersStale = true;
    }
    this.isSceneStale = false;
    if (!fresh) return;
    this.settle(moment);
    this.sentence.paint(moment, this.choice);
    const head = this.headNumbers(moment), layer = this.layerNumbers(moment);
    this.inside.element.hidden = moment.header.view.panel !== "inside" || this.choice.head === null;
    this.layer.element.hidden = moment.header.view.panel !== "layer";
    if (head) this.inside.paint(head);
    if (layer) this.layer.paint(layer.steps, layer.rows, layer.hidden);
    this.maps.paint(moment, this.choice);
  }

  /** @param {number} now */
  tick(now) {
    this.curves.paint(now);
  }

  get isRestless() {
    return this.curves.dirty;
  }

  /** @param {Moment} moment */
  showNumbers(moment) {
    const { kind, layer, head } = this.choice, { alignments, changed, view, shown: said } = moment.header;
    setText(this.title, headName(kind, layer, head));
    const own = kind === "cross" ? alignments[`cross.${layer}`] : undefined;
    const mean = own && (head === null ? own.reduce((sum, each) => sum + each, 0) / own.length : own[head]);
    setText(this.note, mean === undefined ? "" : `${percent(mean)} of it on the true words`);
    this.silence.hidden = head === null;
    const isOff = changed.silent.split(",").includes(`${kind}.${layer}.${head}`);
    setText(this.silence, isOff ? "Switch on" : "Switch off");
    setAttribute(this.silence, "aria-pressed", String(isOff));
    setAttribute(this.running, "aria-pressed", String(said.running === "forced"));
    this.running.hidden = said.pair === null;
    setAttribute(this.valued, "aria-pressed", String(view.valued));
    setAttribute(this.opens, "aria-pressed", String(view.panel === "inside"));
    setAttribute(this.opensLayer, "aria-pressed", String(view.panel === "layer"));
    const inHead = this.headNumbers(moment), inLayer = this.layerNumbers(moment);
    if (inHead) this.inside.showNumbers(inHead);
    if (inLayer) this.layer.showNumbers(inLayer.name, moment.scene.norm, inLayer.hidden);
    this.source.showNumbers(moment);
    this.sentence.showNumbers(moment, this.choice);
    this.maps.showNumbers(moment, this.choice);
    this.steps.showNumbers(moment, this.choice);
    this.pairs.showNumbers(moment);
    this.curves.showNumbers(moment);
    this.tip.refresh();
  }

  /** @param {Moment} moment */
  describe({ header: { step, state, metrics, shown: said }, scene }) {
    return [
      `Step ${count(step)}. ${state === "playing" ? "Playing." : "Paused."} “${said.source.join(" ")}” is translated as “${said.free.map(shown).join(" ")}”.`,
      metricsInWords(scene, metrics),
    ].join(" ");
  }

  destroy() {
    this.tip.destroy();
  }
}

/** @param {string} text @param {string} title @param {() => void} onPress */
function chip(text, title, onPress) {
  return h("button", { class: "nn-transformer-chip", type: "button", title, "aria-pressed": "false", onclick: onPress }, text);
}
