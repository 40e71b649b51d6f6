import assert from "node:assert/strict";
import { test } from "node:test";

import { decoded, encoded } from "../../../playground/labs/mlp/stage/own.js";

test("own points come back from their text, classes and values", () => {
  const points = [[-5, -5, 1], [7.25, 0.001, 3], [0, 2.5, 0]];
  const again = decoded(encoded(points, 4), 4);
  again.forEach(([x, y, label], i) => {
    assert.ok(Math.abs(x - points[i][0]) < 4e-5 && Math.abs(y - points[i][1]) < 4e-5);
    assert.equal(label, points[i][2]);
  });
  const [[, , value]] = decoded(encoded([[0, 0, -0.3]], 0), 0);
  assert.ok(Math.abs(value + 0.3) < 3e-4);
});

test("the text is Python's", () => {
  assert.equal(encoded([[-5, -5, 1]], 2), "C00C0001");
  assert.equal(encoded([[99, -99, 1]], 0), "___000__");
});
