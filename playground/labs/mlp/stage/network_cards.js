// @ts-check
/** Contents of the cards of a link, a bias and a neuron, and the names of their parameters. */

import { biasName, neuronName, shortName } from "./names.js";

/** @typedef {import("./picture.js").NetworkMoment} Moment */
/** @typedef {import("./geometry.js").Layout} Layout */
/** @typedef {import("../../../stage/cards.js").Card} Card */
/** @typedef {import("../../../stage/cards.js").Row} Row */
/** @typedef {() => Moment|undefined} Now  the newest moment: a card outlives the one it was opened in */

/**
 * @param {Now} now
 * @param {Layout} layout
 * @param {number} link
 * @returns {Card}
 */
export function linkCard(now, layout, link) {
  const scene = sceneOf(now);
  const from = shortName(scene, neuronAt(layout, layout.links.from[link]));
  const to = shortName(scene, neuronAt(layout, layout.links.to[link]));
  return {
    title: `Weight from ${from} to ${to}`,
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
  return { title: biasName(sceneOf(now), neuronAt(layout, tile)), rows: [biasRow(now, layout, tile)] };
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
  return { title: neuronName(sceneOf(now), neuronAt(layout, tile)), rows: [...rows, biasRow(now, layout, tile)] };
}

/**
 * @param {Now} now
 * @param {Layout} layout
 * @param {number} link
 * @returns {Row}
 */
function weightRow(now, { links, tiles }, link) {
  const source = tiles[links.from[link]], target = tiles[links.to[link]];
  return {
    label: `Weight from ${shortName(sceneOf(now), [source.layer, source.index])}`,
    read: () => now()?.arrays.weights[link],
    target: () => {
      // The first layer's matrix has a column per active feature, not per feature.
      const from = source.layer === 0 ? momentOf(now).shown[0].indexOf(source.index) : source.index;
      return `layers.${target.layer - 1}.weight[${target.index},${from}]`;
    },
  };
}

/**
 * @param {Now} now
 * @param {Layout} layout
 * @param {number} tile
 * @returns {Row}
 */
function biasRow(now, { tiles, features }, tile) {
  const { layer, index } = tiles[tile];
  return {
    label: "Bias",
    read: () => now()?.arrays.biases[tile - features],
    target: () => `layers.${layer - 1}.bias[${index}]`,
  };
}

/**
 * @param {Layout} layout
 * @param {number} tile
 * @returns {import("./picture.js").Neuron}
 */
function neuronAt({ tiles }, tile) {
  return [tiles[tile].layer, tiles[tile].index];
}

/** Where there is a card, there is a moment. @param {Now} now */
function momentOf(now) {
  return /** @type {Moment} */ (now());
}

/** @param {Now} now */
function sceneOf(now) {
  return momentOf(now).scene;
}
