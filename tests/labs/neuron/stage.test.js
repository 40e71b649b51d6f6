import assert from "node:assert/strict";
import { test } from "node:test";

import { boundary } from "../../../playground/labs/neuron/stage/boundary.js";
import { portName, unitsOf } from "../../../playground/labs/neuron/stage/shape.js";

test("the boundary of what is linear is its line, exactly", () => {
  const side = 6, line = (x, y) => 2 * x - y - 1.5;
  const values = Array.from({ length: side * side }, (_, i) => line(i % side, Math.floor(i / side)));
  const found = boundary(values, side);
  assert.ok(found.length >= side - 1);
  for (const [x0, y0, x1, y1] of found) {
    for (const [x, y] of [[x0, y0], [x1, y1]]) assert.ok(Math.abs(line(x, y)) < 1e-12);
  }
});

test("there is no boundary where a sign is alone", () => {
  assert.deepEqual(boundary([1, 2, 3, 4], 2), []);
  assert.deepEqual(boundary([-1, 0, -3, -4], 2), []);
});

test("every parameter of a network is a port, once, in PyTorch's order", () => {
  const units = unitsOf([3, 2, 1]);
  assert.deepEqual(units.map(({ ports }) => ports.map(({ place }) => place)), [[0, 1, 2, 6], [3, 4, 5, 7], [8, 9, 10]]);
  assert.equal(portName([3, 2, 1], units[1].ports[2]), "Weight from x₃ to h₂");
  assert.equal(portName([3, 2, 1], units[2].ports[2]), "Bias of output");
  assert.equal(portName([2, 1], unitsOf([2, 1])[0].ports[0]), "Weight from x₁ to output");
});
