// @ts-check
/** Accuracy by the length of a sequence. */

import { h, setText } from "../../../stage/dom.js";
import { legend, lines, Plot } from "./plot.js";

/** @typedef {import("./picture.js").SequenceMoment} Moment */

const LABELS = ["single answers", "whole sequences"], TALL = 150;

export class Lengths {
  constructor() {
    this.plot = new Plot("Accuracy by length");
    this.key = h("div", {});
    this.words = h("p", {});
    this.element = h("div", {}, this.key, this.plot.canvas, this.words);
  }

  /** @param {Moment} moment */
  paint({ arrays: { lengths, by_length: shares }, scene: { fresh, trained, span } }) {
    const canvas = lengths && shares && this.plot.begin(TALL);
    if (!canvas || !lengths || !shares) return;
    const count = lengths.length;
    lines(canvas, LABELS.map((label, row) => ({ label, x: lengths, y: shares.subarray(row * count, (row + 1) * count), dots: true })),
      { most: 1, top: "1", x: span.length < 20 ? span : "length", mark: fresh ? { at: trained, label: "trained" } : null });
    if (this.key.dataset.dark !== String(canvas.theme.dark)) this.key.replaceChildren(legend(canvas.theme, LABELS));
    this.key.dataset.dark = String(canvas.theme.dark);
  }

  /** @param {Moment} moment */
  showNumbers({ arrays: { lengths, by_length: shares }, scene: { fresh, trained, mixed, span } }) {
    if (!lengths || !shares) return;
    const count = Math.round(shares[2 * lengths.length]);
    const on = mixed ? `lengths from 1 to ${trained}` : `a length of ${trained} alone`;
    setText(this.words, fresh ? `It is trained on ${on} (${span}). Here are fresh sequences of others, about ${count} of each.` : "The test sequences by their length.");
  }
}
