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
const BETWEEN = 7; // columns
const NARROWEST = 31; // of a column, so that its name has room
const TALLEST = [8, 11, 16]; // maps above each other: what lets them be largest
const LARGEST = 58, SMALLEST = 16;
/** Cells of a vector: few numbers are drawn larger. */
const CELLS = [[16, 13], [130, 10], [Infinity, 8]];
const ROOMY = 400; // height from which they can be
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
 * The columns of all layers, from left to right, and the height that they take. Where maps are as small as can be, and
 * still too many for the width, more of them stand above each other.
 *
 * @param {LayerInfo[]} layers  the image first
 * @param {number} width
 * @param {number} height  that is there, without the heads
 * @returns {{columns: Column[], width: number, height: number, tile: number}}
 */
export function arrange(layers, width, height) {
  const found = TALLEST.map((tallest) => arranged(layers, width, height, tallest));
  return found.reduce((best, each) => (each.tile > best.tile || (each.tile === best.tile && best.width > width) ? each : best));
}

/**
 * @param {LayerInfo[]} layers
 * @param {number} width
 * @param {number} height
 * @param {number} tallest  maps above each other, at most
 */
function arranged(layers, width, height, tallest) {
  let place = 0;
  /** @type {{layer: LayerInfo, place: number, count: number, isVector: boolean, across: number, tile: number, gap: number}[]} */
  const all = [];
  for (const layer of layers) {
    const vector = isVector(layer), count = layer.shape[0];
    const cell = CELLS.find(([most]) => count <= most && (most < 100 || height >= ROOMY))?.[1] ?? 8;
    const down = vector ? Math.floor(height / cell) : Math.min(tallest, count);
    if (isDrawn(layer)) all.push({ layer, place, count, isVector: vector, across: Math.ceil(count / down), tile: vector ? cell : 0, gap: vector ? 0 : GAP });
    if (layer.kind !== "image") place += layer.shape.length === 3 ? count : 1;
  }
  const most = Math.max(1, ...all.map((each) => (each.isVector ? 1 : Math.ceil(each.count / each.across))));
  const wideOf = (/** @type {typeof all[0]} */ { isVector, across, tile, gap }, /** @type {number} */ size) =>
    across * (isVector ? tile : size) + (across - 1) * gap;
  const whole = (/** @type {number} */ size) => all.reduce((sum, each) => sum + Math.max(NARROWEST, wideOf(each, size)) + BETWEEN, -BETWEEN);
  let tile = Math.floor(Math.min(LARGEST, (height + GAP) / most - GAP));
  while (tile > SMALLEST && whole(tile) > width) tile -= 1;
  let x = 0, tall = 0;
  const columns = all.map((each) => {
    const size = each.isVector ? each.tile : tile;
    const wide = wideOf(each, size);
    const column = { ...each, tile: size, x, y: HEAD, width: wide };
    x += Math.max(wide, NARROWEST) + BETWEEN;
    tall = Math.max(tall, Math.ceil(each.count / each.across) * (size + each.gap));
    return column;
  });
  return { columns, width: x - BETWEEN, height: HEAD + tall + 2, tile };
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
