// @ts-check
/**
 * Keeps a page as one entry of the browser's history, so that Back leaves the page. Streamlit would add an entry for
 * every change of the address, and Back would have no effect. This script is in the first response, before Streamlit's.
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
