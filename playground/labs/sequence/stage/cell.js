// @ts-check
/** One unit at one step: its formulas, and the numbers in them. */

import { percent, short } from "../../../stage/format.js";

/** @typedef {import("./picture.js").SequenceMoment} Moment */

/** @type {Record<string, string>} */
const SQUASH = { i: "σ", f: "σ", o: "σ", g: "tanh", r: "σ", z: "σ", n: "tanh", a: "" };

/** Returns the formulas of the chosen unit at the chosen step, a line for each. @param {Moment} moment @returns {string[]} */
export function explained({ header: { view, at, tokens, source, clamped }, scene: { kind, gates, series, says, hidden: units }, arrays }) {
  const { parts, before, hidden, cell } = arrays, unit = Math.min(view.unit, units - 1);
  const gate = (/** @type {number} */ g) => arrays.gates[(g * tokens.length + at) * units + unit];
  const of = (/** @type {number} */ part, /** @type {number} */ g) => parts[(part * gates.length + g) * units + unit];
  const h = short(hidden[at * units + unit]), old = short(before[unit]);
  const read = series ? "" : `, which reads “${tokens[at]}”`;
  const fixed = clamped.split(",").map((each) => each.split("=")[0]);
  const lines = gates.map((name, g) => {
    if (fixed.includes(name)) return `${name} = ${short(gate(g))}, clamped`;
    const [x, u] = [short(of(0, g)), short(of(1, g))];
    if (kind === "bag") return `a = W x + b = ${short(gate(g))}`;
    const inside = kind === "gru" && name === "n" ? [`W x + b + r · (U h + b′)`, `${x} + ${short(gate(0))} · (${u})`] : [`W x + b + U h + b′`, `${x} + (${u})`];
    return `${name} = ${inside.map((sum) => `${SQUASH[name]}(${sum})`).join(" = ")} = ${short(gate(g))}`;
  });
  if (kind === "lstm" && cell) {
    const c = short(cell[at * units + unit]), [i, f, g, o] = [0, 1, 2, 3].map((place) => short(gate(place)));
    lines.push(`c = f · c + i · g = ${f} · ${short(before[units + unit])} + ${i} · ${g} = ${c}`, `h = o · tanh(c) = ${o} · tanh(${c}) = ${h}`);
  } else if (kind === "gru") lines.push(`h = (1 − z) · n + z · h = (1 − ${short(gate(1))}) · ${short(gate(2))} + ${short(gate(1))} · ${old} = ${h}`);
  else lines.push(kind === "rnn" ? `h = n = ${h}` : `h = h + a = ${old} + ${short(gate(0))} = ${h}`);
  return [`Step ${at + 1}${read}${series ? "" : answer(arrays, at - source, says)}; unit ${unit}. Click a column or a row for another.`, ...lines];
}

/**
 * What is answered at a step, for columns that are too narrow to say it.
 *
 * @param {Moment["arrays"]} arrays
 * @param {number} place
 * @param {string[]} says
 */
function answer({ outputs, targets }, place, says) {
  if (place < 0) return "";
  const count = outputs.shape[1], shares = outputs.subarray(place * count, (place + 1) * count), best = shares.indexOf(Math.max(...shares));
  const target = targets[place] >= 0 ? `, where “${says[targets[place]]}” is right` : "";
  return ` and says “${says[best]}” (${percent(shares[best])})${target}`;
}
