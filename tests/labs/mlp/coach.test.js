import assert from "node:assert/strict";
import { test } from "node:test";

import { advice } from "../../../playground/labs/mlp/stage/coach.js";
import { History } from "../../../playground/stage/history.js";

const RUN = { dataset: "circle", task: "classification", activation: "tanh", hidden_sizes: [4, 2], guess: 0.5, perEpoch: 25 };

/** A history of epochs, 25 updates each: what the losses and the share of right test points are in each. */
function history(epochs, { train, tests = train, right = () => 0.6 }) {
  const made = new History(4);
  for (let epoch = 0; epoch <= epochs; epoch += 1) made.add(25 * epoch, [train(epoch), tests(epoch), right(epoch), right(epoch)]);
  return made;
}

test("it says nothing while the loss falls, nor before it can know", () => {
  assert.equal(advice(RUN, history(0, { train: () => 0.5 })), null);
  assert.equal(advice(RUN, history(100, { train: () => 0.5 })), null);
  assert.equal(advice(RUN, history(400, { train: (epoch) => 0.5 / (1 + epoch / 50) })), null);
  assert.equal(advice(RUN, history(400, { train: (epoch) => (epoch > 300 ? NaN : 0.4) })), null);
});

test("what is solved leads to the next data, from the epoch since which it is solved", () => {
  const solved = history(200, { train: () => 0.01, right: (epoch) => (epoch >= 84 || epoch === 30 ? 1 : 0.7) });
  const found = advice(RUN, solved);
  assert.deepEqual([found?.says, found?.change], ["Solved in epoch 84.", { dataset: "xor" }]);
  assert.deepEqual(advice({ ...RUN, dataset: "spiral", hidden_sizes: [8, 5] }, solved)?.change, { hidden_sizes: [4, 2] });
});

test("a regression is solved by its loss", () => {
  const run = { ...RUN, dataset: "plane", task: "regression" };
  assert.match(advice(run, history(50, { train: (epoch) => 0.1 / (1 + epoch) }))?.says ?? "", /^Solved in epoch 9\./);
});

test("a network that stays with guessing gets what it lacks", () => {
  const stuck = history(200, { train: () => 0.49 });
  const changes = [{}, { hidden_sizes: [] }, { activation: "linear" }, { activation: "sigmoid", hidden_sizes: [4, 4, 4] }, { hidden_sizes: [8, 8] }]
    .map((other) => advice({ ...RUN, ...other }, stuck)?.change);
  assert.deepEqual(changes, [
    { hidden_sizes: [8, 8] }, { hidden_sizes: [4] }, { activation: "tanh" }, { activation: "tanh" },
    { features: ["x", "y", "sin_x", "sin_y"] },
  ]);
  assert.equal(advice(RUN, stuck)?.says, "After 200 epochs it is hardly better than guessing.");
});

test("a loss that stands still above its half is told", () => {
  const still = history(400, { train: (epoch) => (epoch < 80 ? 0.5 - epoch / 400 : 0.3) });
  assert.equal(advice(RUN, still)?.says, "Since epoch 100 the loss hardly falls.");
});

test("overfitting is told with the epoch of the lowest test loss", () => {
  const over = history(300, { train: (epoch) => 0.4 / (1 + epoch / 20), tests: (epoch) => 0.2 + Math.abs(epoch - 60) / 1000 });
  const found = advice(RUN, over);
  assert.equal(found?.says, "Since epoch 60 only the training loss falls; the test loss has risen from 0.200: overfitting.");
  assert.deepEqual(found?.change, { train_share: 0.8 });
});
