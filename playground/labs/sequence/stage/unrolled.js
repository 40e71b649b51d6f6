// @ts-check
/** One sequence, a column a step: what is read, how far the answer would move with it, gates, states, and what is said. */

import { levelOf } from "../../../stage/colors.js";
import { context2d, fit, h, isSharp } from "../../../stage/dom.js";
import { percent, scaled, short } from "../../../stage/format.js";

/** @typedef {import("./picture.js").SequenceMoment} Moment */
/** @typedef {import("../../../stage/colors.js").Theme} Theme */
/** @typedef {{name: string, top: number, tall: number, rows: number, values: Float32Array|null}} Band */

const LEFT = 76, LINE = 18, GAP = 6, SLANTED = 74, REACH = 40;

export class Unrolled {
  /** @param {((at: number, unit: number|null) => void)|null} onLook */
  constructor(onLook) {
    this.canvas = h("canvas", { role: "img", "aria-label": "The network over one sequence", class: "nn-sequence-canvas" });
    this.element = h("div", { class: "nn-sequence-scroller", tabindex: "0", role: "group", "aria-label": "One sequence, step by step" }, this.canvas);
    this.width = 0;
    this.scale = 1;
    this.size = "";
    /** @type {Band[]} */
    this.bands = [];
    this.column = 1;
    this.steps = 0;
    this.at = 0;
    this.canvas.addEventListener("click", (event) => {
      const box = this.canvas.getBoundingClientRect(), y = (event.clientY - box.top) / this.scale;
      const at = Math.floor(((event.clientX - box.left) / this.scale - LEFT) / this.column);
      const band = this.bands.find(({ top, tall }) => y >= top && y < top + tall);
      const unit = band ? Math.floor(((y - band.top) / band.tall) * band.rows) : null;
      if (at >= 0 && at < this.steps) onLook?.(at, unit);
    });
    this.element.addEventListener("keydown", ({ key }) => {
      const at = this.at + (key === "ArrowRight" ? 1 : key === "ArrowLeft" ? -1 : 0);
      if (at !== this.at && at >= 0 && at < this.steps) onLook?.(at, null);
    });
  }

  /** @param {Theme} theme */
  setTheme(theme) {
    this.theme = theme;
  }

  /** @param {number} width @param {number} scale */
  resize(width, scale) {
    this.width = width / scale;
    this.scale = scale;
    this.size = "";
  }

  /** @param {Moment} moment @param {number} top */
  lay({ scene: { gates, hidden: units, kind }, arrays, header: { tokens } }, top) {
    const tall = Math.max(Math.min(units * 9, 110), 24), L = tokens.length;
    const named = kind === "rnn" ? [] : gates.map((name, g) => ({ name, values: arrays.gates.subarray(g * L * units, (g + 1) * L * units) }));
    /** @type {{name: string, values: Float32Array|null}[]} */
    const all = [...named, ...(arrays.cell ? [{ name: "cell state c", values: arrays.cell }] : []), { name: "hidden state h", values: arrays.hidden }];
    this.bands = all.map(({ name, values }, i) => ({ name, values, rows: units, tall: name.length > 1 ? tall : tall * 0.6, top: 0 }));
    for (const band of this.bands) {
      band.top = top;
      top += band.tall + GAP;
    }
    return top;
  }

  /** @param {Moment} moment */
  paint(moment) {
    const { theme, width } = this, { header: { tokens, at, source }, arrays, scene } = moment;
    if (!theme || !width || !arrays.hidden) return;
    const L = tokens.length, bottom = this.lay(moment, SLANTED + REACH + GAP);
    this.steps = L;
    this.at = at;
    this.column = Math.max(11, Math.min(64, (width - LEFT) / L));
    const size = [Math.max(LEFT + L * this.column, 1), bottom + 3 * LINE];
    if (this.size !== size.join() || !isSharp(this.canvas)) {
      this.size = size.join();
      this.context = fit(this.canvas, size[0], size[1], this.scale);
    }
    const context = this.context ?? context2d(this.canvas);
    context.clearRect(0, 0, size[0], size[1]);
    context.font = `12px ${theme.font}`;
    context.textBaseline = "middle";
    this.paintReach(context, theme, moment);
    for (const band of this.bands) this.paintBand(context, theme, band, L);
    this.paintAnswers(context, theme, moment, bottom);
    context.fillStyle = theme.muted;
    context.fillText("reads", 0, SLANTED - 10);
    context.fillText("gradient", 0, SLANTED + REACH / 2);
    context.strokeStyle = theme.text;
    context.lineWidth = 1.5;
    context.strokeRect(LEFT + at * this.column + 0.5, SLANTED - 2, this.column - 1, bottom - SLANTED + 3 * LINE);
    if (source) {
      context.strokeStyle = theme.muted;
      context.beginPath();
      context.moveTo(LEFT + source * this.column, 0);
      context.lineTo(LEFT + source * this.column, size[1]);
      context.stroke();
    }
    this.canvas.setAttribute("aria-label", `${L} steps of ${scene.hidden} units. Step ${at + 1} is chosen.`);
  }

