// @ts-check
/**
 * Explains a page that does not load. Streamlit needs a WebSocket to draw it; behind a proxy that refuses WebSockets, it
 * would show a skeleton without a message. This script is in the first response, before Streamlit's.
 */

const PATIENCE_MS = 5000; // wait for the page before testing the connection
const ANSWER_MS = 10_000; // longest time to open a WebSocket, even over a long distance
const LOOK_MS = 500;
const CONNECTED = '[data-test-connection-state="CONNECTED"]'; // Streamlit's own mark
const WORDS = [
  "This page cannot reach its server",
  "It needs a WebSocket, and none gets through from here: most likely a proxy or firewall on the way refuses them. "
    + "The page appears by itself as soon as one does.",
  "What you can do: try another network, or ask whoever runs this one to let WebSockets to this address through. "
    + "Whoever runs the server finds in its README how its proxy has to pass them on.",
];
// A plain page that covers the skeleton, which would look like loading.
const STYLE = "position: fixed; inset: 0; z-index: 2147483647; box-sizing: border-box; overflow: auto; "
  + "padding: 4rem max(1.5rem, calc(50vw - 21rem)); color-scheme: light dark; background: Canvas; color: CanvasText; "
  + "font: 1rem/1.6 system-ui, sans-serif";

export function explainSilence() {
  /** @type {HTMLElement|null} */
  let notice = null;
  const begun = performance.now();
  let askAt = begun + PATIENCE_MS;
  const looking = window.setInterval(() => {
    if (document.querySelector(CONNECTED)) {
      window.clearInterval(looking);
      notice?.remove();
    } else if (!notice && performance.now() >= askAt) {
      askAt = Infinity;
      isWebSocketOpened().then((isOpened) => {
        askAt = performance.now() + PATIENCE_MS; // what is slow may also be refused later
        if (!isOpened && !document.querySelector(CONNECTED)) document.body.append((notice = explanation()));
      });
    }
  }, LOOK_MS);
}

/** Whether a WebSocket can be opened to the address of the stage's socket. @returns {Promise<boolean>} */
function isWebSocketOpened() {
  const url = new URL("playground/socket", document.baseURI);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  url.search = url.hash = "";
  return new Promise((answer) => {
    const probe = new WebSocket(url.href);
    const over = (/** @type {boolean} */ isOpened) => {
      answer(isOpened);
      probe.close();
    };
    probe.onopen = () => over(true);
    probe.onerror = probe.onclose = () => over(false);
    window.setTimeout(over, ANSWER_MS, false);
  });
}

function explanation() {
  const element = document.createElement("div");
  element.setAttribute("role", "alert");
  element.setAttribute("style", STYLE);
  const [heading, ...paragraphs] = WORDS;
  element.append(...[heading, ...paragraphs].map((text, place) => {
    const part = document.createElement(place ? "p" : "h1");
    part.textContent = text;
    part.setAttribute("style", place ? "margin: 0 0 1rem" : "margin: 0 0 1rem; font-size: 1.5rem; line-height: 1.3");
    return part;
  }));
  return element;
}
