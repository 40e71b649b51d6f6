// @ts-check
/** One convolution, or pooling, by itself: type numbers, choose a kernel, and see the window slide and the sum. */

import { fit, h, setAttribute, setText } from "../../../stage/dom.js";
import { short } from "../../../stage/format.js";
import { problem, read } from "../../../stage/number.js";
import { dot, under } from "./sums.js";
import { choice } from "./tiles.js";

/** @typedef {import("./picture.js").ImageMoment} Moment */
/** @typedef {import("../../../stage/colors.js").Theme} Theme */

const SIDE = 10; // cells of the input
const CELL = 25, LIMIT = 1000;
/** @type {Record<string, [string, number[]]>} */
const KERNELS = {
  blur: ["Blur", Array(9).fill(1 / 9)],
  upright: ["Upright edge", [1, 0, -1, 2, 0, -2, 1, 0, -1]],
  level: ["Level edge", [1, 2, 1, 0, 0, 0, -1, -2, -1]],
  sharpen: ["Sharpen", [0, -1, 0, -1, 5, -1, 0, -1, 0]],
  same: ["Nothing", [0, 0, 0, 0, 1, 0, 0, 0, 0]],
};
const SIZES = { stride: [1, 2, 3], padding: [0, 1, 2], dilation: [1, 2, 3] };

/**
 * The numbers under a kernel of 3 × 3 whose cells stand ``dilation`` apart.
 *
 * @param {ArrayLike<number>} input  (side, side)
 * @param {number} side
 * @param {number} row  of the result
 * @param {number} column
 * @param {{stride: number, padding: number, dilation: number}} sizes
 */
export function spread(input, side, row, column, { stride, padding, dilation }) {
  return Array.from({ length: 9 }, (_, i) => {
    const top = row * stride - padding + Math.floor(i / 3) * dilation, left = column * stride - padding + (i % 3) * dilation;
    return under(input, 0, side, side, { top, left, side: 1 })[0];
  });
}

/**
 * How many places a kernel of 3 × 3 has along an input: 0 where it does not fit.
 *
 * @param {number} side
 * @param {{stride: number, padding: number, dilation: number}} sizes
 */
export function places(side, { stride, padding, dilation }) {
  return Math.max(0, Math.floor((side + 2 * padding - 2 * dilation - 1) / stride) + 1);
}

export class Sandbox {
  constructor() {
    this.input = new Float32Array(SIDE * SIDE);
    this.kernel = [...KERNELS.upright[1]];
    this.sizes = { stride: 1, padding: 0, dilation: 1 };
    this.way = "sum";
    this.row = this.column = 2;
    this.isFilled = false;
    this.presets = Object.entries(KERNELS).map(([name, [text, kernel]]) => ({ name, kernel, button: choice(text, "", () => { this.kernel = [...kernel]; this.way = "sum"; this.refresh(); }) }));
    this.ways = [["max", "Max pool 3 × 3"], ["mean", "Average pool"]].map(([name, text]) => ({ name, button: choice(text, "", () => { this.way = this.way === name ? "sum" : name; this.refresh(); }) }));
    this.fields = this.kernel.map((_, i) => this.field(i));
    this.message = h("div", { class: "nn-card-error", role: "alert" });
    this.menus = Object.entries(SIZES).map(([name, values]) => this.menu(/** @type {"stride"|"padding"|"dilation"} */ (name), values));
    this.canvas = h("canvas", { tabindex: "0", role: "img", class: "nn-image-maps" });
    this.result = h("canvas", { tabindex: "0", role: "img", class: "nn-image-maps" });
    this.total = h("p", { class: "nn-image-total" });
    const fill = choice("Take the image", "Fill the input with the image that is looked at", () => { this.isFilled = false; if (this.moment) this.paint(this.moment); });
    this.element = h("div", { class: "nn-image-sandbox" },
      h("p", { class: "nn-image-note" }, "Press a cell of the input to turn it on or off, point at the result to move the window, type into the kernel."),
      h("div", { class: "nn-image-bar" }, ...this.presets.map(({ button }) => button), ...this.ways.map(({ button }) => button), ...this.menus, fill),
      h("div", { class: "nn-image-columns" }, this.canvas, h("div", {}, h("div", { class: "nn-image-kernel" }, ...this.fields), this.message), this.result), this.total);
    this.canvas.addEventListener("pointerdown", (event) => this.press(event));
    for (const event of /** @type {const} */ (["pointermove", "pointerdown"])) this.result.addEventListener(event, (pointed) => this.point(pointed));
    this.result.addEventListener("keydown", (event) => this.key(event));
  }

