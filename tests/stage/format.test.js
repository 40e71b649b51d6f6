import assert from "node:assert/strict";
import { test } from "node:test";

import { count, epochs, loss, percent, plain, scaled, share, short } from "../../playground/stage/format.js";

/** Every line is a number and the text that is to be read. */
function reads(format, pairs) {
  for (const [value, text] of pairs) assert.equal(format(value), text, `${format.name}(${value})`);
}

test("a loss has three decimals where these say something", () => {
  reads(loss, [
    [0, "0.000"], [0.001, "0.0010"], [0.002, "0.0020"], [0.00996, "0.010"], [0.011, "0.011"], [0.4567, "0.457"], [12, "12.000"], [999.9, "999.900"], [-0.25, "−0.250"],
    [0.00021, "0.00021"], [-0.0005, "−0.00050"], [0.000021, "2.1·10⁻⁵"], [1e-6, "10⁻⁶"], [1000, "10³"], [31415, "3.1·10⁴"], [-2e-5, "−2·10⁻⁵"], [-1e-4, "−0.00010"],
  ]);
});

test("a number that is not there is a dash", () => {
  for (const value of [null, undefined, NaN, Infinity, -Infinity]) {
    assert.equal(loss(value), "–");
    assert.equal(short(value), "–");
  }
  assert.equal(plain(NaN), "");
});

test("a number on a logarithmic scale has two digits, or as many as are asked for", () => {
  reads(scaled, [[0, "0"], [0.03, "0.03"], [1, "1"], [1234, "1200"], [9999, "10000"], [20000, "2·10⁴"], [1e-4, "0.0001"], [1e-5, "10⁻⁵"]]);
  assert.equal(scaled(0.12345, 3), "0.123");
  assert.equal(scaled(-0.5), "−0.5");
});

test("short numbers have three digits and a real minus sign", () => {
  reads(short, [[0.0004, "0"], [-0.0004, "0"], [0.12345, "0.123"], [-1.5, "−1.5"], [1234.5, "1230"], [12345, "1.2·10⁴"]]);
  assert.equal(short(0.1251, 2), "0.13");
});

test("an input field gets what it can read back", () => {
  for (const value of [0, -0.12345, 1e-7, 12345, 1e21]) {
    assert.ok(Math.abs(Number(plain(value)) - value) <= 0.005 * Math.abs(value), plain(value));
  }
});

test("counts, shares and epochs", () => {
  reads(count, [[0, "0"], [999.6, "1,000"], [1234567, "1,234,567"]]);
  reads(percent, [[0, "0.0%"], [0.1234, "12.3%"], [0.9996, "99.9%"], [1, "100%"]]);
  reads(share, [[0, "0%"], [0.95, "95%"], [0.975, "97.5%"], [1, "100%"]]);
  reads(epochs, [[0, "0.0"], [99.94, "99.9"], [100, "100"], [12345.6, "12,346"]]);
});
