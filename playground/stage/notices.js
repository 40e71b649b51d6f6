// @ts-check
/** What the stage has to say besides the picture: banners, passing toasts, badges about the connection. */

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
    setText(this.badge, text);
    this.badge.hidden = !text;
  }

  /** The server that knew this page is gone; only a new page can go on. */
  expire() {
    this.connection("");
    this.notice("This page is from an earlier server. Reload to go on.");
    this.expired = true;
    this.banner.append(h("button", { class: "nn-button", type: "button", onclick: () => location.reload() }, "Reload"));
  }
}
