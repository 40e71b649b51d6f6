"""The table of a comparison and its summary in words. Free of torch, so that the web process can import it."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from playground.format import MINUS, share
from playground.lab import Metric
from playground.statistics import Difference, Quantiles, known, median_difference, quantiles
from playground.training.turns import give_way
from playground.verdict import Verdict, verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The result of one network.

    ``metrics`` are its lab's, by name: None where one does not apply or is not finite. ``epoch_to_target`` is the
    first epoch after which its score reached the target, or None. A network that ``diverged`` has the values of
    ``epoch``, when it was last finite; a summary ranks it below all others. ``Outcome()`` is that of an untrained,
    unmeasured network.
    """

    epoch: float = 0.0
    epoch_to_target: int | None = None
    metrics: Mapping[str, float | None] = field(default_factory=dict)
    diverged: bool = False

    def values(self) -> dict[str, Any]:
        """Returns the fields by name."""
        return {item.name: getattr(self, item.name) for item in fields(self)}

    def to_json(self) -> dict[str, Any]:
        """Returns the outcome as a flat JSON object with a key for every metric."""
        return _flat(asdict(self))


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial(Outcome):
    """The result of a variant's network with one seed."""

    variant: str
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """One variant over its seeds. ``score`` has the quantiles of the final score, ``worst`` its worst value, and
    ``metrics`` the quantiles of every metric that all networks have. Diverged runs rank below all others: a quantile
    among them is None. ``reached`` of ``runs`` met the target; of these alone, ``epochs_to_target`` are the first
    whole epochs by which 10%, 25%, … had met it."""

    variant: str
    runs: int
    diverged: int
    score: Quantiles
    worst: float | None
    metrics: Mapping[str, Quantiles]
    reached: int | None
    share_reached: float | None
    epochs_to_target: Quantiles | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrast:
    """Two variants, and the difference of their median scores, ``first`` less ``second``; None with too few runs, or
    where a median run diverged."""

    first: str
    second: str
    difference: Difference | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A tidy table with one row per network, a summary per variant, the differences of median scores, a verdict of
    which variant does better, None for a single one, and a sentence.
    ``differences`` contrasts two variants in their order; of more than two, the one with the best median with each
    other one. ``network_steps_per_s`` counts the updates of all networks over the time of training; ``tier`` says
    how they were computed."""

    rows: tuple[Trial, ...]
    summaries: tuple[Summary, ...]
    score: Metric
    epochs: float
    target_accuracy: float | None
    differences: tuple[Contrast, ...]
    verdict: Verdict | None
    sentence: str
    network_steps_per_s: float | None
    tier: str

    def to_json(self) -> dict[str, Any]:
        """Returns the comparison as a JSON object: rows and summaries are flat, the score is the metric's name."""
        found = asdict(self)
        rows, summaries = ([_flat(each) for each in found[name]] for name in ("rows", "summaries"))
        return {**found, "rows": rows, "summaries": summaries, "score": self.score.name}

    def __str__(self) -> str:
        width = max(15, *(len(each.variant) for each in self.summaries)) + 1
        head = f"{'median':>9}{'q10':>9}{'q90':>9}{'worst':>9}{'reached':>10}"
        lines = [f"{'':<{width}}{head}   final {self.score.label}"]
        for each in self.summaries:
            found = [each.score.median, each.score.q10, each.score.q90, each.worst]
            cells = "".join(f"{_value(value, self.score):>9}" for value in found)
            reached = "-" if each.reached is None else f"{each.reached}/{each.runs}"
            lines.append(f"{each.variant:<{width}}{cells}{reached:>10}")
        if self.network_steps_per_s is not None:
            lines.append(f"{self.network_steps_per_s:,.0f} network updates/s, {self.tier}")
        return "\n".join([*lines, self.sentence, *([self.verdict.words] if self.verdict else [])])


