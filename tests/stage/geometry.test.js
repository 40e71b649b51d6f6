import assert from "node:assert/strict";
import { test } from "node:test";

import { curveX, curveY, layOut, minimumWidth, nearestLink } from "../../playground/labs/mlp/stage/geometry.js";
import { LAYOUT, SCENE, SHOWN } from "./networks.js";

const { links, tiles, size } = LAYOUT;

test("every feature, drawn neuron and output has a tile, in the order of the maps", () => {
  assert.deepEqual(tiles.map(({ layer, index }) => [layer, index]),
    [[0, 0], [0, 1], [0, 2], [1, 0], [1, 1], [2, 0], [2, 2], [2, 3], [3, 0], [3, 1]]);
  assert.deepEqual(tiles.filter(({ active }) => !active).map(({ index }) => index), [1]);
  assert.equal(LAYOUT.features, 3);
});

test("tiles stand within the drawing, a column a layer, and do not touch", () => {
  for (const { x, y, layer } of tiles) {
    assert.ok(x >= 0 && y >= 0 && x + size <= LAYOUT.width && y + size <= LAYOUT.height);
    assert.ok(Math.abs(x + size / 2 - LAYOUT.columns[layer]) <= 0.5);
  }
  for (const one of tiles) {
    for (const other of tiles) {
      if (one !== other && one.layer === other.layer) assert.ok(Math.abs(one.y - other.y) > size);
    }
  }
});

test("links come in the order of the weights: layer by layer, target by target, from active features only", () => {
  const expected = [];
  const at = (layer, index) => tiles.findIndex((tile) => tile.layer === layer && tile.index === index);
  for (let layer = 1; layer < SHOWN.length; layer++) {
    for (const to of SHOWN[layer]) for (const from of SHOWN[layer - 1]) expected.push([at(layer - 1, from), at(layer, to)]);
  }
  assert.equal(links.count, 16);
  assert.deepEqual([...links.from].map((from, link) => [from, links.to[link]]), expected);
});

test("a link leaves its tile at the right and arrives at the left, in the middle", () => {
  for (let link = 0; link < links.count; link++) {
    const from = tiles[links.from[link]], to = tiles[links.to[link]];
    assert.deepEqual([links.x0[link], links.y0[link]], [from.x + size, from.y + size / 2]);
    assert.deepEqual([links.x1[link], links.y1[link]], [to.x, to.y + size / 2]);
  }
});

test("a network without hidden layers links inputs and outputs", () => {
  const layout = layOut({ ...SCENE, hidden_sizes: [] }, [[0, 2], [0, 1]], 400, 400);
  assert.equal(layout.tiles.length, 5);
  assert.deepEqual([...layout.links.from], [0, 2, 0, 2]);
});

test("the largest network has room at its least width", () => {
  const hidden = Array(8).fill([0, 1, 2, 3, 4, 5, 6, 7]);
  const layout = layOut({ ...SCENE, hidden_sizes: Array(8).fill(32) }, [[0, 2], ...hidden, [0, 1]], minimumWidth(8), 460);
  assert.ok(layout.size >= 16, `tiles of ${layout.size}`);
  assert.ok(layout.tiles.every(({ x, y }) => x >= 0 && x + layout.size <= layout.width && y + layout.size <= layout.height));
  const { count, x0, x1 } = layout.links;
  for (let link = 0; link < count; link++) assert.ok(x0[link] < x1[link]);
});

test("a curve goes from end to end, ever to the right, and leaves and arrives level", () => {
  assert.deepEqual([curveX(3, 11, 0), curveX(3, 11, 1), curveY(5, -5, 0), curveY(5, -5, 1)], [3, 11, 5, -5]);
  for (let i = 0; i < 100; i++) assert.ok(curveX(0, 1, i / 100) < curveX(0, 1, (i + 1) / 100));
  for (const t of [0, 1]) {
    const near = Math.abs(t - 1e-4);
    assert.ok(Math.abs(curveY(0, 1, near) - curveY(0, 1, t)) < 1e-6);
  }
});

test("a curve is the cubic Bézier that the painter draws", () => {
  const bezier = (p0, p1, p2, p3, t) =>
    p0 * (1 - t) ** 3 + 3 * p1 * t * (1 - t) ** 2 + 3 * p2 * t ** 2 * (1 - t) + p3 * t ** 3;
  for (const t of [0.1, 0.3, 0.5, 0.9]) {
    assert.ok(Math.abs(curveX(2, 10, t) - bezier(2, 6, 6, 10, t)) < 1e-9);
    assert.ok(Math.abs(curveY(1, 4, t) - bezier(1, 1, 4, 4, t)) < 1e-9);
  }
});

test("the nearest link to a point of a link is at no distance from it", () => {
  for (let link = 0; link < links.count; link++) {
    const x = curveX(links.x0[link], links.x1[link], 0.2), y = curveY(links.y0[link], links.y1[link], 0.2);
    const found = nearestLink(links, x, y, 3);
    assert.ok(found >= 0);
    // Links of one tile still run close together here, so another one may pass through the same point.
    assert.equal(links.from[found], links.from[link]);
  }
});

test("a link that stands alone is found within reach, and not beyond", () => {
  const alone = {
    count: 1, from: Uint16Array.of(0), to: Uint16Array.of(1),
    x0: Float32Array.of(0), y0: Float32Array.of(0), x1: Float32Array.of(100), y1: Float32Array.of(0),
  };
  assert.equal(nearestLink(alone, 50, 5, 6), 0);
  assert.equal(nearestLink(alone, 50, 7, 6), -1);
  assert.equal(nearestLink(alone, 101, 0, 6), -1, "beyond its end");
});

test("a skip joins neurons of the same place that are both drawn", () => {
  const scene = { ...SCENE, hidden_sizes: [4, 4], skips: [false, true] };
  const { skips, tiles } = layOut(scene, [[0, 2], [0, 1, 3], [1, 2, 3], [0, 1]], 700, 500);
  assert.deepEqual(skips.map((pair) => pair.map((tile) => [tiles[tile].layer, tiles[tile].index])), [[[1, 1], [2, 1]], [[1, 3], [2, 3]]]);
  assert.deepEqual(LAYOUT.skips, []);
});
