"""What a server takes on: limits and their words, the line of those who wait, floods of messages."""

import time
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from playground.engine import Making
from playground.engine.inline import InlineEngine
from playground.kinds import ConfigError
from playground.labs.mlp.config import MLPConfig
from playground.run import Run
from playground.stream.hub import Hub, ServerFull
from playground.stream.limits import PREFIX, Limits
from playground.stream.line import Line
from playground.stream.pace import Rate
from playground.studies.compare.config import CompareConfig
from tests.stream.page import PATH, Page, own_hub

README = Path(__file__).parent.parent.parent / "README.md"


@pytest.fixture
def hub() -> Iterator[Hub]:
    with own_hub(Limits(pages=3, training=1, frames_per_s=30, messages_per_s=100, turn_s=1)) as made:
        yield made


def opened(hub: Hub) -> str:
    token = hub.issue()
    hub.channel(token).configure(MLPConfig())
    return token


class Person:
    def __init__(self) -> None:
        self.calls = 0

    def wake(self) -> None:
        self.calls += 1

    def end_turn(self) -> None:
        pass


@given(st.integers(1, 4), st.lists(st.tuples(st.booleans(), st.integers(0, 7)), max_size=40))
def test_first_come_first_served(places: int, moves: list[tuple[bool, int]]) -> None:
    people, line, expected = [Person() for _ in range(8)], Line(places), []
    for comes, index in moves:
        before = {i: line.number(people[i]) for i in expected}
        calls = [person.calls for person in people]
        if comes:
            line.join(people[index])
            expected += [index] if index not in expected else []
        else:
            line.leave(people[index])
            expected = [i for i in expected if i != index]
        for at, i in enumerate(expected):
            assert line.number(people[i]) == max(0, at + 1 - places)
            if i in before and before[i] != line.number(people[i]):
                assert people[i].calls > calls[i]  # it was told
        crowded = len(expected) > places
        assert line.training() == ([people[i] for i in expected[:places]] if crowded else [])


def test_who_comes_to_a_full_server_waits_looks_around_and_then_trains(client: TestClient, hub: Hub) -> None:
    with client.websocket_connect(PATH) as one, client.websocket_connect(PATH) as two:
        first, second = Page(one, opened(hub)), Page(two, opened(hub))
        for page in (first, second):
            page.frame()
            page.send(type="play")
        assert first.frame()[0]["notice"] is None
        header, _ = second.frame()
        assert "All 1 places to train on this server are taken. You are number 1 in line" in header["notice"]
        assert header["step"] == 0
        second.send(type="view", neuron=[1, 2], probe=None)
        assert second.frame()[0]["view"]["neuron"] == [1, 2]
        assert first.frame()[0]["step"] > 0
        first.send(type="pause")
        while second.frame()[0]["step"] == 0:
            pass
        assert second.frame()[0]["notice"] is None


def test_a_closed_page_gives_up_its_place(client: TestClient, hub: Hub) -> None:
    with client.websocket_connect(PATH) as two:
        second = Page(two, opened(hub))
        second.frame()
        with client.websocket_connect(PATH) as one:
            first = Page(one, opened(hub))
            first.frame()
            first.send(type="play")
            while first.frame()[0]["step"] == 0:
                pass
            second.send(type="play")
            assert "number 1 in line" in second.frame()[0]["notice"]
        while second.frame()[0]["step"] == 0:
            pass


def test_a_turn_ends_only_while_others_wait(hub: Hub) -> None:
    first, second = hub.channel(opened(hub)), hub.channel(opened(hub))
    first.handle({"type": "play"})
    first.touched_at = time.monotonic() - 2
    hub.reap()
    assert first.playing
    second.handle({"type": "play"})
    second.touched_at = time.monotonic() - 2
    hub.reap()
    assert not first.playing
    assert hub.line.number(second) == 0
    assert second.playing


