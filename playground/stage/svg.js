// @ts-check
/** Drawings of lines and text that stay sharp at any size. */

/** A closed padlock on a square of 24 by 24. */
export const LOCK = "M7 10.5V8a5 5 0 0 1 10 0v2.5h1.5V21h-13V10.5zm2.3 0h5.4V8a2.7 2.7 0 0 0-5.4 0z";

/**
 * An element of a drawing.
 *
 * @param {string} tag
 * @param {Record<string, string|number>} [attributes]
 * @param {...(Node|string)} children
 * @returns {SVGElement}
 */
export function svg(tag, attributes = {}, ...children) {
  const element = /** @type {SVGElement} */ (document.createElementNS("http://www.w3.org/2000/svg", tag));
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.append(...children);
  return element;
}
