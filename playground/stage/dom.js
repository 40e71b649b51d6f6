// @ts-check
/** The few helpers with which the stage writes its page. */

/** Most canvas pixels per CSS pixel: more are not visible and slow down painting. */
export const SHARPEST = 2;

/** At what density each canvas was sized. @type {WeakMap<HTMLCanvasElement, number>} */
const densities = new WeakMap();

/** @typedef {Record<string, string|number|boolean|null|((event: never) => void)>} Attributes  null and false are left out */

/**
 * An element with attributes, listeners ("onclick": function) and children.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Attributes} [attributes]
 * @param {...(Node|string)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), /** @type {EventListener} */ (value));
    else if (value !== null && value !== false) element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children);
  return element;
}

/**
 * Writes text only where it differs: an unchanged node costs no layout.
 *
 * @param {Node} node
 * @param {string} text
 */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/**
 * @param {Element} element
 * @param {string} name
 * @param {string} value
 */
export function setAttribute(element, name, value) {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

/** How much lower than usual the stage begins, in CSS pixels: a page may say more above it, a presenter's says less. */
let lower = 0;

/** @param {number} by */
export function standLower(by) {
  lower = by;
}

/** The window's height for a stage that begins where it usually does, in CSS pixels. Pictures take what it leaves them. */
export function windowRoom() {
  return window.innerHeight - lower;
}

/**
 * The height that a low window has for a picture, in CSS pixels, so that the time below it is in sight.
 *
 * @param {number} others  what stands above and below it
 * @param {number} least  for a window so low that a person scrolls anyway
 */
export function roomAmong(others, least) {
  return Math.max(least, windowRoom() - others);
}

/**
 * Sizes a canvas for this screen; its context then draws in the given pixels, each ``scale`` CSS pixels large.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {number} width
 * @param {number} height
 * @param {number} [scale]
 * @param {number} [density]  pixels to a CSS pixel: those of this screen
 * @returns {CanvasRenderingContext2D}
 */
export function fit(canvas, width, height, scale = 1, density = screenDensity()) {
  const ratio = density * scale;
  densities.set(canvas, density);
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  canvas.style.width = `${width * scale}px`;
  canvas.style.height = `${height * scale}px`;
  const context = context2d(canvas);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  return context;
}

/** Whether a canvas was sized for the screen that the window is on now. @param {HTMLCanvasElement} canvas */
export function isSharp(canvas) {
  return densities.get(canvas) === screenDensity();
}

function screenDensity() {
  return Math.min(window.devicePixelRatio || 1, SHARPEST);
}

/**
 * Call back whenever the pixel density changes: on another screen, or by zooming.
 *
 * @param {() => void} changed
 * @returns {() => void} stops it
 */
export function listenForDensity(changed) {
  let stop = () => {};
  const listen = () => {
    const query = window.matchMedia(`(resolution: ${window.devicePixelRatio}dppx)`);
    const onChange = () => {
      stop();
      listen();
      changed();
    };
    query.addEventListener("change", onChange);
    stop = () => query.removeEventListener("change", onChange);
  };
  listen();
  return () => stop();
}

/**
 * @param {HTMLCanvasElement} canvas
 * @returns {CanvasRenderingContext2D}
 */
export function context2d(canvas) {
  return /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
}

/** Of the style element of a page that brings the stylesheet itself. */
const OWN_STYLE = "nn-style";

/**
 * Resolves when a stylesheet of ours is in force, linked once per page.
 *
 * @param {string} [path]  below ``playground/``
 * @returns {Promise<void>}
 */
export function stylesheet(path = "stage/stage.css") {
  if (document.getElementById(OWN_STYLE)) return Promise.resolve();
  const href = new URL(`../${path}`, import.meta.url).href;
  let link = /** @type {HTMLLinkElement|null} */ (document.head.querySelector(`link[href="${href}"]`));
  if (!link) {
    link = h("link", { rel: "stylesheet", href });
    document.head.append(link);
  }
  if (link.sheet) return Promise.resolve();
  return new Promise((resolve) => {
    for (const event of ["load", "error"]) link.addEventListener(event, () => resolve(), { once: true });
  });
}