  /** @param {CanvasRenderingContext2D} context @param {Theme} theme @param {Moment} moment */
  paintReach(context, theme, { header: { tokens, source, view }, arrays: { reach, values } }) {
    const most = Math.max(...reach, 1e-30);
    tokens.forEach((token, place) => {
      const x = LEFT + place * this.column, tall = (reach[place] / most) * REACH;
      context.fillStyle = "#2e9e5b";
      context.fillRect(x + 1, SLANTED + REACH - tall, this.column - 2, tall);
      context.fillStyle = theme.text;
      context.save();
      context.translate(x + this.column / 2, SLANTED - 8);
      context.rotate(-Math.PI / 3);
      context.fillText(values ? short(values[place - source], 2) : token, 0, 0);
      context.restore();
    });
    context.fillStyle = theme.muted;
    if (view) context.fillText(`max ${scaled(most)}`, 0, SLANTED + REACH / 2 + 14);
  }

  /** @param {CanvasRenderingContext2D} context @param {Theme} theme @param {Band} band @param {number} L */
  paintBand(context, theme, { name, top, tall, rows, values }, L) {
    if (!values) return;
    let range = 1;
    if (name === "cell state c" || name === "a") for (const value of values) range = Math.max(range, Math.abs(value));
    const wide = this.column - (this.column > 16 ? 2 : 0), high = tall / rows;
    for (let place = 0; place < L; place++) {
      for (let unit = 0; unit < rows; unit++) {
        context.fillStyle = pixel(theme.vivid[levelOf(values[place * rows + unit], range)]);
        context.fillRect(LEFT + place * this.column + 1, top + unit * high, wide, high + 0.3);
      }
    }
    context.fillStyle = theme.muted;
    context.fillText(name.replace(" state", ""), 0, top + tall / 2);
  }

  /** @param {CanvasRenderingContext2D} context @param {Theme} theme @param {Moment} moment @param {number} top */
  paintAnswers(context, theme, { header: { source }, scene: { says, series }, arrays: { outputs, targets } }, top) {
    const [T, C] = outputs.shape;
    context.fillStyle = theme.muted;
    ["says", "surely", "target"].forEach((word, line) => context.fillText(word, 0, top + LINE * (line + 0.5)));
    for (let place = 0; place < T; place++) {
      const x = LEFT + (source + place) * this.column, row = outputs.subarray(place * C, (place + 1) * C);
      const best = row.indexOf(Math.max(...row)), target = targets[place], isKnown = series ? !Number.isNaN(target) : target >= 0;
      context.globalAlpha = isKnown ? 1 : 0.45;
      context.fillStyle = !series && isKnown && best !== target ? "#c22" : theme.text;
      const words = series ? [short(row[0], 2), "", isKnown ? short(target, 2) : ""] : [says[best], percent(row[best]), isKnown ? says[target] : ""];
      words.forEach((word, line) => word && context.fillText(this.column < 34 && word.length > 2 ? (line === 1 ? "" : word.slice(0, 2)) : word, x + 2, top + LINE * (line + 0.5), this.column - 2));
    }
    context.globalAlpha = 1;
  }
}

/** @param {number} value  little-endian RGBA */
function pixel(value) {
  return `rgb(${value & 255} ${(value >> 8) & 255} ${(value >> 16) & 255})`;
}
