import assert from "node:assert/strict";
import { test } from "node:test";

import { arrange, at, corner } from "../../../playground/labs/image/stage/arrange.js";
import { levelsOf } from "../../../playground/labs/image/stage/tiles.js";

const layers = [
  { name: "", kind: "image", shape: [1, 28, 28], sum: "" },
  { name: "conv1", kind: "conv", shape: [6, 28, 28], sum: "" },
  { name: "pool1", kind: "max", shape: [20, 14, 14], sum: "" },
  { name: "flatten", kind: "flatten", shape: [3920], sum: "" },
  { name: "dense1", kind: "dense", shape: [512], sum: "" },
  { name: "dense2", kind: "dense", shape: [10], sum: "" },
];

test("every map has a place of its own inside the drawing, and is found there", () => {
  for (const width of [560, 900]) {
    const { columns, width: wide, height } = arrange(layers, width, 420);
    assert.deepEqual(columns.map(({ layer }) => layer.name), ["", "conv1", "pool1", "dense1", "dense2"]);
    assert.deepEqual(columns.map(({ place }) => place), [0, 0, 6, 27, 28]);
    for (const column of columns) {
      for (let i = 0; i < column.count; i++) {
        const [x, y] = corner(column, i);
        assert.ok(x >= 0 && x + column.tile <= wide && y + column.tile <= height);
        const found = at(columns, x + column.tile / 2, y + column.tile / 2);
        assert.equal(found?.column, column);
        assert.equal(found?.index, i);
      }
    }
  }
  assert.equal(at(arrange(layers, 900, 420).columns, 5, 2), null);
});

test("more maps stand above each other where they are too wide even at their smallest", () => {
  const maps = Array.from({ length: 16 }, (_, i) => ({ name: `m${i}`, kind: "conv", shape: [32, 7, 7], sum: "" }));
  const { tile, columns } = arrange(maps, 640, 420);
  assert.equal(tile, 16);
  assert.ok(columns.every(({ across }) => across === 2));
});

test("levels are those of Python: 0 is 128, the largest 255", () => {
  assert.deepEqual([...levelsOf([0, 2, -2, 1, 9], 2)], [128, 255, 1, 192, 255]);
});
