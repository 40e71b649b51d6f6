"""What can be compared with what, and what becomes of values that cannot."""

from dataclasses import replace

import pytest

from playground.kinds import ConfigError, Text
from playground.labs.mlp.config import MLPConfig
from playground.run import Run
from playground.runs.runfile import read, write
from playground.studies.compare.config import CompareConfig
from playground.studies.variants import usual_values, variable, vary


@pytest.mark.parametrize("varied", variable(MLPConfig))
def test_every_setting_has_usual_values_that_stand_in_for_others(varied: str) -> None:
    config, problems = CompareConfig.from_text({"varied": varied, "values": "nonsense"})
    assert [each.name for each in problems] == ["values"]
    assert (config.varied, config.values) == (varied, usual_values(config.base, varied))
    assert 2 <= len(config.variants) <= 4
    assert CompareConfig.from_text(config.to_text()) == (config, [])


def test_a_setting_that_cannot_vary_gives_way() -> None:
    config, problems = CompareConfig.from_text({"dataset": "rings", "varied": "loss"})
    assert (config.varied, config.values) == ("activation", "sigmoid,relu")
    assert "varied" in [each.name for each in problems]
    with pytest.raises(ConfigError, match="they have no score in common"):
        CompareConfig(varied="dataset", values="circle,plane")


def test_members_are_those_of_compare() -> None:
    config = CompareConfig(base=MLPConfig(seed=5), seeds=3, varied="learning_rate", values="0.1,0.3")
    assert config.variants == vary(config.base, "learning_rate", "0.1,0.3")
    assert [(each.learning_rate, each.seed, each.data_seed) for each in config.members] == [
        (rate, seed, seed) for rate in (0.1, 0.3) for seed in (5, 6, 7)
    ]
    assert replace(config, seeds=256).demands()["comparison_mb"] > config.demands()["comparison_mb"]
    assert replace(config, varied="batch_size", values="10,50").steps_per_epoch == 25


def test_a_comparison_is_no_run_of_one_network() -> None:
    with pytest.raises(ConfigError, match="lab: 'compare' is not one of mlp"):
        read(write(Run(config=CompareConfig()), 0))


def test_a_text_is_one_short_line() -> None:
    kind = Text(5)
    assert kind.parse("a,b") == kind.format("a,b") == "a,b"
    for value in ("a\nb", "abcdef", 3, None):
        with pytest.raises(ConfigError, match="is not a line of at most 5 characters"):
            kind.check(value)
