import assert from "node:assert/strict";
import { test } from "node:test";

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
  assert.match(coverage(8, { modes: 1, share_on_mode: 0.9 }), /1 of 8 modes found, 90\u00a0% .* Collapsed/);
  assert.doesNotMatch(coverage(8, { modes: 1, share_on_mode: 0.1 }), /Collapsed/);
  assert.doesNotMatch(coverage(8, { modes: 8, share_on_mode: 0.9 }), /Collapsed/);
  assert.equal(coverage(null, { modes: 3, share_on_mode: 0.9 }), "");
});