def table(
    rows: Sequence[Trial],
    *,
    metrics: Sequence[Metric],
    score: Metric,
    epochs: float,
    target_accuracy: float | None = None,
    network_steps_per_s: float | None = None,
    tier: str = "traced",
) -> Comparison:
    """Summarize ``rows``, with the variants in the order of their first rows.

    ``metrics`` are the lab's; ``score`` is the one that ranks networks.
    """
    parts: dict[str, list[Trial]] = {}
    for row in rows:
        parts.setdefault(row.variant, []).append(row)
    common = [metric for metric in metrics if all(_has(row, metric.name) for row in rows)]
    summaries = tuple(_summary(part, common, score, target_accuracy) for part in parts.values())
    differences = tuple(
        Contrast(first=first, second=second, difference=_difference(parts[first], parts[second], score))
        for first, second in _pairs(summaries, score)
    )
    return Comparison(
        rows=tuple(rows),
        summaries=summaries,
        score=score,
        epochs=epochs,
        target_accuracy=target_accuracy,
        differences=differences,
        verdict=_verdict(parts, score, target_accuracy) if len(parts) > 1 else None,
        sentence=_sentence(summaries, score, target_accuracy, differences),
        network_steps_per_s=network_steps_per_s,
        tier=tier,
    )


def question(score: Metric, target_accuracy: float | None) -> str:
    """Returns what a comparison asks of its variants, after "which": ``gets to 95% sooner``."""
    if target_accuracy is not None:
        return f"gets to {share(target_accuracy)} sooner"
    return score.wins or f"has the {'greater' if score.better == 'high' else 'smaller'} {score.label}"


def _verdict(parts: Mapping[str, Sequence[Trial]], score: Metric, target_accuracy: float | None) -> Verdict:
    def goal(row: Trial) -> float:
        if target_accuracy is not None:
            return math.inf if row.epoch_to_target is None else row.epoch_to_target
        return _ranked(row, score) * (-1 if score.better == "high" else 1)

    goals = {variant: {row.seed: goal(row) for row in part} for variant, part in parts.items()}
    nothing = "All networks have diverged." if target_accuracy is None else "No network has reached the target yet."
    return verdict(question(score, target_accuracy), goals, nothing)


def _pairs(summaries: Sequence[Summary], score: Metric) -> list[tuple[str, str]]:
    """Returns the pairs to contrast: the first and the second variant; of more than two, the best and each other."""
    medians = {each.variant: each.score.median for each in summaries}
    finite = {variant: median for variant, median in medians.items() if median is not None}
    if len(summaries) < 3 or not finite:
        return [(summaries[0].variant, each.variant) for each in summaries[1:]]
    best = (max if score.better == "high" else min)(finite, key=finite.__getitem__)
    return [(best, each.variant) for each in summaries if each.variant != best]


def _difference(first: Sequence[Trial], second: Sequence[Trial], score: Metric) -> Difference | None:
    """Returns the difference of the median scores over common seeds."""
    give_way()
    ones, others = ({row.seed: _ranked(row, score) for row in part} for part in (first, second))
    both = [seed for seed in ones if seed in others]
    return median_difference([ones[seed] for seed in both], [others[seed] for seed in both])


def _has(row: Trial, name: str) -> bool:
    """Whether a network has a metric; a diverged one counts as having it."""
    return row.diverged or row.metrics.get(name) is not None


def _ranked(row: Trial, metric: Metric) -> float:
    """Returns a metric for ranking: infinitely bad for a run that diverged or has no finite value."""
    value = row.metrics.get(metric.name)
    if row.diverged or value is None or not math.isfinite(value):
        return -math.inf if metric.better == "high" else math.inf
    return value


def _summary(
    rows: Sequence[Trial], metrics: Sequence[Metric], score: Metric, target_accuracy: float | None
) -> Summary:
    values = [_ranked(row, score) for row in rows]
    worst = min if score.better == "high" else max
    reached = [row.epoch_to_target for row in rows if row.epoch_to_target is not None]
    return Summary(
        variant=rows[0].variant,
        runs=len(rows),
        diverged=sum(map(math.isinf, values)),
        score=_quantiles(values),
        worst=known(worst(values)),
        metrics={metric.name: _quantiles([_ranked(row, metric) for row in rows]) for metric in metrics},
        reached=None if target_accuracy is None else len(reached),
        share_reached=None if target_accuracy is None else len(reached) / len(rows),
        epochs_to_target=_whole(quantiles(reached)),
    )


