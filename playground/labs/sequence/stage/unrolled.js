// @ts-check
/** One sequence, a column a step: what is read, how far the answer would move with it, gates, states, and what is said. */

import { levelOf, pixelCss } from "../../../stage/colors.js";
import { context2d, fit, h, isSharp, windowRoom } from "../../../stage/dom.js";
import { percent, scaled } from "../../../stage/format.js";
import { paintSeries } from "./series.js";

/** @typedef {import("./picture.js").SequenceMoment} Moment */
/** @typedef {import("../../../stage/colors.js").Theme} Theme */
/** @typedef {{name: string, top: number, tall: number, rows: number, values: Float32Array|null}} Band */

const LEFT = 62, LINE = 17, GAP = 5, SLANTED = 74, FLAT = 24, CURVE = 116, REACH = 34;
/** The least and the most height of all gates and states together; between them what is left of a low window. */
const LETTERS = 0.2; // of a word, to a pixel of a column
const BANDS = [190, 380], OTHERS = 490, TALLEST = 100, GATE = 0.6;

export class Unrolled {
  /**
   * @param {((at: number, unit: number|null) => void)|null} onLook
   * @param {(span: [number, number]|null) => void} onSpan
   */
  constructor(onLook, onSpan) {
    this.canvas = h("canvas", { role: "img", "aria-label": "The network over one sequence", class: "nn-sequence-canvas" });
    this.element = h("div", { class: "nn-sequence-scroller", tabindex: "0", role: "group", "aria-label": "One sequence, step by step" }, this.canvas);
    this.onLook = onLook;
    this.onSpan = onSpan;
    this.width = 0;
    this.scale = 1;
    this.size = "";
    /** @type {Band[]} */
    this.bands = [];
    this.column = 1;
    this.steps = 0;
    this.at = 0;
    this.head = FLAT;
    /** The steps that are selected. @type {[number, number]|null} */
    this.span = null;
    /** Where the pointer went down. @type {number|null} */
    this.start = null;
    this.listen();
  }

  listen() {
    this.canvas.addEventListener("pointerdown", (event) => {
      this.start = this.stepAt(event);
    });
    this.canvas.addEventListener("pointermove", (event) => {
      const to = this.stepAt(event), { start } = this;
      if (!event.buttons || event.pointerType === "touch" || start === null || to === null || (to === start && !this.span)) return;
      this.select([Math.min(start, to), Math.max(start, to)]);
    });
    this.canvas.addEventListener("click", (event) => {
      const at = this.stepAt(event), y = (event.clientY - this.canvas.getBoundingClientRect().top) / this.scale;
      if (at === null || at !== this.start) return;
      if (this.span) this.select(null);
      const band = this.bands.find(({ top, tall }) => y >= top && y < top + tall);
      this.onLook?.(at, band ? Math.floor(((y - band.top) / band.tall) * band.rows) : null);
    });
    this.element.addEventListener("keydown", (event) => {
      const by = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0, to = this.at + by;
      if (!by || to < 0 || to >= this.steps) return;
      event.preventDefault();
      if (event.shiftKey) {
        const [from, end] = this.span ?? [this.at, this.at];
        this.select(by > 0 ? [from, Math.max(end, to)] : [Math.min(from, to), end]);
      } else if (this.span) this.select(null);
      this.onLook?.(to, null);
    });
  }

  /** @param {[number, number]|null} span */
  select(span) {
    this.span = span;
    this.onSpan(span);
  }

  /** @param {MouseEvent} event */
  stepAt({ clientX }) {
    const at = Math.floor(((clientX - this.canvas.getBoundingClientRect().left) / this.scale - LEFT) / this.column);
    return at >= 0 && at < this.steps ? at : null;
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
    const L = tokens.length, room = Math.max(BANDS[0], Math.min(BANDS[1], windowRoom() / this.scale - OTHERS));
    const named = kind === "rnn" ? [] : gates.map((name, g) => ({ name, part: GATE, values: arrays.gates.subarray(g * L * units, (g + 1) * L * units) }));
    /** @type {{name: string, part: number, values: Float32Array|null}[]} */
    const all = [...named, ...(arrays.cell ? [{ name: "cell c", part: 1, values: arrays.cell }] : []), { name: "hidden h", part: 1, values: arrays.hidden }];
    const whole = all.reduce((sum, { part }) => sum + part, 0), most = Math.min(Math.max(units * 9, 24), TALLEST);
    this.bands = all.map(({ name, part, values }) => ({ name, values, rows: units, tall: Math.min(most, room / whole) * part, top: 0 }));
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
    const L = tokens.length, lines = scene.series ? 0 : 3;
    this.head = scene.series ? CURVE : tokens.some((token) => token.length > 2) ? SLANTED : FLAT;
    const bottom = this.lay(moment, this.head + REACH + GAP);
    if (L !== this.steps) this.span = null;
    this.steps = L;
    this.at = at;
    this.column = Math.max(11, Math.min(64, (width - LEFT) / (L + (scene.series ? 1 : 0))));
    const size = [Math.max(LEFT + (L + (scene.series ? 1 : 0)) * this.column, 1), bottom + lines * LINE];
    if (this.size !== size.join() || !isSharp(this.canvas)) {
      this.size = size.join();
      this.context = fit(this.canvas, size[0], size[1], this.scale);
    }
    const context = this.context ?? context2d(this.canvas);
    context.clearRect(0, 0, size[0], size[1]);
    context.font = `12px ${theme.font}`;
    context.textBaseline = "middle";
    if (scene.series) paintSeries(context, theme, moment, { left: LEFT, column: this.column, top: 4, tall: CURVE - 12 });
    else this.paintTokens(context, theme, moment);
    this.paintReach(context, theme, moment);
    for (const band of this.bands) this.paintBand(context, theme, band, moment);
    if (lines) this.paintAnswers(context, theme, moment, bottom);
    context.strokeStyle = theme.text;
    context.lineWidth = 1.5;
    context.strokeRect(LEFT + at * this.column + 0.5, this.head - 2, this.column - 1, size[1] - this.head);
    if (source) {
      context.strokeStyle = theme.muted;
      context.beginPath();
      context.moveTo(LEFT + source * this.column, 0);
      context.lineTo(LEFT + source * this.column, size[1]);
      context.stroke();
    }
    this.canvas.setAttribute("aria-label", `${L} steps of ${scene.hidden} units. Step ${at + 1} is chosen.`);
  }

