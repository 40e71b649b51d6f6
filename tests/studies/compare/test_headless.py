"""Comparisons in Python: what is trained, paired, measured and refused."""

import pytest

from playground import ConfigError, MLPConfig, compare, train, vary
from playground.outcomes import Comparison
from playground.studies.memory import available_bytes, population_bytes

BASE = MLPConfig(dataset="xor", hidden_sizes=(4,), learning_rate=0.1)


@pytest.fixture(scope="module")
def found() -> Comparison:
    told: list[float] = []
    variants = vary(BASE, "activation", "tanh,linear")
    result = compare(variants, seeds=8, epochs=12, target_accuracy=0.9, tier="traced", progress=told.append)
    assert told == sorted(set(told))
    assert told[-1] == 12
    return result


def test_a_row_is_its_ordinary_run(found: Comparison) -> None:
    assert [(row.variant, row.seed) for row in found.rows] == [(n, s) for n in ("Tanh", "Linear") for s in range(8)]
    for row in (found.rows[0], found.rows[11]):
        config = MLPConfig(
            dataset="xor",
            hidden_sizes=(4,),
            learning_rate=0.1,
            activation="tanh" if row.variant == "Tanh" else "linear",
            seed=row.seed,
            data_seed=row.seed,
        )
        alone = train(config, epochs=12)
        assert row.epoch == alone.epoch
        assert row.metrics["test_loss"] == pytest.approx(alone.metrics["test_loss"], abs=1e-4)
        assert row.metrics["train_accuracy"] == pytest.approx(alone.metrics["train_accuracy"], abs=0.01)
        if row.epoch_to_target is not None:
            runs = (train(config, epochs=row.epoch_to_target - late) for late in (1, 0))
            before, after = (run.metrics["test_accuracy"] for run in runs)
            assert before is not None
            assert after is not None
            assert before < 0.9 <= round(after, 6)  # a float32
    assert found.rows[0].epoch_to_target is not None
    assert all(
        row.metrics["test_accuracy"] == round(row.metrics["test_accuracy"] * 250) / 250
        for row in found.rows
        if row.metrics["test_accuracy"]
    )


def test_it_is_summed_up(found: Comparison) -> None:
    tanh, linear = found.summaries
    assert tanh.reached is not None
    assert tanh.reached > 4
    assert linear.reached == 0
    difference = found.differences[0].difference
    assert difference is not None
    assert difference.low > 0.1  # a line cannot separate XOR
    assert found.sentence.startswith(f"Tanh reached 90% in {tanh.reached} of 8 runs, median ")
    assert found.network_steps_per_s is not None
    assert found.tier == "traced"


def test_an_interrupt_keeps_what_was_reached_by_all_variants() -> None:
    reached: list[float] = []

    def interrupt(epoch: float) -> None:
        reached.append(epoch)
        if epoch >= 3:
            raise KeyboardInterrupt

    variants = vary(BASE, "activation", "tanh,linear")
    found = compare(variants, seeds=2, epochs=100_000, tier="traced", progress=interrupt)
    assert [row.epoch for row in found.rows] == [reached[-1]] * 4
    assert reached[-1] < 100_000
    assert found.rows == compare(variants, seeds=2, epochs=reached[-1]).rows


def test_the_same_comparison_is_the_same() -> None:
    variants = vary(BASE, "learning_rate", "0.03,0.3")
    one, two = (compare(variants, seeds=3, epochs=2.5) for _ in range(2))
    assert one.rows == two.rows
    assert [row.epoch for row in one.rows] == [pytest.approx(2.48, abs=0.03)] * 6


def test_a_learning_rate_that_is_too_high_diverges_alone() -> None:
    plane = MLPConfig(dataset="plane", hidden_sizes=(4,))
    found = compare(vary(plane, "learning_rate", "0.03,90"), seeds=3, epochs=3)
    assert [row.diverged for row in found.rows] == [False] * 3 + [True] * 3
    assert [row.epoch for row in found.rows[:3]] == [3] * 3
    assert all(row.metrics["test_accuracy"] is None for row in found.rows)
    assert "Diverged: Learning rate 90 in 3 of 3." in found.sentence


def test_variants_of_sizes_and_features() -> None:
    assert [*vary(BASE, "hidden_sizes", "4,2//8,8")] == [
        "Hidden layers 4-2",
        "No hidden layer",
        "Hidden layers 8-8",
    ]
    assert vary(BASE, "features", "x,y/x,xy")["Features x₁, x₁x₂"].features == ("x", "xy")
    assert [*vary(BASE, "weight-decay", "0,0.1")] == ["L2 regularization 0", "L2 regularization 0.1"]
    assert [*vary(BASE, "activation", "relu,leaky_relu")] == ["ReLU", "Leaky ReLU"]
    assert len(vary(BASE, "learning_rate", "0.1,0.10000001")) == 2


@pytest.mark.parametrize(
    ("setting", "values", "message"),
    [
        ("lr", "1,2", "'lr' is not one of dataset, noise,"),
        ("seed", "1,2", "'seed' is not one of dataset"),
        ("learning_rate", "1", "1 value of learning_rate; write 2 to 4"),
        ("learning_rate", "1,2,3,4,5", "5 values of learning_rate; write 2 to 4"),
        ("learning_rate", "1,1", "stands there twice: 1,1"),
        ("noise", "0,3", "noise: '3' is not a number from 0 to 0.5"),
        ("batch_size", "10,1000", "1000 is more than the 250 training points; use 1 to 250"),
    ],
)
def test_what_cannot_be_varied_is_named(setting: str, values: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        vary(BASE, setting, values)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"seeds": 0}, "seeds: 0 is not a whole number from 1 to 256"),
        ({"seeds": 257}, "seeds: 257 is not a whole number from 1 to 256"),
        ({"epochs": -1}, "epochs: -1 is not a number from 0 to"),
        ({"target_accuracy": 95}, "target_accuracy: 95 is not a number from 0 to 1"),
        ({"engine": "cloud"}, "engine: 'cloud' is not one of inline, process, ray"),
        ({"tier": "fast"}, "tier: 'fast' is not one of auto, traced, compiled"),
        ({"variants": {}}, "variants: 0 is not from 1 to 4"),
        ({"variants": {str(i): BASE for i in range(5)}}, "variants: 5 is not from 1 to 4"),
        ({"variants": {"a": BASE, "b": MLPConfig(dataset="plane")}}, "no score in common"),
        (
            {"variants": {"a": MLPConfig(dataset="plane")}, "target_accuracy": 0.9},
            "ranked by test loss, no share; leave it out",
        ),
        ({"variants": {"a": MLPConfig(seed=2**31 - 2)}, "seeds": 3}, "seed: 2147483648 is not a whole number"),
        ({"limit_bytes": 2**20}, r"4 networks of up to 17 parameters need about 192 MB of memory; 1 MB may be used"),
    ],
)
def test_what_cannot_be_compared_is_refused(changes: dict[str, object], message: str) -> None:
    arguments: dict[str, object] = {"variants": {"a": BASE}, "seeds": 4, "epochs": 1, **changes}
    with pytest.raises(ConfigError, match=message):
        compare(**arguments)  # type: ignore[arg-type]


def test_the_memory_that_is_needed_grows_with_what_is_asked() -> None:
    small, large = MLPConfig(), MLPConfig(hidden_sizes=(32,) * 8, optimizer="adam")
    assert population_bytes([small]) < population_bytes([small] * 256) < population_bytes([large] * 256)
    assert population_bytes([large] * 1024) < 2**30
    assert available_bytes() > 0
