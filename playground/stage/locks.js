// @ts-check
/** What sets a setting that a link for a class has locked: it is greyed, and says why. */

import { setAttribute } from "./dom.js";

export const REASON = "This is locked by the link that opened the page.";

/** Holds every part of a stage whose ``data-sets`` names a locked setting: those that are there, and those that come. */
export class Locks {
  /**
   * @param {HTMLElement} root
   * @param {() => void} onRefuse  a held part was pressed
   */
  constructor(root, onRefuse) {
    this.root = root;
    /** @type {string[]} */
    this.names = [];
    this.observer = new MutationObserver(() => this.mark());
    root.addEventListener("click", (event) => {
      if (!(event.target instanceof Element) || !event.target.closest(".nn-locked")) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      onRefuse();
    }, true);
  }

  /** @param {string[]} names  of the locked settings */
  hold(names) {
    if (names.join() === this.names.join()) return;
    this.names = names;
    this.observer.disconnect();
    this.mark();
    if (names.length) this.observer.observe(this.root, { subtree: true, childList: true, attributes: true, attributeFilter: ["data-sets", "title"] });
  }

  /** Whether any of some settings is locked. @param {string[]} names */
  has(names) {
    return names.some((name) => this.names.includes(name));
  }

  mark() {
    for (const part of /** @type {NodeListOf<HTMLElement>} */ (this.root.querySelectorAll("[data-sets]"))) {
      const isLocked = this.has((part.dataset.sets ?? "").split(" "));
      if (!isLocked && !part.classList.contains("nn-locked")) continue;
      part.classList.toggle("nn-locked", isLocked);
      // A button stays in reach of the pointer and of keys, which find the reason there.
      if (part instanceof HTMLSelectElement) part.disabled = isLocked;
      if (isLocked) setAttribute(part, "title", REASON);
      else part.removeAttribute("title");
      if (isLocked) setAttribute(part, "aria-disabled", "true");
      else part.removeAttribute("aria-disabled");
    }
  }

  destroy() {
    this.observer.disconnect();
  }
}
