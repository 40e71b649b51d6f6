"""The socket's protocol, over Starlette's own test client and an engine in this process."""

import json
import math
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from playground.engine.inline import InlineEngine
from playground.headless.runs import replay
from playground.kinds import ConfigError
from playground.labs.mlp.config import MLPConfig
from playground.run import Edit, Run, View
from playground.runs.frame import unpack
from playground.stream import channel as channels
from playground.stream.channel import Channel
from playground.stream.hub import Hub
from playground.stream.limits import Limits
from playground.stream.line import Line
from tests.stream.page import PATH, Page, own_hub


@pytest.fixture
def hub() -> Iterator[Hub]:
    with own_hub() as made:
        yield made


@pytest.fixture
def token(hub: Hub) -> str:
    issued = hub.issue()
    hub.channel(issued).configure(MLPConfig())
    return issued


def test_the_first_frame_is_a_full_one(client: TestClient, token: str) -> None:
    with client.websocket_connect(PATH) as socket:
        header, arrays = Page(socket, token).frame()
        assert header["step"] == 0
        assert header["state"] == "paused"
        assert header["scene"]["hidden_sizes"] == [4, 2]
        assert arrays["points"].shape == (500, 2)
        assert arrays["maps"].shape == (7, 25, 25)


def test_the_first_picture_is_there_before_the_socket(client: TestClient, hub: Hub, token: str) -> None:
    channel = hub.channel(token)
    picture = channel.first_frame()
    assert picture is not None
    assert channel.first_frame() is None
    assert channel.poll() == picture  # where the socket turns out to be refused
    with client.websocket_connect(PATH) as socket:
        header, arrays = Page(socket, token).frame()
        first, shown = unpack(picture)
        assert first == header  # a full one again: who has seen the first one may have lost it since
        assert all(np.array_equal(shown[name], arrays[name]) for name in arrays)
        channel.configure(MLPConfig(seed=7))
        assert channel.first_frame() is None  # it is the socket's


def test_playing_trains_only_as_frames_are_painted(client: TestClient, hub: Hub, token: str) -> None:
    with client.websocket_connect(PATH) as socket:
        page = Page(socket, token)
        page.frame()
        page.send(type="play")
        last = 0
        for _ in range(5):
            header, _ = page.frame()
            last = header["step"]
        assert last > 0
        run_id, connection = hub.channel(token).run_id, hub.channel(token)._connection
        assert connection is not None
        window, unpainted = connection.window, []
        while not (window.is_full(True) and len(unpainted) == len(window._sent)):  # without acks there is an end
            page.send(type="view", neuron=None, probe=None)
            unpainted.append(page.frame(ack=False)[0]["step"])
        for _ in range(20):
            page.send(type="view", neuron=None, probe=None)
        page.send(type="fly")
        page.error()
        assert hub.engine.observe(run_id, hub.channel(token)._view).result().step == unpainted[-1]
        for _ in unpainted:
            page.send(type="ack")
        assert max(page.frame()[0]["step"] for _ in range(2)) > unpainted[-1]  # one may only answer the view


def test_on_a_narrow_line_only_moving_pictures_are_coarse(client: TestClient, hub: Hub, token: str) -> None:
    with client.websocket_connect(PATH) as socket:
        page = Page(socket, token)
        page.frame()
        connection = hub.channel(token)._connection
        assert connection is not None
        connection.window._narrow_until = math.inf
        page.send(type="play")
        page.frame_when(state="playing")
        coarse = socket.receive_bytes()
        assert unpack(coarse)[1]["plane"].shape == (1, 100, 100)
        page.send(type="ack", waited_ms=3)
        page.send(type="pause")
        while unpack(frame := socket.receive_bytes())[0]["state"] == "playing":
            page.send(type="ack")
        assert len(coarse) < len(frame) / 2


