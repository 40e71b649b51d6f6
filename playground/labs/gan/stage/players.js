// @ts-check
/** Both players as a graph: noise goes through G to a fake, fake and real go to D, and D's answer comes back to G. */

import { fit, h, setAttribute } from "../../../stage/dom.js";
import { count, loss, scaled } from "../../../stage/format.js";

/** @typedef {import("./picture.js").GANMoment} Moment */
/** @typedef {import("./picture.js").PlayerName} PlayerName */
/** @typedef {import("../../../stage/colors.js").Theme} Theme */

/** The ways of the data, and which of them are in use in a stage of the slow round. @typedef {"noise"|"fake"|"real"|"gradient"|"generator"|"discriminator"} Part */
/** @type {Part[][]} */
const IN_USE = [
  ["noise", "fake", "real"],
  ["discriminator"],
  ["discriminator"],
  ["noise", "fake", "gradient"],
  ["gradient", "generator"],
];
const FLOW = { apart: 26, per_s: 40, radius: 2.6 };
const HEIGHT = 148, BOX = { wide: 112, tall: 66 };

export class Players {
  constructor() {
    this.canvas = h("canvas", { role: "img", "aria-label": "Generator and discriminator" });
    this.element = h("section", { class: "nn-gan-players", "aria-label": "Players" }, h("h2", { class: "nn-unseen" }, "Players"), this.canvas);
    this.width = 0;
  }

  /** @param {Theme} theme */
  setTheme(theme) {
    this.theme = theme;
  }

  /** @param {number} width @param {number} scale */
  resize(width, scale) {
    this.width = Math.max(280, width / scale);
    this.context = fit(this.canvas, this.width, HEIGHT, scale);
  }

