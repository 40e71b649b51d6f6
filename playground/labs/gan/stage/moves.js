// @ts-check
/**
 * One round of one player, or of both: an edit of who learns, a step, and the former choice again. The edits are part
 * of the run, so that it can be computed again.
 */

import { h } from "../../../stage/dom.js";

/** @typedef {import("./picture.js").Plays} Plays */
/** @typedef {import("../../../stage/types.js").Message} Message */

/** @type {[Plays, string, string][]} */
const MOVES = [
  ["discriminator", "Step D", "One round in which only D learns"],
  ["generator", "Step G", "One round in which only G learns"],
  ["both", "Step both", "One whole round"],
];

export class Moves {
  /** @param {{send: (message: Message) => void, header: () => import("./picture.js").GANHeader|undefined}} shell */
  constructor({ send, header }) {
    this.send = send;
    this.header = header;
    /** Who learns again once ``at`` is reached. @type {{plays: Plays, at: number}|null} */
    this.after = null;
    this.buttons = MOVES.map(([plays, text, title]) =>
      h("button", { class: "nn-gan-choice", type: "button", title, onclick: () => this.step(plays) }, text));
  }

  /** @param {Plays} plays */
  step(plays) {
    const header = this.header();
    if (!header || this.after) return; // the last one is on its way
    this.send({ type: "pause" });
    if (plays !== header.plays) {
      this.after = { plays: header.plays, at: header.step + 1 };
      this.choose(plays);
    }
    this.send({ type: "step", unit: "update" });
  }

  /** @param {import("./picture.js").GANHeader} header */
  follow({ step, notice }) {
    if (!this.after || (step < this.after.at && !notice)) return;
    this.choose(this.after.plays);
    this.after = null;
  }

  /** @param {Plays} plays */
  choose(plays) {
    this.send({ type: "setting", name: "plays", text: plays });
  }
}