def test_steps_speed_reset_and_edits(client: TestClient, hub: Hub, token: str) -> None:
    with client.websocket_connect(PATH) as socket:
        page = Page(socket, token)
        first, start = page.frame()
        page.send(type="step", unit="update")
        assert page.frame()[0]["step"] == 1
        page.send(type="step", unit="epoch")
        assert page.frame()[0]["epoch"] == 1.0
        page.send(type="set", target="layers.0.weight[3,1]", value=0.75)
        assert page.frame()[1]["weights"][7] == 0.75
        page.send(type="set", target="layers.2.bias[0]", value=-0.5)
        assert page.frame()[1]["biases"][-1] == -0.5
        run = hub.engine.run(hub.channel(token).run_id)
        assert [(edit.step, edit.target) for edit in run.edits] == [
            (25, "layers.0.weight[3,1]"),
            (25, "layers.2.bias[0]"),
        ]
        page.send(type="reset")
        header, arrays = page.frame()
        assert header["run"] != first["run"]
        assert header["step"] == 0
        assert np.array_equal(arrays["weights"], start["weights"])


def test_a_step_counts_from_a_reset_though_a_frame_of_before_is_on_its_way(hub: Hub, token: str) -> None:
    channel = hub.channel(token)
    channel.poll()
    channel.handle({"type": "play"})
    late = channel._request().result()
    assert late.step > 0
    channel.handle({"type": "reset"})
    channel._packed(late)
    channel.handle({"type": "step", "unit": "update"})
    while (header := unpack(channel.poll())[0])["state"] == "playing":
        pass
    assert (header["run"], header["step"]) == (channel.run_id, 1)


def test_time_travel(client: TestClient, hub: Hub, token: str) -> None:
    channel = hub.channel(token)
    with client.websocket_connect(PATH) as socket:
        page = Page(socket, token)
        page.frame()
        weights = {}
        for _ in range(4):
            page.send(type="step", unit="epoch")
            header, arrays = page.frame()
            weights[header["step"]] = arrays["weights"]
        channel.configure(MLPConfig(learning_rate=0.1))
        assert page.frame()[0]["marks"] == [[100, "learning rate set to 0.1"]]
        page.send(type="step", unit="epoch")
        assert page.frame()[0]["furthest"] == 125
        page.send(type="seek", step=50)
        header, arrays = page.frame()
        assert (header["step"], header["furthest"], header["state"]) == (50, 125, "paused")
        assert np.array_equal(arrays["weights"], weights[50])
        assert header["controls"]["learning_rate"] == 0.03  # what it was then: the page's controls follow
        channel.configure(MLPConfig(learning_rate=0.1))  # the page, whose controls have not followed yet
        channel.controls.show({"learning_rate": 0.03})
        channel.configure(MLPConfig())  # and now they have: neither changes anything
        page.send(type="seek", step=10**6)
        header, _ = page.frame()
        assert (header["step"], header["controls"]["learning_rate"], header["former"]) == (125, 0.1, None)
        page.send(type="seek", step=75)
        page.frame()
        page.send(type="set", target="layers.0.weight[0,0]", value=0.5)
        header, _ = page.frame()
        assert (header["step"], header["furthest"], header["former"]) == (75, 75, 125)
        assert header["marks"] == [[75, "weight 1 → 1 in layer 1 set to 0.5"]]
        page.send(type="return")
        header = page.frame_when(step=125)
        assert (header["furthest"], header["former"], header["controls"]["learning_rate"]) == (125, 75, 0.1)
        assert header["marks"] == [[100, "learning rate set to 0.1"]]
        page.send(type="reset")
        assert page.frame_when(step=0)["former"] is None
        page.send(type="return")
        assert "there is no other future" in page.error()
        page.send(type="seek", step=-1)
        assert "-1 is not a whole number" in page.error()


def test_a_live_setting_comes_ahead_of_the_page(client: TestClient, hub: Hub, token: str) -> None:
    channel = hub.channel(token)
    with client.websocket_connect(PATH) as socket:
        page = Page(socket, token)
        first, _ = page.frame()
        page.send(type="setting", name="learning_rate", text="0,3")
        header, _ = page.frame()
        assert (header["run"], header["edits"], header["controls"]) == (first["run"], 1, None)
        assert header["marks"] == [[0, "learning rate set to 0.3"]]
        channel.configure(MLPConfig())  # the page, which has not been told yet: it asks for nothing
        channel.configure(MLPConfig(learning_rate=0.3))  # now it has
        assert channel.value() == (
            Run(config=MLPConfig(), edits=(Edit(step=0, target="learning_rate", value=0.3),)),
            0,
        )
        channel.configure(MLPConfig())  # and this is a wish
        header, _ = page.frame()
        assert (header["edits"], channel.config.learning_rate) == (2, 0.03)
        for text in ("fast", "1e9", "1" * 400, "0.03"):  # the page says what cannot be used
            page.send(type="setting", name="learning_rate", text=text)
        page.send(type="setting", name="seed", text="1")
        assert "'seed' is not one that changes while training" in page.error()
        assert channel.config == MLPConfig()


