// @ts-check
/** Where every map of a network is drawn. Pure, so that it can be tested. */

/**
 * @typedef {import("./picture.js").LayerInfo} LayerInfo
 *
 * @typedef {object} Column  one layer
 * @property {LayerInfo} layer
 * @property {number} place  of its first map among all ``ranges``
 * @property {number} x
 * @property {number} y
 * @property {number} width
 * @property {number} across  tiles in a row
 * @property {number} tile  the side of a map's square, or of a number's
 * @property {number} gap  between two tiles
 * @property {boolean} isVector  numbers rather than maps
 * @property {number} count  of maps or numbers
 */

const GAP = 4;
const BETWEEN = 9; // columns
const NARROWEST = 34; // of a column, so that its name has room
const TALLEST = 8; // maps above each other
const LARGEST = 58, SMALLEST = 16;
/** Cells of a vector: few numbers are drawn larger. */
const CELLS = [[16, 13], [130, 10], [Infinity, 8]];
export const HEAD = 36;

/** What the page does not draw: it holds the same numbers as its neighbour. @param {LayerInfo} layer */
function isDrawn({ kind }) {
  return kind !== "flatten" && kind !== "dropout";
}

/** @param {LayerInfo} layer */
export function isVector({ shape }) {
  return shape.length < 3 || shape[1] * shape[2] === 1;
}

/**
 * The columns of all layers, from left to right, and the height that they take.
 *
 * @param {LayerInfo[]} layers  the image first
 * @param {number} width
 * @param {number} height  that is there, without the heads
 * @returns {{columns: Column[], width: number, height: number, tile: number}}
 */
export function arrange(layers, width, height) {
  let place = 0;
  /** @type {{layer: LayerInfo, place: number, count: number, isVector: boolean, across: number, tile: number, gap: number}[]} */
  const all = [];
  for (const layer of layers) {
    const vector = isVector(layer), count = vector ? layer.shape[0] : layer.shape[0];
    const cell = CELLS.find(([most]) => count <= most)?.[1] ?? 8;
    const down = vector ? Math.floor(height / cell) : Math.min(TALLEST, count);
    if (isDrawn(layer)) all.push({ layer, place, count, isVector: vector, across: Math.ceil(count / down), tile: vector ? cell : 0, gap: vector ? 0 : GAP });
    if (layer.kind !== "image") place += layer.shape.length === 3 ? count : 1;
  }
  const vectors = all.filter((each) => each.isVector).reduce((sum, each) => sum + Math.max(NARROWEST, each.across * each.tile), 0);
  const maps = all.filter((each) => !each.isVector);
  const gaps = (all.length - 1) * BETWEEN + maps.reduce((sum, each) => sum + (each.across - 1) * GAP, 0);
  const room = (width - vectors - gaps) / Math.max(1, maps.reduce((sum, each) => sum + each.across, 0));
  const most = Math.max(1, ...maps.map(({ count, across }) => Math.ceil(count / across)));
  const tile = Math.floor(Math.max(SMALLEST, Math.min(LARGEST, room, (height + GAP) / most - GAP)));
  let x = 0, tallest = 0;
  const columns = all.map((each) => {
    const size = each.isVector ? each.tile : tile;
    const wide = each.across * size + (each.across - 1) * each.gap;
    const column = { ...each, tile: size, x, y: HEAD, width: wide };
    x += Math.max(wide, NARROWEST) + BETWEEN;
    tallest = Math.max(tallest, Math.ceil(each.count / each.across) * (size + each.gap));
    return column;
  });
  return { columns, width: x - BETWEEN, height: HEAD + tallest + 2, tile };
}

/**
 * The corner of a map.
 *
 * @param {Column} column
 * @param {number} index
 * @returns {[x: number, y: number]}
 */
export function corner({ x, y, across, tile, gap }, index) {
  return [x + (index % across) * (tile + gap), y + Math.floor(index / across) * (tile + gap)];
}

/**
 * Which map is at a place; null for none.
 *
 * @param {Column[]} columns
 * @param {number} x
 * @param {number} y
 * @returns {{column: Column, index: number, across: number, down: number}|null}  and where in its square, from 0 to 1
 */
export function at(columns, x, y) {
  for (const column of columns) {
    const step = column.tile + column.gap;
    const left = x - column.x, top = y - column.y;
    if (left < 0 || top < 0 || left >= column.width) continue;
    const index = Math.floor(top / step) * column.across + Math.floor(left / step);
    const across = (left % step) / column.tile, down = (top % step) / column.tile;
    if (index < column.count && across < 1 && down < 1) return { column, index, across, down };
  }
  return null;
}
