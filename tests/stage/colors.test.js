import assert from "node:assert/strict";
import { test } from "node:test";

import { classColor, css, isLight, levelOf, mixClasses, pixelCss, pointColor, ramp, readTheme } from "../../playground/stage/colors.js";

/** The theme of a page with these CSS variables. */
function themeOf(variables) {
  globalThis.getComputedStyle = () => ({ getPropertyValue: (name) => variables[name] ?? "" });
  return readTheme({});
}

/** Red, green, blue. */
function channels(pixel) {
  return pixelCss(pixel).match(/\d+/g).map(Number);
}

const LIGHT = themeOf({});
const DARK = themeOf({ "--st-background-color": "#0e1117", "--st-text-color": "rgb(250, 250, 250)" });

test("a theme is dark where the page is", () => {
  assert.equal(LIGHT.dark, false);
  assert.equal(DARK.dark, true);
  assert.deepEqual([DARK.background, DARK.text], ["rgb(14, 17, 23)", "rgb(250, 250, 250)"]);
  assert.equal(themeOf({ "--st-background-color": "#123" }).background, "rgb(17, 34, 51)");
});

test("signs have the colours of classes 0 and 1, and nothing has none", () => {
  for (const theme of [LIGHT, DARK]) {
    assert.equal(pixelCss(theme.vivid[0]), css(classColor(0)));
    assert.equal(pixelCss(theme.vivid[255]), css(classColor(1)));
    assert.equal(theme.vividSign[127], theme.vivid[0]);
    assert.equal(theme.vividSign[128], theme.vivid[255]);
  }
});

test("a value has its place among 256, and beyond the range the last one", () => {
  assert.deepEqual([-2, -1, 0, 1, 2].map((value) => levelOf(value, 1)), [0, 0, 128, 255, 255]);
  assert.deepEqual([-5, 5].map((value) => levelOf(value, 10)), [64, 191]);
  assert.equal(levelOf(1, 0), 255, "a range of nothing counts as 1");
});

test("a sure class has its colour, and an even chance the one between", () => {
  const pixels = new Uint32Array(3);
  const planes = Uint8Array.of(255, 0, 127, /* of the other class */ 0, 255, 127);
  mixClasses(planes, 2, pixels, LIGHT, false);
  const [sure, other, even] = [...pixels].map(channels);
  for (const at of [0, 1, 2]) {
    assert.ok(Math.abs(even[at] - (sure[at] + other[at]) / 2) <= 1);
    assert.ok(Math.abs(sure[at] - (LIGHT.neutral[at] + (classColor(0)[at] - LIGHT.neutral[at]) * LIGHT.softness)) <= 1);
  }
});

test("a thresholded map shows the likeliest class alone", () => {
  const pixels = new Uint32Array(2), sure = new Uint32Array(2);
  mixClasses(Uint8Array.of(100, 20, 80, 60, 75, 175), 3, pixels, LIGHT, true);
  mixClasses(Uint8Array.of(255, 0, 0, 0, 0, 255), 3, sure, LIGHT, false);
  pixels.forEach((pixel, i) => channels(pixel).forEach((value, at) =>
    assert.ok(Math.abs(value - channels(sure[i])[at]) <= 1, `pixel ${i}: ${pixelCss(pixel)}, ${pixelCss(sure[i])}`)));
});

test("a ramp goes through its colours at equal distances", () => {
  const lut = ramp(["#000000", "#ff0000", "#ffffff"]);
  assert.deepEqual([0, 255].map((level) => pixelCss(lut[level])), ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]);
  assert.equal(pixelCss(lut[127]), "rgb(254, 0, 0)");
  assert.deepEqual([isLight(lut[0]), isLight(lut[255])], [false, true]);
});

test("points have the colour of their class, or of their value", () => {
  assert.equal(pointColor(LIGHT, "classification", 1), css(classColor(1)));
  assert.equal(pointColor(LIGHT, "regression", -1), css(classColor(0)));
});
