// @ts-check
/** What a person can do to a layer while it trains: the small card that a press on it opens. */

import { h, setAttribute, setText } from "../../../stage/dom.js";

/** @typedef {import("./picture.js").Changed} Changed */
/** @typedef {import("./picture.js").Intervention} Intervention */
/** @typedef {import("./picture.js").Name} Name */

/** @type {[Intervention, string, string][]}  what it is called where it is not done, and where it is */
const CHOICES = [
  ["frozen", "Freeze its weights", "Frozen: let it learn again"],
  ["zeroed", "Set its output to 0", "Output is 0: give it back"],
  ["cut", "Cut its skip", "Skip is cut: mend it"],
];
const GAP = 6;

export class Menu {
  /**
   * @param {HTMLElement} root  in which the card lies
   * @param {((changed: Partial<Changed>) => void)|null} ask  null: nothing can be changed
   */
  constructor(root, ask) {
    this.root = root;
    this.ask = ask;
    /** @type {Changed} */
    this.changed = { frozen: [], zeroed: [], cut: [] };
    /** @type {{name: Name, depth: number}[]} */
    this.networks = [];
    /** @type {{layer: number, button: HTMLElement, name: Name}|null} */
    this.at = null;
    this.title = h("div", { class: "nn-card-title" });
    this.choices = CHOICES.map(([what]) => h("button", { type: "button", class: "nn-button", "data-sets": what, onclick: () => this.toggle(what) }));
    this.element = h("div", { class: "nn-card nn-deep-menu", role: "dialog", hidden: true }, this.title, ...this.choices);
    root.append(this.element);
    document.addEventListener("pointerdown", (this.dismiss = (/** @type {PointerEvent} */ { target }) => {
      if (!this.element.contains(/** @type {Node} */ (target))) this.close();
    }), true);
    this.element.addEventListener("keydown", (event) => {
      event.stopPropagation(); // the page's own shortcuts
      if (event.key !== "Escape") return;
      const { at } = this;
      this.close();
      at?.button.focus();
    });
  }

  /**
   * @param {number} layer  from 1
   * @param {Name} name
   * @param {HTMLElement} button
   */
  open(layer, name, button) {
    if (!this.ask) return;
    this.at = { layer, name, button };
    this.element.hidden = false;
    this.refresh();
    const frame = this.root.getBoundingClientRect(), place = button.getBoundingClientRect();
    const left = Math.max(0, Math.min(place.left - frame.left, frame.width - this.element.offsetWidth));
    this.element.style.left = `${left}px`;
    this.element.style.top = `${place.bottom - frame.top + GAP}px`;
    this.choices[0].focus({ preventScroll: true });
  }

  /**
   * What is changed now.
   *
   * @param {Changed|undefined} changed
   * @param {{name: Name, depth: number}[]} networks
   */
  show(changed, networks) {
    if (changed) this.changed = changed;
    this.networks = networks;
    this.refresh();
  }

  refresh() {
    if (!this.at) return;
    const { layer } = this.at, depth = Math.max(...this.networks.map((network) => network.depth));
    const has = { frozen: true, zeroed: layer < depth, cut: layer > 1 && layer < depth && this.networks.some(({ name }) => name === "residual") };
    setText(this.title, this.networks.length > 1 ? `Layer ${layer} of all networks` : `Layer ${layer}`);
    setAttribute(this.element, "aria-label", `Layer ${layer}`);
    CHOICES.forEach(([what, todo, done], i) => {
      const isDone = this.changed[what].includes(layer);
      this.choices[i].hidden = !has[what];
      setText(this.choices[i], isDone ? done : todo);
      setAttribute(this.choices[i], "aria-pressed", String(isDone));
    });
  }

  /** @param {Intervention} what */
  toggle(what) {
    if (!this.at) return;
    const { layer } = this.at, now = this.changed[what];
    const next = now.includes(layer) ? now.filter((each) => each !== layer) : [...now, layer].sort((a, b) => a - b);
    this.changed = { ...this.changed, [what]: next };
    this.ask?.({ [what]: next });
    this.refresh();
  }

  close() {
    this.at = null;
    this.element.hidden = true;
  }

  destroy() {
    document.removeEventListener("pointerdown", this.dismiss, true);
  }
}
