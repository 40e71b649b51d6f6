// @ts-check
/**
 * Words of Streamlit's own that are meant for whoever writes an app, said for whoever uses it; its skip link, which
 * leads to Play; and its tables, which keys scroll where they are cut. This stands in the first answer, before Streamlit's own scripts.
 */

const LOOK_MS = 500;
const ASKED = /Is Streamlit still running|Streamlit server is not responding|Cannot connect to Streamlit/;
const WORDS = "The server does not answer. It may have been stopped, or your network may be gone. What you see stays, and "
  + "this page goes on by itself as soon as the server is back. If that takes long, tell whoever runs it.";
const SKIP = '[data-testid="stSkipToContent"]', PLAY = ".nn-stage .nn-play", TABLES = ".stMarkdown table";

export function sayPlainly() {
  window.setInterval(() => {
    document.querySelectorAll('[role="dialog"]').forEach(reword);
    document.querySelectorAll(TABLES).forEach(letScroll);
  }, LOOK_MS);
  document.addEventListener("click", ({ target }) => {
    if (!(target instanceof Element) || !target.closest(SKIP)) return;
    window.setTimeout(() => /** @type {HTMLElement|null} */ (document.querySelector(PLAY))?.focus()); // after Streamlit's own
  });
}

/** @param {Element} table */
function letScroll(table) {
  if (table.scrollWidth > table.clientWidth) table.setAttribute("tabindex", "0");
  else table.removeAttribute("tabindex");
}

/** What React has made stays, out of sight: it takes it away itself. @param {Element} dialog */
function reword(dialog) {
  if (dialog.querySelector("[data-plainly]") || !ASKED.test(dialog.textContent ?? "")) return;
  const part = [...dialog.querySelectorAll("*")].find((each) => ASKED.test(each.textContent ?? "")
    && ![...each.children].some((child) => ASKED.test(child.textContent ?? "")));
  const body = part?.closest(".stMarkdown, [data-testid='stMarkdownContainer']") ?? part;
  if (!body?.parentElement) return;
  for (const each of [body, ...dialog.querySelectorAll("pre, code, [data-testid='stCode']")]) {
    /** @type {HTMLElement} */ (each).style.display = "none";
  }
  const plain = document.createElement("p");
  plain.dataset.plainly = "";
  plain.textContent = WORDS;
  body.parentElement.append(plain);
}