def _quantiles(values: Sequence[float]) -> Quantiles:
    found = quantiles(values)
    assert found is not None  # a variant has runs, and none of their ranks is NaN
    return found


def _whole(epochs: Quantiles | None) -> Quantiles | None:
    return epochs and Quantiles(**{name: float(math.ceil(value)) for name, value in asdict(epochs).items()})


def _sentence(
    summaries: Sequence[Summary], score: Metric, target_accuracy: float | None, differences: Sequence[Contrast]
) -> str:
    """Returns the summary in words, with no claim that the intervals do not support."""
    if target_accuracy is None:
        said = [_level(summary, score) for summary in summaries]
    else:
        said = _reached(summaries, share(target_accuracy))
    text = "; ".join(said) + "."
    lost = [f"{each.variant} in {each.diverged} of {each.runs}" for each in summaries if each.diverged]
    if lost:
        text += f" Diverged: {', '.join(lost)}."
    return " ".join([text, *_compared(summaries, differences, score)])


def _reached(summaries: Sequence[Summary], target: str) -> list[str]:
    """Returns ``ReLU reached 95% in 41 of 64 runs, median 36 epochs``; repeated words and units are omitted."""
    said, unit = [], " epochs"
    for index, each in enumerate(summaries):
        reached, runs = ("", "") if index else (f" reached {target}", " runs")
        text = f"{each.variant}{reached} in {each.reached} of {each.runs}{runs}"
        if each.epochs_to_target is not None:
            text += f", median {each.epochs_to_target.median:g}{unit}"
            unit = ""
        said.append(text)
    return said


def _level(summary: Summary, score: Metric) -> str:
    if summary.score.median is None:
        return f"the median of {summary.runs} runs of {summary.variant} diverged"
    text = f"{summary.variant}: median final {score.label} {_value(summary.score.median, score)}"
    if summary.worst is None:
        return f"{text}, the worst of {summary.runs} runs diverged"
    return f"{text}, worst {_value(summary.worst, score)} of {summary.runs} runs"


def _compared(summaries: Sequence[Summary], differences: Sequence[Contrast], score: Metric) -> list[str]:
    """Returns a sentence for each difference of medians, with its interval."""
    lost = {each.variant for each in summaries if each.score.median is None}
    said: list[str] = []
    for each in differences:
        start = "" if said else f"Median final {score.label}, "
        ours = [name for name in (each.first, each.second) if name in lost]
        if each.difference is not None:
            said.append(f"{start}{each.first} less {each.second}: {_interval(each.difference, score)}.")
        elif ours:
            said.append(f"{start}{each.first} less {each.second}: no number, {' and '.join(ours)} diverged.")
    return said if said or not differences else ["Too few runs for an interval of the difference."]


def _interval(difference: Difference, score: Metric) -> str:
    points = score.unit == "share"

    def signed(number: float) -> str:
        return (f"{number * 100:+.1f}" if points else f"{number:+.3g}").replace("-", MINUS)

    value = signed(difference.value)
    low = "−∞" if difference.low is None else signed(difference.low)
    high = "+∞" if difference.high is None else signed(difference.high)
    text = f"{value}{' points' if points else ''} ({share(difference.level)} bootstrap interval {low} to {high})"
    return text if difference.is_clear else f"{text}; the interval holds 0: their ends do not tell them apart"


def _value(value: float | None, score: Metric) -> str:
    """Returns a level of the score as text; None is that of diverged runs."""
    if value is None:
        return "diverged"
    return share(value) if score.unit == "share" else f"{value:.3g}"


def _flat(found: Mapping[str, Any]) -> dict[str, Any]:
    """Returns a JSON object with its ``metrics`` as keys of their own, in their place."""
    parts = [value if name == "metrics" else {name: value} for name, value in found.items()]
    return {name: value for part in parts for name, value in part.items()}
