"""Nonsense on purpose: whatever is sent, the answer is short, the run goes on, and nobody else's is touched."""

import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from playground.kinds import ConfigError
from playground.labs.mlp.config import MLPConfig
from playground.labs.mlp.experiment import MLPExperiment
from playground.stream.socket import routes
from tests.stream.page import PATH, Page, own_hub

VERBS = ["hello", "play", "pause", "step", "reset", "speed", "view", "set", "setting", "ack", "tier", "configure"]
VERBS += ["seek", "return", "visitor"]
FIELDS = [
    "unit",
    "updates_per_s",
    "neuron",
    "probe",
    "target",
    "value",
    "panels",
    "held",
    "token",
    "resume",
    "step",
    "secret",
    "waited_ms",
]
LONGEST_ANSWER = 400  # characters: what was sent is quoted, but not at length

HUGE = 10**400  # no float is as large
scalars = (
    st.none() | st.booleans() | st.integers() | st.sampled_from([HUGE, -HUGE]) | st.floats() | st.text(max_size=60)
)
anything = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3)
)
plausible = st.fixed_dictionaries(
    {"type": st.sampled_from(VERBS)},
    optional={name: st.integers(-3, 12) | st.sampled_from(["update", "epoch", [1, 0], [0.5, 2]]) | anything
              for name in FIELDS},
)  # fmt: skip
nonsense = st.one_of(
    plausible.map(json.dumps), anything.map(json.dumps), st.text(max_size=6000), st.binary(max_size=300)
)


def send(socket: Any, message: str | bytes) -> None:
    if isinstance(message, bytes):
        socket.send_bytes(message)
    else:
        socket.send_text(message)


@settings(max_examples=30, deadline=None)
@given(st.lists(nonsense, max_size=10))
def test_messages(messages: list[str | bytes]) -> None:
    with own_hub() as hub:
        mine, other = (hub.channel(hub.issue()) for _ in range(2))
        for channel in (mine, other):
            channel.configure(MLPConfig())
        token = next(token for token, channel in hub._channels.items() if channel is mine)
        before = hub.engine.sha256(other.run_id).result()
        with TestClient(Starlette(routes=routes(""))) as client, client.websocket_connect(PATH) as socket:
            page = Page(socket, token)
            for message in messages:
                send(socket, message)
            page.send(type="the end")
            while "'the end'" not in (answer := page.error()):
                assert len(answer) <= LONGEST_ANSWER
                assert "Traceback" not in answer
            page.send(type="reset")
            page.send(type="step", unit="update")
            while page.frame()[0]["step"] != 1:
                pass
        assert hub.engine.sha256(other.run_id).result() == before
        assert hub.engine.run(other.run_id).edits == ()


@pytest.mark.parametrize(
    "message",
    [
        {"type": "speed", "updates_per_s": HUGE},
        {"type": "view", "probe": [HUGE, -HUGE]},
        {"type": "view", "neuron": [HUGE, 0]},
        {"type": "set", "target": "layers.0.weight[0,0]", "value": HUGE},
        {"type": "set", "target": f"layers.0.bias[{HUGE}]", "value": 1},
        {"type": "set", "target": HUGE, "value": -HUGE},
        {"type": "setting", "name": HUGE, "text": HUGE},
        {"type": "seek", "step": HUGE},
        {"type": "ack", "waited_ms": HUGE},
        {"type": "step", "unit": HUGE},
        {"type": HUGE},
    ],
    ids=lambda message: str(message["type"])[:9],
)
def test_a_number_without_end_is_refused_and_the_socket_stays(message: dict[str, Any]) -> None:
    with own_hub() as hub:
        token = hub.issue()
        hub.channel(token).configure(MLPConfig())
        with TestClient(Starlette(routes=routes(""))) as client, client.websocket_connect(PATH) as socket:
            page = Page(socket, token)
            page.send(**message)
            assert "000" in page.error()
            page.send(type="step", unit="update")
            assert page.frame_when(step=1)


targets = st.sampled_from(["layers.0.weight[0,0]", "layers.9.bias[0]", "tier", "learning_rate", "held"]) | anything
sets = st.fixed_dictionaries({"type": st.just("set")}, optional={"target": targets, "value": anything})
looks = st.dictionaries(st.sampled_from(["neuron", "probe", "member", "panels", "held"]), anything, min_size=1)


@settings(max_examples=30, deadline=None)
@given(st.lists(sets | looks.map(lambda look: {**look, "type": "view"}), min_size=1, max_size=8))
def test_looks_and_edits_are_taken_or_refused_one_by_one(messages: list[dict[str, Any]]) -> None:
    with own_hub() as hub:
        token = hub.issue()
        channel = hub.channel(token)
        channel.configure(MLPConfig())
        with TestClient(Starlette(routes=routes(""))) as client, client.websocket_connect(PATH) as socket:
            page = Page(socket, token)
            for message in messages:
                page.send(**message)
            page.send(type="the end")
            refused = 0
            while "'the end'" not in (answer := page.error()):
                assert re.search(" is not |has no |is too long", answer)
                assert len(answer) <= LONGEST_ANSWER
                refused += 1
            page.send(type="view", neuron=[1, 1], probe=None)
            page.frame_when(view={"neuron": [1, 1], "probe": None})
            edits = hub.engine.run(channel.run_id).edits
        assert all(edit.target == "layers.0.weight[0,0]" and abs(edit.value) <= 1000 for edit in edits)
        assert len(edits) + refused <= len(messages)


@settings(max_examples=60, deadline=None)
@given(nonsense)
def test_first_messages(message: str | bytes) -> None:
    with own_hub(), TestClient(Starlette(routes=routes(""))) as client, client.websocket_connect(PATH) as socket:
        send(socket, message)
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_bytes()
        assert closed.value.code == 4401


TARGETS = ["learning_rate", "batch_size", "dataset", "seed", "tier", "layers.0.weight[0,0]", "layers.1.bias[1]",
           "layers.0.weight[4,0]", "layers.9.bias[0]", "layers.0.weight[-1,0]", "layers.0.weight[0]"]  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(TARGETS) | st.text(max_size=80), anything)
def test_edits(target: str, value: Any) -> None:
    experiment = MLPExperiment(MLPConfig())
    before, config = experiment.parameters_sha256(), experiment.config
    answer = ""
    try:
        experiment.apply(target, value)
    except ConfigError as refused:
        answer = str(refused)
    assert len(answer) <= LONGEST_ANSWER
    assert not answer or (experiment.parameters_sha256(), experiment.config) == (before, config)
    assert experiment.advance(steps=3) == 3 or experiment.notice is not None
