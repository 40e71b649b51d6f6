/** A small network and its drawing, for tests. */

import { layOut } from "../../playground/labs/mlp/stage/geometry.js";
import { layersShown } from "../../playground/labs/mlp/stage/layers.js";

/** A small network's metrics, as Python declares them. */
export const METRICS = [
  { name: "train_loss", label: "training loss", better: "low", unit: "", axes: "loss" },
  { name: "test_loss", label: "test loss", better: "low", unit: "", axes: "loss" },
  { name: "train_accuracy", label: "training accuracy", better: "high", unit: "share", axes: "accuracy" },
  { name: "test_accuracy", label: "test accuracy", better: "high", unit: "share", axes: "accuracy" },
];

/** Three features, of which the first and the last are chosen; hidden layers of 2 and 3; two classes. */
export const SCENE = {
  task: "classification",
  classes: 2,
  features: [
    { name: "x", label: "x₁", active: true }, { name: "y", label: "x₂", active: false },
    { name: "xy", label: "x₁x₂", active: true },
  ],
  hidden_sizes: [2, 4],
  normalization: "none",
  skips: [false, false],
  outputs: ["class 0", "class 1"],
  domain: [-6, 6],
  limits: { layers: 8, neurons: 32 },
  metrics: METRICS,
  score: "test_loss",
  baselines: [{ label: "guessing", value: Math.LN2, axes: "loss" }],
};

/** Of the second hidden layer the neuron 1 is not drawn. */
export const SHOWN = layersShown(SCENE, [[0, 1], [0, 2, 3]]);

/** Drawn links: 2 · 2, 2 · 3 and 3 · 2. */
export const LAYOUT = layOut(SCENE, SHOWN, 700, 500);

/** Numbers in [0, 1), the same in every run of the tests. */
export function* numbers(seed = 1) {
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield state / 2 ** 32;
  }
}

/** An array with its shape, as ``unpack`` makes it. */
export function shaped(array, ...shape) {
  return Object.assign(array, { shape });
}
