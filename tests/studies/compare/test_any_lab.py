"""A lab that Compare has never heard of is compared as the perceptron is: headless, as a stream, and on the page."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from playground import compare, vary
from playground.__main__ import main
from playground.engine.inline import InlineEngine
from playground.kinds import ConfigError
from playground.lab import LABS
from playground.labs.mlp.config import MLPConfig
from playground.run import Run, View
from playground.runs.frame import unpack
from playground.runs.timeline import Timeline
from playground.stream.hub import Hub
from playground.stream.limits import Limits
from playground.studies.compare.config import CompareConfig
from playground.studies.compare.experiment import CompareExperiment
from playground.studies.variants import comparable, usual_values, variable
from tests.pages.page import address, fields, opened
from tests.studies.linear import LAB, LinearConfig, LinearExperiment, registered

with registered():
    CONFIG = CompareConfig(base=LinearConfig(seed=3), varied="learning_rate", values="0.1,0.5", seeds=3)
    WILD = replace(CONFIG, values="0.1,50")
ALL = View(panels=frozenset({"stage", "scene", "table", "curves", "thumbnail"}))


@pytest.fixture(autouse=True)
def linear() -> Iterator[None]:
    with registered():
        yield


# Without a page


def test_it_is_compared_in_python() -> None:
    found = compare(vary(LinearConfig(), "learning_rate", "0.001,0.3"), seeds=8, epochs=30)
    assert found.score == LAB.scored
    assert found.tier == "plain"
    slow, quick = found.summaries
    assert slow.metrics["error"].median > 0.4 > quick.metrics["error"].median
    assert set(quick.metrics) == {"error", "slope"}
    assert found.sentence.startswith("Learning rate 0.001: median final mean error ")
    for row in found.rows:
        ordinary = LinearExperiment(
            LinearConfig(seed=row.seed, learning_rate=0.3 if row.variant == "Learning rate 0.3" else 0.001)
        )
        ordinary.advance(steps=120)
        assert row.metrics == ordinary.metrics()


def test_it_is_compared_on_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["compare", "linear", "--vary", "start=flat,steep", "--seeds", "2", "--epochs", "3"]
    assert main([*arguments, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [(row["variant"], row["seed"], row["epoch"]) for row in found["rows"]] == [
        ("Start flat", 0, 3), ("Start flat", 1, 3), ("Start steep", 0, 3), ("Start steep", 1, 3)
    ]  # fmt: skip
    assert found["rows"][0]["error"] > 0
    assert found["score"] == "error"
    assert main(arguments) == 0
    assert "final mean error" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        main([*arguments, "--target-accuracy", "0.9"])
    assert "ranked by mean error, no share; leave it out" in capsys.readouterr().err


def test_runs_of_two_labs_are_not_compared() -> None:
    with pytest.raises(ConfigError, match="variants: linear and mlp are two labs; compare runs of one"):
        compare({"a": LinearConfig(), "b": MLPConfig()}, seeds=1, epochs=1)


def test_one_that_diverges_ranks_below_every_finite_one() -> None:
    found = compare(vary(LinearConfig(), "learning_rate", "0.1,50"), seeds=3, epochs=400)
    assert [row.diverged for row in found.rows] == [False] * 3 + [True] * 3
    assert found.summaries[1].score.median is None
    assert "Diverged: Learning rate 50 in 3 of 3." in found.sentence


# As a run


def test_a_comparison_is_a_base_and_what_varies_in_it() -> None:
    assert CONFIG.settings()["learning_rate"].label == "Learning rate"
    assert not any(known.can_change for known in CONFIG.settings().values())
    assert (CONFIG.of, CONFIG.score, CONFIG.target_score) == ("linear", LAB.scored, None)
    assert [member.seed for member in CONFIG.members] == [3, 4, 5] * 2
    assert CONFIG.learning_rate == CONFIG.base.learning_rate
    assert CONFIG.demands()["comparison_mb"] > 0


def test_its_address_names_the_lab_and_that_of_the_usual_lab_does_not() -> None:
    text = CONFIG.to_text()
    assert text["of"] == "linear"
    assert "dataset" not in text
    assert CompareConfig.from_text(text) == (CONFIG, [])
    assert "of" not in CompareConfig().to_text()
    former = {"dataset": "xor", "hidden_sizes": "4", "varied": "activation", "values": "tanh,relu", "seeds": "6"}
    config, problems = CompareConfig.from_text({**former, "target_accuracy": "0.8"})
    assert problems == []
    assert config == CompareConfig(
        base=MLPConfig(dataset="xor", hidden_sizes=(4,)), values="tanh,relu", seeds=6, target_accuracy=0.8
    )
    config, problems = CompareConfig.from_text({"of": "nothing", "learning_rate": "0.1"})
    assert (config.of, config.base) == ("mlp", MLPConfig(learning_rate=0.1))
    assert [str(each) for each in problems] == [f"of: 'nothing' is not one of {', '.join(comparable())}"]


@pytest.mark.parametrize("name", variable(LinearConfig))
def test_every_setting_has_values_worth_comparing(name: str) -> None:
    assert len(vary(LinearConfig(), name, usual_values(LinearConfig(), name))) == 2


def test_no_setting_of_a_lab_hides_one_of_the_comparison() -> None:
    for lab in comparable():
        assert not set(LABS[lab].config_class.settings()) & {"of", *CompareConfig.declared()}


def test_seeds_beyond_the_last_are_left_out() -> None:
    config, problems = CompareConfig.from_text({"of": "linear", "seed": "998", "seeds": "16"})
    assert config.seeds == 2
    assert [str(each) for each in problems] == ["seeds: 16 are too many from seed 998 on; use at most 2"]


@pytest.mark.parametrize("config", [CONFIG, WILD], ids=["calm", "wild"])
def test_any_step_comes_back_to_the_bit(config: CompareConfig) -> None:
    timeline = Timeline(Run(config=config))
    found: dict[int, Any] = {}
    for steps in (1, 6, 500, 3, 2):
        timeline.advance(steps=steps)
        found[timeline.step] = timeline.experiment.parameters_sha256(), timeline.observe("r", ALL)
    for step in (507, 7, 512, 1, 510):
        timeline.seek(step)
        digest, before = found[step]
        again = timeline.observe("r", ALL)
        assert timeline.experiment.parameters_sha256() == digest
        assert again.info["comparison"] == before.info["comparison"]
        assert np.array_equal(again.arrays["scores"], before.arrays["scores"], equal_nan=True)


def test_a_slice_changes_nothing() -> None:
    whole, sliced = CompareExperiment(WILD), CompareExperiment(WILD)
    whole.advance(steps=600)
    while sliced.step < 600:
        sliced.advance(steps=min(7, 600 - sliced.step))
        sliced.observe("r", ALL)
    assert whole.parameters_sha256() == sliced.parameters_sha256()
    assert whole.observe("r", ALL).arrays["states"].tolist() == [0] * 3 + [2] * 3


def test_it_streams() -> None:
    hub = Hub(InlineEngine(), Limits())
    channel = hub.channel(hub.issue("compare"), "compare")
    channel.configure(CompareConfig(seeds=2))
    channel.configure(CONFIG)
    channel.handle({"type": "step", "unit": "epoch"})
    channel.poll()
    header, arrays = unpack(channel.poll())
    scene = header["scene"]
    assert header["step"] == 4
    assert scene["lab"] == {"title": "Line", "path": "line"}
    assert [metric["name"] for metric in scene["shown"]] == [metric["name"] for metric in scene["metrics"]]
    assert (scene["has_why"], scene["target_accuracy"], scene["score"]) == (False, None, "error")
    assert "&seed={seed}&" in "&" + scene["variants"][0]["link"] + "&"
    assert set(header["metrics"]) == {"error", "slope"}
    assert header["variants"][0]["levels"]["slope"]["median"] > 0
    shapes = {name: array.shape for name, array in arrays.items()}
    assert shapes["tiles"] == (6, 6, 8, 3)
    assert shapes["large"] == (2, 6, 8, 3)
    assert shapes["scores"] == (6, 2)
    assert shapes["curves"] == (2, 18)
    channel.close()


# On the page


def config_of(page: Any, hub: Hub) -> CompareConfig:
    found = hub.channel(page.session_state["token_compare"], "compare").config
    assert isinstance(found, CompareConfig)
    return found


def test_the_page_compares_the_lab_that_is_chosen(hub: Hub) -> None:
    page = opened("compare", seeds="2", dataset="xor")
    page.selectbox(key="of").set_value("linear").run()
    assert not page.exception
    assert not page.toast
    assert config_of(page, hub) == CompareConfig.usual({"of": "linear"})
    assert page.selectbox(key="varied").options == ["Start", "Learning rate"]
    assert address(page)["of"] == "linear"
    assert "dataset" not in address(page)
    page.selectbox(key="varied").set_value("learning_rate").run()
    assert config_of(page, hub).values == "0.1,0.01"
    page.selectbox(key="start").set_value("steep").run()
    assert config_of(page, hub).base == LinearConfig(start="steep")
    page.selectbox(key="of").set_value("mlp").run()
    assert not page.exception
    assert config_of(page, hub) == CompareConfig()
    assert "of" not in address(page)


def test_an_address_opens_the_lab_that_it_names(hub: Hub) -> None:
    page = opened("compare", **CONFIG.to_text())
    assert not page.warning
    assert config_of(page, hub) == CONFIG
    channel = hub.channel(page.session_state["token_compare"], "compare")
    for _ in range(2):
        channel.handle({"type": "step", "unit": "epoch"})
        channel.poll()
    page.run()
    assert not page.exception
    assert any(
        text.value.startswith("| variant | median mean error | quartiles | worst | diverged |")  # and no target
        for text in page.markdown
    )


@pytest.mark.parametrize("lab", [lab for lab in comparable() if lab != "mlp"])
def test_every_lab_that_can_be_compared_has_its_controls(hub: Hub, lab: str) -> None:
    page = opened("compare", of=lab, seeds="2")
    shown = {
        each.key
        for kind in ("selectbox", "multiselect", "toggle", "slider", "number_input", "text_input")
        for each in page.get(kind)
    }
    assert shown | fields(page).keys() >= set(LABS[lab].config_class.settings())


def test_where_one_lab_can_be_compared_there_is_no_menu_of_labs(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    for other in set(comparable()) - {"mlp"}:
        monkeypatch.delitem(LABS, other)
    page = opened("compare", seeds="2")
    assert "of" not in [each.key for each in page.selectbox]
    assert config_of(page, hub) == CompareConfig(seeds=2)
