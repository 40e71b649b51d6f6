// @ts-check
/** Scrolls to a panel that a person has just opened, as far as it takes to see it whole, or its beginning. */

const GROWS_MS = 2000; // its charts come one after the other

/** The last opening that was followed; Streamlit calls again whenever it draws. @type {WeakMap<HTMLElement, number>} */
const followed = new WeakMap();

/**
 * Called by Streamlit on mount, on new data and on a change of theme.
 *
 * @param {object} component
 * @param {{opening: number}} component.data  0: it was open before
 * @param {HTMLElement} component.parentElement
 */
export default function mount({ data: { opening }, parentElement }) {
  if (!opening || followed.get(parentElement) === opening) return;
  followed.set(parentElement, opening);
  const panel = parentElement.closest('[class*="st-key-panel_"]');
  if (!panel) return;
  const show = () => panel.scrollIntoView({ block: "nearest" });
  const growth = new ResizeObserver(show);
  const leave = () => growth.disconnect();
  growth.observe(panel);
  window.setTimeout(leave, GROWS_MS);
  for (const own of ["wheel", "touchmove", "keydown", "pointerdown"]) window.addEventListener(own, leave, { once: true, passive: true });
}
