// @ts-check
/** What can be opened below the network, one at a time: an activation, a check, questions to answer first, a real neuron. */

import { h, setAttribute } from "../../../stage/dom.js";

/** @typedef {import("./picture.js").NeuronMoment} Moment */
/** @typedef {import("./shape.js").Port} Port */

/**
 * @typedef {object} Tool
 * @property {string} title
 * @property {HTMLElement} element
 * @property {import("../../../stage/types.js").View} [look]  what is computed for it while it is open
 * @property {(theme: import("../../../stage/colors.js").Theme) => void} [setTheme]
 * @property {(width: number, scale: number) => void} [resize]  in CSS pixels
 * @property {(moment: Moment) => void} [build]
 * @property {(moment: Moment) => void} [paint]
 * @property {(moment: Moment) => void} [showNumbers]
 * @property {(port: Port) => void} [pick]  takes a weight that was clicked
 * @property {(isOpen: boolean, moment: Moment|null) => void} [open]
 */

const NOTHING = { sums: false, check: null };

export class Study {
  /**
   * @param {Tool[]} tools
   * @param {(view: import("../../../stage/types.js").View) => void} look
   * @param {(tool: Tool|null) => void} onChange
   */
  constructor(tools, look, onChange) {
    this.tools = tools;
    this.look = look;
    this.onChange = onChange;
    /** @type {Tool|null} */
    this.tool = null;
    /** @type {Moment|null} */
    this.moment = null;
    this.chips = tools.map((tool) => h("button", {
      class: "nn-neuron-phase", type: "button", "aria-expanded": "false", onclick: () => this.open(this.tool === tool ? null : tool),
    }, tool.title));
    this.body = h("div", { class: "nn-neuron-tool", hidden: true });
    this.element = h("section", { class: "nn-neuron-study", "aria-label": "Look closer" },
      h("h2", { class: "nn-unseen" }, "Look closer"), h("div", { class: "nn-neuron-phases" }, ...this.chips), this.body);
  }

  /** @param {Tool|null} tool */
  open(tool) {
    this.tool?.open?.(false, this.moment);
    this.tool = tool;
    this.tools.forEach((each, i) => {
      setAttribute(this.chips[i], "aria-expanded", String(each === tool));
      setAttribute(this.chips[i], "aria-pressed", String(each === tool));
    });
    this.body.hidden = tool === null;
    this.body.replaceChildren(...(tool ? [tool.element] : []));
    tool?.open?.(true, this.moment);
    this.look({ ...NOTHING, ...tool?.look });
    this.onChange(tool);
  }
}

/** The place of the weight with the steepest gradient: the one of which there is most to say. @param {Moment} moment */
export function steepest({ arrays: { gradients } }) {
  return gradients.reduce((best, gradient, place) => (Math.abs(gradient) > Math.abs(gradients[best]) ? place : best), 0);
}
