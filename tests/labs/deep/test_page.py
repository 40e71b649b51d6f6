"""The page of deep networks, without a browser."""

import json
import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from playground.__main__ import main
from playground.export import exported
from playground.headless.runs import replay
from playground.labs.deep.bands import ladders, said
from playground.labs.deep.config import DeepConfig
from playground.labs.deep.page import QUESTIONS, Question
from playground.labs.deep.seeds import best_of
from playground.labs.deep.surfaces import contours, surface
from playground.run import Edit, Run
from tests.pages.page import address, opened, take


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda each: each.title)
def test_a_question_sets_what_it_asks_and_says_what_to_look_for(question: Question, hub: Any) -> None:
    page = opened("deep", depth="3", width="8", seed="7")
    page.selectbox(key="deep.question").set_value(question.title).run()
    assert not page.exception
    assert not page.toast
    found = address(page)
    assert found["seed"] == "7"
    kinds = page.session_state
    assert all(kinds[name] == value for name, value in question.settings.items())
    assert question.text in [each.value for each in page.markdown]


def test_a_question_stays_while_one_does_what_it_says(hub: Any) -> None:
    page = opened("deep")
    asked = {each.title: each.text for each in QUESTIONS}
    page.selectbox(key="deep.question").set_value("How large a start?").run()
    take(page, "initial_scale", 0.7)
    page.run()
    assert asked["How large a start?"] in [each.value for each in page.markdown]
    page.selectbox(key="deep.question").set_value("Does a norm do it too?").run()
    page.selectbox(key="normalization").set_value("layer").run()
    page.run()
    assert asked["Does a norm do it too?"] in [each.value for each in page.markdown]
    take(page, "depth", 10)
    page.run()
    assert not {*asked.values()} & {each.value for each in page.markdown}


def test_a_layer_that_a_shallower_network_lacks_gives_way_and_is_said(hub: Any) -> None:
    page = opened("deep", depth="10", zeroed="7,8")
    take(page, "depth", 5)
    assert not page.exception
    assert address(page)["zeroed"] == ""
    assert "7 is no such layer of 5" in page.toast[0].value


@pytest.mark.parametrize("skip", ["off", "on", "both"])
def test_the_command_line_tells_a_gradient_for_every_layer(skip: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "deep", "--depth=7", "--width=8", f"--skip={skip}", "--steps=2", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert len(told["gradient_norms"]) == 7
    assert ("plain_gradient_norms" in told) == (skip == "both")


def test_all_landscapes_have_one_scale_and_the_colours_of_the_way_are_its_true_losses() -> None:
    run = Run(config=DeepConfig(depth=4, width=8, dataset="xor"))
    networks = json.loads(exported(run, 20, "landscape", quiet=True))["networks"]
    for draw in (contours, surface):
        for plane in (each["path"] for each in networks.values()):
            ground, way = draw("Name", plane, (0.2, 3.0)).data
            low, high = ("zmin", "zmax") if draw is contours else ("cmin", "cmax")
            assert (ground[low], ground[high]) == (way.marker.cmin, way.marker.cmax) == (0.2, 3.0)
            assert list(way.marker.color) == plane["way"]["loss"]
            assert list(way.error_y.array) == plane["way"]["distance"]


def test_the_seeds_are_told_each_network_at_its_best_rate() -> None:
    config = DeepConfig(depth=4, width=8, dataset="xor", prefix=2, activation="tanh")
    run = Run(config=config, edits=(Edit(step=4, target="learning_rate", value=0.006),))
    found = json.loads(exported(run, 8, "seeds", quiet=True))
    assert found["seeds"] == [0, 1, 2, 3, 4]
    assert found["rates"] == [0.001, 0.003, 0.009]
    for name, each in found["networks"].items():
        medians = [sorted(losses)[2] for losses in each["losses"]]
        best = medians.index(min(medians))
        assert each["rate"] == found["rates"][best]
        assert each["train_loss"] == each["losses"][best]
        first = "" if name == config.main else f"{name}_"
        again = replace(config, seed=3, learning_rate=each["rate"])
        edit = Edit(step=4, target="learning_rate", value=2 * each["rate"])  # it changes alike at every rate
        told = replay(Run(config=again, edits=(edit,)), 8, quiet=True)
        assert each["train_loss"][3] == pytest.approx(told.metrics[f"{first}train_loss"], abs=1e-12)
        assert len(each["gradients"][3]) == config.depth_of(name)
    lines = said(found)
    shares = found["networks"]["plain"]["train_accuracy"]
    numbers = [float(number) for number in re.findall(r"([\d.]+) ?%", lines[0])]
    assert numbers == pytest.approx([100 * min(shares), 100 * max(shares)], abs=0.06)
    plain, prefix = (found["networks"][name]["train_loss"] for name in ("plain", "prefix"))
    higher = sum(a > b for a, b in zip(plain, prefix, strict=True))
    assert f"The training loss without skips is above that of the short control for {higher} of 5 seeds." in lines
    for part in ("gradients", "signals"):
        band, line = ladders(found, part).data[:2]
        values = np.array(found["networks"]["plain"][part])
        assert list(line.y) == np.median(values, axis=0).tolist()
        assert list(band.y) == [*values.max(0), *values.min(0)[::-1]]


def test_a_rate_at_which_seeds_stop_early_is_not_the_best() -> None:
    def runs(*losses: float | None) -> list[dict[str, Any]]:
        shown = {"gradients": [1.0], "signals": [1.0]}
        return [{"plain": {"train_loss": loss, "train_accuracy": loss, **shown}} for loss in losses]

    found = best_of("plain", {0.1: runs(0.5, 0.6, 0.7), 1.0: runs(None, None, 0.1)})
    assert (found["rate"], found["losses"]) == (0.1, [[0.5, 0.6, 0.7], [None, None, 0.1]])
    lost = best_of("plain", {1.0: runs(None, None, None)})
    lines = said({"rates": [1.0], "networks": {"plain": lost, "residual": found}})
    assert "stopped early" in lines[0]
    assert lines[-1] == "The training loss without skips is above that with skips for 0 of 0 seeds."
