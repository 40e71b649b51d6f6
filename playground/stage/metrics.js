// @ts-check
/** Metrics as text. ``playground/lab.py`` has the same in Python. */

import { count, loss, percent } from "./format.js";

/** @typedef {import("./types.js").Metric} Metric */
/** @typedef {import("./types.js").Scene} Scene */

/** Return a label with a capital. @param {string} label */
export function title(label) {
  return label.slice(0, 1).toUpperCase() + label.slice(1);
}

/**
 * Return a metric's value as text.
 *
 * @param {Metric|undefined} metric
 * @param {number|null|undefined} value
 */
export function measured(metric, value) {
  if (value == null || !metric?.unit) return loss(value);
  if (metric.unit === "share") return percent(value);
  return Number.isInteger(value) ? count(value) : value.toFixed(1); // a median of counts can lie between two
}

/**
 * Return all metrics of a run and their baselines as text for screen readers.
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
