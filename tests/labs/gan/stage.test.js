import assert from "node:assert/strict";
import { test } from "node:test";

import { answersFor, revealed } from "../../../playground/labs/gan/stage/guess.js";
import { between } from "../../../playground/labs/gan/stage/manifold.js";
import { levelsOf } from "../../../playground/labs/gan/stage/round.js";
import { CAPTIONS } from "../../../playground/labs/gan/stage/slow.js";
import { ahead, coverage } from "../../../playground/labs/gan/stage/words.js";

const EVEN = { discriminator: 2 * Math.LN2, generator: Math.LN2 };

test("who is ahead is read from the discriminator's loss, beside that of guessing", () => {
  const said = [0.1, 1, 2 * Math.LN2, 2, null].map((loss) => ahead(EVEN, loss));
  assert.deepEqual(said, [
    "D has won: it tells nearly every fake.", "D tells some fakes.", "D cannot tell: its loss is that of guessing.",
    "D is fooled: it is worse than guessing.", "",
  ]);
  assert.match(ahead({ discriminator: 0 }, 0), /alike/);
  assert.match(ahead({ discriminator: 0 }, -3), /minus its estimate/);
});

test("a collapse is few modes with good fakes, which no loss tells", () => {
  assert.match(coverage(8, { modes: 1, share_on_mode: 0.9 }), /1 of 8 modes found, 90% .* Collapsed/);
  assert.doesNotMatch(coverage(8, { modes: 1, share_on_mode: 0.1 }), /Collapsed/);
  assert.doesNotMatch(coverage(8, { modes: 8, share_on_mode: 0.9 }), /Collapsed/);
  assert.equal(coverage(null, { modes: 3, share_on_mode: 0.9 }), "");
});

const ROUND = {
  batch: 128, d_updates: 2, g_updates: 0, d_loss: 1.3, d_loss_after: 1.2, d_gradient: 0.5, d_moved: 0.1, belief_real: 0.6, belief_fake: 0.4,
  belief_real_after: 0.7, belief_fake_after: 0.3, g_loss: 0.8, g_loss_after: 0.8, g_gradient: 0.2, g_moved: 0, cosine: null,
};
const RATES = { rates: { generator: 0.001, discriminator: 0.002, rounds: [2, 0] }, equilibrium: 2 * Math.LN2 };

test("each stage of the slow round has a sentence with its numbers", () => {
  const arrays = /** @type {any} */ ({ slow_change: Float32Array.of(0.01, -0.04) });
  const said = CAPTIONS.map((caption) => caption(ROUND, /** @type {any} */ ({ ...RATES, arrays })));
  assert.match(said[0], /128 real examples .* 0\.6 of the real ones and 0\.4 of the fakes/);
  assert.match(said[1], /1\.300 \(guessing: 1\.386\)/);
  assert.match(said[2], /2 updates of D at rate 0\.002: .* from 1\.300 to 1\.200\. .* by 0\.04 at most/);
  assert.match(said[4], /G is frozen/);
});

test("the map of a stage is the belief before, its change, or the belief after", () => {
  const of = (/** @type {number[]} */ ...values) => Object.assign(Float32Array.from(values), { shape: [values.length] });
  const arrays = /** @type {any} */ ({ slow_map: of(0, 0.5, 1), slow_change: of(0.02, -0.01, 0) });
  assert.deepEqual([...(levelsOf(arrays, 0) ?? [])], [0, 128, 255]);
  assert.deepEqual([...(levelsOf(arrays, 2) ?? [])], [255, 64, 128]);
  assert.deepEqual([...(levelsOf(arrays, 4) ?? [])], [5, 125, 255]);
  assert.equal(levelsOf(/** @type {any} */ ({}), 0), undefined);
});

test("a fake goes from its noise to its place; noise of one number lies on the middle line", () => {
  const made = [1, 1, -1, 0.5];
  assert.deepEqual([...between([2, 4, 0, 0], 2, made, 0.25, 0)], [0.5, 1, 0, 0]);
  assert.deepEqual([...between([2, 4, 0, 0], 2, made, 0.25, 1)], made);
  assert.deepEqual([...between([2, 4], 1, made, 0.25, 0)], [0.5, 0, 1, 0]);
});

test("a prediction is compared with what was covered", () => {
  const [few, some, all] = answersFor(8);
  assert.deepEqual([few.text, some.text, all.text], ["0 to 2", "3 to 7", "all 8"]);
  assert.deepEqual(answersFor(3).map(({ text }) => text), ["none", "1 to 2", "all 3"]);
  const metrics = { modes: 1, share_on_mode: 0.99, discriminator_loss: 1.38, generator_loss: 0.69 };
  assert.match(revealed(all, { modes: 8, equilibrium: EVEN }, metrics), /^You said all 8: it has 1 of 8 modes, 99% .* are 1\.380 and 0\.690; .* 1\.386 and 0\.693/);
  assert.match(revealed(few, { modes: 8, equilibrium: EVEN }, metrics), /^Right: it has 1/);
});
