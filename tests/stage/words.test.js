import assert from "node:assert/strict";
import { test } from "node:test";

import { coloured } from "../../playground/stage/code.js";
import { describe } from "../../playground/labs/mlp/stage/describe.js";
import { layersShown, sameLayers } from "../../playground/labs/mlp/stage/layers.js";
import { biasName, neuronName, shortName } from "../../playground/labs/mlp/stage/names.js";
import { biasCard, linkCard, neuronCard } from "../../playground/labs/mlp/stage/network_cards.js";
import { metricsInWords } from "../../playground/stage/metrics.js";
import { LAYOUT, METRICS, SCENE, SHOWN } from "./networks.js";

const REGRESSION = { ...SCENE, outputs: ["output"] };
const WEIGHTS = Float32Array.from({ length: LAYOUT.links.count }, (_, link) => link / 8);
const BIASES = Float32Array.from({ length: 7 }, (_, neuron) => -neuron);
const MOMENT = {
  header: { step: 1234, epoch: 12.9, state: "paused", metrics: { train_loss: 0.25, test_loss: 0.5, test_accuracy: 0.75 } },
  scene: SCENE, shown: SHOWN, arrays: { weights: WEIGHTS, biases: BIASES },
};

test("drawn are the active features, the neurons chosen, and all outputs", () => {
  assert.deepEqual(SHOWN, [[0, 2], [0, 1], [0, 2, 3], [0, 1]]);
  assert.equal(sameLayers(SHOWN, layersShown(SCENE, [[0, 1], [0, 2, 3]])), true);
  for (const hidden of [[[0, 1], [0, 2]], [[0, 1], [0, 2, 1]], [[0, 1]]]) {
    assert.equal(sameLayers(SHOWN, layersShown(SCENE, hidden)), false);
  }
});

test("names count from one, and speak of the output where there is one", () => {
  assert.equal(neuronName(SCENE, [0, 2]), "x₁x₂");
  assert.equal(neuronName(SCENE, [2, 3]), "Hidden layer 2, neuron 4");
  assert.equal(neuronName(SCENE, [3, 1]), "Output “class 1”");
  assert.equal(neuronName(REGRESSION, [3, 0]), "Output");
  assert.equal(shortName(SCENE, [1, 0]), "neuron 1");
  assert.equal(biasName(SCENE, [2, 0]), "Bias of neuron 1 in hidden layer 2");
  assert.equal(biasName(REGRESSION, [3, 0]), "Bias of the output");
});

test("a picture in words", () => {
  assert.equal(describe(MOMENT, []), "Step 1,234, epoch 12. Training loss 0.250, test loss 0.500, test accuracy 75.0%. "
    + "Guessing: loss 0.693. Paused. The network has 2 inputs and 2 hidden layers of 2 and 4 neurons. The strongest input is x₁x₂.");
});

test("metrics in words: those that the run has, each with its unit", () => {
  const scene = { metrics: METRICS, score: "test_loss" };
  assert.equal(metricsInWords(scene, { test_accuracy: 1, test_loss: null }), "Test loss –, test accuracy 100%.");
  const baselines = [{ label: "chance", value: 0.1, axes: "accuracy" }, { label: "ln V", value: 4.1744, axes: "loss" }];
  assert.equal(metricsInWords({ ...scene, baselines }, { train_loss: 7.1e34 }),
    "Training loss 7.1·10³⁴. Chance: accuracy 10.0%. Ln V: loss 4.174.");
});

test("a link's card reads its weight and names it by the places in the layer's matrix", () => {
  const named = [...WEIGHTS.keys()].map((link) => {
    const { rows: [row] } = linkCard(() => MOMENT, LAYOUT, link);
    assert.equal(row.read(), WEIGHTS[link]);
    return row.target();
  });
  // From the second active feature, which is the third of all; then by true indices.
  assert.deepEqual(named[1], "layers.0.weight[0,1]");
  assert.deepEqual(named[4 + 2 * 1 + 1], "layers.1.weight[2,1]");
  assert.deepEqual(named[4 + 6 + 3 * 1 + 2], "layers.2.weight[1,3]");
  assert.equal(linkCard(() => MOMENT, LAYOUT, 15).title, "Weight from neuron 4 to class 1");
});

test("a neuron's card has its weights and its bias", () => {
  const tile = LAYOUT.tiles.findIndex(({ layer, index }) => layer === 2 && index === 2);
  const card = neuronCard(() => MOMENT, LAYOUT, tile);
  assert.equal(card.title, "Hidden layer 2, neuron 3");
  assert.deepEqual(card.rows.map(({ label }) => label), ["Weight from neuron 1", "Weight from neuron 2", "Bias"]);
  assert.deepEqual(card.rows.map((row) => row.read()), [6 / 8, 7 / 8, -3]);
  assert.deepEqual(biasCard(() => MOMENT, LAYOUT, tile).rows[0].target(), "layers.1.bias[2]");
});

const CODE = `"""A text
of two lines."""
from torch import nn  # a comment with "quotes"

def update(rate=1e-3, name='it\\'s'):
    return None if rate > 0.5 else f"{name}"
`;

test("coloured lines are the text, letter by letter", () => {
  for (const text of [CODE, "", "\n\n", "x = 1"]) {
    assert.equal(coloured(text).map((line) => line.map((token) => token.text).join("")).join("\n"), text);
  }
});

test("tokens have their kinds", () => {
  const found = (kind) => coloured(CODE).flat().filter((token) => token.kind === kind).map(({ text }) => text);
  assert.deepEqual(found("string"), ['"""A text', 'of two lines."""', "'it\\'s'", 'f"{name}"']);
  assert.deepEqual(found("comment"), ['# a comment with "quotes"']);
  assert.deepEqual(found("name"), ["update"]);
  assert.deepEqual(found("keyword"), ["from", "import", "def", "return", "None", "if", "else"]);
  assert.deepEqual(found("value"), ["1e-3", "0.5"]);
});
