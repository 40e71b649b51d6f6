"""The table of a comparison, and what it says: NumPy only, so that the web process reads and draws it too."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from playground.statistics import Difference, Quantiles, median_difference, quantiles


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Where one network came to. ``epoch_to_target`` is the first epoch after which its test accuracy reached the
    target, None where none did; what the dataset has no value for, or no finite one, is None too. A network that
    ``diverged`` has the values of ``epoch``, when it was last found finite."""

    epoch: float
    epoch_to_target: int | None
    train_loss: float | None
    test_loss: float | None
    train_accuracy: float | None
    test_accuracy: float | None
    diverged: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial(Outcome):
    """Where a variant's network of one seed came to."""

    variant: str
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """One variant over its seeds. ``score`` is the final test accuracy, or the final test loss for regression;
    ``worst`` the worst of it. ``reached`` of ``runs`` met the target, and ``epochs_to_target`` are theirs alone."""

    variant: str
    runs: int
    diverged: int
    score: Quantiles | None
    worst: float | None
    test_loss: Quantiles | None
    reached: int | None
    share_reached: float | None
    epochs_to_target: Quantiles | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A tidy table, one row a network, and what it says: a summary per variant, the difference of the median scores
    of the first two variants (first minus second), and a sentence. ``network_steps_per_s`` counts every network's
    updates over the whole time, drawing data and compiling included; ``tier`` says how they were computed."""

    rows: tuple[Trial, ...]
    summaries: tuple[Summary, ...]
    score: str
    epochs: float
    target_accuracy: float | None
    difference: Difference | None
    sentence: str
    network_steps_per_s: float | None
    tier: str

    def to_json(self) -> dict[str, Any]:
        """The comparison as a JSON object."""
        return asdict(self)

    def __str__(self) -> str:
        lines = [f"{'':<16}{'median':>9}{'q10':>9}{'q90':>9}{'worst':>9}{'reached':>10}   {_NAMES[self.score]}"]
        for each in self.summaries:
            found = [each.score.median, each.score.q10, each.score.q90, each.worst] if each.score else [None] * 4
            cells = "".join(f"{'-' if value is None else _value(value, self.score):>9}" for value in found)
            reached = "-" if each.reached is None else f"{each.reached}/{each.runs}"
            lines.append(f"{each.variant[:16]:<16}{cells}{reached:>10}")
        if self.network_steps_per_s is not None:
            lines.append(f"{self.network_steps_per_s:,.0f} network updates/s, {self.tier}")
        return "\n".join([*lines, self.sentence])


def table(
    rows: Sequence[Trial],
    *,
    epochs: float,
    target_accuracy: float | None = None,
    network_steps_per_s: float | None = None,
    tier: str = "traced",
) -> Comparison:
    """Sum up ``rows``, the variants in the order in which they first stand there."""
    names = list(dict.fromkeys(row.variant for row in rows))
    parts = [[row for row in rows if row.variant == name] for name in names]
    score = "test_loss" if any(row.test_accuracy is None for row in rows) else "test_accuracy"
    summaries = tuple(_summary(part, score, target_accuracy) for part in parts)
    difference = None
    if len(parts) > 1:
        first, second = ({row.seed: getattr(row, score) for row in part} for part in parts[:2])
        both = [seed for seed in first if seed in second]
        difference = median_difference([first[seed] for seed in both], [second[seed] for seed in both])
    return Comparison(
        rows=tuple(rows),
        summaries=summaries,
        score=score,
        epochs=epochs,
        target_accuracy=target_accuracy,
        difference=difference,
        sentence=_sentence(summaries, score, target_accuracy, difference),
        network_steps_per_s=network_steps_per_s,
        tier=tier,
    )


def _summary(rows: Sequence[Trial], score: str, target_accuracy: float | None) -> Summary:
    values = [getattr(row, score) for row in rows]
    finite = [value for value in values if value is not None and math.isfinite(value)]
    worst = max if score == "test_loss" else min
    reached = [row.epoch_to_target for row in rows if row.epoch_to_target is not None]
    return Summary(
        variant=rows[0].variant,
        runs=len(rows),
        diverged=sum(row.diverged for row in rows),
        score=quantiles(values),
        worst=worst(finite) if finite else None,
        test_loss=quantiles([math.nan if row.test_loss is None else row.test_loss for row in rows]),
        reached=None if target_accuracy is None else len(reached),
        share_reached=None if target_accuracy is None else len(reached) / len(rows),
        epochs_to_target=quantiles(reached),
    )


def _sentence(
    summaries: Sequence[Summary], score: str, target_accuracy: float | None, difference: Difference | None
) -> str:
    """What the table says in plain words, and no more than it carries."""
    if target_accuracy is None:
        said = [_level(summary, score) for summary in summaries]
    else:
        said = [_reached(summary, f" {_share(target_accuracy)}") for summary in summaries[:1]]
        said += [_reached(summary, "") for summary in summaries[1:]]
    text = "; ".join(said) + "."
    lost = [f"{each.variant} {each.diverged}" for each in summaries if each.diverged]
    if lost:
        text += f" Diverged: {', '.join(lost)}."
    if len(summaries) > 1:
        text += " " + _compared(summaries[0], summaries[1], score, difference)
    return text


def _reached(summary: Summary, target: str) -> str:
    """``ReLU reached 95 % in 41 of 64 runs, median 36 epochs``; the later variants shorter."""
    start = f"{summary.variant} reached{target} in" if target else f"{summary.variant} in"
    text = f"{start} {summary.reached} of {summary.runs}{' runs' if target else ''}"
    if summary.epochs_to_target is not None:
        text += f", median {summary.epochs_to_target.median:g}{' epochs' if target else ''}"
    return text


def _level(summary: Summary, score: str) -> str:
    if summary.score is None or summary.worst is None:
        return f"{summary.variant}: no run has a finite {_NAMES[score]}"
    median, worst = (_value(value, score) for value in (summary.score.median, summary.worst))
    return f"{summary.variant}: median {_NAMES[score]} {median}, worst {worst} of {summary.runs} runs"


def _compared(first: Summary, second: Summary, score: str, difference: Difference | None) -> str:
    """How far the medians are apart, and whether the interval carries that."""
    if difference is None:
        return "Too few runs for an interval of the difference."
    points = score == "test_accuracy"
    value, low, high = (
        f"{each * 100:+.1f}" if points else f"{each:+.3g}"
        for each in (difference.value, difference.low, difference.high)
    )
    interval = f"{_share(difference.level)} bootstrap interval {low} to {high}"
    text = f"Median {_NAMES[score]}, {first.variant} less {second.variant}: {value}"
    text += f" points ({interval})" if points else f" ({interval})"
    return text + ("." if difference.is_clear else "; the interval holds 0, so these runs do not tell them apart.")


_NAMES = {"test_accuracy": "final test accuracy", "test_loss": "final test loss"}


def _value(value: float, score: str) -> str:
    return _share(value) if score == "test_accuracy" else f"{value:.3g}"


def _share(value: float) -> str:
    return f"{value * 100:.3g} %"
