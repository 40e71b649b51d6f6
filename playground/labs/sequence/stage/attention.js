// @ts-check
/** Where the decoder looks: a row an answer, a column a token of the source, a dot where the answer comes from. */

import { levelOf, pixelCss } from "../../../stage/colors.js";
import { h, setText } from "../../../stage/dom.js";
import { percent } from "../../../stage/format.js";
import { Plot } from "./plot.js";

/** @typedef {import("./picture.js").SequenceMoment} Moment */

const LEFT = 72, TOP = 58, MOST = 26;

export class Attention {
  constructor() {
    this.plot = new Plot("Attention");
    this.words = h("p", {});
    this.element = h("div", {}, this.plot.canvas, this.words);
  }

  /** @param {Moment} moment */
  paint({ header: { tokens, source, at }, arrays: { attention, truth, outputs, targets }, scene: { says } }) {
    if (!attention) return;
    const [rows, columns] = attention.shape, cell = Math.min(MOST, (this.plot.width - LEFT) / columns);
    const canvas = this.plot.begin(TOP + rows * Math.min(cell, 20) + 4);
    if (!canvas) return;
    const { context, theme } = canvas, tall = Math.min(cell, 20), classes = outputs.shape[1];
    for (let column = 0; column < columns; column++) {
      context.save();
      context.translate(LEFT + column * cell + cell / 2, TOP - 6);
      context.rotate(-Math.PI / 3);
      context.fillStyle = theme.text;
      context.fillText(tokens[column], 0, 0);
      context.restore();
    }
    for (let row = 0; row < rows; row++) {
      const own = outputs.subarray(row * classes, (row + 1) * classes), best = own.indexOf(Math.max(...own));
      context.fillStyle = targets[row] >= 0 && targets[row] !== best ? theme.wrong : theme.text;
      context.textAlign = "right";
      context.fillText(says[best], LEFT - 6, TOP + row * tall + tall / 2, LEFT - 6);
      context.textAlign = "left";
      for (let column = 0; column < columns; column++) {
        const share = attention[row * columns + column], x = LEFT + column * cell, y = TOP + row * tall;
        context.fillStyle = pixelCss(theme.vivid[levelOf(share, 1)]);
        context.fillRect(x, y, cell - 1, tall - 1);
        if (truth?.[row * columns + column]) {
          context.fillStyle = theme.text;
          context.fillRect(x + cell / 2 - 2, y + tall / 2 - 2, 4, 4);
        }
      }
    }
    context.strokeStyle = theme.text;
    if (at >= source) context.strokeRect(LEFT - 0.5, TOP + (at - source) * tall - 0.5, columns * cell, tall);
  }

  /** @param {Moment} moment */
  showNumbers({ header: { metrics } }) {
    const share = metrics.alignment;
    setText(this.words, `Row: what is said. Column: what was read. A dot marks the token that the answer stands for.${typeof share === "number" ? ` Over all test pairs ${percent(share)} of the attention is on such tokens.` : ""}`);
  }
}
