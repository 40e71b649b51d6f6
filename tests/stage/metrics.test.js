import assert from "node:assert/strict";
import { test } from "node:test";

import { measured } from "../../playground/stage/metrics.js";

test("a measurement is written by its unit", () => {
  const written = (unit, value) => measured({ name: "m", label: "m", better: "low", unit, axes: "m" }, value);
  assert.deepEqual([written("", 0.25), written("share", 0.25), written("count", 1234), written("count", 7.5)], ["0.250", "25.0%", "1,234", "7.5"]);
  for (const unit of ["", "share", "count"]) assert.equal(written(unit, null), "–");
});
