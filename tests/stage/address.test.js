// A page is one entry of the browser's history.

import assert from "node:assert/strict";
import test from "node:test";

import { keepOneEntry } from "../../playground/stage/address.js";

/** A window at an address, with what its history is told. */
function windowAt(href) {
  const told = [];
  const location = new URL(href);
  const history = {
    pushState: (state, unused, url) => told.push(["push", url]),
    replaceState: (state, unused, url) => told.push(["replace", url]),
  };
  keepOneEntry({ history, location });
  return { history, told };
}

test("a change of a page's address replaces its entry, and another page adds one", () => {
  const { history, told } = windowAt("https://nn.example/base/map?dataset=xor");
  for (const url of ["?dataset=circle", "/base/map?a=1", "https://nn.example/base/map#x", undefined, null]) {
    history.pushState({}, "", url);
  }
  assert.deepEqual(told.splice(0).map(([verb]) => verb), Array(5).fill("replace"));
  for (const url of ["/base/", "/base/race?dataset=xor", "https://nn.example/base/map/"]) history.pushState({}, "", url);
  assert.deepEqual(told.map(([verb]) => verb), Array(3).fill("push"));
});
