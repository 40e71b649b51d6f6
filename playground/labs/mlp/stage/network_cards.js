// @ts-check
/** Contents of the cards of a link, a bias and a neuron, and the names of their parameters. */

import { biasName, neuronName, shortName } from "./names.js";

/** @typedef {import("./picture.js").NetworkMoment} Moment */
/** @typedef {import("./geometry.js").Layout} Layout */
/** @typedef {import("../../../stage/cards.js").Card} Card */
/** @typedef {import("../../../stage/cards.js").Row} Row */
/** @typedef {import("./picture.js").Intervention} Intervention */
/** @typedef {import("./picture.js").Part} Part */
/** @typedef {(what: Intervention, parts: Part[]) => void} OnIntervene */
/** @typedef {() => Moment|undefined} Now  the newest moment: a card outlives the one it was opened in */

/** @type {[Intervention, string, string][]}  what a button says while it is not done, and while it is */
const INTERVENTIONS = [
  ["frozen", "Freeze its weights", "Frozen: let it learn"],
  ["zeroed", "Set its output to 0", "Output is 0: give it back"],
];

/**
 * Whether a part of the network is among others.
 *
 * @param {Part[]} parts
 * @param {Part} part
 */
export function includes(parts, part) {
  return parts.some((each) => each.length === part.length && each.every((number, i) => number === part[i]));
}

/**
 * @param {Now} now
 * @param {Layout} layout
 * @param {number} link
 * @param {OnIntervene} onIntervene
 * @returns {Card}
 */
export function linkCard(now, layout, link, onIntervene) {
  const scene = sceneOf(now);
  const from = shortName(scene, neuronAt(layout, layout.links.from[link]));
  const to = shortName(scene, neuronAt(layout, layout.links.to[link]));
  return {
    title: `Weight from ${from} to ${to}`,
    rows: [{ ...weightRow(now, layout, link, onIntervene), label: "Weight" }],
  };
}

/**
 * @param {Now} now
 * @param {Layout} layout
 * @param {number} tile
 * @param {OnIntervene} onIntervene
 * @returns {Card}
 */
export function biasCard(now, layout, tile, onIntervene) {
  return { title: biasName(sceneOf(now), neuronAt(layout, tile)), rows: [biasRow(now, layout, tile, onIntervene)] };
}

/**
 * @param {Now} now
 * @param {Layout} layout
 * @param {number} tile
 * @param {OnIntervene} onIntervene
 * @returns {Card}
 */
export function neuronCard(now, layout, tile, onIntervene) {
  const { to, count } = layout.links;
  const rows = [];
  for (let link = 0; link < count; link++) {
    if (to[link] === tile) rows.push(weightRow(now, layout, link, onIntervene));
  }
  const [layer, index] = neuronAt(layout, tile);
  const { hidden_sizes, outputs } = sceneOf(now);
  const switches = INTERVENTIONS.filter(([what]) => what === "frozen" || layer <= hidden_sizes.length);
  const size = hidden_sizes[layer - 1] ?? outputs.length;
  /** @type {Part[]} */
  const whole = Array.from({ length: size }, (_, place) => [layer, place + 1]);
  return {
    title: neuronName(sceneOf(now), [layer, index]),
    rows: [...rows, biasRow(now, layout, tile, onIntervene)],
    switches: [
      ...switches.map(([what, off, on]) => ({
        on, off, sets: what,
        isOn: () => includes(momentOf(now).header[what], [layer, index + 1]),
        flip: () => onIntervene(what, [[layer, index + 1]]),
      })),
      ...(size > 1 ? [{
        off: "Freeze its layer", on: "Layer frozen: let it learn", sets: "frozen",
        isOn: () => whole.every((each) => includes(momentOf(now).header.frozen, each)),
        flip: () => onIntervene("frozen", whole),
      }] : []),
    ],
  };
}

/**
 * @param {Now} now
 * @param {Layout} layout
 * @param {number} link
 * @param {OnIntervene} onIntervene
 * @returns {Row}
 */
function weightRow(now, layout, link, onIntervene) {
  const source = neuronAt(layout, layout.links.from[link]);
  const part = () => weightAt(momentOf(now), layout, link);
  return {
    label: `Weight from ${shortName(sceneOf(now), source)}`,
    read: () => now()?.arrays.weights[link],
    target: () => {
      const [layer, to, from] = part();
      return `layers.${layer - 1}.weight[${to - 1},${from - 1}]`;
    },
    hold: freezing(now, "weight", part, onIntervene),
  };
}

/**
 * A link's weight as a part of the network.
 *
 * @param {Moment} moment
 * @param {Layout} layout
 * @param {number} link
 * @returns {Part}
 */
export function weightAt({ shown }, { links, tiles }, link) {
  const source = tiles[links.from[link]], target = tiles[links.to[link]];
  // The first layer's matrix has a column per active feature, not per feature.
  const from = source.layer === 0 ? shown[0].indexOf(source.index) : source.index;
  return [target.layer, target.index + 1, from + 1];
}

/**
 * @param {Now} now
 * @param {string} what
 * @param {() => Part} part
 * @param {OnIntervene} onIntervene
 * @returns {import("../../../stage/cards.js").Switch}
 */
function freezing(now, what, part, onIntervene) {
  return {
    off: `Freeze this ${what}`, on: `Frozen ${what}: let it learn`, sets: "frozen",
    isOn: () => includes(momentOf(now).header.frozen, part()),
    flip: () => onIntervene("frozen", [part()]),
  };
}

/**
 * @param {Now} now
 * @param {Layout} layout
 * @param {number} tile
 * @param {OnIntervene} onIntervene
 * @returns {Row}
 */
function biasRow(now, { tiles, features }, tile, onIntervene) {
  const { layer, index } = tiles[tile];
  return {
    label: "Bias",
    read: () => now()?.arrays.biases[tile - features],
    target: () => `layers.${layer - 1}.bias[${index}]`,
    hold: freezing(now, "bias", () => [layer, index + 1, 0], onIntervene),
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
