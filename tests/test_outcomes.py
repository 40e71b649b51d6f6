"""What a table of outcomes says, in numbers and in words."""

import json
import math
from dataclasses import replace
from typing import Any

import pytest

from playground.lab import LABS
from playground.outcomes import Comparison, Trial
from playground.outcomes import table as table_of

ROW = Trial(
    variant="ReLU",
    seed=0,
    epoch=200,
    epoch_to_target=None,
    metrics={"train_loss": 0.1, "test_loss": 0.2, "train_accuracy": 0.99, "test_accuracy": 0.9},
    diverged=False,
)


METRICS = LABS["mlp"].metrics
LOSS, ACCURACY = METRICS[1], METRICS[3]


def table(rows: list[Trial], **arguments: Any) -> Comparison:
    """By the accuracy where all have one, else by the loss."""
    has_accuracy = all(row.metrics["test_accuracy"] is not None for row in rows)
    return table_of(rows, metrics=METRICS, score=ACCURACY if has_accuracy else LOSS, **arguments)


def changed(row: Trial, test_loss: float | None = None, test_accuracy: float | None = None, **values: Any) -> Trial:
    loss = row.metrics["test_loss"] if test_loss is None else test_loss
    accuracies = {"train_accuracy": test_accuracy, "test_accuracy": test_accuracy}
    return replace(row, metrics={**row.metrics, "test_loss": loss, **accuracies}, **values)


def rows(variant: str, epochs: list[int | None], accuracies: list[float]) -> list[Trial]:
    return [
        changed(ROW, variant=variant, seed=seed, epoch_to_target=epoch, test_accuracy=accuracy)
        for seed, (epoch, accuracy) in enumerate(zip(epochs, accuracies, strict=True))
    ]


def test_who_reached_the_target_and_when() -> None:
    relu = rows("ReLU", [30, 36, 40, None, None, None, None, 36], [0.96, 0.97, 0.95, 0.5, 0.6, 0.7, 0.8, 0.95])
    sigmoid = rows("Sigmoid", [210, 212, 214, 300, 200, None, 250, 190], [0.95] * 5 + [0.94] + [0.95] * 2)
    found = table([*relu, *sigmoid], epochs=400, target_accuracy=0.95, network_steps_per_s=1000, tier="traced")
    first, second = found.summaries
    assert (first.variant, first.runs, first.reached, first.share_reached, first.worst) == ("ReLU", 8, 4, 0.5, 0.5)
    assert first.epochs_to_target is not None
    assert (first.epochs_to_target.median, first.epochs_to_target.q25) == (36, 35)
    assert second.worst == 0.94
    assert found.sentence.startswith(
        "ReLU reached 95% in 4 of 8 runs, median 36 epochs; Sigmoid in 7 of 8, median 212. "
        "Median final test accuracy, ReLU less Sigmoid: −7.5 points (95% bootstrap interval "
    )
    (contrast,) = found.differences
    assert (contrast.first, contrast.second) == ("ReLU", "Sigmoid")
    assert contrast.difference is not None
    assert contrast.difference.value == pytest.approx(-0.075)
    assert found.sentence.endswith("; the interval holds 0: their ends do not tell them apart.") == (
        not contrast.difference.is_clear
    )
    assert json.loads(json.dumps(found.to_json()))["summaries"][0]["reached"] == 4
    assert found.to_json()["rows"][0]["test_loss"] == found.to_json()["summaries"][0]["test_loss"]["median"] == 0.2
    assert "4/8" in str(found)


def test_a_clear_difference_is_said_without_the_reserve() -> None:
    found = table([*rows("A", [None] * 8, [0.9] * 8), *rows("B", [None] * 8, [0.5] * 8)], epochs=1)
    assert found.sentence == (
        "A: median final test accuracy 90%, worst 90% of 8 runs; B: median final test accuracy 50%, "
        "worst 50% of 8 runs. Median final test accuracy, A less B: +40.0 points "
        "(95% bootstrap interval +40.0 to +40.0)."
    )
    assert found.summaries[0].reached is None