  /**
   * @param {Moment} moment
   * @param {number|null} at  the stage of the slow round that is shown
   * @param {number} now
   */
  paint(moment, at, now) {
    const { context, theme, width } = this;
    if (!context || !theme) return;
    const { scene } = moment, middle = 84, left = 46, right = width - BOX.wide - 4, end = left + BOX.wide;
    const top = middle - BOX.tall / 2, bottom = middle + BOX.tall / 2, centre = right + BOX.wide / 2;
    context.clearRect(0, 0, width, HEIGHT);
    context.font = `11px ${theme.font}`;
    /** @type {[Part, number[][], string][]} */
    const ways = [
      ["noise", [[2, middle], [left, middle]], theme.series[0]],
      ["fake", [[end, middle], [right, middle]], theme.series[0]],
      ["real", [[end + 20, 22], [centre, 22], [centre, top]], theme.text],
      ["gradient", [[centre, bottom], [centre, HEIGHT - 10], [left + BOX.wide / 2, HEIGHT - 10], [left + BOX.wide / 2, bottom]], theme.text],
    ];
    const used = at === null ? inUse(moment) : IN_USE[at];
    this.box(context, theme, moment, "generator", left, top, at !== null && used.includes("generator"));
    this.box(context, theme, moment, "discriminator", right, top, at !== null && used.includes("discriminator"));
    for (const [name, points, color] of ways) {
      const isUsed = used.includes(name);
      context.lineWidth = at !== null && isUsed ? 2.5 : 1.25;
      context.setLineDash(name === "gradient" ? [4, 3] : []);
      this.arrow(context, at !== null && isUsed ? color : theme.muted, points);
      context.setLineDash([]);
      if (isUsed && (at !== null || moment.header.state === "playing")) flow(context, color, points, now);
    }
    context.lineWidth = 1.25;
    context.fillStyle = theme.muted;
    context.textAlign = "left";
    context.textBaseline = "alphabetic";
    context.fillText("noise", 2, middle - 8);
    context.fillText(`${scene.noise_size}-D`, 2, middle + 16);
    context.fillText("fake", end + 8, middle - 8);
    context.fillText("real", end + 20, 16);
    context.fillText("gradient", end + 8, HEIGHT - 15);
    const said = (/** @type {PlayerName} */ name) => `${name}: loss ${loss(moment.header.metrics[`${name}_loss`])}, ${state(moment, name)}`;
    setAttribute(this.canvas, "aria-label", `${said("generator")}; ${said("discriminator")}`);
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {Theme} theme
   * @param {Moment} moment
   * @param {PlayerName} name
   * @param {number} x
   * @param {number} y
   * @param {boolean} isUsed
   */
  box(context, theme, moment, name, x, y, isUsed) {
    const { metrics } = moment.header, isFrozen = state(moment, name) === "frozen";
    context.globalAlpha = isFrozen ? 0.5 : 1;
    context.strokeStyle = isFrozen ? theme.muted : theme.text;
    context.lineWidth = isUsed ? 2.5 : 1.25;
    context.strokeRect(x + 0.5, y + 0.5, BOX.wide, BOX.tall);
    context.textAlign = "center";
    context.textBaseline = "alphabetic";
    context.fillStyle = theme.text;
    context.font = `600 12px ${theme.font}`;
    context.fillText(`${name === "generator" ? "G" : "D"} ${moment.scene.sizes[name].join("-")}`, x + BOX.wide / 2, y + 17, BOX.wide - 8);
    context.font = `11px ${theme.font}`;
    context.fillText(`loss ${loss(metrics[`${name}_loss`])}`, x + BOX.wide / 2, y + 33);
    context.fillStyle = theme.muted;
    context.fillText(`${count(metrics[`${name}_updates`] ?? 0)} updates`, x + BOX.wide / 2, y + 47);
    context.fillText(state(moment, name), x + BOX.wide / 2, y + 61);
    context.globalAlpha = 1;
  }

  /** @param {CanvasRenderingContext2D} context @param {string} color @param {number[][]} points */
  arrow(context, color, points) {
    const [[fromX, fromY], [x, y]] = points.slice(-2), angle = Math.atan2(y - fromY, x - fromX);
    context.strokeStyle = context.fillStyle = color;
    context.beginPath();
    points.forEach(([px, py]) => context.lineTo(px, py));
    context.stroke();
    context.beginPath();
    for (const turn of [0, 2.6, -2.6]) context.lineTo(x + (turn ? 7 * Math.cos(angle + turn) : 0), y + (turn ? 7 * Math.sin(angle + turn) : 0));
    context.fill();
  }
}

/** How a player learns now. @param {Moment} moment @param {PlayerName} name */
function state({ header: { rates } }, name) {
  const updates = rates.rounds[name === "discriminator" ? 0 : 1];
  return updates ? `${updates} × rate ${scaled(rates[name])}` : "frozen";
}

/** The ways that are in use while both, or one of them, learn. @param {Moment} moment @returns {Part[]} */
function inUse({ header: { rates: { rounds: [discriminates, generates] } } }) {
  /** @type {[Part, number][]} */
  const ways = [["noise", discriminates + generates], ["fake", discriminates + generates], ["real", discriminates], ["gradient", generates]];
  return ways.filter(([, updates]) => updates).map(([name]) => name);
}

/** Dots that move along a way. @param {CanvasRenderingContext2D} context @param {string} color @param {number[][]} points @param {number} now */
function flow(context, color, points, now) {
  let start = ((now / 1000) * FLOW.per_s) % FLOW.apart;
  context.fillStyle = color;
  context.beginPath();
  for (let i = 1; i < points.length; i++) {
    const [[fromX, fromY], [x, y]] = [points[i - 1], points[i]], long = Math.hypot(x - fromX, y - fromY);
    for (; start < long; start += FLOW.apart) {
      const atX = fromX + ((x - fromX) * start) / long, atY = fromY + ((y - fromY) * start) / long;
      context.moveTo(atX + FLOW.radius, atY);
      context.arc(atX, atY, FLOW.radius, 0, 2 * Math.PI);
    }
    start -= long;
  }
  context.fill();
}