def test_a_page_that_waits_for_its_first_worker_is_not_away(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    token = hub.issue()
    channel = hub.channel(token)
    reaped = []

    def slowly(run_id: str, run: Run, step: int | None = None) -> Future[None]:
        monkeypatch.setattr(time, "monotonic", lambda: 1e9)  # so long does a worker take to start
        reaped.append(hub.reap())
        monkeypatch.undo()
        return opened_at_once(run_id, run, step)

    opened_at_once = hub.engine.open
    monkeypatch.setattr(hub.engine, "open", slowly)
    channel.configure(MLPConfig())
    assert reaped == [0]
    assert hub.find(token) is channel


def test_what_is_made_for_a_page_ends_with_it(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    left, stays = hub.channel(opened(hub)), hub.channel(opened(hub))
    monkeypatch.setattr(hub.engine, "export", lambda *_: Making(lambda _: None))
    study, done, other = (channel.export(*channel.value(), "csv") for channel in (left, left, stays))
    done.set_result(b"")
    left.last_seen -= 1000
    assert hub.reap() == 1
    assert study.cancelled()
    assert study.is_stopped
    assert not done.is_stopped
    assert not other.is_stopped


def test_frames_come_no_faster_than_allowed(client: TestClient, hub: Hub) -> None:
    with client.websocket_connect(PATH) as socket:
        page = Page(socket, opened(hub))
        page.frame()
        page.send(type="play")
        started = time.monotonic()
        for _ in range(18):
            page.frame()
        assert time.monotonic() - started >= 15 / 30


def test_a_rate_allows_a_burst_and_then_its_average() -> None:
    rate = Rate(10, burst=5)
    for event in range(5):
        assert rate.wait_s() == 0
        assert (rate.wait_s(spare=1) > 0) == (event == 4)  # the last one of the burst is left to others
        rate.count()
    assert 0 < rate.wait_s() <= 0.1


def test_a_flood_of_messages_cuts_off_its_sender_alone(client: TestClient, hub: Hub) -> None:
    with client.websocket_connect(PATH) as one, client.websocket_connect(PATH) as two:
        flood, calm = Page(one, opened(hub)), Page(two, opened(hub))
        calm.frame()
        for _ in range(10_000):
            flood.send(type="view", neuron=None, probe=[0, 0])
        while (last := flood.socket.receive())["type"] != "websocket.close":
            pass
        assert last["code"] == 4429
        assert "100 messages a second" in last["reason"]
        calm.send(type="step", unit="update")
        assert calm.frame()[0]["step"] == 1


def test_pages_are_counted(hub: Hub) -> None:
    tokens = [opened(hub) for _ in range(3)]
    with pytest.raises(ServerFull, match="3 pages are open on it, and it takes no more"):
        hub.issue()
    assert all(hub.find(token) for token in tokens)


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (Limits(parameters=100), r"parameters: 123 is more than this server allows; use at most 100"),
        (Limits(points=500), r"points: 600 is more than this server allows; use at most 500"),
    ],
)
def test_what_is_too_large_is_refused_with_numbers(limits: Limits, reason: str) -> None:
    hub = Hub(InlineEngine(), limits)
    channel = hub.channel(hub.issue())
    channel.configure(MLPConfig())
    run_id = channel.run_id
    with pytest.raises(ConfigError, match=reason):
        channel.configure(MLPConfig(dataset="rings", loss="cross_entropy", hidden_sizes=(8, 8)))
    assert (channel.run_id, channel.config) == (run_id, MLPConfig())


def test_a_comparison_that_takes_too_much_memory_is_refused_with_numbers() -> None:
    hub = Hub(InlineEngine(), Limits(comparison_mb=200))
    channel = hub.channel(hub.issue("compare"), "compare")
    channel.configure(CompareConfig(seeds=4))
    with pytest.raises(ConfigError, match=r"comparison_mb: \d+ is more than this server allows; use at most 200"):
        channel.configure(CompareConfig(base=MLPConfig(hidden_sizes=(32,) * 8, optimizer="adam"), seeds=256))
    assert channel.config == CompareConfig(seeds=4)


def test_an_operator_sets_limits_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLAYGROUND_MAX_TRAINING", "12")
    assert Limits.from_environment() == Limits(training=12)
    monkeypatch.setenv("PLAYGROUND_MAX_TRAINING", "many")
    monkeypatch.setenv("PLAYGROUND_MAX_PAGES", "0")
    with pytest.raises(ConfigError) as refused:
        Limits.from_environment()
    assert "PLAYGROUND_MAX_TRAINING: 'many' is not a whole number from 1 to 100000" in str(refused.value)
    assert "PLAYGROUND_MAX_PAGES: '0' is not a whole number from 1 to 100000" in str(refused.value)


def test_the_readme_lists_every_limit_with_its_default() -> None:
    text = README.read_text()
    for name, known in Limits.settings().items():
        assert f"| `{PREFIX}{name.upper()}` | {known.label} | {Limits.defaults()[name]} |" in text
