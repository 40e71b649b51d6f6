// @ts-check
/** What a run is measured by, in words. Python has the same in ``playground/lab.py``. */

import { count, loss, percent } from "./format.js";

/** @typedef {import("./types.js").Metric} Metric */
/** @typedef {import("./types.js").Scene} Scene */

/** As at the start of a line. @param {string} label */
export function title(label) {
  return label.slice(0, 1).toUpperCase() + label.slice(1);
}

/**
 * A value as people read it.
 *
 * @param {Metric|undefined} metric
 * @param {number|null|undefined} value
 */
export function measured(metric, value) {
  if (value == null || !metric?.unit) return loss(value);
  return metric.unit === "share" ? percent(value) : count(value);
}

/**
 * All that a run is measured by, and what that is to be held against, for people who hear the page.
 *
 * @param {Scene} scene
 * @param {import("./types.js").Metrics} found
 */
export function metricsInWords({ metrics, baselines = [] }, found) {
  const said = metrics.filter(({ name }) => name in found).map((metric) => `${metric.label} ${measured(metric, found[metric.name])}`);
  const beside = baselines.map(({ label, value, axes }) =>
    `${title(label)}: ${axes} ${measured(metrics.find((metric) => metric.axes === axes), value)}.`);
  return [title(`${said.join(", ")}.`), ...beside].join(" ");
}
