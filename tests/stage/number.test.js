import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { problem, read } from "../../playground/stage/number.js";

const MOST = 1e9;

/** The same table as in ``tests/test_numbers.py``. */
const CASES = JSON.parse(readFileSync(new URL("numbers.json", import.meta.url), "utf-8"));

for (const { text, value, problem: kind } of CASES) {
  test(`${JSON.stringify(text)} is ${value ?? `refused: ${kind}`}`, () => {
    const found = problem(text, -MOST, MOST);
    if (kind === undefined) {
      assert.equal(read(text), value);
      assert.equal(found, "");
    } else {
      const words = kind === "ambiguous" ? /can be read in two ways/ : /is not a number from -1000000000 to 1000000000/;
      assert.match(found, words);
      assert.ok(found.startsWith(`'${text}' `));
    }
  });
}
