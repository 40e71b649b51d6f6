// @ts-check
/**
 * Who the person is to the server: a secret that this browser keeps, and by which their runs are found again; and
 * whether they have been here before, in another tab or on another day.
 */

const KEPT = "playground-visitor";
const FIRST_VISIT = "playground-first-visit"; // lasts as long as the tab
const BYTES = 24;

/** @returns {import("./types.js").Message} */
export function visitorMessage() {
  const bytes = crypto.getRandomValues(new Uint8Array(BYTES));
  const fresh = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  try {
    const kept = window.localStorage.getItem(KEPT);
    if (!kept) {
      window.localStorage.setItem(KEPT, fresh);
      window.sessionStorage.setItem(FIRST_VISIT, "yes");
    }
    const returning = kept !== null && !window.sessionStorage.getItem(FIRST_VISIT);
    return { type: "visitor", secret: kept ?? fresh, returning };
  } catch {
    return { type: "visitor", secret: fresh, returning: false }; // a browser that keeps nothing: nor do the runs stay
  }
}
