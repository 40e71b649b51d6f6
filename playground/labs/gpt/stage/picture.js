// @ts-check
/** The picture of a network that writes: its text and the next token, and a panel of what is inside. */

import { Curves } from "../../../stage/curves.js";
import { h, setAttribute, setText } from "../../../stage/dom.js";
import { count } from "../../../stage/format.js";
import { metricsInWords } from "../../../stage/metrics.js";
import { mounting } from "../../../stage/shell.js";
import { Tip } from "../../../stage/tip.js";
import { Attention } from "./attention.js";
import { Embeddings } from "./embeddings.js";
import { InsideHead, InsideLayer } from "./inside.js";
import { Lens } from "./lens.js";
import { NextToken } from "./next.js";
import { Sizes } from "./sizes.js";
import { Writing } from "./writing.js";

/** @typedef {import("../../../stage/types.js").Floats} Floats */
/** @typedef {import("../../../stage/types.js").Bytes} Bytes */
/** @typedef {import("../../../stage/types.js").Integers} Integers */

/**
 * @typedef {object} TextScene
 * @property {string} vocabulary
 * @property {number} layers
 * @property {number} heads
 * @property {number} width
 * @property {number} places
 * @property {"pre"|"post"} norm
 * @property {number} parameters
 *
 * @typedef {"attention"|"inside"|"layer"|"lens"|"embeddings"|"sizes"} PanelName
 *
 * @typedef {object} Look
 * @property {PanelName} panel
 * @property {string} prompt
 * @property {number} temperature
 * @property {number} top_k
 * @property {number} top_p
 * @property {number} draw
 * @property {number} place
 * @property {number} layer
 * @property {number} head
 *
 * @typedef {object} Written
 * @property {Look} view
 * @property {string} prompt
 * @property {string} text  what the network writes behind it
 * @property {number} written_at  the step of the text
 * @property {[number, number]} copied  the longest span of the text that is in the training text
 * @property {number} place  behind which the next token is shown; 0 is the line's end before the prompt
 * @property {string} off
 * @property {string} banned
 *
 * @typedef {object} TextArrays  see ``probes.py``
 * @property {Integers} tokens
 * @property {Floats} logits
 * @property {Floats} scaled
 * @property {Bytes} kept
 * @property {Floats} probabilities
 * @property {Floats} [weights]
 * @property {Floats} [value_sizes]
 * @property {Floats} [scores]
 * @property {Floats} [queries]
 * @property {Floats} [keys]
 * @property {Floats} [values]
 * @property {Floats} [heads]
 * @property {Floats} [vectors]
 * @property {Floats} [places]
 * @property {Floats} [flow]
 * @property {Floats} [hidden]
 * @property {Integers} [lens]
 * @property {Floats} [lens_shares]
 * @property {Floats} [embeddings]
 * @property {Floats} [embedding_shares]
 *
 * @typedef {import("../../../stage/types.js").Header & {scene?: TextScene} & Written} TextHeader
 * @typedef {import("../../../stage/types.js").Moment<TextHeader, TextScene, TextArrays & import("../../../stage/types.js").Arrays>} TextMoment
 */

/** @type {[PanelName, string, string][]} */
const PANELS = [
  ["attention", "Attention", "Where each head looks"],
  ["inside", "Inside a head", "Every number from the embedding to what the head gives"],
  ["layer", "Inside a layer", "Every number from what comes into the layer to what leaves it: attention, add, norm, feed-forward"],
  ["lens", "Logit lens", "What each layer would say"],
  ["embeddings", "Embeddings", "Which characters are alike to the network"],
  ["sizes", "Sizes", "This network beside GPT-1, GPT-2 and GPT-3"],
];

/** Called by Streamlit, and by the player of a recording. */
export default mounting((/** @type {import("../../../stage/shell.js").Shell<TextMoment>} */ shell) => new TextPicture(shell));

