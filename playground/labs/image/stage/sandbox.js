// @ts-check
/** One convolution, or pooling, by itself: type numbers, choose a kernel, and see the window slide and the sum. */

import { fit, h, setAttribute, setText } from "../../../stage/dom.js";
import { short } from "../../../stage/format.js";
import { problem, read } from "../../../stage/number.js";
import { forPointer } from "../../../stage/touch.js";
import { dot, under } from "./sums.js";
import { choice } from "./tiles.js";

/** @typedef {import("./picture.js").ImageMoment} Moment */
/** @typedef {import("../../../stage/colors.js").Theme} Theme */

const SIDE = 10; // cells of an input with numbers
const WIDE = 250, LIMIT = 1000; // pixels of a drawing; the largest number of a kernel
const LEGIBLE = 14; // pixels of a cell, at least, in which a number is written
/** @type {Record<string, [string, number[]]>} */
const KERNELS = {
  blur: ["Blur", Array(9).fill(1 / 9)],
  upright: ["Upright edge", [1, 0, -1, 2, 0, -2, 1, 0, -1]],
  level: ["Level edge", [1, 2, 1, 0, 0, 0, -1, -2, -1]],
  sharpen: ["Sharpen", [0, -1, 0, -1, 5, -1, 0, -1, 0]],
  same: ["Nothing", [0, 0, 0, 0, 1, 0, 0, 0, 0]],
};
const SIZES = { stride: [1, 2, 3, 4], padding: [0, 1, 2], dilation: [1, 2, 3], pool: [2, 3, 4] };
const PHOTO = "A photograph that comes with scikit-learn, by danielbuechele (CC BY 2.0), in grey.";

/**
 * @typedef {object} Window  of ``size`` × ``size`` cells, 3 where it is not said, that stand ``dilation`` apart
 * @property {number} stride
 * @property {number} padding
 * @property {number} dilation
 * @property {number} [size]
 */

/**
 * The numbers under a window.
 *
 * @param {ArrayLike<number>} input  (side, side)
 * @param {number} side
 * @param {number} row  of the result
 * @param {number} column
 * @param {Window} window
 */
export function spread(input, side, row, column, { stride, padding, dilation, size = 3 }) {
  return Array.from({ length: size * size }, (_, i) => {
    const top = row * stride - padding + Math.floor(i / size) * dilation, left = column * stride - padding + (i % size) * dilation;
    return under(input, 0, side, side, { top, left, side: 1 })[0];
  });
}

/**
 * How many places a window has along an input: 0 where it does not fit.
 *
 * @param {number} side
 * @param {Window} window
 */
export function places(side, { stride, padding, dilation, size = 3 }) {
  return Math.max(0, Math.floor((side + 2 * padding - (size - 1) * dilation - 1) / stride) + 1);
}

/**
 * The middle of a picture as grey numbers from 0 to 1, (side, side).
 *
 * @param {ImageBitmap} picture
 * @param {number} side
 */
export function greyOf(picture, side) {
  const canvas = h("canvas", { width: side, height: side }), context = canvas.getContext("2d");
  if (!context) throw new Error("this browser draws nothing");
  const edge = Math.min(picture.width, picture.height);
  context.imageSmoothingQuality = "high";
  context.drawImage(picture, (picture.width - edge) / 2, (picture.height - edge) / 2, edge, edge, 0, 0, side, side);
  const { data } = context.getImageData(0, 0, side, side);
  return Float32Array.from({ length: side * side }, (_, i) => (0.299 * data[4 * i] + 0.587 * data[4 * i + 1] + 0.114 * data[4 * i + 2]) / 255);
}

