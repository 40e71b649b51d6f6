import assert from "node:assert/strict";
import { test } from "node:test";

import { forPointer, tapped } from "../../playground/stage/touch.js";

test("a finger taps where a mouse clicks, and a key is pressed", () => {
  assert.equal(tapped("Press Play, then click a cell; it is pressed."), "Tap Play, then tap a cell; it is tapped.");
  assert.equal(tapped("Point at a neuron or the map; point at a number."), "Tap a neuron or the map; tap a number.");
});

test("nouns and longer words stay", () => {
  for (const text of ["the loss at a point at the edge", "an expression, compressed", "a data point atop"]) assert.equal(tapped(text), text);
});

test("where no finger points, words stay", () => assert.equal(forPointer("Press Play"), "Press Play"));