  /** @param {number} i */
  field(i) {
    const input = h("input", { type: "text", autocomplete: "off", "aria-label": `Kernel, row ${Math.floor(i / 3) + 1}, column ${(i % 3) + 1}` });
    input.addEventListener("keydown", (event) => event.stopPropagation());
    input.addEventListener("input", () => {
      const refused = problem(input.value, -LIMIT, LIMIT);
      setText(this.message, refused);
      input.setAttribute("aria-invalid", String(Boolean(refused)));
      if (refused) return;
      this.kernel[i] = read(input.value);
      this.draw();
    });
    return input;
  }

  /**
   * @param {"stride"|"padding"|"dilation"} name
   * @param {number[]} values
   */
  menu(name, values) {
    const select = h("select", {}, ...values.map((value) => h("option", { value }, String(value))));
    select.value = String(this.sizes[name]);
    select.addEventListener("change", () => { this.sizes = { ...this.sizes, [name]: Number(select.value) }; this.refresh(); });
    return h("label", { class: "nn-image-size" }, `${name} `, select);
  }

  /** @param {Theme} theme */
  setTheme(theme) {
    this.theme = theme;
  }

  /**
   * @param {number} _width
   * @param {number} scale
   */
  resize(_width, scale) {
    this.context = fit(this.canvas, SIDE * CELL, SIDE * CELL, scale);
    this.resultContext = fit(this.result, SIDE * CELL, SIDE * CELL, scale);
    this.scale = scale;
    this.draw();
  }

  /** Takes the image once, at every third pixel; what is typed stays. @param {Moment} moment */
  paint(moment) {
    this.moment = moment;
    if (this.isFilled) return;
    this.isFilled = true;
    for (let i = 0; i < SIDE * SIDE; i++) {
      const y = Math.min(27, Math.floor(i / SIDE) * 3), x = Math.min(27, (i % SIDE) * 3);
      this.input[i] = Math.round((moment.arrays.subject[y * 28 + x] / 255) * 100) / 100;
    }
    this.refresh();
  }

  refresh() {
    this.fields.forEach((input, i) => { if (document.activeElement !== input) input.value = short(this.kernel[i]).replace("−", "-"); });
    for (const { button, kernel } of this.presets) setAttribute(button, "aria-pressed", String(this.way === "sum" && kernel.every((value, i) => value === this.kernel[i])));
    for (const { name, button } of this.ways) setAttribute(button, "aria-pressed", String(name === this.way));
    this.draw();
  }

  /**
   * @param {number} row
   * @param {number} column
   */
  at(row, column) {
    const values = spread(this.input, SIDE, row, column, this.sizes);
    if (this.way === "max") return Math.max(...values);
    return this.way === "mean" ? values.reduce((a, b) => a + b, 0) / 9 : dot(values, this.kernel);
  }

