// @ts-check
/** Lines across a chart at one height, such as baselines, with their names. */

/** @typedef {{label: string, y: number}} Line  with ``y`` in pixels from the top */
/**
 * Where they are drawn: the ends of a line, and what is above all of them.
 *
 * @typedef {{context: CanvasRenderingContext2D, theme: import("./colors.js").Theme, from: number, to: number, top: number}} Chart
 */

const LABEL_ROOM = 14; // above a line, for its name
const MEET = 4; // lines so near have one name
const HALO = 5; // around the letters of a name, so that no curve shows between its words
const INSET = 4; // of a name at the beginning

/**
 * @param {Chart} chart
 * @param {Line[]} lines
 * @param {number[]} dash
 */
export function paintAcross({ context, theme, from, to }, lines, dash) {
  context.strokeStyle = theme.muted;
  context.lineWidth = 1;
  context.setLineDash(dash);
  for (const { y } of lines) {
    context.beginPath();
    context.moveTo(from, y);
    context.lineTo(to, y);
    context.stroke();
  }
  context.setLineDash([]);
}

/**
 * Paint the names of ``lines``; those that nearly meet have one.
 *
 * @param {Chart} chart
 * @param {Line[]} lines  from the top
 * @param {"left"|"right"} align  at which end
 */
export function paintNames({ context, theme, from, to, top }, lines, align) {
  /** @type {Line[]} */
  const named = [];
  for (const each of lines) {
    const former = named.at(-1);
    if (former && each.y - former.y < MEET) former.label += ` · ${each.label}`;
    else named.push({ ...each });
  }
  let last = -Infinity; // a name below its line, for want of room, stays above the next line's
  const places = apart(named.map(({ y }) => (last = Math.max(last, y < top + LABEL_ROOM ? y + LABEL_ROOM : y - 4))));
  context.font = `11px ${theme.font}`;
  context.textBaseline = "alphabetic";
  context.textAlign = align;
  context.fillStyle = theme.muted;
  context.strokeStyle = theme.background;
  context.lineWidth = HALO;
  context.lineJoin = "round";
  named.forEach(({ label }, i) => {
    const x = align === "left" ? from + INSET : to;
    context.strokeText(label, x, places[i]);
    context.fillText(label, x, places[i]);
  });
}

/**
 * Moves what is nearer than a line of text to what is above it down, so that no two names overlap.
 *
 * @param {number[]} places  from the top, in any order
 * @returns {number[]}
 */
export function apart(places) {
  const found = [...places];
  let last = -Infinity;
  for (const i of places.map((_, place) => place).sort((a, b) => places[a] - places[b])) {
    found[i] = last = Math.max(found[i], last + LABEL_ROOM);
  }
  return found;
}