def test_a_run_that_starts_before_the_page_knows_of_a_change_has_it(hub: Hub, token: str) -> None:
    channel = hub.channel(token)
    channel.configure(MLPConfig())
    channel.handle({"type": "setting", "name": "learning_rate", "text": "0.3"})
    channel.configure(MLPConfig(activation="relu"))
    assert channel.value()[0] == Run(config=MLPConfig(activation="relu", learning_rate=0.3))


def test_in_the_past_stand_the_points_of_then(client: TestClient, hub: Hub, token: str) -> None:
    with client.websocket_connect(PATH) as socket:
        page = Page(socket, token)
        first = page.frame()[1]["points"]
        page.send(type="step", unit="epoch")
        page.frame()
        hub.channel(token).configure(MLPConfig(data_seed=5))
        assert not np.array_equal(page.frame()[1]["points"], first)
        page.send(type="step", unit="epoch")
        page.frame()
        page.send(type="seek", step=3)
        points = None
        while points is None:
            points = page.frame()[1].get("points")
        assert np.array_equal(points, first)


def test_a_run_that_is_opened_is_computed_in_sight_up_to_its_step(client: TestClient, hub: Hub, token: str) -> None:
    edits = (
        Edit(step=0, target="layers.0.bias[1]", value=0.5),
        Edit(step=310, target="learning_rate", value=0.1),
        Edit(step=310, target="layers.0.weight[2,1]", value=-0.5),
        Edit(step=2000, target="batch_size", value=20),
    )
    run = Run(config=MLPConfig(dataset="xor"), edits=edits)
    channel = hub.channel(token)
    with client.websocket_connect(PATH) as socket:
        page = Page(socket, token)
        page.frame()
        page.send(type="speed", updates_per_s=1)  # does not hold it up
        page.frame()
        channel.open(run, 1500)
        header, _ = page.frame()
        assert header["state"] == "playing"
        assert "Computing this run again: step" in header["notice"]
        assert header["controls"] is None
        header = page.frame_when(state="paused")
        assert (header["step"], header["furthest"], header["notice"]) == (1500, 1500, None)
        assert header["controls"]["learning_rate"] == 0.1
        assert channel.value() == (run, 1500)
        assert hub.engine.sha256(channel.run_id).result() == replay(run, 1500).parameters_sha256
        channel.configure(replace(run.config, learning_rate=0.1))  # the page, whose controls have followed
        assert channel.value() == (run, 1500)
        channel.open(run, 10**9)
        page.frame_when(state="playing")
        page.send(type="pause")
        header = page.frame_when(state="paused")
        assert header["step"] < 10**9
        assert header["notice"] is None
        page.send(type="speed", updates_per_s=1000)
        page.send(type="play")
        page.frame_when(state="playing")


