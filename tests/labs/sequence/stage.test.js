import assert from "node:assert/strict";
import { test } from "node:test";

import { explained } from "../../../playground/labs/sequence/stage/cell.js";
import { hertz } from "../../../playground/labs/sequence/stage/sound.js";
import { separating } from "../../../playground/labs/sequence/stage/units.js";
import { valuesOf } from "../../../playground/labs/sequence/stage/wires.js";

/** One unit at the second of two steps of an LSTM. */
function moment(clamped = "") {
  const shaped = (values, shape) => Object.assign(Float32Array.from(values), { shape });
  return {
    header: { view: { unit: 0 }, at: 1, tokens: ["not", "fine"], source: 0, clamped },
    scene: { kind: "lstm", gates: ["i", "f", "g", "o"], series: false, says: ["blames", "praises"], hidden: 1 },
    arrays: {
      gates: shaped([0, 0.5, 0, 1, 0, 0.8, 0, 0.25], [4, 2, 1]),
      parts: shaped([1, 2, 3, 4, -1, -2, -3, -4], [2, 4, 1]),
      before: shaped([0.1, 0.6], [2, 1]),
      hidden: shaped([0.1, 0.19], [2, 1]),
      cell: shaped([0.6, 1], [2, 1]),
      outputs: shaped([0.5, 0.5, 0.25, 0.75], [2, 2]),
      targets: shaped([-1, 0], [2]),
    },
  };
}

test("the chosen unit's formulas have its numbers, and the step its answer", () => {
  assert.deepEqual(explained(moment()), [
    "Step 2, which reads “fine” and says “praises” (75.0%), where “blames” is right; unit 0. Click a column or a row for another, a part of the cell for its formula.",
    "i = σ(W x + b + U h + b′) = σ(1 + (−1)) = 0.5",
    "f = σ(W x + b + U h + b′) = σ(2 + (−2)) = 1",
    "g = tanh(W x + b + U h + b′) = tanh(3 + (−3)) = 0.8",
    "o = σ(W x + b + U h + b′) = σ(4 + (−4)) = 0.25",
    "c = f · c + i · g = 1 · 0.6 + 0.5 · 0.8 = 1",
    "h = o · tanh(c) = 0.25 · tanh(1) = 0.19",
  ]);
});

test("what flows on a wire is what the parts before it make of their numbers", () => {
  const found = valuesOf(moment()), rounded = (name) => Number(found[name].toFixed(4));
  assert.deepEqual(["f x", "f h", "c before", "f·c", "i·g", "c"].map(rounded), [2, -2, 0.6, 0.6, 0.4, 1]);
  assert.equal(rounded("f·c") + rounded("i·g"), rounded("c"));
  assert.equal(found["tanh c"], Math.tanh(1));
});

test("a clamped gate has no formula", () => {
  assert.equal(explained(moment("f=1,i=0"))[2], "f = 1, clamped");
});

test("a unit that some threshold parts is on through a span and off outside", () => {
  const hidden = Float32Array.from([0.1, 0.5, 0.9, 0.4, 0.8, 0.6, 0.2, 0.5]); // (4, 2)
  const [only, ...others] = separating(hidden, 2, [1, 2]);
  assert.equal(others.length, 0);
  assert.equal(only.unit, 0);
  assert.deepEqual([only.inside, only.outside].map((value) => value.toFixed(1)), ["0.8", "0.2"]);
});

test("notes are those of the tempered scale, from middle C", () => {
  assert.equal(Math.round(hertz("A") ?? 0), 440);
  assert.equal(Math.round((hertz("c") ?? 0) / (hertz("C") ?? 1)), 2);
  assert.equal(hertz("·"), null);
});
