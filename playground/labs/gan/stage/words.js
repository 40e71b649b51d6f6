// @ts-check
/** What the numbers of a game mean, in words. Pure, so that it can be tested. */

import { percent } from "../../../stage/format.js";

/** How near to its equilibrium a loss is that is called so. */
const NEAR = 0.1;
/** A discriminator's loss below this share of its equilibrium: it tells nearly all. */
const WON = 0.3;

/**
 * Which player is ahead, from the discriminator's loss.
 *
 * @param {{discriminator?: number, generator?: number}} equilibrium  the losses where nobody can tell
 * @param {number|null|undefined} loss  the discriminator's
 */
export function ahead({ discriminator }, loss) {
  if (loss === null || loss === undefined || discriminator === undefined) return "";
  if (discriminator === 0) return Math.abs(loss) < NEAR ? "The critic scores real and fake alike." : "The critic's loss is minus its estimate of the distance.";
  if (loss < WON * discriminator) return "D has won: it tells nearly every fake.";
  if (loss > discriminator * (1 + NEAR)) return "D is fooled: it is worse than guessing.";
  if (loss > discriminator * (1 - NEAR)) return "D cannot tell: its loss is that of guessing.";
  return "D tells some fakes.";
}

/**
 * What the fakes are like, which no loss says.
 *
 * @param {number|null} modes  of the data
 * @param {import("../../../stage/types.js").Metrics} metrics
 */
export function coverage(modes, { modes: found, share_on_mode: share }) {
  if (modes === null || found === null || found === undefined) return "";
  const reached = `${found} of ${modes} modes found, ${percent(share ?? 0, 0)} of fakes on one.`;
  return found <= modes / 4 ? `${reached} ${(share ?? 0) > 0.5 ? "Collapsed: good fakes, few kinds." : ""}`.trim() : reached;
}
