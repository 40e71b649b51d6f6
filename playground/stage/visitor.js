// @ts-check
/**
 * The user's identity for the server: a secret stored in this browser, which identifies the owner of kept runs, and
 * whether they have visited before, in another tab or on another day.
 */

import { tabMemory, visitsMemory } from "./memory.js";

const KEPT = "playground-visitor";
const FIRST_VISIT = "playground-first-visit"; // lasts as long as the tab
const BYTES = 24;

/** @returns {import("./types.js").Message} */
export function visitorMessage() {
  const kept = visitsMemory.get(KEPT);
  const secret = kept ?? fresh();
  if (kept === null) {
    visitsMemory.set(KEPT, secret);
    tabMemory.set(FIRST_VISIT, "yes");
  }
  return { type: "visitor", secret, returning: tabMemory.get(FIRST_VISIT) === null };
}

function fresh() {
  const bytes = crypto.getRandomValues(new Uint8Array(BYTES));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
