// @ts-check
/** Text of a score's levels over many networks. */

/**
 * @param {import("./picture.js").Levels|null} levels  null without this score
 * @param {keyof import("./picture.js").Levels} name
 * @param {(value: number) => string} written
 */
export function level(levels, name, written) {
  return levels ? said(levels[name] ?? Infinity, written) : "–";
}

/**
 * Return a level as text; an infinite one is that of diverged networks.
 *
 * @param {number} value
 * @param {(value: number) => string} written
 */
export function said(value, written) {
  return Math.abs(value) === Infinity ? "diverged" : written(value);
}