class TextPicture {
  /** @param {import("../../../stage/shell.js").Shell<TextMoment>} shell */
  constructor(shell) {
    this.shell = shell;
    this.styles = ["labs/gpt/stage/picture.css"];
    const isLive = !shell.stops;
    const look = isLive ? (/** @type {Partial<Look>} */ change) => shell.look(change) : null;
    const ask = isLive ? (/** @type {Record<string, string>} */ change) => shell.ask(change) : null;
    this.writing = new Writing(look);
    this.next = new NextToken(look, ask);
    this.attention = new Attention(look, ask);
    this.tip = new Tip(shell.root);
    this.inside = new InsideHead(this.tip, look);
    this.layer = new InsideLayer(this.tip, look);
    this.lens = new Lens(look);
    this.embeddings = new Embeddings();
    this.sizes = new Sizes();
    this.curves = new Curves(() => shell.request());
    this.nats = h("p", { class: "nn-gpt-note nn-gpt-bits" });
    this.panels = PANELS.map(([name, text, title]) => ({
      name,
      button: h("button", { class: "nn-gpt-choice", type: "button", title, "aria-pressed": "false", onclick: () => look?.({ panel: name }) }, text),
    }));
    this.tools = h("div", { class: "nn-gpt-bar nn-live", role: "toolbar", "aria-label": "What is shown" }, ...this.panels.map(({ button }) => button));
    this.main = h("div", { class: "nn-gpt-main" });
    this.left = h("section", { class: "nn-gpt-left", "aria-label": "Network" },
      h("h2", { class: "nn-unseen" }, "Network"), this.writing.element, this.tools, this.main);
    this.side = h("div", { class: "nn-gpt-side" }, this.next.element, this.curves.element, this.nats);
    this.element = h("div", { class: "nn-gpt" }, this.left, this.side);
    this.tour = [
      { at: this.writing.element, words: "What it writes, always with the same random numbers: letters become words, words become sentences. Click a letter to see what it expects next." },
      { at: this.next.element, words: "The likeliest next letters: the number that it gives each (logit), and what temperature, top-k and top-p make of it." },
      { at: this.main, words: "Every head: which earlier letter (column) each letter (row) looks at. Darker is more." },
      { at: this.curves.element, words: "The loss, with what counting alone would reach: single letters, pairs, triples." },
    ];
    this.sized = [this.left, this.side];
    /** @type {Attention|InsideHead|InsideLayer|Lens|Embeddings|Sizes|null} */
    this.open = null;
  }

  /** @param {import("../../../stage/colors.js").Theme} theme */
  setTheme(theme) {
    for (const part of [this.attention, this.inside.panel, this.layer.panel, this.embeddings, this.curves]) part.setTheme(theme);
  }

  resize() {
    const { scale } = this.shell;
    this.attention.resize(this.left.clientWidth, scale);
    this.inside.panel.resize(this.left.clientWidth, scale);
    this.layer.panel.resize(this.left.clientWidth, scale);
    this.embeddings.resize(this.left.clientWidth, scale);
    this.curves.resize(this.side.clientWidth, scale);
  }

  /** @param {import("../../../stage/types.js").Received<TextMoment>} moment */
  take(moment) {
    if (moment.header.scene) this.curves.restart(moment);
    this.curves.add(moment.header);
    this.writing.add(moment.header);
    return moment;
  }

  /**
   * @param {TextMoment} moment
   * @param {number} _now
   * @param {boolean} _flowing
   * @param {boolean} fresh
   */
  paint(moment, _now, _flowing, fresh) {
    const part = this[moment.header.view.panel];
    if (part !== this.open) {
      this.open = part;
      this.main.replaceChildren(part.element);
      this.shell.numbersStale = true;
    }
    if (fresh) part.paint(moment);
  }

  /** @param {number} now */
  tick(now) {
    this.curves.paint(now);
  }

  get isRestless() {
    return this.curves.dirty;
  }

  /** @param {TextMoment} moment */
  showNumbers(moment) {
    const { header } = moment, loss = header.metrics.test_loss;
    for (const { name, button } of this.panels) setAttribute(button, "aria-pressed", String(name === header.view.panel));
    this.writing.showNumbers(moment);
    this.next.showNumbers(moment);
    this.open?.showNumbers(moment);
    this.curves.showNumbers(moment);
    this.tip.refresh();
    setText(this.nats, loss == null ? "" : `Test loss: ${loss.toFixed(3)} nats, or ${(loss / Math.LN2).toFixed(3)} bits a character.`);
  }

  /** @param {TextMoment} moment */
  describe({ header, scene }) {
    const { step, state, metrics, prompt, text } = header;
    return [
      `Step ${count(step)}. ${state === "playing" ? "Playing." : "Paused."} ${scene.layers} layers of ${scene.heads} heads.`,
      `After “${prompt}” the network writes: ${text}`,
      metricsInWords(scene, metrics),
    ].join(" ");
  }

  destroy() {
    this.tip.destroy();
  }
}
