"""What a change of settings does to a page's run: an edit where the weights are kept, else a new run."""

from dataclasses import replace
from typing import Any

import pytest

from playground.engine.inline import InlineEngine
from playground.kinds import ConfigError
from playground.labs.mlp.config import MLPConfig
from playground.run import Edit, Run
from playground.runs.frame import unpack
from playground.stream.channel import Channel
from playground.stream.limits import Limits
from playground.stream.line import Line


@pytest.fixture
def channel() -> Channel:
    made = Channel(InlineEngine(), Limits(), Line(1))
    made.configure(MLPConfig())
    made.poll()
    return made


def trained(channel: Channel) -> str:
    channel.handle({"type": "step", "unit": "epoch"})
    channel.poll()
    return channel.run_id


@pytest.mark.parametrize(
    "change",
    [{"hidden_sizes": (5, 2)}, {"optimizer": "adam"}, {"dataset": "wine", "loss": "cross_entropy"}, {"noise": 0.2}],
)
def test_a_run_goes_on_where_weights_are_kept(channel: Channel, change: dict[str, Any]) -> None:
    run_id, wanted = trained(channel), replace(MLPConfig(), **change)
    channel.configure(wanted, keeps=True)
    header, _ = unpack(channel.poll())
    assert (header["run"], header["step"], channel.config) == (run_id, 25, wanted)
    assert [step for step, _ in header["marks"]] == [25]
    assert tuple(header["scene"]["hidden_sizes"]) == wanted.hidden_sizes
    run = channel.value()[0]
    assert run.config == MLPConfig()
    assert run.config_after(len(run.edits)) == wanted


def test_without_it_a_new_run_starts(channel: Channel) -> None:
    run_id = trained(channel)
    channel.configure(replace(MLPConfig(), hidden_sizes=(5, 2)))
    assert channel.run_id != run_id
    assert channel.value()[0].edits == ()


@pytest.mark.parametrize("change", [{"seed": 3}, {"initializer": "zeros"}, {"hidden_sizes": (5, 2), "seed": 3}])
def test_other_initial_weights_always_start_a_new_run(channel: Channel, change: dict[str, Any]) -> None:
    run_id = trained(channel)
    channel.configure(replace(MLPConfig(), **change), keeps=True)
    assert channel.run_id != run_id


def test_before_the_first_update_there_is_nothing_to_keep(channel: Channel) -> None:
    run_id = channel.run_id
    channel.configure(replace(MLPConfig(), hidden_sizes=(5, 2)), keeps=True)
    assert channel.run_id != run_id
    assert channel.value()[0].edits == ()


def test_a_link_cannot_grow_a_network_beyond_the_limits(channel: Channel) -> None:
    run = Run(config=MLPConfig(), edits=(Edit(step=3, target="hidden_sizes", value=(32, 32)),))
    small = Channel(InlineEngine(), Limits(parameters=100), Line(1))
    with pytest.raises(ConfigError, match="parameters"):
        small.open(run, 3)
    channel.open(run, 3)
    assert channel.value()[0] == run


def test_a_frame_of_another_network_comes_with_its_scene(channel: Channel) -> None:
    trained(channel)
    channel.configure(replace(MLPConfig(), hidden_sizes=(5, 3)), keeps=True)
    trained(channel)
    for step, sizes in [(5, [4, 2]), (40, [5, 3]), (0, [4, 2])]:
        channel.handle({"type": "seek", "step": step})
        header, arrays = unpack(channel.poll())
        assert header["step"] == step
        assert header["scene"]["hidden_sizes"] == sizes
        assert len(arrays["biases"]) == sum(sizes) + 1
