// @ts-check
/** What the cards of a link, a bias and a neuron say, and the message each of their numbers sends. */

import { neuronName, shortName } from "./names.js";

/** @typedef {import("./types.js").Moment} Moment */
/** @typedef {import("./geometry.js").Layout} Layout */
/** @typedef {import("./cards.js").Card} Card */
/** @typedef {() => Moment|undefined} Now  the newest moment: a card outlives the one it was opened in */

/**
 * @param {Now} now
 * @param {Layout} layout
 * @param {number} link
 * @returns {Card}
 */
export function linkCard(now, layout, link) {
  const { target, from } = ends(now, layout, link);
  return {
    title: `Weight from ${from} to ${target}`,
    rows: [{ ...weightRow(now, layout, link), label: "Weight" }],
  };
}

/**
 * @param {Now} now
 * @param {Layout} layout
 * @param {number} tile
 * @returns {Card}
 */
export function biasCard(now, layout, tile) {
  return { title: `Bias of ${tileName(now, layout, tile)}`, rows: [biasRow(now, layout, tile)] };
}

/**
 * @param {Now} now
 * @param {Layout} layout
 * @param {number} tile
 * @returns {Card}
 */
export function neuronCard(now, layout, tile) {
  const { to, count } = layout.links;
  const rows = [];
  for (let link = 0; link < count; link++) {
    if (to[link] === tile) rows.push(weightRow(now, layout, link));
  }
  const name = tileName(now, layout, tile);
  return { title: name[0].toUpperCase() + name.slice(1), rows: [...rows, biasRow(now, layout, tile)] };
}

/**
 * @param {Now} now
 * @param {Layout} layout
 * @param {number} link
 */
function weightRow(now, { links, tiles }, link) {
  const source = tiles[links.from[link]], target = tiles[links.to[link]];
  const scene = /** @type {Moment} */ (now()).scene;
  return {
    label: `Weight from ${shortName(scene, [source.layer, source.index])}`,
    read: () => now()?.arrays.weights[link],
    message: (/** @type {number} */ value) => ({
      type: "weight", layer: target.layer, to: target.index, value,
      // The first layer's matrix has a column per active feature, not per feature.
      from: source.layer === 0 ? now()?.shown[0].indexOf(source.index) : source.index,
    }),
  };
}

/**
 * @param {Now} now
 * @param {Layout} layout
 * @param {number} tile
 */
function biasRow(now, { tiles, features }, tile) {
  const { layer, index } = tiles[tile];
  return {
    label: "Bias",
    read: () => now()?.arrays.biases[tile - features],
    message: (/** @type {number} */ value) => ({ type: "bias", layer, to: index, value }),
  };
}

/**
 * @param {Now} now
 * @param {Layout} layout
 * @param {number} link
 */
function ends(now, { links, tiles }, link) {
  const scene = /** @type {Moment} */ (now()).scene;
  const source = tiles[links.from[link]], target = tiles[links.to[link]];
  return {
    from: shortName(scene, [source.layer, source.index]),
    target: shortName(scene, [target.layer, target.index]),
  };
}

/**
 * @param {Now} now
 * @param {Layout} layout
 * @param {number} tile
 */
function tileName(now, { tiles }, tile) {
  const name = neuronName(/** @type {Moment} */ (now()).scene, [tiles[tile].layer, tiles[tile].index]);
  return name[0].toLowerCase() + name.slice(1);
}
