// @ts-check
/** Saves a file as soon as it is made: presses its download button, once, in the name of the one who asked for it. */

const TRIES = 120; // a frame each: the button is drawn by Streamlit, at about the same time

/** Files that were saved already; Streamlit calls again whenever it draws. */
const saved = new Set();

/**
 * Called by Streamlit on mount, on new data and on a change of theme.
 *
 * @param {object} component
 * @param {{ticket: string, button: string}|null} component.data  the ticket of one file, and its button's selector
 */
export default function mount({ data }) {
  if (data?.ticket) save(data.ticket, data.button, TRIES);
}

/**
 * @param {string} ticket
 * @param {string} selector
 * @param {number} tries
 */
function save(ticket, selector, tries) {
  if (saved.has(ticket)) return;
  const button = /** @type {HTMLElement|null} */ (document.querySelector(selector));
  if (button) {
    saved.add(ticket);
    button.click();
  } else if (tries) {
    requestAnimationFrame(() => save(ticket, selector, tries - 1));
  }
}