def test_few_runs_carry_nothing_and_nobody_reached_has_no_median() -> None:
    found = table(
        [*rows("A", [None] * 2, [0.9] * 2), *rows("B", [None, 3], [0.5] * 2)], epochs=5, target_accuracy=0.99
    )
    assert [each.difference for each in found.differences] == [None]
    assert found.sentence == (
        "A reached 99% in 0 of 2 runs; B in 1 of 2, median 3 epochs. Too few runs for an interval of the difference."
    )


def test_of_several_variants_the_best_is_held_against_each() -> None:
    steps = [0.0, 0.01, 0.02, 0.03, 0.04, 0.05, 0.06]
    found = table(
        [
            *rows("A", [None] * 7, [0.5 + step for step in steps]),
            *rows("B", [17, 19, None, None, 21, 14, 22], [0.9 + step for step in steps]),
            *rows("C", [30] * 7, [0.9 + step for step in reversed(steps)]),
        ],
        epochs=100,
        target_accuracy=0.9,
    )
    assert [(each.first, each.second) for each in found.differences] == [("B", "A"), ("B", "C")]
    assert found.sentence == (
        "A reached 90% in 0 of 7 runs; B in 5 of 7, median 19 epochs; C in 7 of 7, median 30. "
        "Median final test accuracy, B less A: +40.0 points (95% bootstrap interval +40.0 to +40.0). "
        "B less C: +0.0 points (95% bootstrap interval −4.0 to +4.0); the interval holds 0: their ends do not "
        "tell them apart."
    )
    losses = table(
        [
            changed(ROW, variant=name, seed=seed, test_loss=loss + seed)
            for name, loss in (("A", 3.0), ("B", 1.0), ("C", math.nan))
            for seed in range(7)
        ],
        epochs=1,
    )
    assert [(each.first, each.second) for each in losses.differences] == [("B", "A"), ("B", "C")]
    assert losses.differences[1].difference is None


def test_a_long_name_stands_whole_in_the_table() -> None:
    found = table(
        [*rows("L2 regularization 0", [None], [0.9]), *rows("L2 regularization 0.03", [None], [0.5])], epochs=1
    )
    lines = str(found).splitlines()
    assert lines[1].split("  ")[0] == "L2 regularization 0"
    assert lines[2].startswith("L2 regularization 0.03       50%")
    assert len(lines[0].split("   final")[0]) == len(lines[1])


def test_a_regression_is_judged_by_its_loss_and_the_diverged_are_named() -> None:
    plane = [changed(ROW, seed=s, test_loss=s / 10) for s in range(4)]
    found = table([changed(plane[3], diverged=True), *plane[:3]], epochs=10)
    assert found.score == LOSS
    assert set(found.summaries[0].metrics) == {"train_loss", "test_loss"}
    assert found.summaries[0].worst is None
    assert found.sentence == (
        "ReLU: median final test loss 0.15, the worst of 4 runs diverged. Diverged: ReLU in 1 of 4."
    )
    assert found.rows[0].metrics["test_loss"] == 0.3  # where it was last finite


def test_whoever_diverges_is_below_every_finite_run() -> None:
    calm = [changed(ROW, variant="calm", seed=s, test_loss=1 + s / 10) for s in range(16)]
    wild = [changed(row, variant="wild", test_loss=0.1, diverged=True) for row in calm]
    found = table([*calm, *wild], epochs=5)
    assert found.sentence == (
        "calm: median final test loss 1.75, worst 2.5 of 16 runs; the median of 16 runs of wild diverged. "
        "Diverged: wild in 16 of 16. Median final test loss, calm less wild: no number, wild diverged."
    )
    assert [(each.first, each.second, each.difference) for each in found.differences] == [("calm", "wild", None)]
    assert str(found).splitlines()[2].split()[1:] == ["diverged"] * 4 + ["-"]
    assert "Infinity" not in json.dumps(found.to_json())
    # Of three, those that diverged are never the best that the others are held against.
    other = [changed(row, variant="other", test_loss=9.0) for row in calm]
    assert [each.first for each in table([*wild, *other, *calm], epochs=5).differences] == ["calm", "calm"]
    # An accuracy before divergence counts for nothing either.
    right = [changed(row, variant="right", test_accuracy=1.0, diverged=row.seed < 4) for row in calm]
    (summary,) = table(right, epochs=5).summaries
    assert (summary.score.median, summary.score.q10, summary.worst, summary.diverged) == (1, None, None, 4)
