import assert from "node:assert/strict";
import { test } from "node:test";

import { unpack } from "../../playground/stage/frame.js";

const BYTES = { u1: Uint8Array, f4: Float32Array, i4: Int32Array };

/** The format as ``playground/runs/frame.py`` describes it. */
function pack(header, listing) {
  const arrays = listing.map(({ name, dtype, shape }) => ({ name, dtype, shape }));
  const text = new TextEncoder().encode(JSON.stringify({ ...header, arrays }));
  const padded = (length) => Math.ceil(length / 4) * 4;
  const parts = [Uint8Array.from({ length: 4 + padded(text.length) }, (_, i) => text[i - 4] ?? 32)];
  new DataView(parts[0].buffer).setUint32(0, padded(text.length), true);
  for (const { dtype, values } of listing) {
    const bytes = new Uint8Array(BYTES[dtype].from(values).buffer);
    parts.push(Uint8Array.from({ length: padded(bytes.length) }, (_, i) => bytes[i] ?? 0));
  }
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

const FRAME = pack({ run: "r", step: 7, notice: "über ½" }, [
  { name: "maps", dtype: "u1", shape: [1, 2, 3], values: [0, 1, 2, 253, 254, 255] },
  { name: "weights", dtype: "f4", shape: [2], values: [-0.5, 1.25] },
  { name: "none", dtype: "f4", shape: [0, 3], values: [] },
  { name: "steps", dtype: "i4", shape: [3], values: [-1, 0, 2 ** 31 - 1] },
  { name: "one", dtype: "u1", shape: [], values: [9] },
]);

function check({ header, arrays }) {
  assert.deepEqual(header, { run: "r", step: 7, notice: "über ½" });
  assert.deepEqual(Object.entries(arrays).map(([name, array]) => [name, array.constructor, array.shape, [...array]]), [
    ["maps", Uint8Array, [1, 2, 3], [0, 1, 2, 253, 254, 255]],
    ["weights", Float32Array, [2], [-0.5, 1.25]],
    ["none", Float32Array, [0, 3], []],
    ["steps", Int32Array, [3], [-1, 0, 2 ** 31 - 1]],
    ["one", Uint8Array, [], [9]],
  ]);
}

test("a frame from the socket", () => check(unpack(FRAME.buffer)));

test("a frame that polling hands over as bytes", () => check(unpack(FRAME)));

test("a frame cut out of a larger message, wherever it begins", () => {
  for (const start of [1, 2, 3, 4, 8]) {
    const message = new Uint8Array(start + FRAME.length + 5);
    message.set(FRAME, start);
    check(unpack(message.subarray(start, start + FRAME.length)));
  }
});

test("arrays are views into the frame, not copies", () => {
  const { arrays } = unpack(FRAME.buffer);
  assert.equal(arrays.maps.buffer, FRAME.buffer);
  assert.equal(arrays.weights.buffer, FRAME.buffer);
});

test("a part of an array has no shape that it could be mistaken by", () => {
  assert.equal(unpack(FRAME).arrays.maps.subarray(0, 3).shape, undefined);
});
