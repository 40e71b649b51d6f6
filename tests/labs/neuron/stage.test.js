import assert from "node:assert/strict";
import { test } from "node:test";

import { backward, forward, gradient, loss, update } from "../../../playground/labs/neuron/stage/arithmetic.js";
import { boundary } from "../../../playground/labs/neuron/stage/boundary.js";
import { verdict } from "../../../playground/labs/neuron/stage/checker.js";
import { judged } from "../../../playground/labs/neuron/stage/quiz.js";
import { guessOf, isRight, portName, targetOf, unitsOf } from "../../../playground/labs/neuron/stage/shape.js";
import { phasesOf } from "../../../playground/labs/neuron/stage/story.js";
import { steepest } from "../../../playground/labs/neuron/stage/study.js";
import { interpolated } from "../../../playground/labs/neuron/stage/activation.js";

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

test("an update goes forward layer by layer, then back", () => {
  assert.deepEqual(phasesOf([3, 3, 1]).map(({ title }) => title),
    ["Forward: hidden", "Forward: output", "Loss", "Backward: output", "Backward: hidden", "Update"]);
  assert.deepEqual(phasesOf([2, 1]).map(({ kind }) => kind), ["forward", "loss", "backward", "update"]);
});

/** A 2-1-1 network with a linear hidden neuron: h = 2·1 − 1·0.5 + 0.25 = 1.75; z = −2 · 1.75 + 0.5 = −3. */
const MOMENT = {
  header: { learning_rate: 0.5 },
  scene: { sizes: [2, 1, 1], output: "sigmoid", optimizer: "sgd", criterion: "cross_entropy", activation: "linear" },
  arrays: {
    batch: [1], rows: [0, 0, 1, 0.5], targets: [0, 1], parameters: [2, -1, 0.25, -2, 0.5],
    sums: [1.75, -3], values: [1.75, 0.0474], slopes: [1, 0.0452], deltas: [1.9052, -0.9526], example_loss: [3.0486],
    terms: [1.9052, 0.9526, 1.9052, -1.667, -0.9526], gradients: [1.9052, 0.9526, 1.9052, -1.667, -0.9526],
    changes: [-0.9526, -0.4763, -0.9526, 0.8335, 0.4763],
  },
};

test("each formula has the numbers of the frame put in", () => {
  const units = unitsOf([2, 1, 1]), [hidden, output] = units;
  assert.equal(forward(MOMENT, hidden), "z = 2 · 1 + (−1) · 0.5 + 0.25 = 1.75,  a = linear(z) = 1.75");
  assert.equal(forward(MOMENT, output), "z = (−2) · 1.75 + 0.5 = −3,  a = 1 / (1 + e⁻ᶻ) = 0.0474");
  assert.equal(loss(MOMENT), "−t ln a − (1 − t) ln(1 − a) = 3.05,  with a = 0.0474 and t = 1");
  assert.equal(backward(MOMENT, output, units), "δ = ∂loss/∂z = a − t = −0.953");
  assert.equal(backward(MOMENT, hidden, units), "δ = Σ w δ · linear′(z) = (−2) · (−0.953) · 1 = 1.91");
  assert.equal(gradient(MOMENT, hidden.ports[1], hidden), "g = δ · input = 1.91 · 0.5 = 0.953");
  assert.equal(gradient(MOMENT, output.ports[0], output), "g = δ · input = (−0.953) · 1.75 = −1.67");
  assert.equal(gradient(MOMENT, hidden.ports[2], hidden), "g = δ = 1.91");
  assert.deepEqual(update(MOMENT, hidden.ports[0]), ["w − η g = 2 − 0.5 · 1.91 = 1.05"]);
});

test("the gradient of several rows is the mean of its terms", () => {
  const arrays = { ...MOMENT.arrays, batch: [0, 1], terms: [1, 0, 0, 0, 0, -3, 0, 0, 0, 0], gradients: [-1, 0, 0, 0, 0] };
  const [hidden] = unitsOf([2, 1, 1]);
  assert.equal(gradient({ ...MOMENT, arrays }, hidden.ports[0], hidden), "g = (1 + (−3)) / 2 = −1, the mean over 2 rows");
});

