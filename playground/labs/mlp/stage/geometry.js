// @ts-check
/** The layout of the network's tiles and links. Plain numbers, computed once per change of shape. */

/** @typedef {import("./picture.js").NetworkScene} Scene */

/**
 * @typedef {object} Tile  one feature, hidden neuron or output
 * @property {number} layer
 * @property {number} position  among the drawn tiles of its layer
 * @property {number} index  in its layer
 * @property {boolean} active  false for a feature that is not chosen
 * @property {number} x  left
 * @property {number} y  top
 */

/**
 * @typedef {object} Links  one entry each, in the order in which the weights travel
 * @property {number} count
 * @property {Uint16Array} from  tile
 * @property {Uint16Array} to  tile
 * @property {Float32Array} x0
 * @property {Float32Array} y0
 * @property {Float32Array} x1
 * @property {Float32Array} y1
 */

/**
 * @typedef {object} Layout
 * @property {number} width
 * @property {number} height
 * @property {number} size  of a tile
 * @property {number[]} columns  centre of every layer
 * @property {Tile[]} tiles  all features, then the hidden neurons drawn, then the outputs
 * @property {number} features  number of tiles that are features
 * @property {Links} links
 * @property {[from: number, to: number][]} skips  tiles; of a neuron and the one in its place in the layer after it
 */

const HEADER_HEIGHT = 92;
const FOOTER_HEIGHT = 26;
/** Room for the inputs' names, wider for columns of a table. */
const LABEL_WIDTH = 52, COLUMN_WIDTH = 92;
const OUTPUT_MARGIN = 46;
const MIN_PITCH = 53;
const MAX_TILE = 46;
const MAX_ROW = 76;
const MIN_LABEL_GAP = 16;

/**
 * The width under which the columns would crowd.
 *
 * @param {number} hiddenLayers
 * @param {number} [columns]  of a table, if they are the inputs
 */
export function minimumWidth(hiddenLayers, columns = 0) {
  return (columns ? COLUMN_WIDTH : LABEL_WIDTH) + OUTPUT_MARGIN + MAX_TILE + (hiddenLayers + 1) * MIN_PITCH;
}

/**
 * @param {Scene} scene
 * @param {number[][]} shown  per layer: active features, hidden layers, outputs
 * @param {number} width
 * @param {number} height
 * @returns {Layout}
 */
export function layOut(scene, shown, width, height) {
  const rows = Math.max(scene.features.length, ...shown.map((layer) => layer.length));
  const rowPitch = Math.min(MAX_ROW, (height - HEADER_HEIGHT - FOOTER_HEIGHT) / rows);
  const left = (scene.all_columns ? COLUMN_WIDTH : LABEL_WIDTH) + MAX_TILE / 2;
  const pitch = (width - OUTPUT_MARGIN - MAX_TILE / 2 - left) / (shown.length - 1);
  const size = Math.round(Math.min(MAX_TILE, rowPitch - MIN_LABEL_GAP, pitch * 0.5));
  const middle = HEADER_HEIGHT + (rowPitch * rows) / 2;
  const columns = shown.map((_, layer) => left + layer * pitch);
  /** @type {Tile[]} */
  const tiles = [];
  const drawn = [scene.features.map((_, index) => index), ...shown.slice(1)];
  drawn.forEach((indices, layer) => indices.forEach((index, position) => tiles.push({
    layer, position, index,
    active: layer > 0 || scene.features[index].active,
    x: Math.round(columns[layer] - size / 2),
    y: Math.round(middle + (position - (indices.length - 1) / 2) * rowPitch - size / 2),
  })));
  const features = scene.features.length;
  const links = linkUp(shown, tiles, features, size);
  return { width, height, size, columns, tiles, features, links, skips: skipsOf(scene, tiles) };
}

/**
 * @param {Scene} scene
 * @param {Tile[]} tiles
 * @returns {[number, number][]}
 */
function skipsOf({ skips }, tiles) {
  return tiles.flatMap((tile, from) => {
    if (!skips[tile.layer]) return [];
    const to = tiles.findIndex(({ layer, index }) => layer === tile.layer + 1 && index === tile.index);
    return to < 0 ? [] : [/** @type {[number, number]} */ ([from, to])];
  });
}

/**
 * @param {number[][]} shown
 * @param {Tile[]} tiles
 * @param {number} features
 * @param {number} size
 * @returns {Links}
 */
function linkUp(shown, tiles, features, size) {
  let count = 0;
  for (let layer = 1; layer < shown.length; layer++) count += shown[layer].length * shown[layer - 1].length;
  const from = new Uint16Array(count), to = new Uint16Array(count);
  const [x0, y0, x1, y1] = [0, 0, 0, 0].map(() => new Float32Array(count));
  let sources = [...shown[0]];
  let next = features;
  let link = 0;
  for (let layer = 1; layer < shown.length; layer++) {
    const targets = shown[layer].map((_, position) => next + position);
    for (const target of targets) {
      for (const source of sources) {
        from[link] = source;
        to[link] = target;
        x0[link] = tiles[source].x + size;
        y0[link] = tiles[source].y + size / 2;
        x1[link] = tiles[target].x;
        y1[link] = tiles[target].y + size / 2;
        link += 1;
      }
    }
    next += targets.length;
    sources = targets;
  }
  return { count, from, to, x0, y0, x1, y1 };
}

/**
 * A link is a cubic Bézier curve that leaves and arrives level; these are its two coordinates.
 *
 * @param {number} x0
 * @param {number} x1
 * @param {number} t  0…1
 */
export function curveX(x0, x1, t) {
  return x0 + (x1 - x0) * (1.5 * t * (1 - t) + t * t * t);
}

/**
 * @param {number} y0
 * @param {number} y1
 * @param {number} t  0…1
 */
export function curveY(y0, y1, t) {
  return y0 + (y1 - y0) * t * t * (3 - 2 * t);
}

/**
 * Return the link nearest to a point, or -1 when none is within reach.
 *
 * @param {Links} links
 * @param {number} x
 * @param {number} y
 * @param {number} reach
 */
export function nearestLink({ count, x0, y0, x1, y1 }, x, y, reach) {
  let nearest = -1;
  let best = reach;
  for (let link = 0; link < count; link++) {
    if (x < x0[link] || x > x1[link]) continue;
    const t = curveTime((x - x0[link]) / (x1[link] - x0[link]));
    const run = (x1[link] - x0[link]) * (1.5 - 3 * t + 3 * t * t);
    const rise = (y1[link] - y0[link]) * 6 * t * (1 - t);
    const distance = (Math.abs(curveY(y0[link], y1[link], t) - y) * run) / Math.hypot(run, rise);
    if (distance < best) {
      best = distance;
      nearest = link;
    }
  }
  return nearest;
}

/**
 * Inverts curveX on the unit span, by bisection.
 *
 * @param {number} x  0…1
 */
function curveTime(x) {
  let low = 0, high = 1;
  for (let i = 0; i < 12; i++) {
    const middle = (low + high) / 2;
    if (curveX(0, 1, middle) < x) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
