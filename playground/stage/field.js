// @ts-check
/**
 * The control of a value that is chosen from a list or typed. What is typed is taken as it stands with Enter or Tab.
 *
 * A live setting goes to the run over the stage's socket at once, and to the page, which reads and checks it.
 * Roles and keys are those of a combobox (www.w3.org/WAI/ARIA/apg/patterns/combobox).
 */

import { h, setAttribute, setText, stylesheet } from "./dom.js";
import { SETTING } from "./socket.js";

/**
 * @typedef {object} Content
 * @property {string} name  of the setting
 * @property {string} label
 * @property {string} help
 * @property {string} value  as text
 * @property {[text: string, value: string][]} options  what is read, and what is sent
 * @property {string|null} refused  what was typed last, where it could not be used
 * @property {number} answers  how many have been given: with another one the field shows what has become of it
 * @property {boolean} live
 * @property {boolean} disabled
 */

/** The frame that shows a live change is painted before the page draws its controls again. */
const HEAD_START_MS = 120;
/** How often a value is sent to the page, and how long it has for an answer. */
const DELIVERIES = 3, ANSWER_MS = 3000;

/** As Streamlit's own. */
const QUESTION_MARK = `<svg viewBox="0 0 24 24" width="16" height="16" fill="none" stroke="currentColor" stroke-width="2"
  stroke-linecap="round" aria-hidden="true"><circle cx="12" cy="12" r="10"/>
  <path d="M9.1 9a3 3 0 0 1 5.8 1c0 2-3 3-3 3"/><path d="M12 17h.01"/></svg>`;

/** @type {WeakMap<HTMLElement, Field>} */
const fields = new WeakMap();

/**
 * Called by Streamlit on mount, on new data and on a change of theme.
 *
 * @param {object} component
 * @param {Content} component.data
 * @param {HTMLElement} component.parentElement
 * @param {(name: string, value: unknown) => void} component.setTriggerValue
 */
export default function mount({ data, parentElement, setTriggerValue }) {
  let field = fields.get(parentElement);
  if (!field) fields.set(parentElement, (field = new Field(parentElement)));
  field.update(data, (text) => setTriggerValue("taken", text));
  return () => field.close();
}

class Field {
  /** @param {HTMLElement} parent */
  constructor(parent) {
    const id = `nn-field-${crypto.getRandomValues(new Uint32Array(2)).join("-")}`;
    this.label = h("label", { for: id });
    this.help = h("button", { class: "nn-field-help", type: "button" });
    this.help.innerHTML = QUESTION_MARK;
    this.words = h("div", { id: `${id}-words`, class: "nn-field-words", popover: "manual", role: "tooltip" });
    setAttribute(this.help, "aria-describedby", this.words.id);
    this.input = h("input", {
      id, type: "text", role: "combobox", autocomplete: "off", spellcheck: "false", "aria-autocomplete": "none",
      "aria-controls": `${id}-list`, "aria-expanded": "false", "aria-haspopup": "listbox",
      onpointerdown: () => { this.isFresh = !this.hasFocus(); this.open(); },
      onclick: () => { if (this.isFresh) this.input.select(); }, // to type over what stands there
      oninput: () => { this.isTyped = true; this.point(null); },
      onkeydown: (/** @type {KeyboardEvent} */ event) => this.press(event),
      onblur: () => { if (this.isTyped) this.take(this.input.value); this.close(); },
    });
    this.list = h("div", { id: `${id}-list`, class: "nn-field-list", role: "listbox", popover: "manual" });
    this.root = h("div", { class: "nn-field" },
      h("div", { class: "nn-field-label" }, this.label, this.help, this.words),
      h("div", { class: "nn-field-box" }, this.input, this.list));
    for (const event of ["pointerenter", "focus"]) this.help.addEventListener(event, () => this.explain(true));
    for (const event of ["pointerleave", "blur"]) this.help.addEventListener(event, () => this.explain(false));
    this.follow = () => this.place();
    /** The option that Enter takes. @type {HTMLElement|null} */
    this.active = null;
    this.isTyped = this.isFresh = false;
    this.timer = 0;
    /** @type {Content|null} */
    this.content = null;
    stylesheet("stage/field.css").then(() => parent.append(this.root));
  }

  /**
   * @param {Content} content
   * @param {(text: string) => void} send
   */
  update(content, send) {
    const before = this.content;
    this.content = content;
    this.send = send;
    const { label, help, options, disabled, refused } = content;
    setText(this.label, label);
    setText(this.words, help);
    setAttribute(this.help, "aria-label", `Help for ${label}`);
    this.input.disabled = disabled;
    setAttribute(this.input, "aria-invalid", String(refused !== null));
    if (JSON.stringify(options) !== JSON.stringify(before?.options)) this.offer(options);
    const isNews = content.value !== before?.value || content.answers !== before?.answers;
    if (isNews && !(this.isTyped && this.hasFocus())) this.show();
  }

  /** What the page has, or what it could not use. */
  show() {
    if (!this.content) return;
    const { value, refused, options } = this.content;
    this.input.value = refused ?? options.find(([, each]) => each === value)?.[0] ?? value;
    this.isTyped = false;
    for (const option of this.options()) setAttribute(option, "aria-selected", String(option.dataset.value === value));
  }

