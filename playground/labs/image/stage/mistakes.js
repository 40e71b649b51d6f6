// @ts-check
/** What is taken for what: the confusion matrix of the test images, and the images behind a cell, or the hardest. */

import { h, setAttribute, setText } from "../../../stage/dom.js";
import { loss } from "../../../stage/format.js";
import { context2d } from "../../../stage/dom.js";
import { forPointer } from "../../../stage/touch.js";
import { Tiles } from "./tiles.js";

/** @typedef {import("./picture.js").ImageMoment} Moment */
/** @typedef {import("../../../stage/colors.js").Theme} Theme */

const SIDE = 64, STATIC = 100;
const SHORT = 4, LONGEST = 8; // signs of a class that fit above a cell, and that are written

export class Mistakes {
  /**
   * @param {((cell: [number, number]|null) => void)|null} onCell
   * @param {((image: number) => void)|null} onLook
   */
  constructor(onCell, onLook) {
    this.onCell = onCell;
    this.onLook = onLook;
    this.table = h("table", { class: "nn-image-confusion" });
    this.note = h("p", { class: "nn-image-note" });
    this.noise = h("p", { class: "nn-image-note" });
    this.heading = h("strong", {});
    this.hardest = h("button", { class: "nn-image-choice", type: "button", onclick: () => this.onCell?.(null) }, "Hardest");
    this.images = h("div", { class: "nn-image-found" });
    this.element = h("div", { class: "nn-image-mistakes" }, h("div", {}, this.note, h("div", { class: "nn-image-scroller" }, this.table), this.noise),
      h("div", {}, h("div", { class: "nn-image-bar" }, this.heading, this.hardest), this.images));
    this.tiles = new Tiles();
    /** @type {HTMLElement[]} */
    this.cells = [];
    this.built = this.said = "";
  }

  /** @param {Theme} theme */
  setTheme(theme) {
    this.inks = theme.inks;
    this.said = "";
  }

  resize() {}

  paint() {}

  /** @param {string[]} classes */
  build(classes) {
    if (this.built === classes.join()) return;
    this.built = classes.join();
    const name = (/** @type {string} */ text) => text.slice(0, LONGEST);
    this.table.classList.toggle("nn-upright", classes.some((text) => text.length > SHORT));
    this.cells = [];
    this.table.replaceChildren(
      h("tr", {}, h("th", {}, "is \\ taken for"), ...classes.map((text) => h("th", { scope: "col", title: text }, name(text)))),
      ...classes.map((text, row) => h("tr", {}, h("th", { scope: "row", title: text }, name(text)), ...classes.map((_, column) => {
        const button = h("button", { type: "button", disabled: !this.onCell, onclick: () => this.onCell?.([row, column]) });
        this.cells.push(button);
        return h("td", {}, button);
      }))));
  }

  /** @param {Moment} moment */
  showNumbers({ scene: { classes }, header: { view }, arrays: { confusion, found, found_images, found_losses, found_answers, found_labels, sure } }) {
    if (!confusion || !found) return;
    this.build(classes);
    const largest = Math.max(1, ...confusion), n = classes.length;
    const total = confusion.reduce((a, b) => a + b, 0), right = classes.reduce((sum, _, i) => sum + confusion[i * n + i], 0);
    setText(this.note, `${right} of ${total} test images are right: the diagonal. ${forPointer("Look for cells beside it; press one to see its images.")}`);
    const of = sure.reduce((a, b) => a + b, 0), most = sure.indexOf(Math.max(...sure));
    setText(this.noise, `Of ${STATIC} images of static, which are nothing at all, the network is surely (more than 90%) wrong about ${of}`
      + (of ? `; it takes ${sure[most] === of ? (of === 1 ? "it" : "all") : sure[most]} for ${classes[most]}. A softmax has no answer for “none of these”.` : "."));
    this.cells.forEach((button, i) => {
      const row = Math.floor(i / n), column = i % n, value = confusion[i], isChosen = view.cell?.[0] === row && view.cell[1] === column;
      setText(button, value ? String(value) : "·");
      button.style.setProperty("--nn-share", String(value ? 0.1 + 0.9 * Math.sqrt(value / largest) : 0));
      button.classList.toggle("nn-wrong", row !== column && value > 0);
      setAttribute(button, "aria-pressed", String(isChosen));
      setAttribute(button, "aria-label", `${value} of class ${classes[row]} taken for ${classes[column]}`);
    });
    setAttribute(this.hardest, "aria-pressed", String(view.cell === null));
    setText(this.heading, view.cell ? `${classes[view.cell[0]]} taken for ${classes[view.cell[1]]}` : "The largest losses");
    const said = JSON.stringify([Array.from(found), Array.from(found_losses)]);
    if (said === this.said || !this.inks) return;
    this.said = said;
    const { inks } = this;
    this.images.replaceChildren(...Array.from(found, (image, i) => {
      const canvas = h("canvas", { width: SIDE, height: SIDE, "aria-hidden": "true" });
      this.tiles.draw(context2d(canvas), found_images, i * 784, 28, 28, inks, 0, 0, SIDE, SIDE);
      const words = `${classes[found_labels[i]]} → ${classes[found_answers[i]]}`;
      return h("button", { type: "button", class: "nn-image-one", disabled: !this.onLook, title: "Look inside the network with this image", onclick: () => this.onLook?.(image) },
        canvas, h("span", {}, words), h("small", {}, `loss ${loss(found_losses[i])}`));
    }));
    if (!found.length) this.images.replaceChildren(h("p", {}, "No image is here now."));
  }
}