def test_a_long_way_is_in_sight_and_can_be_stopped(
    client: TestClient, hub: Hub, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = hub.channel(token)
    channel.configure(MLPConfig(batch_size=1))  # 250 updates an epoch
    monkeypatch.setattr("playground.stream.course.GOAL_SLICE_S", 1e-3)
    with client.websocket_connect(PATH) as socket:
        page = Page(socket, token)
        page.frame()
        page.send(type="step", unit="epoch")
        header, _ = page.frame()
        assert (header["state"], 0 < header["step"] < 250) == ("playing", True)
        assert header["notice"] == f"On the way to step 250: step {header['step']} now. Pause stops here."
        page.send(type="step", unit="epoch")  # as if pressed twice
        header = page.frame_when(state="paused")
        assert (header["step"], header["epoch"], header["notice"]) == (500, 2.0, None)

        page.send(type="step", unit="epoch")
        page.frame_when(state="playing")
        page.send(type="pause")
        stopped = page.frame_when(state="paused")["step"]
        assert 500 < stopped < 750
        assert hub.engine.observe(channel.run_id, channel._view).result().step == stopped

        channel.configure(MLPConfig(batch_size=1, learning_rate=0.1))
        page.frame()
        page.send(type="step", unit="epoch")
        page.frame_when(state="playing")  # not a frame of before, which is on its way
        end = page.frame_when(state="paused")["step"]
        monkeypatch.setattr(hub.engine._worker._timelines[channel.run_id], "memory_bytes", 0)
        page.send(type="seek", step=end - 1)
        header = page.frame_when(state="playing")
        assert f"On the way to step {end - 1:,}: step" in header["notice"]
        page.send(type="seek", step=3)  # takes its place
        header = page.frame_when(state="paused")
        assert (header["step"], header["furthest"]) == (3, end)
        page.send(type="seek", step=10**9)
        page.frame_when(state="playing")
        page.send(type="set", target="layers.0.bias[0]", value=0.5)
        header = page.frame_when(state="paused", edits=2)
        assert header["step"] == header["furthest"] < end


def test_what_lies_ahead_of_an_opened_run_comes_at_its_step(client: TestClient, hub: Hub, token: str) -> None:
    edits = (
        Edit(step=40, target="learning_rate", value=0.1),
        Edit(step=10**10, target="learning_rate", value=0.3),
    )
    channel = hub.channel(token)
    with client.websocket_connect(PATH) as socket:
        page = Page(socket, token)
        page.frame()
        channel.open(Run(config=MLPConfig(), edits=edits), 30)
        header = page.frame_when(state="paused", step=30)
        assert (header["furthest"], header["marks"]) == (30, [])  # what has been computed, not what a link claims
        page.send(type="seek", step=10**10)
        assert page.frame()[0]["step"] == 30
        page.send(type="step", unit="epoch")
        header = page.frame_when(state="paused", epoch=2.0)
        assert header["marks"] == [[40, "learning rate set to 0.1"]]
        assert channel.config.learning_rate == 0.1  # type: ignore[attr-defined]
        assert channel.value()[0].edits == edits


def test_a_busy_server_says_so(hub: Hub, token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("playground.stream.channel.ANSWER_S", 0.01)
    monkeypatch.setattr(hub.engine, "open", lambda *_: Future())
    before = hub.channel(token).value()
    with pytest.raises(ConfigError, match="the server is busy"):
        hub.channel(token).open(Run(config=MLPConfig(dataset="xor")), 5)
    assert hub.channel(token).value() == before


def test_a_run_that_cannot_be_opened_leaves_the_present_one(hub: Hub, token: str) -> None:
    channel = hub.channel(token)
    before = channel.run_id, channel.value()
    bad = Edit(step=0, target="layers.9.bias[0]", value=1.0)
    with pytest.raises(ConfigError, match=r"the network has no 'layers.9.bias\[0\]'"):
        channel.open(Run(config=MLPConfig(dataset="xor"), edits=(bad,)), 5)
    assert (channel.run_id, channel.value()) == before
    channel.configure(MLPConfig())
    assert (channel.run_id, channel.value()) == before


def test_a_run_that_this_server_does_not_allow_is_not_opened(hub: Hub, token: str) -> None:
    channel = hub.channel(token)
    channel._limits = Limits(parameters=100)
    before = channel.value()
    with pytest.raises(ConfigError, match="is more than this server allows"):
        channel.open(
            Run(config=MLPConfig(hidden_sizes=(32,) * 8)),
            0,
        )
    assert channel.value() == before


def test_a_slow_speed_is_kept(client: TestClient, token: str) -> None:
    with client.websocket_connect(PATH) as socket:
        page = Page(socket, token)
        page.frame()
        page.send(type="speed", updates_per_s=20)
        page.frame()
        page.send(type="play")
        steps = [page.frame()[0]["step"] for _ in range(12)]
        assert all(0 <= after - before <= 2 for before, after in pairwise(steps))


def test_live_settings_go_on_and_others_start_anew(client: TestClient, hub: Hub, token: str) -> None:
    channel = hub.channel(token)
    with client.websocket_connect(PATH) as socket:
        page = Page(socket, token)
        page.frame()
        page.send(type="step", unit="epoch")
        before = page.frame()[0]
        channel.configure(MLPConfig(learning_rate=0.1, data_seed=9))
        header, arrays = page.frame()
        assert header["run"] == before["run"]
        assert header["step"] == before["step"]
        assert "points" in arrays
        channel.configure(MLPConfig(learning_rate=0.1, data_seed=9, activation="relu"))
        header, _ = page.frame()
        assert header["run"] != before["run"]
        assert header["step"] == 0
        assert header["state"] == "paused"


def test_divergence_pauses_with_a_reason(client: TestClient, hub: Hub, token: str) -> None:
    hub.channel(token).configure(MLPConfig(dataset="plane", learning_rate=10.0))
    with client.websocket_connect(PATH) as socket:
        page = Page(socket, token)
        page.frame()
        page.send(type="play")
        header: dict[str, Any] = {}
        while not header.get("notice"):
            header, _ = page.frame()
        assert header["state"] == "paused"
        assert "learning rate of 10 " in header["notice"]


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ({"type": "fly"}, "there is no command 'fly'"),
        ({"type": "ack", "waited_ms": -1}, "-1 is not a number"),
        ({"type": "step", "unit": "year"}, "'year' is not one of update, epoch"),
        ({"type": "speed", "updates_per_s": 0}, "0 is not a number from 0.1 to 100000"),
        ({"type": "view", "neuron": [1]}, "neuron: [1] is not a pair"),
        ({"type": "view", "probe": ["a", 1]}, "probe: 'a' is not a number from -1000 to 1000"),
        ({"type": "view", "neuron": [0, 10_001]}, "neuron: 10001 is not a whole number from 0 to 10000"),
        ({"type": "view", "member": 3}, "view: 'member' is not one of neuron, probe"),
        (
            {"type": "set", "target": "layers.0.weight[99,0]", "value": 1},
            "target: the network has no 'layers.0.weight[99,0]'",
        ),
        ({"type": "set", "target": "learning_rate", "value": 1}, "the network has no 'learning_rate'"),
        ({"type": "set", "target": "tier", "value": "compiled"}, "the network has no 'tier'"),
        ({"type": "set", "target": 7, "value": 1}, "the network has no 7"),
        ({"type": "setting", "name": ["seed"], "text": "1"}, "is not one that changes while training"),
        ({"type": "setting", "name": "learning_rate", "text": 1}, "is not one that changes while training"),
        ({"type": "set", "value": 1}, "the network has no None"),
        (
            {"type": "set", "target": "layers.0.bias[0]", "value": 1e9},
            "1000000000.0 is not a number from -1000 to 1000",
        ),
        ({"type": "set", "target": "layers.0.bias[0]"}, "None is not a number from -1000 to 1000"),
        ("x" * 17000, "a message of 17000 characters is too long; at most 16384"),
        ("[1]", "a message is a JSON object"),
        ("{", "a message is a JSON object"),
        ("[" * 4000, "a message is a JSON object"),
    ],
)
def test_nonsense_is_refused_and_the_run_goes_on(
    client: TestClient, token: str, message: dict[str, Any] | str, reason: str
) -> None:
    with client.websocket_connect(PATH) as socket:
        page = Page(socket, token)
        page.frame()
        socket.send_text(message if isinstance(message, str) else json.dumps(message))
        assert reason in page.error()
        page.send(type="step", unit="update")
        assert page.frame()[0]["step"] == 1


