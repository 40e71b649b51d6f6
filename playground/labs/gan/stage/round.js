// @ts-check
/** What the plane and the digits show in a stage of the slow round. */

import { levelOf } from "../../../stage/colors.js";
import { arrowsTo, dotsAt } from "./shapes.js";
import { largest } from "./slow.js";

/** @typedef {import("./picture.js").GANMoment} Moment */
/** @typedef {import("../../../stage/types.js").Floats} Floats */
/** @typedef {import("../../../stage/colors.js").Theme} Theme */

const LOOKS = 0, D_MOVES = 2, PUSH = 3; // stages
const DOT = 2.6, ERRS = 7;

/**
 * The levels (side²) of the map in a stage, 0 to 255: what D believes, or how that changes.
 *
 * @param {Moment["arrays"]} arrays
 * @param {number} at
 */
export function levelsOf({ slow_map: map, slow_change: change }, at) {
  if (!map || !change) return undefined;
  if (at === D_MOVES) {
    const most = largest(change);
    return Uint8Array.from(change, (value) => levelOf(value, most));
  }
  return Uint8Array.from(map, (belief, i) => levelOf(2 * (belief + (at > D_MOVES ? change[i] : 0)) - 1, 1));
}

/**
 * The dots and arrows of a stage.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {Theme} theme
 * @param {Moment["arrays"]} arrays
 * @param {number} at
 * @param {number} progress  of the fakes' way, from 0 to 1
 * @param {import("./shapes.js").Place} place
 */
export function paintRound(context, theme, arrays, at, progress, place) {
  const { slow_real: real, slow_fake: fake, slow_beliefs: before, slow_after: after, slow_pushed: pushed, slow_push: push, slow_moved: moved } = arrays;
  if (!real || !fake || !before || !after || !pushed || !push || !moved) return;
  const n = real.shape[0], beliefs = at === D_MOVES ? after : before;
  if (at <= D_MOVES) {
    const grow = at === LOOKS ? 0 : ERRS;
    dotsAt(context, real, theme.muted, place, (i) => DOT + grow * (1 - beliefs[i]) - (grow && DOT / 2));
    dotsAt(context, fake, theme.series[0], place, (i) => DOT + grow * beliefs[n + i] - (grow && DOT / 2));
    return;
  }
  if (at === PUSH) {
    dotsAt(context, pushed, theme.series[0], place, () => DOT);
    arrowsTo(context, theme.text, pushed, push, place);
    return;
  }
  const way = moved.map((value, i) => value - pushed[i]);
  context.globalAlpha = 0.35;
  arrowsTo(context, theme.text, pushed, push, place);
  context.globalAlpha = 1;
  arrowsTo(context, theme.text, pushed, way, place);
  dotsAt(context, pushed.map((value, i) => value + progress * way[i]), theme.series[0], place, () => DOT);
}

/**
 * The digits of a stage, 32 real and 32 fake ones or 64 fakes, and what D believes of each.
 *
 * @param {Moment["arrays"]} arrays
 * @param {number} at
 * @param {number} progress
 * @returns {{images: ArrayLike<number>, beliefs: ArrayLike<number>, count: number}|null}
 */
export function tilesOf({ slow_real: real, slow_fake: fake, slow_beliefs: before, slow_after: after, slow_pushed: pushed, slow_push: push, slow_moved: moved }, at, progress) {
  if (!real || !fake || !before || !after || !pushed || !push || !moved) return null;
  const n = real.shape[0], side = real.shape[1], half = Math.min(n, 32), all = Math.min(n, 64);
  if (at <= D_MOVES) {
    const beliefs = at === D_MOVES ? after : before;
    return {
      images: [...real.subarray(0, half * side), ...fake.subarray(0, half * side)],
      beliefs: [...beliefs.subarray(0, half), ...beliefs.subarray(n, n + half)],
      count: 2 * half,
    };
  }
  const first = pushed.subarray(0, all * side);
  if (at === PUSH) {
    const most = largest(push) || 1;
    return { images: push.subarray(0, all * side).map((value) => value / most), beliefs: new Float32Array(all).fill(0.5), count: all };
  }
  return { images: first.map((value, i) => value + progress * (moved[i] - value)), beliefs: new Float32Array(all).fill(0.5), count: all };
}
