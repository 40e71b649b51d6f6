import assert from "node:assert/strict";
import { test } from "node:test";

import { backward, forward, gradient, loss, update } from "../../../playground/labs/neuron/stage/arithmetic.js";
import { boundary } from "../../../playground/labs/neuron/stage/boundary.js";
import { portName, unitsOf } from "../../../playground/labs/neuron/stage/shape.js";
import { phasesOf } from "../../../playground/labs/neuron/stage/story.js";

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
  scene: { sizes: [2, 1, 1], rule: "gradient", criterion: "cross_entropy", activation: "linear" },
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
  assert.equal(update(MOMENT, hidden.ports[0]), "w − η g = 2 − 0.5 · 1.91 = 1.05");
});

test("the gradient of several rows is the mean of its terms", () => {
  const arrays = { ...MOMENT.arrays, batch: [0, 1], terms: [1, 0, 0, 0, 0, -3, 0, 0, 0, 0], gradients: [-1, 0, 0, 0, 0] };
  const [hidden] = unitsOf([2, 1, 1]);
  assert.equal(gradient({ ...MOMENT, arrays }, hidden.ports[0], hidden), "g = (1 + (−3)) / 2 = −1, the mean over 2 rows");
});
