// @ts-check
/**
 * The presenter's view: the whole screen for the run, and all of it as large as a projector wants. A button on every
 * page begins and ends it, Esc ends it, and a link with ``present=true`` opens in it. This stands in the first answer.
 */

const ON = "nn-presenting";
const NAMED = "present"; // in the address
/** A window that shows all of a stage at its smallest. */
const WIDTH = 1280, HEIGHT = 772, LARGEST = 3;
const LOOK_MS = 500;
/** What answers Esc itself, before it ends the view. */
const OPEN = '[role="dialog"], [role="listbox"], [role="menu"]';
const HELP = "Full screen for a projector: large, with nothing but the run. Space plays, → and ← are a step; Esc leaves.";
const STYLE = `
  .stApp .nn-present {
    position: fixed; top: 0.75rem; right: 1.5rem; z-index: 999991; padding: 0.25rem 0.75rem; cursor: pointer;
    border: 1px solid light-dark(#0002, #fff3); border-radius: 0.5rem; background: var(--page); color: inherit;
    font: inherit; font-size: 0.875rem; line-height: 1.4;
  }
  .stApp .nn-present:is(:hover, :focus-visible) { outline: 2px solid currentColor; outline-offset: 1px; }
  @media (max-width: 640px) { .stApp .nn-present { display: none; } }
  html.${ON} { font-size: calc(16px * var(--nn-presented)) !important; }
  html.${ON} :is(.stSidebar, .stAppHeader, [data-testid="stExpandSidebarButton"], .st-key-page_held) { display: none !important; }
  html.${ON} .stApp .stMainBlockContainer.stMainBlockContainer { padding: 0.75rem 1.5rem 1rem; }
  html.${ON}:not(:has(.st-key-page_task)) .st-key-page_head { padding-right: 7.5rem; }
`;

/** @param {Window & typeof globalThis} window */
export function offerPresenting(window) {
  const { document } = window;
  if (window.self !== window.top) return; // embedded in a page that has its own way about
  const root = document.documentElement;
  const button = document.createElement("button");
  button.className = "nn-present";
  button.type = "button";
  const style = document.createElement("style");
  style.textContent = STYLE;
  document.head.append(style);

  const measure = () => {
    const size = Math.min(window.innerWidth / WIDTH, window.innerHeight / HEIGHT);
    root.style.setProperty("--nn-presented", Math.max(1, Math.min(LARGEST, size)).toFixed(2));
  };
  const isOn = () => root.classList.contains(ON);
  const show = (/** @type {boolean} */ on) => {
    measure();
    root.classList.toggle(ON, on);
    button.textContent = on ? "Leave (Esc)" : "Present";
    button.title = on ? "" : HELP;
  };
  const leave = () => {
    show(false);
    if (document.fullscreenElement) document.exitFullscreen();
  };
  button.addEventListener("click", () => {
    if (isOn()) return leave();
    show(true);
    root.requestFullscreen?.().catch(() => {}); // where a browser refuses, all is as large in its window
  });
  window.addEventListener("resize", measure);
  document.addEventListener("fullscreenchange", () => { if (!document.fullscreenElement && isOn()) show(false); });
  document.addEventListener("keydown", ({ key }) => {
    const isTaken = [...document.querySelectorAll(OPEN)].some((each) => each.checkVisibility());
    if (key === "Escape" && isOn() && !isTaken) leave();
  }, true);
  show(new URLSearchParams(window.location.search).get(NAMED) === "true");
  window.setInterval(() => { // Streamlit makes its page later, and sometimes anew
    const app = document.querySelector(".stApp");
    if (app && button.parentElement !== app) app.append(button);
  }, LOOK_MS);
}
