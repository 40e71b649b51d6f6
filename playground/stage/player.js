// @ts-check
/**
 * Plays a recording on the stage: passes it one recorded moment after the other, and answers its commands from them.
 * ``playground/export/recording.py`` makes the page in which this runs; it needs no server.
 */

import { unpack } from "./frame.js";

/** @typedef {import("./types.js").Message} Message */
/** @typedef {import("./types.js").Moment} Moment */

/** At the usual speed. */
const MOMENTS_PER_MS = 12 / 1000;
/** A hidden page continues from where it was. */
const LONGEST_TICK_MS = 250;

/** @template {Moment} M */
export class Player {
  /**
   * @param {HTMLElement} parentElement  in which the stage is to stand
   * @param {import("./types.js").FrameOf<M>[]} frames  moments by ascending step; the first has a scene, and so has
   *   each that changes it
   * @param {import("./types.js").PictureModule<M>} picture
   */
  constructor(parentElement, frames, picture) {
    this.parentElement = parentElement;
    this.picture = picture;
    this.frames = frames;
    this.stops = frames.map(({ header }) => header.step);
    this.index = 0;
    /** The position while playing, in fractions of a moment. */
    this.position = 0;
    this.playing = false;
    this.scheduled = 0;
    this.speed = 1;
    /** What the person looks at. @type {import("./types.js").View} */
    this.look = {};
    /** The frame whose scene the stage has. @type {import("./types.js").FrameOf<M>|null} */
    this.staged = null;
    this.show();
    window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.show());
  }

  /** One of the stage's commands. @param {Message} message */
  handle(message) {
    const { type } = message;
    if (type === "play") return this.play();
    if (type === "view") this.look = message;
    else if (type === "speed") this.speed = "times" in message ? message.times : 1;
    else this.playing = false;
    if (type === "step") this.index = message.unit === "epoch" ? this.epochEnd() : Math.min(this.index + 1, this.last);
    else if (type === "seek") this.index = Math.max(0, this.stops.indexOf(message.step));
    else if (type === "reset") this.index = 0;
    if (!this.playing) this.position = this.index;
    this.show();
  }

  get last() {
    return this.frames.length - 1;
  }

  /** Play on, or from the start when at the end. */
  play() {
    if (this.index === this.last) this.index = 0;
    this.position = this.index;
    this.playing = this.last > 0;
    this.show();
    cancelAnimationFrame(this.scheduled); // of the time before a pause
    let then = performance.now();
    const tick = (/** @type {number} */ now) => {
      if (!this.playing) return;
      this.position += Math.min(Math.max(now - then, 0), LONGEST_TICK_MS) * MOMENTS_PER_MS * this.speed;
      then = now;
      const index = Math.min(Math.floor(this.position), this.last);
      if (index === this.last) this.playing = false;
      if (index !== this.index) {
        this.index = index;
        this.show();
      }
      this.scheduled = requestAnimationFrame(tick);
    };
    this.scheduled = requestAnimationFrame(tick);
  }

  /** Return the first moment at or after the end of the current epoch. */
  epochEnd() {
    const end = Math.floor(this.frames[this.index].header.epoch + 1e-6) + 1 - 1e-6;
    const index = this.frames.findIndex(({ header }) => header.epoch >= end);
    return index < 0 ? this.last : index;
  }

  /** Pass the current moment to the stage, with its scene if the stage shows another one. */
  show() {
    const { header, arrays } = this.frames[this.index];
    const staging = this.frames.findLast((frame, i) => i <= this.index && frame.header.scene) ?? this.frames[0];
    /** @type {"playing"|"paused"} */
    const state = this.playing ? "playing" : "paused";
    const moment = { header, arrays: { ...staging.arrays, ...arrays } };
    const seen = this.picture.recorded?.(this.look, moment) ?? { view: {}, arrays: {} };
    const data = {
      stops: this.stops,
      header: {
        ...header,
        state,
        view: seen.view,
        updates_per_s: null,
        former: null,
        controls: null,
        // The curves of the scene's frame, which a moment of another scene may follow, and the names of their columns.
        ...(staging === this.staged ? {} : { scene: staging.header.scene, columns: staging.header.columns }),
      },
      arrays: { ...(staging === this.staged ? {} : staging.arrays), ...arrays, ...seen.arrays },
    };
    this.staged = staging;
    this.picture.default({
      parentElement: this.parentElement,
      data,
      setTriggerValue: (name, value) => { if (name === "command") this.handle(/** @type {Message} */ (value)); },
      setStateValue: () => {},
    });
  }
}

/**
 * The frames of a recording: each is a u32 length and the bytes of ``runs/frame.py``, all of it deflated, in base64.
 *
 * @param {string} text
 * @returns {Promise<import("./types.js").Frame[]>}
 */
export async function framesOf(text) {
  const packed = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  const view = new DataView(bytes.buffer);
  const frames = [];
  for (let offset = 0; offset < bytes.length;) {
    const end = offset + 4 + view.getUint32(offset, true);
    frames.push(unpack(bytes.subarray(offset + 4, end)));
    offset = end;
  }
  return frames;
}
