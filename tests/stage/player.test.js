import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateSync } from "node:zlib";

import { recorded } from "../../playground/labs/mlp/stage/recorded.js";
import { Player, framesOf } from "../../playground/stage/player.js";
import { SHOWN, shaped } from "./networks.js";

const HIDDEN = SHOWN.slice(1, -1);
/** Maps of five neurons and two outputs, two rows of three: neuron m goes from 10 m to 10 m + 5. */
const MAPS = shaped(Uint8Array.from({ length: 7 * 6 }, (_, i) => 10 * Math.floor(i / 6) + (i % 6)), 7, 2, 3);
const MOMENT = {
  header: { held: HIDDEN },
  arrays: {
    maps: MAPS, map_ranges: shaped(Float32Array.of(1, 2, 3, 4, 5, 6, 7), 7),
    input_maps: shaped(Uint8Array.from({ length: 4 }, (_, i) => 100 + i), 1, 2, 2), input_ranges: shaped(Float32Array.of(6), 1),
    plane: shaped(new Uint8Array(7 * 9), 1, 7, 9),
  },
};

test("a neuron's map fills the plane: its corners are the map's, whatever the sizes", () => {
  const { view, arrays: { plane, plane_range } } = recorded({ neuron: [2, 3], probe: [1, 1] }, MOMENT);
  assert.deepEqual(view, { neuron: [2, 3], probe: null }, "a point cannot be probed in a recording");
  assert.deepEqual(plane.shape, [1, 7, 9]);
  assert.deepEqual([0, 8, 6 * 9, 6 * 9 + 8].map((at) => plane[at]), [40, 42, 43, 45]);
  assert.deepEqual([4, 2, 3 * 9].map((at) => plane[at]), [41, 41, 42], "halfway; a half is rounded up");
  assert.deepEqual([...plane_range], [-5, 5]);
});

test("outputs come after the neurons, and features have maps of their own", () => {
  assert.equal(recorded({ neuron: [3, 1] }, MOMENT).arrays.plane[0], 60);
  assert.equal(recorded({ neuron: [0, 0] }, MOMENT).arrays.plane[0], 100);
});

test("a neuron that is not drawn has no map", () => {
  const nothing = { view: { neuron: null, probe: null }, arrays: {} };
  assert.deepEqual(recorded({ neuron: [2, 1] }, MOMENT), nothing);
  assert.deepEqual(recorded({}, MOMENT), nothing);
});

test("the frames of a recording, out of its page's text", async () => {
  const frames = [1, 22, 333].map((step) => {
    const text = new TextEncoder().encode(JSON.stringify({ step, arrays: [{ name: "a", dtype: "u1", shape: [1], step }] }));
    const header = Buffer.concat([text, Buffer.alloc((4 - (text.length % 4)) % 4, " ")]);
    const frame = Buffer.concat([Buffer.alloc(4), header, Buffer.of(step % 256, 0, 0, 0)]);
    frame.writeUInt32LE(header.length);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(frame.length);
    return Buffer.concat([length, frame]);
  });
  const found = await framesOf(deflateSync(Buffer.concat(frames)).toString("base64"));
  assert.deepEqual(found.map(({ header, arrays }) => [header.step, [...arrays.a]]), [[1, [1]], [22, [22]], [333, [77]]]);
});

test("going back to an earlier scene brings its curves' columns with it", () => {
  globalThis.window = { matchMedia: () => ({ addEventListener() {} }) };
  const scened = (step, name) => ({ header: { step, epoch: step, scene: { name }, columns: ["step", "epoch"] }, arrays: { curves: [] } });
  const frames = [scened(0, "first"), { header: { step: 1, epoch: 1 }, arrays: {} }, scened(2, "second")];
  const seen = [];
  const player = new Player({}, frames, { default: ({ data }) => seen.push(data.header) });
  for (const step of [2, 1]) player.handle({ type: "seek", step });
  assert.deepEqual(seen.map(({ scene, columns }) => [scene?.name, columns?.length]), [["first", 2], ["second", 2], ["first", 2]]);
});
