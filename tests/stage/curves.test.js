import assert from "node:assert/strict";
import { test } from "node:test";

import { loss } from "../../playground/stage/format.js";
import { Bands, nice } from "../../playground/studies/compare/stage/bands.js";
import { level, said } from "../../playground/studies/compare/stage/levels.js";
import { legendColors, lowest, ticks } from "../../playground/studies/map/stage/grid.js";
import { range } from "../../playground/studies/race/stage/losses.js";
import { apart } from "../../playground/stage/across.js";
import { Curves, niceCeiling } from "../../playground/stage/curves.js";
import { History } from "../../playground/stage/history.js";
import { place } from "../../playground/stage/steps.js";
import { METRICS, numbers, shaped } from "./networks.js";

test("a history stays small, however long the run, and spans its axis evenly", () => {
  const history = new History(2);
  for (let step = 0; step <= 50_000; step += 7) history.add(step, [1 / (step + 1), null]);
  const { length } = history;
  const steps = [...history.steps.subarray(0, length)];
  assert.ok(length <= 600 && length >= 300, `${length} points`);
  assert.equal(steps[0], 0);
  assert.equal(history.last, 49_994);
  const gaps = steps.slice(1).map((step, i) => place(step, 49_994) - place(steps[i], 49_994));
  assert.ok(Math.min(...gaps) > 0);
  assert.ok(Math.max(...gaps) <= 4 / 300, `gaps ${gaps}`); // a step is 7: in the beginning they can't be nearer
  steps.forEach((step, i) => assert.equal(history.lines[0][i], Math.fround(1 / (step + 1))));
  assert.ok(Number.isNaN(history.lines[1][5]));
});

test("a history that goes back forgets what was ahead; its copy does not", () => {
  const history = new History(2);
  for (let step = 0; step < 10; step++) history.add(step, [step, step]);
  const before = history.copy();
  history.add(4, [40, 41]);
  assert.deepEqual([...history.steps.subarray(0, history.length)], [0, 1, 2, 3, 4]);
  assert.equal(history.lines[0][4], 40);
  assert.equal(before.last, 9);
  assert.equal(before.lines[0][4], 4);
});

test("the extent of lines is that of their finite values, from 0", () => {
  const history = new History(3);
  assert.deepEqual(history.extent([0, 1, 2]), [0, 0], "of none");
  for (const [step, loss] of [0.5, null, Infinity, 0.75].entries()) history.add(step, [loss, 0.25, -step]);
  assert.deepEqual(history.extent([0]), [0, 0.75]);
  assert.deepEqual(history.extent([1]), [0, 0.25]);
  assert.deepEqual(history.extent([0, 2]), [-3, 0.75]);
});

/** What a test has in place of a canvas. */
const canvas = { getAttribute: () => "", setAttribute: () => {} };

/** The curves of a run, as they are without a page; ``axes`` are those drawn. */
function curves(axes, baselines = []) {
  const made = Object.create(Curves.prototype, {});
  Object.assign(made, { metrics: METRICS, axes, baselines, others: [], history: new History(METRICS.length), ghost: null, canvas });
  return made;
}

test("curves are of the metrics that share the axes drawn, whatever these are called", () => {
  assert.deepEqual(curves("loss").drawn(), [0, 1]);
  assert.deepEqual(curves("accuracy").drawn(), [2, 3]);
});

test("the measurements of the past come into the lines of their names", () => {
  const made = curves("loss");
  made.groups = [];
  const columns = ["step", "epoch", "test_accuracy", "train_loss", "test_loss"];
  const rows = shaped(Float32Array.of(0, 0, 0.5, 1, 2, 10, 1, 0.75, 3, 4), 2, 5);
  made.restart({ header: { columns, metrics: { test_loss: 4 } }, scene: { metrics: METRICS, score: "test_loss" }, arrays: { curves: rows } });
  const line = (index) => [...made.history.lines[index].subarray(0, 2)];
  assert.deepEqual([...made.history.steps.subarray(0, 2)], [0, 10]);
  assert.deepEqual([line(0), line(1), line(2), line(3)], [[1, 3], [2, 4], [NaN, NaN], [0.5, 0.75]]);
  made.add({ step: 20, furthest: 20, metrics: { test_loss: 7 } });
  assert.equal(made.history.last, 20);
  assert.equal(made.history.lines[1][2], 7);
  made.add({ step: 5, furthest: 20, metrics: { test_loss: 9 } });
  assert.deepEqual([made.cursor, made.history.last], [5, 20], "going back adds nothing");
  made.add({ step: 5, furthest: 5, metrics: { test_loss: 9 } });
  assert.deepEqual([made.ghost.last, made.history.last], [20, 5], "a change there makes another future");
});

