import assert from "node:assert/strict";
import { test } from "node:test";

import { classColor, css, isLight, levelOf, mixClasses, pixelCss, pointColor, ramp, readTheme, writeColors } from "../../playground/stage/colors.js";

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

/** What people with each kind of colour blindness see of linear light: Machado, Oliveira and Fernandes, 2009, at its full severity. */
const SEEN = {
  everybody: [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
  protan: [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
  deutan: [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
  tritan: [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
};
const XYZ = [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.072175], [0.0193339, 0.119192, 0.9503041]];

const times = (matrix, vector) => matrix.map((row) => row.reduce((sum, value, i) => sum + value * vector[i], 0));

/** CSS colours as linear light. */
function light(color) {
  const hex = color.match(/^#(..)(..)(..)$/)?.slice(1).map((value) => parseInt(value, 16));
  return (hex ?? color.match(/\d+/g).map(Number)).map((value) => value / 255)
    .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
}

/** CIE L*a*b* of a colour as it is seen. */
function lab(color, seen) {
  const [x, y, z] = times(XYZ, times(seen, light(color)).map((value) => Math.min(1, Math.max(0, value))))
    .map((value, i) => value / XYZ[i].reduce((sum, each) => sum + each))
    .map((value) => (value > 216 / 24389 ? Math.cbrt(value) : ((24389 / 27) * value + 16) / 116));
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

/** The CIE76 distance of the closest pair. */
function closest(colors, seen) {
  const places = colors.map((color) => lab(color, seen));
  return Math.min(...places.flatMap((one, i) => places.slice(0, i).map((other) => Math.hypot(...one.map((value, k) => value - other[k])))));
}

function contrast(one, other) {
  const [low, high] = [one, other].map((color) => times(XYZ, light(color))[1]).sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

test("series and classes are told apart by everybody, in both themes", () => {
  const lists = { classes: [0, 1, 2, 3, 4, 5].map((index) => css(classColor(index))), light: LIGHT.series, dark: DARK.series };
  for (const [name, colors] of Object.entries(lists)) {
    assert.equal(new Set(colors).size, 6);
    for (const [eyes, seen] of Object.entries(SEEN)) {
      const distance = closest(colors, seen);
      assert.ok(distance >= 20, `${name}, ${eyes}: ${distance}`);
    }
  }
});

test("a series is read as a line on its page, and is not taken for a sign", () => {
  for (const theme of [LIGHT, DARK]) {
    for (const color of theme.series) {
      assert.ok(contrast(color, theme.background) >= 3, `${color} on ${theme.background}`);
      for (const sign of [theme.negative, theme.positive]) assert.ok(closest([color, sign], SEEN.everybody) >= 20, `${color}, ${sign}`);
    }
  }
});

test("the measure finds what it is to find", () => {
  assert.ok(closest(["#000000", "#ffffff"], SEEN.everybody) > 99.9);
  assert.ok(closest(["#0f9d7a", "#c2417f"], SEEN.everybody) > 60 && closest(["#0f9d7a", "#c2417f"], SEEN.deutan) < 12);
  assert.ok(Math.abs(contrast("#000000", "#ffffff") - 21) < 0.01);
});

test("ink on white paper is dark on a light page, and light on a dark one", () => {
  const picture = Uint8Array.of(255, 255, 255, 0, 0, 0), pixels = new Uint32Array(2);
  const greys = [LIGHT, DARK].map(({ inks }) => {
    writeColors(picture, pixels, inks);
    return [...pixels].map((pixel) => channels(pixel)[0]);
  });
  assert.deepEqual(greys, [[255, 20], [24, 250]]);
  writeColors(picture, pixels);
  assert.deepEqual([...pixels].map((pixel) => channels(pixel)[0]), [255, 0]);
});