test("a softmax's gradient is p − y, and its loss is of the target's class", () => {
  const moment = {
    header: { learning_rate: 1 }, scene: { sizes: [1, 3], output: "softmax", optimizer: "sgd", criterion: "softmax", activation: "tanh" },
    arrays: { batch: [0], rows: [1], targets: [2], parameters: [0, 0, 0, 0, 0, 0], sums: [0, 0, 0], values: [0.5, 0.3, 0.2], deltas: [0.5, 0.3, -0.8], example_loss: [1.6094] },
  };
  const units = unitsOf([1, 3]);
  assert.equal(loss(moment), "−ln p of the target’s class 2 = −ln 0.2 = 1.61");
  assert.equal(backward(moment, units[0], units), "δ = ∂loss/∂z = p − y = 0.5 − 0 = 0.5");
  assert.equal(backward(moment, units[2], units), "δ = ∂loss/∂z = p − y = 0.2 − 1 = −0.8");
  assert.equal(portName([1, 3], units[2].ports[0]), "Weight from x₁ to o₃");
  assert.deepEqual(units[2].ports.map(targetOf), ["layers.0.weight[2,0]", "layers.0.bias[2]"]);
});

test("what an optimizer remembers stands in lines of its own", () => {
  const [hidden] = unitsOf([2, 1, 1]), port = hidden.ports[0];
  const given = (/** @type {string} */ optimizer, /** @type {object} */ arrays) => ({
    header: { learning_rate: 0.1, updates: 0 }, scene: { ...MOMENT.scene, optimizer },
    arrays: { ...MOMENT.arrays, gradients: [0.5, 0, 0, 0, 0], parameters: [2, 0, 0, 0, 0], ...arrays },
  });
  assert.deepEqual(update(given("momentum", { memory: [1, 0, 0, 0, 0], next_memory: [1.4, 0, 0, 0, 0], changes: [-0.14, 0, 0, 0, 0] }), port), [
    "v ← 0.9 v + g = 0.9 · 1 + 0.5 = 1.4", "w − η v = 2 − 0.1 · 1.4 = 1.86",
  ]);
  const adam = { memory: new Float32Array(10), next_memory: Float32Array.of(0.05, 0, 0, 0, 0, 0.00025, 0, 0, 0, 0), changes: [-0.1, 0, 0, 0, 0] };
  assert.deepEqual(update(given("adam", adam), port), [
    "m ← 0.9 m + 0.1 g = 0.9 · 0 + 0.1 · 0.5 = 0.05", "v ← 0.999 v + 0.001 g² = 0.999 · 0 + 0.001 · 0.5² = 0.00025",
    "update 1: m̂ = m / (1 − 0.9¹) = 0.5,  v̂ = v / (1 − 0.999¹) = 0.25", "w − η m̂ / (√v̂ + ε) = 2 − 0.1 · 0.5 / 0.5 = 1.9",
  ]);
});

test("an answer is right within a share of what had to be found", () => {
  assert.deepEqual(judged(0.21, 0.2, 0.2), { isRight: true, within: 0.2 * 0.05 });
  assert.equal(judged(0.211, 0.2, 0.2).isRight, false);
  assert.equal(judged(2.5, 2.4, -0.1).isRight, false); // the weight is near, the change is not
  assert.deepEqual(judged(0.0009, 0, 0), { isRight: true, within: 0.001 });
});

test("a finite difference is called too small or too large by what it does", () => {
  const precision = (/** @type {number} */ plus, /** @type {number} */ minus, /** @type {number} */ slope) => ({ plus, minus, slope, errors: [] });
  const fine = precision(0.31, 0.29, 0.1);
  assert.match(verdict({ gradient: 0.1, float32: fine, float64: fine }), /^They agree/);
  assert.match(verdict({ gradient: 0.1, float32: precision(0.3, 0.3, 0), float64: fine }), /^Too small: in float32 both/);
  assert.match(verdict({ gradient: 0.1, float32: precision(0.3, 0.2, 0.2), float64: fine }), /^Too small: float32 keeps/);
  assert.match(verdict({ gradient: 0.1, float32: precision(0.3, 0.2, 0.2), float64: precision(0.3, 0.2, 0.2) }), /^Too large/);
  assert.match(verdict({ gradient: 0, float32: precision(0.3, 0.3, 0), float64: precision(0.3, 0.3, 0) }), /^They agree/);
});

test("the highest output chooses the class", () => {
  assert.equal(guessOf([0.1, 0.7, 0.2, 0.5, 0.2, 0.3], 3, 0), 1);
  assert.deepEqual([0, 1].map((row) => isRight([0.1, 0.7, 0.2, 0.5, 0.2, 0.3], [1, 2], row)), [true, false]);
  assert.deepEqual([0, 1].map((row) => isRight([0.6, 0.4], [1, 1], row)), [true, false]);
});

test("a curve is read between its points, and the steepest weight is found", () => {
  const curve = Array.from({ length: 121 }, (_, i) => 2 * (i / 10 - 6) + 1);
  for (const z of [-6, -1.23, 0, 5.99, 8]) assert.ok(Math.abs(interpolated(curve, z) - (2 * z + 1)) < 1e-9);
  assert.equal(steepest({ arrays: { gradients: [0.1, -0.4, 0.3] } }), 1);
});