@pytest.mark.parametrize("token", ["", "guess", None, 7, {"a": 1}])
def test_without_a_token_nothing_is_sent(client: TestClient, token: Any) -> None:
    with client.websocket_connect(PATH) as socket:
        socket.send_text(json.dumps({"type": "hello", "token": token}))
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_bytes()
        assert closed.value.code == 4401


def test_a_reload_goes_on_with_the_run(client: TestClient, hub: Hub, token: str) -> None:
    with client.websocket_connect(PATH) as socket:
        page = Page(socket, token)
        page.frame()
        page.send(type="step", unit="epoch")
        before, old = page.frame()
    again = hub.issue()
    hub.channel(again).configure(MLPConfig())
    with client.websocket_connect(PATH) as socket:
        header, arrays = Page(socket, again, resume=token).frame()
        assert (header["run"], header["step"]) == (before["run"], before["step"])
        assert np.array_equal(arrays["weights"], old["weights"])
    other = hub.issue()
    hub.channel(other).configure(MLPConfig(dataset="xor"))
    with client.websocket_connect(PATH) as socket:  # another configuration is another run
        assert Page(socket, other, resume=again).frame()[0]["step"] == 0


def test_a_second_socket_takes_the_first_one_s_place(client: TestClient, token: str) -> None:
    with client.websocket_connect(PATH) as first:
        Page(first, token).frame()
        with client.websocket_connect(PATH) as second:
            assert Page(second, token).frame()[0]["scene"]
            with pytest.raises(WebSocketDisconnect) as closed:
                first.receive_bytes()
            assert closed.value.code == 4409


