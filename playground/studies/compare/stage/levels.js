// @ts-check
/** Levels of a score over many networks, in words: those that diverged rank below every finite one. */

/**
 * @param {import("./picture.js").Levels|null} levels  null where there is no such score
 * @param {keyof import("./picture.js").Levels} name
 * @param {(value: number) => string} written
 */
export function level(levels, name, written) {
  return levels ? said(levels[name] ?? Infinity, written) : "–";
}

/**
 * A level as charts have it, where an infinite one is that of diverged networks.
 *
 * @param {number} value
 * @param {(value: number) => string} written
 */
export function said(value, written) {
  return Math.abs(value) === Infinity ? "diverged" : written(value);
}
