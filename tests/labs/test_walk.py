"""A lab of another nature moves in with its folder and its card: the shared rooms ask it for nothing else."""

import json
from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from playground.__main__ import main
from playground.export.recording import record
from playground.run import Run, View
from playground.runs.frame import unpack
from playground.runs.timeline import Timeline
from playground.stream.hub import Hub
from tests.pages.page import address
from tests.walk import STEPS_PER_EPOCH, WalkConfig, walk


@pytest.fixture(autouse=True)
def lab() -> Iterator[None]:
    with walk():
        yield


def test_an_epoch_is_as_long_as_the_configuration_says(hub: Hub) -> None:
    channel = hub.channel(hub.issue("walk"), "walk")
    channel.configure(WalkConfig())
    for unit, step in (("update", 1), ("epoch", STEPS_PER_EPOCH), ("epoch", 2 * STEPS_PER_EPOCH)):
        channel.poll()
        channel.handle({"type": "step", "unit": unit})
        assert unpack(channel.poll())[0]["step"] == step


def test_its_page_needs_no_device_no_loss_and_no_data(hub: Hub) -> None:
    page = AppTest.from_function(_page, default_timeout=60).run()
    assert not page.exception
    assert address(page) == WalkConfig().to_text()
    page.session_state["rate"] = 0.5
    page.run()
    assert not page.exception
    assert hub.channel(page.session_state["token_walk"], "walk").config == WalkConfig(rate=0.5)


def _page() -> None:
    from playground.pages.session import PageSession

    session = PageSession("walk")
    if session.begin():
        session.follow()


def test_its_seeds_are_buttons_of_the_stage() -> None:
    scene = Timeline(Run(config=WalkConfig(seed=7))).observe("", View(panels=frozenset({"scene"}))).info["scene"]
    words = {"label": "New start", "help": "Begin elsewhere"}
    assert scene["seeds"] == [{"name": "seed", "value": 7, **words}]


def test_the_command_line_asks_for_its_settings_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "walk", "--seed", "3", "--epochs", "2", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["step"] == 2 * STEPS_PER_EPOCH


def test_it_is_recorded() -> None:
    seen = record(Run(config=WalkConfig()), 30)
    assert [seen.moments[0].step, seen.moments[-1].step] == [0, 30]
