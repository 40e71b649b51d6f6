// @ts-check
/**
 * A page is one entry of the browser's history, however often its address changes while it is used: Back leaves it.
 * Streamlit would add an entry for every change, and Back from there would change nothing. This stands in the first
 * answer, before Streamlit's own scripts.
 *
 * @param {Pick<Window, "history" | "location">} window
 */
export function keepOneEntry({ history, location }) {
  const add = history.pushState.bind(history);
  history.pushState = (state, unused, url) => {
    const path = new URL(url ?? "", location.href).pathname;
    if (path === location.pathname) history.replaceState(state, unused, url);
    else add(state, unused, url);
  };
}
