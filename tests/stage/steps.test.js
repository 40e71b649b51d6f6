import assert from "node:assert/strict";
import test from "node:test";

import { place, stepAt, ticks } from "../../playground/stage/steps.js";

test("a place is where its step is, and the ends are exact", () => {
  for (const end of [1, 7, 100, 12345, 1e8]) {
    assert.equal(place(0, end), 0);
    assert.equal(place(end, end), 1);
    assert.equal(stepAt(1, end), end);
    assert.equal(stepAt(0, end), 0);
    for (const step of [1, 5, 60, 999, 40000].filter((found) => found < end)) assert.equal(stepAt(place(step, end), end), step);
  }
  assert.equal(place(0, 0), 0);
});

test("places grow with the step, and early steps get more room", () => {
  const places = [0, 10, 100, 1000, 10000, 100000].map((step) => place(step, 100000));
  assert.deepEqual(places, [...places].sort((a, b) => a - b));
  assert.ok(place(1000, 100000) > 0.3);
});

test("ticks are powers of ten, apart from each other and from the ends", () => {
  for (const end of [5, 50, 400, 5000, 1234567]) {
    const found = ticks(end, 0.15);
    const places = [0, ...found.map((step) => place(step, end)), 1];
    places.slice(1).forEach((at, i) => assert.ok(found.length === 0 || at - places[i] >= 0.15 - 1e-12));
    assert.ok(found.every((step) => Number.isInteger(Math.log10(step)) && step < end));
  }
  assert.deepEqual(ticks(5000, 0.15), [100, 1000]);
});