  /** @param {Content["options"]} options */
  offer(options) {
    const id = this.input.id;
    this.list.replaceChildren(...options.map(([text, value], index) => h("div", {
      id: `${id}-${index}`, role: "option", "data-value": value,
      onmousedown: (/** @type {Event} */ event) => event.preventDefault(), // the field keeps the focus
      onclick: () => { this.take(text); this.close(); },
      onpointermove: (/** @type {PointerEvent} */ event) => this.point(/** @type {HTMLElement} */ (event.currentTarget)),
    }, text)));
    this.show();
  }

  /** @param {string} text  as typed, or as an option reads */
  take(text) {
    this.isTyped = false;
    if (!this.content || !text.trim()) return this.show();
    const { name, live, options } = this.content;
    const value = options.find(([each]) => each === text)?.[1] ?? text.trim();
    this.input.value = options.find(([, each]) => each === value)?.[0] ?? value;
    if (live) window.dispatchEvent(new CustomEvent(SETTING, { detail: { name, text: value } }));
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.deliver(value, DELIVERIES), live ? HEAD_START_MS : 0);
  }

  /** Streamlit loses what comes while it begins to draw the page anew. @param {string} value @param {number} times */
  deliver(value, times) {
    const answers = this.content?.answers;
    this.send?.(value);
    if (times > 1) this.timer = window.setTimeout(() => {
      if (this.content?.answers === answers) this.deliver(value, times - 1);
    }, ANSWER_MS);
  }

  /** @param {KeyboardEvent} event */
  press(event) {
    const { key } = event;
    const by = key === "ArrowDown" ? 1 : key === "ArrowUp" ? -1 : 0;
    if (by) {
      event.preventDefault();
      if (this.isOpen()) this.step(by);
      else this.open();
    } else if (key === "Enter") {
      if (this.active) this.take(this.active.textContent ?? "");
      else if (this.isTyped) this.take(this.input.value);
      this.close();
      this.input.select();
    } else if (key === "Escape" && (this.isOpen() || this.isTyped)) {
      event.stopPropagation();
      this.show();
      this.close();
    } else if (key.length === 1 || key === "Backspace" || key === "Delete") {
      event.stopPropagation(); // the stage's shortcuts are not meant
    }
  }

  open() {
    if (this.input.disabled || this.isOpen()) return;
    this.list.showPopover();
    setAttribute(this.input, "aria-expanded", "true");
    this.place();
    this.point(this.options().find((option) => option.getAttribute("aria-selected") === "true") ?? null);
    window.addEventListener("scroll", this.follow, { capture: true, passive: true });
    window.addEventListener("resize", this.follow);
  }

  close() {
    window.removeEventListener("scroll", this.follow, { capture: true });
    window.removeEventListener("resize", this.follow);
    this.point(null);
    setAttribute(this.input, "aria-expanded", "false");
    if (this.isOpen()) this.list.hidePopover();
    this.explain(false);
  }

  /** @param {number} by */
  step(by) {
    const options = this.options();
    const at = this.active ? options.indexOf(this.active) + by : by > 0 ? 0 : options.length - 1;
    this.point(options[(at + options.length) % options.length]);
  }

  /** @param {HTMLElement|null} option */
  point(option) {
    if (this.active !== option) {
      this.active?.classList.remove("nn-active");
      option?.classList.add("nn-active");
      this.active = option;
    }
    setAttribute(this.input, "aria-activedescendant", option?.id ?? "");
    option?.scrollIntoView({ block: "nearest" });
  }

  /** @param {boolean} isShown */
  explain(isShown) {
    if (!this.words.isConnected || isShown === this.words.matches(":popover-open")) return;
    this.words.togglePopover(isShown);
    if (isShown) beside(this.words, this.help, 240);
  }

  place() {
    beside(this.list, this.input, this.input.offsetWidth);
  }

  options() {
    return /** @type {HTMLElement[]} */ ([...this.list.children]);
  }

  isOpen() {
    return this.list.isConnected && this.list.matches(":popover-open");
  }

  hasFocus() {
    return document.activeElement === this.input;
  }
}

/**
 * Below an element, or above it where there is more room; within the window.
 *
 * @param {HTMLElement} popover
 * @param {HTMLElement} anchor
 * @param {number} width
 */
function beside(popover, anchor, width) {
  const gap = 4, frame = anchor.getBoundingClientRect();
  popover.style.width = `${width}px`;
  popover.style.left = `${Math.max(gap, Math.min(frame.left, window.innerWidth - width - gap))}px`;
  const below = window.innerHeight - frame.bottom - 2 * gap, above = frame.top - 2 * gap;
  const isBelow = popover.scrollHeight <= below || below >= above;
  popover.style.maxHeight = `${isBelow ? below : above}px`;
  popover.style.top = isBelow ? `${frame.bottom + gap}px` : "auto";
  popover.style.bottom = isBelow ? "auto" : `${window.innerHeight - frame.top + gap}px`;
}
