// @ts-check
/** A canvas of a panel: sized, cleared, and with what the lab's small charts share. */

import { context2d, fit, h, isSharp } from "../../../stage/dom.js";

/** @typedef {import("../../../stage/colors.js").Theme} Theme */

const LEFT = 34, RIGHT = 8, TOP = 8, BOTTOM = 26;

export class Plot {
  /** @param {string} label  for those who do not see it */
  constructor(label) {
    this.canvas = h("canvas", { role: "img", "aria-label": label, class: "nn-sequence-plot" });
    this.width = 0;
    this.scale = 1;
    this.size = "";
    /** @type {Theme|null} */
    this.theme = null;
  }

  /** @param {number} width @param {number} scale */
  resize(width, scale) {
    this.width = Math.max(width / scale, 0);
    this.scale = scale;
    this.size = "";
  }

  /**
   * An empty canvas of that height, or null where there is no room for one.
   *
   * @param {number} height
   * @param {number} [width]
   * @returns {{context: CanvasRenderingContext2D, theme: Theme, width: number, height: number}|null}
   */
  begin(height, width = this.width) {
    const { theme, canvas } = this;
    if (!theme || width < 40) return null;
    if (this.size !== `${width},${height}` || !isSharp(canvas)) {
      this.size = `${width},${height}`;
      fit(canvas, width, height, this.scale);
    }
    const context = context2d(canvas);
    context.clearRect(0, 0, width, height);
    context.font = `11px ${theme.font}`;
    context.textBaseline = "middle";
    context.textAlign = "left";
    context.lineWidth = 1;
    return { context, theme, width, height };
  }
}

/**
 * Lines over a common axis from 0 to ``most``, the first thin, the last strong.
 *
 * @param {NonNullable<ReturnType<Plot["begin"]>>} canvas
 * @param {{label: string, x: ArrayLike<number>, y: ArrayLike<number>, dots?: boolean}[]} lines
 * @param {{most: number, top: string, x: string, mark?: {at: number, label: string}|null}} axes
 */
export function lines({ context, theme, width, height }, lines, { most, top, x: below, mark = null }) {
  const ends = lines.flatMap(({ x }) => [x[0], x[x.length - 1]]).filter(Number.isFinite);
  const low = Math.min(...ends), high = Math.max(...ends, low + 1), bottom = height - BOTTOM, right = width - RIGHT;
  const px = (/** @type {number} */ x) => LEFT + ((x - low) / (high - low)) * (right - LEFT);
  const py = (/** @type {number} */ y) => bottom - (Math.min(y, most) / (most || 1)) * (bottom - TOP);
  context.strokeStyle = theme.faint;
  context.beginPath();
  for (const y of [TOP, (TOP + bottom) / 2, bottom]) context.moveTo(LEFT, y), context.lineTo(right, y);
  context.stroke();
  context.fillStyle = theme.muted;
  context.textAlign = "right";
  context.fillText(top, LEFT - 4, TOP + 3);
  context.fillText("0", LEFT - 4, bottom);
  context.fillText(`${high}`, right, bottom + 9);
  context.textAlign = "left";
  context.fillText(`${low}`, LEFT, bottom + 9);
  context.textAlign = "center";
  context.fillText(below, (LEFT + right) / 2, bottom + 18);
  if (mark) {
    context.strokeStyle = theme.muted;
    context.setLineDash([2, 3]);
    context.beginPath();
    context.moveTo(px(mark.at), TOP);
    context.lineTo(px(mark.at), bottom);
    context.stroke();
    context.setLineDash([]);
    context.fillText(mark.label, Math.min(Math.max(px(mark.at), LEFT + 24), right - 24), bottom + 8);
  }
  lines.forEach(({ x, y, dots }, i) => {
    const isLast = i === lines.length - 1;
    context.strokeStyle = context.fillStyle = isLast ? theme.text : theme.series[i % theme.series.length];
    context.lineWidth = isLast ? 1.75 : 1.5;
    context.beginPath();
    for (let k = 0; k < x.length; k++) if (Number.isFinite(y[k])) context.lineTo(px(x[k]), py(y[k]));
    context.stroke();
    for (let k = 0; dots && k < x.length; k++) context.fillRect(px(x[k]) - 2, py(y[k]) - 2, 4, 4);
  });
}

/** A legend of ``lines``, in their colours. @param {Theme} theme @param {string[]} labels */
export function legend(theme, labels) {
  return h("p", { class: "nn-sequence-legend" }, ...labels.map((label, i) => {
    const color = i === labels.length - 1 ? theme.text : theme.series[i % theme.series.length];
    return h("span", {}, h("i", { style: `background:${color}` }), label);
  }));
}
