"""A person's own points: live, replayed to the bit, in the link and the script; and their controls."""

from urllib.parse import parse_qsl

import numpy as np
import pytest

from playground.data.own import encoded, starter
from playground.headless.runs import replay
from playground.kinds import ConfigError
from playground.labs.mlp.config import MLPConfig
from playground.run import Run
from playground.runs import link, runfile
from playground.runs.timeline import Timeline
from playground.stream.hub import Hub
from tests.labs.mlp.export.test_script import agrees
from tests.pages.page import address, opened


def painted(count: int, classes: int = 2) -> str:
    rng = np.random.default_rng(count)
    points = rng.uniform(-5, 5, (count, 2))
    return encoded(points, np.arange(count) % classes, classes)


def test_points_painted_while_it_trains_are_replayed_to_the_bit_and_in_the_script() -> None:
    timeline = Timeline(Run(config=MLPConfig(dataset="own", train_share=0.5)))
    for target, value in [
        ("own", painted(6)),
        ("data_seed", 3),
        ("own", painted(80)),
        ("batch_size", 40),
        ("own", ""),
    ]:
        timeline.advance(steps=15)
        timeline.apply(target, value)
    timeline.advance(steps=20)
    end = timeline.experiment.parameters_sha256()
    assert replay(timeline.run, timeline.step, quiet=True).parameters_sha256 == end
    for step in (31, 95, 60, 95):
        timeline.seek(step)
    assert timeline.experiment.parameters_sha256() == end
    agrees(timeline.run, 95)
    assert runfile.read(runfile.write(timeline.run, 95)) == (timeline.run, 95, None)
    query = link.query(timeline.run, 95)
    assert query is not None
    assert link.read("mlp", dict(parse_qsl(query, keep_blank_values=True)))[0] == timeline.run


@pytest.mark.parametrize("classes", [0, 3])
def test_scripts_of_points_with_classes_or_values(classes: int) -> None:
    loss = "cross_entropy" if classes else "squared_error"
    agrees(Run(config=MLPConfig(dataset="own", own=starter(classes), own_classes=classes, loss=loss)), 30)


def test_a_batch_is_never_larger_than_the_points() -> None:
    config = MLPConfig(dataset="own", own=painted(6), batch_size=30, train_share=0.5)
    assert (config.train_size, config.batch, config.steps_per_epoch) == (3, 3, 1)


def test_points_of_a_class_too_many_are_refused() -> None:
    with pytest.raises(ConfigError, match="your points have 4 classes, not 3"):
        MLPConfig(dataset="own", own=painted(40, 4), own_classes=3, loss="cross_entropy")
    with pytest.raises(ConfigError, match="1 class is nothing to learn"):
        MLPConfig(dataset="own", own_classes=1)


def test_many_points_are_not_in_the_address_but_in_the_run(hub: Hub) -> None:
    few, many = painted(100), painted(1000)
    page = opened("mlp", dataset="own", own=few)
    assert address(page)["own"] == few
    page.session_state["own"] = many
    page.run()
    assert "own" not in address(page)
    assert any("too many for the address" in each.value for each in page.caption)
    channel = hub.channel(page.session_state["token_mlp"])
    assert channel.config.own == many
    assert channel.value()[0] == Run(config=channel.config)  # at step 0 a new run, not an edit
    assert link.query(channel.value()[0], 0) is None
    page.session_state["own_classes"] = 3
    page.run()
    assert channel.config.outputs == 3