test("what was measured at an earlier step stands there", () => {
  const made = curves("loss");
  for (const step of [0, 10]) made.add({ step, furthest: step, metrics: { test_loss: step } });
  for (const step of [20, 30]) made.add({ step, furthest: step, measured_at: 20, metrics: { test_loss: 7 } });
  assert.deepEqual([...made.history.steps.subarray(0, made.history.length)], [0, 10, 20]);
  assert.equal(made.ghost, null);
});

test("a line goes on over what was not measured", () => {
  const made = curves("loss"), path = [];
  const context = { beginPath() {}, stroke() {}, moveTo: (x, y) => path.push(["move", y]), lineTo: (x, y) => path.push(["line", y]) };
  Object.assign(made, { context, width: 100, y: (value) => value });
  [1, NaN, 2, Infinity, 3].forEach((value, step) => made.history.add(step, [value, 0, 0, 0]));
  made.paintLine(made.history, 0, [0, 4], { color: "", width: 1 });
  assert.deepEqual(path, [["move", 1], ["line", 2], ["move", 3]]);
});

test("an axis reaches around all that is drawn on it, baselines too", () => {
  const made = curves("loss", [{ label: "guessing", value: 2.1, axes: "loss" }, { label: "chance", value: 9, axes: "accuracy" }]);
  assert.deepEqual(made.range([0, 1]), [0, 2.5]);
  made.history.add(0, [3.2, NaN, 1, 1]);
  assert.deepEqual(made.range([0, 1]), [0, 3.5]);
  made.history.add(1, [3, -0.25, 1, 1]);
  assert.deepEqual(made.range([0, 1]), [-0.25, 3.5]);
  assert.deepEqual(curves("accuracy").range([2, 3]), [0, 1], "shares");
  assert.deepEqual(curves("loss").range([0, 1]), [0, 1], "nothing yet");
});

test("the last line stands out, and the third has a hue", () => {
  const made = Object.assign(curves("loss"), { theme: { text: "text", muted: "muted", series: ["one", "two"] } });
  const colors = (count) => Array.from({ length: count }, (_, line) => made.pen(line, count).color);
  assert.deepEqual(colors(1), ["text"]);
  assert.deepEqual(colors(2), ["muted", "text"]);
  assert.deepEqual(colors(5), ["one", "two", "one", "muted", "text"]);
});

test("the top of an axis is just above its highest value, in two digits", () => {
  for (const value of numbersBetween(1e-4, 1e4)) {
    const top = niceCeiling(value);
    assert.ok(top >= value * 0.999999 && top <= value * 1.5, `${value}: ${top}`);
    assert.equal(Number(top.toPrecision(2)), Number(top.toPrecision(10)), `${value}: ${top}`);
  }
});

test("the ends of a logarithmic axis are the next of 1, 2 and 5", () => {
  for (const value of numbersBetween(1e-5, 1e5)) {
    const up = nice(value, true), down = nice(value, false);
    assert.ok(up >= value * 0.999 && up <= value * 2.51, `${value}: ${up}`);
    assert.ok(down <= value * 1.001 && down >= value / 2.51, `${value}: ${down}`);
    for (const end of [up, down]) assert.ok([1, 2, 5].includes(Number(end.toExponential(6).split("e")[0])), String(end));
  }
});

test("bands: one that has blown up does not squeeze the others", () => {
  const limits = (...rows) => Bands.prototype.limits.call({ rows: rows.map((row) => Float64Array.from(row)) });
  const start = [0, 0, 0.9, 1, 1.1, 1.2], later = [10, 1, 0.09, 0.1, 0.12, 0.5];
  assert.deepEqual(limits(start, later), [0.05, 2]);
  const [low, high] = limits(start, [10, 1, 0.09, 0.1, 0.12, 1e9]);
  assert.deepEqual([low, high], [0.05, 50], "the next above 20 times the start");
  assert.deepEqual(limits([0, 0, NaN, NaN, NaN, NaN]), [0.01, 1], "nothing finite");
  const lost = Infinity;
  assert.deepEqual(limits(start, [10, 1, 0.09, 0.1, 0.12, lost]), [0.05, 2], "diverged ones have no place on the axis");
  assert.deepEqual(limits([0, 0, lost, lost, lost, lost]), [0.01, 1], "all diverged");
});