def test_who_left_is_forgotten(client: TestClient, hub: Hub, token: str) -> None:
    run_id = hub.channel(token).run_id
    with client.websocket_connect(PATH) as socket:
        Page(socket, token).frame()
        hub.channel(token).last_seen -= 1000
        assert hub.reap() == 0
    assert hub.reap() == 0
    hub.channel(token).last_seen -= 1000
    assert hub.reap() == 1
    assert len(hub) == 0
    with pytest.raises(KeyError):
        hub.engine.run(run_id)


def test_polling_gives_the_same_frames(hub: Hub, token: str) -> None:
    channel = hub.channel(token)
    header, arrays = unpack(channel.poll())
    assert "points" in arrays
    assert channel.poll() is channel.poll()  # nothing new: the very same bytes
    channel.handle({"type": "play"})
    assert unpack(channel.poll())[0]["step"] > header["step"]


def test_closing_a_channel_twice_is_fine() -> None:
    channel = Channel(InlineEngine(), Limits(), Line(1))
    channel.configure(MLPConfig())
    channel.close()
    channel.close()


@pytest.mark.parametrize("edits", [1, 150])  # the link of 150 has some 4,000 characters
def test_a_run_that_the_server_has_let_go_opens_again(client: TestClient, hub: Hub, token: str, edits: int) -> None:
    with client.websocket_connect(PATH) as socket:
        page = Page(socket, token)
        page.frame()
        page.send(type="step", unit="epoch")
        assert page.frame_when(step=25)
        for count in range(edits):
            hub.channel(token).configure(MLPConfig(learning_rate=0.1 + (edits - 1 - count) / 1000))
        changed = page.frame_when(edits=edits)
        page.send(type="step", unit="epoch")
        page.frame_when(step=50)
    left = hub.engine.sha256(hub.channel(token).run_id).result()
    hub.channel(token).last_seen -= 1000
    assert hub.reap() == 1
    hub.channel(token).configure(MLPConfig(learning_rate=0.1))  # the page's script, with what its controls show
    known = f"{changed['link']}&step=50"
    with client.websocket_connect(PATH) as socket:
        header = Page(socket, token, resume=token, run=known).frame_when(step=50, state="paused")
        assert header["edits"] == edits
        assert "let go of this run" in header["notice"]
        assert "open again, at step 50" in header["notice"]
    assert hub.engine.sha256(hub.channel(token).run_id).result() == left
    with client.websocket_connect(PATH) as socket:  # a page that was never away
        assert Page(socket, token, resume=token, run=f"{changed['link']}&step=25").frame()[0]["step"] == 50


@pytest.mark.parametrize("known", ["dataset=xor&step=25", "step=99999999999", "step=0", "x=1&step=25", 7, "%"])
def test_a_page_that_knows_another_run_or_none_gets_the_one_of_its_settings(
    client: TestClient, token: str, known: object
) -> None:
    with client.websocket_connect(PATH) as socket:
        assert Page(socket, token, run=known).frame()[0]["step"] == 0


def test_a_page_whose_worker_is_busy_says_so_and_gets_its_picture_later(
    client: TestClient, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channels, "BUSY_S", 0.05)
    waiting: list[Future[Any]] = []
    engine, observe = hub.engine, hub.engine.observe
    token = hub.issue()

    def later(run_id: str, view: View) -> "Future[Any]":
        waiting.append(Future())
        return waiting[-1]

    monkeypatch.setattr(engine, "observe", later)
    hub.channel(token).configure(MLPConfig())
    assert hub.channel(token).first_frame() is None
    with client.websocket_connect(PATH) as socket:
        Page(socket, token)
        assert json.loads(socket.receive_text()) == {"type": "busy", "text": channels.BUSY}
        seen = observe(hub.channel(token).run_id, View(panels=frozenset({"stage", "scene"})))
        waiting[-1].set_result(seen.result())
        assert unpack(socket.receive_bytes())[0]["step"] == 0
