// @ts-check
/** The connection to the server: opens, sends the hello, and reconnects after every interruption. */

import { tabMemory } from "./memory.js";

/** @typedef {import("./types.js").Message} Message */

/**
 * @typedef {object} Listener
 * @property {(frame: ArrayBuffer) => void} onFrame
 * @property {(text: string) => void} onError  the server's message for the user
 * @property {(text: string) => void} onBusy  the next frame takes long
 * @property {(online: boolean) => void} onOnline
 * @property {() => Message[]} greetings  sent after every hello
 * @property {() => void} onUnreachable  this network blocks WebSockets
 * @property {() => string|null} run  the page's run, as a link, for a server that has lost it
 * @property {() => void} onForgotten  the server does not know the token: the page was away too long, or the server was
 *   restarted
 * @property {() => void} onExpired  the same after several attempts; more follow, since a slow server may still answer
 */

const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 5000;
const OPENING_MS = 15_000;  // time limit of an attempt: on an unstable network some are never answered
const ATTEMPTS_BEFORE_POLLING = 2;
const TOKEN_UNKNOWN = 4401;
const TOO_MANY = 4429;
const REPLACED = 4409;  // another socket has this page's token now
const EARLIER = "playground-token";
const RUN = "playground-run";
const ATTEMPTS_WITH_UNKNOWN_TOKEN = 8;  // within half a minute: a starting server takes a while to draw the page

/** The event on the window by which a control changes a live setting: its detail has ``name`` and ``text``. */
export const SETTING = "playground-setting";

export class Socket {
  /**
   * @param {string} token
   * @param {Listener} listener
   */
  constructor(token, listener) {
    this.token = token;
    this.listener = listener;
    this.everOpen = this.isOnline = this.isRemembered = false;
    /** Messages from before the connection was open. @type {Message[]} */
    this.unsent = [];
    this.failures = this.refusals = 0;
    this.closed = false;
    this.retry = 0;
    this.wire = this.open();
  }

  open() {
    const wire = new WebSocket(socketUrl());
    const opening = window.setTimeout(() => wire.close(), OPENING_MS);
    wire.binaryType = "arraybuffer";
    wire.onopen = () => this.greet(opening);
    wire.onclose = (event) => {
      window.clearTimeout(opening);
      this.cut(event.code, event.reason);
    };
    wire.onmessage = ({ data }) => {
      this.welcome();
      if (typeof data !== "string") return this.listener.onFrame(data);
      const message = JSON.parse(data);
      if (message.type === "busy") this.listener.onBusy(message.text);
      if (message.type === "error") this.listener.onError(message.text);
    };
    return wire;
  }

  /** @param {number} opening  the timer that would give this attempt up */
  greet(opening) {
    window.clearTimeout(opening);
    this.everOpen = true;
    this.failures = 0;
    // A reloaded page has a new token; its former token lets it continue its run.
    const run = this.listener.run() ?? tabMemory.get(RUN);
    this.send({ type: "hello", token: this.token, resume: tabMemory.get(EARLIER), run });
    if (hasEarlierLife()) this.remember();
    this.listener.greetings().forEach((message) => this.send(message));
    this.unsent.splice(0).forEach((message) => this.send(message));
  }

  /** Called when the server has accepted the token. */
  welcome() {
    if (this.isOnline) return;
    this.isOnline = true;
    this.refusals = 0;
    this.listener.onOnline(true);
  }

  /**
   * @param {number} code
   * @param {string} reason  the server's, for the person
   */
  cut(code, reason) {
    if (this.closed) return;
    if (code === TOO_MANY) this.listener.onError(reason);
    if (code === REPLACED) return this.close();
    this.isOnline = false;
    this.failures += 1;
    if (code === TOKEN_UNKNOWN) {
      this.refusals += 1;
      this.listener.onForgotten();
      if (this.refusals > ATTEMPTS_WITH_UNKNOWN_TOKEN) this.listener.onExpired();
    } else if (!this.everOpen && this.failures >= ATTEMPTS_BEFORE_POLLING) return this.listener.onUnreachable();
    this.listener.onOnline(false);
    const wait = Math.min(FIRST_RETRY_MS * 2 ** (Math.max(this.failures, this.refusals) - 1), LAST_RETRY_MS);
    this.retry = window.setTimeout(() => { this.wire = this.open(); }, wait);
  }

  /** @param {Message} message  dropped while disconnected: the next full frame shows the current state */
  send(message) {
    if (this.wire.readyState === WebSocket.OPEN) this.wire.send(JSON.stringify(message));
    else if (!this.everOpen) this.unsent.push(message);
  }

  /** Remember that a reloaded page should continue this run. */
  remember() {
    if (this.isRemembered || this.closed) return;
    this.isRemembered = true;
    tabMemory.set(EARLIER, this.token);
  }

  /** Called when the page is left or reloaded. */
  leave() {
    tabMemory.set(RUN, this.listener.run() ?? "");
  }

  close() {
    this.closed = true;
    window.clearTimeout(this.retry);
    this.wire.close();
  }
}

/** Whether this tab had a run before a reload. */
export function hasEarlierLife() {
  return tabMemory.get(EARLIER) !== null;
}

function socketUrl() {
  const url = new URL("../../socket", import.meta.url);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
}