export class Sandbox {
  constructor() {
    this.side = SIDE;
    this.input = /** @type {Float32Array} */ (new Float32Array(SIDE * SIDE));
    this.kernel = [...KERNELS.upright[1]];
    this.sizes = { stride: 1, padding: 0, dilation: 1, pool: 3 };
    this.way = "sum";
    this.row = this.column = 2;
    this.isFilled = false;
    this.presets = Object.entries(KERNELS).map(([name, [text, kernel]]) => ({ name, kernel, button: choice(text, "", () => { this.kernel = [...kernel]; this.way = "sum"; this.refresh(); }) }));
    this.ways = [["max", "Max pool"], ["mean", "Average pool"]].map(([name, text]) => ({ name, button: choice(text, "", () => { this.way = this.way === name ? "sum" : name; this.refresh(); }) }));
    this.fields = this.kernel.map((_, i) => this.field(i));
    this.message = h("div", { class: "nn-card-error", role: "alert" });
    this.menus = Object.entries(SIZES).map(([name, values]) => this.menu(/** @type {"stride"|"padding"|"dilation"|"pool"} */ (name), values));
    this.canvas = h("canvas", { tabindex: "0", role: "img", class: "nn-image-maps" });
    this.result = h("canvas", { tabindex: "0", role: "img", class: "nn-image-maps" });
    this.total = h("p", { class: "nn-image-total" });
    this.source = h("p", { class: "nn-image-note", "aria-live": "polite" });
    const fill = choice("Take the image", "Fill the input with the image that is looked at", () => { this.isFilled = false; if (this.moment) this.paint(this.moment); });
    const photo = choice("Photograph", "Fill the input with a photograph", () => this.takePhoto());
    const file = h("input", { type: "file", accept: "image/*", hidden: true, "aria-label": "A photograph of your own" });
    file.addEventListener("change", () => this.takeFile(file));
    const own = choice("Your photograph…", "Fill the input with a photograph of your own. It stays in this browser.", () => file.click());
    this.element = h("div", { class: "nn-image-sandbox" },
      h("p", { class: "nn-image-note" }, forPointer("Press a cell of the input to turn it on or off, point at the result to move the window, type into the kernel. On a photograph a press moves the window.")),
      h("div", { class: "nn-image-bar" }, ...this.presets.map(({ button }) => button), ...this.ways.map(({ button }) => button), ...this.menus),
      h("div", { class: "nn-image-bar" }, h("span", { class: "nn-caption" }, "Input"), fill, photo, own, file),
      h("div", { class: "nn-image-columns" }, this.canvas, h("div", {}, h("div", { class: "nn-image-kernel" }, ...this.fields), this.message), this.result), this.source, this.total);
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
   * @param {"stride"|"padding"|"dilation"|"pool"} name
   * @param {number[]} values
   */
  menu(name, values) {
    const select = h("select", {}, ...values.map((value) => h("option", { value }, String(value))));
    select.value = String(this.sizes[name]);
    select.addEventListener("change", () => { this.sizes = { ...this.sizes, [name]: Number(select.value) }; this.refresh(); });
    return h("label", { class: "nn-image-size" }, `${name === "pool" ? "pool size" : name} `, select);
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
    this.context = fit(this.canvas, WIDE, WIDE, scale);
    this.resultContext = fit(this.result, WIDE, WIDE, scale);
    this.scale = scale;
    this.draw();
  }

  /** Takes the image once, at every third pixel; what is typed stays. @param {Moment} moment */
  paint(moment) {
    this.moment = moment;
    if (this.isFilled) return;
    this.isFilled = true;
    this.take(new Float32Array(SIDE * SIDE), "");
    for (let i = 0; i < SIDE * SIDE; i++) {
      const y = Math.min(27, Math.floor(i / SIDE) * 3), x = Math.min(27, (i % SIDE) * 3);
      this.input[i] = Math.round((moment.arrays.subject[y * 28 + x] / 255) * 100) / 100;
    }
    this.refresh();
  }

  /** Another input. @param {Float32Array} values  (side, side) @param {string} words  what it is */
  take(values, words) {
    const side = Math.sqrt(values.length);
    if (side !== this.side) this.row = this.column = Math.floor(side / 5);
    this.side = side;
    this.input = values;
    setText(this.source, words);
    this.refresh();
  }

  takePhoto() {
    const photo = this.moment?.arrays.photo;
    if (photo) this.take(Float32Array.from(photo, (value) => value / 255), PHOTO);
  }

  /** @param {HTMLInputElement} field */
  async takeFile(field) {
    const [file] = field.files ?? [];
    const side = this.moment?.arrays.photo?.shape[0];
    field.value = ""; // so that the same file can be taken again
    if (!file || !side) return;
    try {
      this.take(greyOf(await createImageBitmap(file), side), `${file.name}: its middle, in grey. It stays in this browser.`);
    } catch {
      setText(this.source, `${file.name} is no picture that this browser can read; take a PNG or JPEG.`);
    }
  }

  /** How large a cell is drawn. */
  get cellSize() {
    return WIDE / this.side;
  }

  /** The window that is at work: a kernel has 3 × 3 cells. */
  get window() {
    return { ...this.sizes, size: this.way === "sum" ? 3 : this.sizes.pool };
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
    const values = spread(this.input, this.side, row, column, this.window);
    if (this.way === "max") return Math.max(...values);
    return this.way === "mean" ? values.reduce((a, b) => a + b, 0) / values.length : dot(values, this.kernel);
  }

  draw() {
    const { context, resultContext, theme, window, cellSize } = this, side = places(this.side, window);
    if (!context || !resultContext || !theme) return;
    this.row = Math.max(0, Math.min(this.row, side - 1));
    this.column = Math.max(0, Math.min(this.column, side - 1));
    const result = Array.from({ length: side * side }, (_, i) => this.at(Math.floor(i / side), i % side));
    this.grid(context, this.input, this.side, this.side > SIDE);
    this.grid(resultContext, result, side, false);
    context.strokeStyle = this.side > SIDE ? theme.series[1] : theme.text;
    resultContext.strokeStyle = theme.text;
    context.lineWidth = resultContext.lineWidth = 2;
    const top = this.row * window.stride - window.padding, left = this.column * window.stride - window.padding, { size, dilation } = window;
    for (let i = 0; i < size * size; i++) {
      frame(context, (left + (i % size) * dilation) * cellSize, (top + Math.floor(i / size) * dilation) * cellSize, cellSize);
    }
    frame(resultContext, this.column * cellSize, this.row * cellSize, cellSize);
    this.tell(side, result[this.row * side + this.column]);
  }

  /**
   * The size of the result, and the sum of one place, with their numbers.
   *
   * @param {number} side
   * @param {number} result
   */
  tell(side, result) {
    const { window, way } = this, { stride, padding, size } = window;
    const values = spread(this.input, this.side, this.row, this.column, window);
    const terms = values.map((number, i) => (way === "sum" ? `${short(number, 2)} · ${bracketed(this.kernel[i])}` : short(number, 2)));
    const how = way === "sum" ? terms.join(" + ") : `${way} of ${terms.join(", ")}`;
    const span = (size - 1) * window.dilation + 1, left_over = (this.side + 2 * padding - span) % stride;
    setText(this.total, `Size: (${this.side} + 2 · ${padding} − ${span}) / ${stride} + 1 = ${side}${left_over ? `, with ${left_over} rows and columns left over` : ""}. `
      + `Row ${this.row + 1}, column ${this.column + 1}: ${how} = ${short(result)}.`);
    setAttribute(this.canvas, "aria-label", `The input, ${this.side} × ${this.side} numbers`);
    setAttribute(this.result, "aria-label", `The result, ${side} × ${side} numbers. Arrow keys choose one. ${this.total.textContent}`);
  }

  /**
   * Numbers in squares of the colour of their sign, or in grey: without figures where the squares are small.
   *
   * @param {CanvasRenderingContext2D} context
   * @param {ArrayLike<number>} values
   * @param {number} side
   * @param {boolean} isGrey
   */
  grid(context, values, side, isGrey) {
    const { theme, cellSize } = this, gap = cellSize < LEGIBLE ? 0 : 1;
    if (!theme) return;
    let largest = 1e-9;
    for (let i = 0; i < values.length; i++) largest = Math.max(largest, Math.abs(values[i]));
    context.clearRect(0, 0, WIDE, WIDE);
    context.font = `10px ${theme.font}`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    for (let i = 0; i < side * side; i++) {
      const color = isGrey ? Math.round(255 * values[i]) * 0x010101 : theme.soft[Math.round(128 + (127 * values[i]) / largest)];
      const x = (i % side) * cellSize, y = Math.floor(i / side) * cellSize;
      context.fillStyle = `rgb(${color & 255}, ${(color >> 8) & 255}, ${(color >> 16) & 255})`;
      context.fillRect(x, y, cellSize - gap, cellSize - gap);
      if (cellSize < LEGIBLE) continue;
      context.fillStyle = theme.text;
      context.fillText(short(values[i], 2), x + cellSize / 2, y + cellSize / 2, cellSize - 2);
    }
  }

  /** @param {PointerEvent} event */
  press(event) {
    const { x, y } = this.cell(this.canvas, event);
    if (x < 0 || y < 0 || x >= this.side || y >= this.side) return;
    if (this.side > SIDE) { // on a photograph the window goes there
      const { stride, padding } = this.window;
      [this.row, this.column] = [Math.floor((y + padding) / stride), Math.floor((x + padding) / stride)];
    } else {
      this.input[y * SIDE + x] = this.input[y * SIDE + x] > 0.5 ? 0 : 1;
    }
    this.draw();
  }

  /** @param {PointerEvent} event */
  point(event) {
    const { x, y } = this.cell(this.result, event), side = places(this.side, this.window);
    if (x < 0 || y < 0 || x >= side || y >= side) return;
    [this.row, this.column] = [y, x];
    this.draw();
  }

  /**
   * @param {HTMLElement} canvas
   * @param {PointerEvent} event
   */
  cell(canvas, { clientX, clientY }) {
    const box = canvas.getBoundingClientRect(), size = this.cellSize * (this.scale ?? 1);
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

/**
 * A frame around a cell.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {number} x
 * @param {number} y
 * @param {number} size
 */
function frame(context, x, y, size) {
  const inset = size < LEGIBLE ? 0 : 1;
  context.lineWidth = size < LEGIBLE ? 1 : 2;
  context.strokeRect(x + inset, y + inset, size - 3 * inset, size - 3 * inset);
}

/** In brackets where it is negative. @param {number} value */
function bracketed(value) {
  return value < 0 ? `(${short(value, 2)})` : short(value, 2);
}