  /** The tokens; where units are looked for, on the colour that the chosen unit has there. @param {CanvasRenderingContext2D} context @param {Theme} theme @param {Moment} moment */
  paintTokens(context, theme, { header: { tokens, view, panel }, scene: { hidden: units }, arrays: { hidden } }) {
    const unit = Math.min(view.unit, units - 1), { column, head, span } = this;
    tokens.forEach((token, place) => {
      const x = LEFT + place * column;
      if (panel === "units") {
        context.fillStyle = pixelCss(theme.soft[levelOf(hidden[place * units + unit], 1)]);
        context.fillRect(x, head - FLAT + 2, column, FLAT - 4);
      }
      if (span && place >= span[0] && place <= span[1]) {
        context.fillStyle = theme.text;
        context.fillRect(x, head - 4, column, 3);
      }
      context.fillStyle = theme.text;
      context.save();
      context.translate(x + column / 2, head - (head === FLAT ? 13 : 10));
      if (head === FLAT) context.textAlign = "center";
      else context.rotate(-Math.PI / 3);
      context.fillText(token === " " ? "␣" : token, 0, 0);
      context.restore();
    });
    context.fillStyle = theme.muted;
    context.fillText(panel === "units" ? `unit ${unit}` : "reads", 0, head - 12);
  }

  /** @param {CanvasRenderingContext2D} context @param {Theme} theme @param {Moment} moment */
  paintReach(context, theme, { arrays: { reach } }) {
    const most = Math.max(...reach, 1e-30), bottom = this.head + REACH;
    context.fillStyle = "#2e9e5b";
    reach.forEach((value, place) => {
      const tall = (value / most) * REACH;
      context.fillRect(LEFT + place * this.column + 1, bottom - tall, this.column - 2, tall);
    });
    context.fillStyle = theme.muted;
    context.fillText("gradient", 0, this.head + REACH / 2 - 7);
    context.fillText(`≤ ${scaled(most)}`, 0, this.head + REACH / 2 + 8);
  }

  /** @param {CanvasRenderingContext2D} context @param {Theme} theme @param {Band} band @param {Moment} moment */
  paintBand(context, theme, { name, top, tall, rows, values }, { header: { tokens, view, clamped, zeroed } }) {
    if (!values) return;
    let range = 1;
    if (name === "cell c" || name === "a") for (const value of values) range = Math.max(range, Math.abs(value));
    const wide = this.column - (this.column > 16 ? 2 : 0), high = tall / rows;
    for (let place = 0; place < tokens.length; place++) {
      for (let unit = 0; unit < rows; unit++) {
        context.fillStyle = pixelCss(theme.vivid[levelOf(values[place * rows + unit], range)]);
        context.fillRect(LEFT + place * this.column + 1, top + unit * high, wide, high + 0.3);
      }
    }
    const y = top + (Math.min(view.unit, rows - 1) + 0.5) * high, gate = clamped.split(",").find((each) => each.startsWith(`${name}=`));
    context.fillStyle = theme.text;
    context.beginPath();
    context.moveTo(LEFT, y);
    context.lineTo(LEFT - 6, y - 4);
    context.lineTo(LEFT - 6, y + 4);
    context.fill();
    for (const unit of name === "hidden h" ? zeroed.split(",").filter(Boolean).map(Number) : []) context.fillText("0", LEFT - 14, top + (unit + 0.5) * high);
    context.fillStyle = gate ? theme.text : theme.muted;
    context.fillText(gate ? gate.replace("=", " = ") : name, 0, top + tall / 2);
  }

  /** @param {CanvasRenderingContext2D} context @param {Theme} theme @param {Moment} moment @param {number} top */
  paintAnswers(context, theme, { header: { source }, scene: { says }, arrays: { outputs, targets } }, top) {
    const [T, C] = outputs.shape;
    context.fillStyle = theme.muted;
    ["says", "how sure", "target"].forEach((word, line) => context.fillText(word, 0, top + LINE * (line + 0.5)));
    for (let place = 0; place < T; place++) {
      const x = LEFT + (source + place) * this.column, row = outputs.subarray(place * C, (place + 1) * C);
      const best = row.indexOf(Math.max(...row)), target = targets[place], isKnown = target >= 0;
      context.globalAlpha = isKnown ? 1 : 0.45;
      context.fillStyle = isKnown && best !== target ? theme.wrong : theme.text;
      const words = [says[best], percent(row[best], this.column < 34 ? 0 : 1), isKnown ? says[target] : ""];
      words.forEach((word, line) => word && context.fillText(this.fitting(word, line), x + 2, top + LINE * (line + 0.5), this.column - 2));
    }
    context.globalAlpha = 1;
  }

  /** What of a word a narrow column can hold: the canvas presses letters together. @param {string} word @param {number} line */
  fitting(word, line) {
    const most = Math.floor(this.column * LETTERS);
    if (most >= word.length || word.length <= 2) return word;
    if (line === 1) return "";
    return most > 3 ? `${word.slice(0, most - 1)}…` : word.slice(0, 3);
  }
}
