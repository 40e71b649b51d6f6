// @ts-check
/** Messages of the stage: banners, toasts, badges about the connection. */

import { h, setText } from "./dom.js";

const TOAST_MS = 6000;

export class Notices {
  constructor() {
    this.banner = h("div", { class: "nn-banner", role: "alert", hidden: true });
    this.toasts = h("div", { class: "nn-toasts", role: "alert" });
    this.badge = h("div", { class: "nn-badge", role: "status", hidden: true });
    this.afloat = h("div", { class: "nn-afloat" }, this.badge, this.toasts);
    this.expired = false;
  }

  /** @param {string|null} text */
  notice(text) {
    if (this.expired) return;
    setText(this.banner, text ?? "");
    if (this.banner.hidden !== !text) this.banner.hidden = !text;
  }

  /** @param {string} text */
  toast(text) {
    const toast = h("div", { class: "nn-toast" }, text);
    this.toasts.append(toast);
    window.setTimeout(() => toast.remove(), TOAST_MS);
  }

  /** @param {string} text  empty for none */
  connection(text) {
    if (this.expired && text) return;
    if (this.badge.textContent === text) return;
    this.badge.textContent = text;
    this.badge.hidden = !text;
  }

  /** Show that the server does not know this page, and that only a reload is sure to help. */
  expire() {
    if (this.expired) return;
    this.connection("");
    this.notice("The server knows this page no more: it was away for too long, or the server has been started anew. "
      + "Reload to open this run again.");
    this.expired = true;
    this.banner.append(h("button", { class: "nn-button", type: "button", onclick: () => location.reload() }, "Reload"));
  }

  /** Hide that message after a reconnection. */
  revive() {
    if (!this.expired) return;
    this.expired = false;
    this.notice(null);
  }
}
