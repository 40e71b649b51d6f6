// @ts-check
/** Who the person is to the server: a secret that this browser keeps, and by which their runs are found again. */

const KEPT = "playground-visitor";
const BYTES = 24;

/** @returns {import("./types.js").Message} */
export function visitorMessage() {
  return { type: "visitor", secret: secret() };
}

function secret() {
  const bytes = crypto.getRandomValues(new Uint8Array(BYTES));
  const fresh = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  try {
    const kept = window.localStorage.getItem(KEPT);
    if (!kept) window.localStorage.setItem(KEPT, fresh);
    return kept ?? fresh;
  } catch {
    return fresh; // a browser that keeps nothing: the list lasts as long as the page
  }
}