test("a level among networks that diverged is said, not left out", () => {
  const levels = { q10: 0.1, median: null, q90: null, worst: null };
  assert.deepEqual([level(levels, "q10", loss), level(levels, "median", loss), level(null, "median", loss)], ["0.100", "diverged", "–"]);
  assert.deepEqual([said(Infinity, loss), said(-Infinity, loss), said(NaN, loss)], ["diverged", "diverged", "–"]);
});

test("bands: rows stay few and ascend", () => {
  const bands = { rows: [], spacing: 1 };
  for (let step = 0; step < 4000; step++) Bands.prototype.add.call(bands, Float64Array.of(step, step / 10));
  const steps = bands.rows.map(([step]) => step);
  assert.ok(steps.length <= 500 && steps.length > 200, `${steps.length} rows`);
  assert.equal(steps[0], 0);
  assert.equal(steps.at(-1), 3999);
  assert.ok(steps.every((step, i) => i === 0 || step > steps[i - 1]));
});

test("a race's axis ends at whole powers of ten, and leaves out who diverges", () => {
  const close = ([low, high], [below, above]) =>
    assert.ok(Math.abs(low / below - 1) < 1e-9 && Math.abs(high / above - 1) < 1e-9, `${low} to ${high}`);
  close(range(Float32Array.of(0.7, 0.3, NaN, 0.02)), [0.01, 1]);
  close(range(Float32Array.of(0.5, 0.5)), [0.1, 1]);
  close(range(Float32Array.of(0.5, 1e20, 0.2)), [0.1, 10]);
  close(range(Float32Array.of(0.5, 0)), [1e-7, 1]);
});

test("a map's linear axis names its cells in their middle, as many as there is room for", () => {
  const axis = { name: "n", label: "n", is_log: false, values: [1, 2, 3, 4], texts: ["1", "2", "3", "4"] };
  assert.deepEqual(ticks(axis, 400, 34), ["1", "2", "3", "4"].map((text, i) => ({ at: 50 + 100 * i, text })));
  assert.deepEqual(ticks(axis, 80, 34).map(({ text }) => text), ["1", "", "3", ""]);
});

test("a map's logarithmic axis has round numbers where they lie between its cells", () => {
  const values = Array.from({ length: 16 }, (_, i) => 10 ** (-4 + (4 * i) / 15));
  const axis = { name: "rate", label: "rate", is_log: true, values, texts: [] };
  const found = ticks(axis, 480, 34);
  const named = found.filter(({ text }) => text);
  assert.deepEqual(named.map(({ text }) => text), ["0.0001", "0.001", "0.01", "0.1", "1"]);
  named.forEach(({ at }, power) => assert.ok(Math.abs(at - (15 + (450 * power) / 4)) < 1e-6, `${at}`));
  assert.ok(found.every(({ at }) => at >= 0 && at <= 480));
});

test("a map's colours begin below the least loss of a network that has not diverged", () => {
  const cells = (losses, states) => ({ rows: 1, columns: losses.length, losses, states });
  assert.equal(lowest(cells([0.5, 0.02, 0.001], [0, 0, 2])), 0.01);
  assert.equal(lowest(cells([1e-9], [0])), 0.0001);
  assert.equal(lowest(cells([NaN], [2])), 0.1);
  assert.equal(new Set(legendColors()).size, 9);
});

/** Evenly by their logarithm, and the ends of each decade. */
function* numbersBetween(low, high) {
  const random = numbers(3);
  for (let power = Math.log10(low); power <= Math.log10(high); power++) yield 10 ** power;
  for (let i = 0; i < 300; i++) yield low * (high / low) ** random.next().value;
}

test("other learners stand across their own chart, inside its axis", () => {
  const made = curves("loss", [{ label: "guessing", value: 0.5, axes: "loss" }]);
  made.stand([{ label: "ridge", value: 3, axes: "loss" }, { label: "5-NN", value: 0.9, axes: "accuracy" }]);
  assert.deepEqual(made.across().map(({ label }) => label), ["guessing", "ridge"]);
  assert.ok(made.range(made.drawn())[1] >= 3);
  assert.ok(made.dirty);
});

test("the names of baselines keep a line of text between them, in their order", () => {
  assert.deepEqual(apart([20, 90]), [20, 90]);
  assert.deepEqual(apart([26, 20, 24]), [48, 20, 34]);
});
