import assert from "node:assert/strict";
import { test } from "node:test";

import { fill, Scale, ticks, trace } from "../../playground/studies/race/stage/contours.js";
import { numbers } from "./networks.js";

/** Heights of a function over the square from 0 to 1. */
function grid(side, height) {
  return Float32Array.from({ length: side * side }, (_, i) =>
    height((i % side) / (side - 1), Math.floor(i / side) / (side - 1)));
}

test("a scale runs from the lowest height to the highest", () => {
  const scale = new Scale(Float32Array.of(3, 1, 2));
  assert.equal(scale.isLog, false);
  assert.deepEqual([1, 2, 3, 0, 9].map((height) => scale.share(height)), [0, 0.5, 1, 0, 1]);
});

test("a scale of heights that span more than a factor of ten is logarithmic", () => {
  const scale = new Scale(Float32Array.of(0.01, 1));
  assert.equal(scale.isLog, true);
  assert.ok(Math.abs(scale.share(0.1) - 0.5) < 1e-6);
  assert.equal(new Scale(Float32Array.of(-0.01, 1)).isLog, false, "a negative height has no logarithm");
});

test("a logarithmic scale ends six decades below the highest", () => {
  const scale = new Scale(Float32Array.of(0, 100));
  assert.ok(Math.abs(scale.low - 1e-4) < 1e-12);
  assert.equal(scale.share(0), 0);
});

test("a flat plane has a scale of its own", () => {
  for (const height of [0, 2, -2]) {
    const scale = new Scale(Float32Array.of(height, height));
    assert.ok(Number.isFinite(scale.share(height)), String(height));
    assert.ok(scale.high > scale.low);
  }
});

test("levels are few, ascending, and within the heights", () => {
  const random = numbers();
  for (let i = 0; i < 200; i++) {
    const low = 10 ** (8 * random.next().value - 6), high = low * 10 ** (6 * random.next().value + 0.01);
    const { levels } = new Scale(Float32Array.of(low, high));
    assert.ok(levels.length <= 13, `${low} to ${high}: ${levels}`);
    assert.ok(levels.every((level, at) => level >= low * 0.999 && level <= high * 1.001 && !(level <= levels[at - 1])));
  }
});

test("ticks are multiples of 1, 2 or 5 within the ends, and no more than asked for", () => {
  assert.deepEqual(ticks(0, 1, 5), [0, 0.2, 0.4, 0.6, 0.8, 1]);
  assert.deepEqual(ticks(-0.3, 0.25, 3), [-0.2, 0, 0.2]);
  const random = numbers(2);
  for (let i = 0; i < 200; i++) {
    const low = 20 * random.next().value - 10, high = low + 10 ** (6 * random.next().value - 3);
    const found = ticks(low, high, 8);
    assert.ok(found.length >= 2 && found.length <= 9, `${low} to ${high}: ${found}`);
    assert.ok(found.every((value) => value >= low - 1e-9 && value <= high + 1e-9));
    const digit = Number((found[1] - found[0]).toExponential(6).split("e")[0]);
    assert.ok([1, 2, 5].includes(digit), `${low} to ${high}: steps of ${found[1] - found[0]}`);
  }
});

test("the line of a level lies at that level", () => {
  const side = 17;
  const shares = grid(side, (x, y) => 0.7 * x + 0.3 * y); // on which interpolation is exact
  let pieces = 0;
  trace(shares, side, 0.4, (x1, y1, x2, y2) => {
    pieces += 1;
    for (const [x, y] of [[x1, y1], [x2, y2]]) {
      assert.ok(Math.abs(0.7 * (x / (side - 1)) + 0.3 * (y / (side - 1)) - 0.4) < 1e-6);
    }
  });
  assert.ok(pieces >= side - 1, `${pieces} pieces`);
});

test("the line round a hill is a circle", () => {
  const side = 65, middle = (side - 1) / 2, radius = 20;
  let length = 0;
  trace(grid(side, (x, y) => Math.hypot(x - 0.5, y - 0.5)), side, radius / (side - 1), (x1, y1, x2, y2) => {
    length += Math.hypot(x2 - x1, y2 - y1);
    assert.ok(Math.abs(Math.hypot(x1 - middle, y1 - middle) - radius) < 0.05);
  });
  assert.ok(Math.abs(length / (2 * Math.PI * radius) - 1) < 0.01, `length ${length}`);
});

test("a level that no height reaches has no line", () => {
  trace(grid(5, (x) => x), 5, 2, () => assert.fail("a piece"));
});

test("an enlarged grid goes evenly between its heights, with row 0 at the bottom", () => {
  const side = 3, size = 9, lut = Uint32Array.from({ length: 256 }, (_, level) => level);
  const pixels = new Uint32Array(size * size);
  fill(grid(side, (x, y) => 0.25 * x + 0.5 * y), side, pixels, size, lut);
  for (let i = 0; i < pixels.length; i++) {
    const x = (i % size) / (size - 1), y = 1 - Math.floor(i / size) / (size - 1);
    assert.ok(Math.abs(pixels[i] - 255 * (0.25 * x + 0.5 * y)) <= 0.51, `pixel ${i}: ${pixels[i]}`);
  }
});