  draw() {
    const { context, resultContext, theme, sizes } = this, side = places(SIDE, sizes);
    if (!context || !resultContext || !theme) return;
    this.row = Math.max(0, Math.min(this.row, side - 1));
    this.column = Math.max(0, Math.min(this.column, side - 1));
    const result = Array.from({ length: side * side }, (_, i) => this.at(Math.floor(i / side), i % side));
    this.grid(context, this.input, SIDE);
    this.grid(resultContext, result, side);
    context.strokeStyle = resultContext.strokeStyle = theme.text;
    context.lineWidth = resultContext.lineWidth = 2;
    const top = this.row * sizes.stride - sizes.padding, left = this.column * sizes.stride - sizes.padding;
    for (let i = 0; i < 9; i++) {
      context.strokeRect((left + (i % 3) * sizes.dilation) * CELL + 1, (top + Math.floor(i / 3) * sizes.dilation) * CELL + 1, CELL - 3, CELL - 3);
    }
    resultContext.strokeRect(this.column * CELL + 1, this.row * CELL + 1, CELL - 3, CELL - 3);
    const values = spread(this.input, SIDE, this.row, this.column, sizes), value = short(result[this.row * side + this.column]);
    const terms = values.map((number, i) => (this.way === "sum" ? `${short(number, 2)} · ${bracketed(this.kernel[i])}` : short(number, 2)));
    const how = this.way === "sum" ? terms.join(" + ") : `${this.way} of ${terms.join(", ")}`;
    const span = 2 * sizes.dilation + 1, left_over = (SIDE + 2 * sizes.padding - span) % sizes.stride;
    setText(this.total, `Size: (${SIDE} + 2 · ${sizes.padding} − ${span}) / ${sizes.stride} + 1 = ${side}${left_over ? `, with ${left_over} rows and columns left over` : ""}. `
      + `Row ${this.row + 1}, column ${this.column + 1}: ${how} = ${value}.`);
    setAttribute(this.canvas, "aria-label", `The input, ${SIDE} × ${SIDE} numbers`);
    setAttribute(this.result, "aria-label", `The result, ${side} × ${side} numbers. Arrow keys choose one. ${this.total.textContent}`);
  }

  /**
   * Numbers in squares of the colour of their sign.
   *
   * @param {CanvasRenderingContext2D} context
   * @param {ArrayLike<number>} values
   * @param {number} side
   */
  grid(context, values, side) {
    const { theme } = this;
    if (!theme) return;
    let largest = 1e-9;
    for (let i = 0; i < values.length; i++) largest = Math.max(largest, Math.abs(values[i]));
    context.clearRect(0, 0, SIDE * CELL, SIDE * CELL);
    context.font = `10px ${theme.font}`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    for (let i = 0; i < side * side; i++) {
      const color = theme.soft[Math.round(128 + (127 * values[i]) / largest)], x = (i % side) * CELL, y = Math.floor(i / side) * CELL;
      context.fillStyle = `rgb(${color & 255}, ${(color >> 8) & 255}, ${(color >> 16) & 255})`;
      context.fillRect(x, y, CELL - 1, CELL - 1);
      context.fillStyle = theme.text;
      context.fillText(short(values[i], 2), x + CELL / 2, y + CELL / 2, CELL - 2);
    }
  }

  /** @param {PointerEvent} event */
  press(event) {
    const { x, y } = this.cell(this.canvas, event);
    if (x < 0 || y < 0 || x >= SIDE || y >= SIDE) return;
    this.input[y * SIDE + x] = this.input[y * SIDE + x] > 0.5 ? 0 : 1;
    this.draw();
  }

  /** @param {PointerEvent} event */
  point(event) {
    const { x, y } = this.cell(this.result, event), side = places(SIDE, this.sizes);
    if (x < 0 || y < 0 || x >= side || y >= side) return;
    [this.row, this.column] = [y, x];
    this.draw();
  }

  /**
   * @param {HTMLElement} canvas
   * @param {PointerEvent} event
   */
  cell(canvas, { clientX, clientY }) {
    const box = canvas.getBoundingClientRect(), size = CELL * (this.scale ?? 1);
    return { x: Math.floor((clientX - box.left) / size), y: Math.floor((clientY - box.top) / size) };
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    /** @type {Record<string, [number, number]>} */
    const ways = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
    const way = ways[event.key];
    if (!way) return;
    this.row += way[0];
    this.column += way[1];
    event.preventDefault();
    event.stopPropagation();
    this.draw();
  }

  showNumbers() {}
}

/** In brackets where it is negative. @param {number} value */
function bracketed(value) {
  return value < 0 ? `(${short(value, 2)})` : short(value, 2);
}
