"""No verb of one run holds up another run: whatever takes long is done in slices, and ends with its page."""

import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from playground.engine import GO_ON, Again, checkpoints, turns, worker
from playground.engine.checkpoints import set_aside, taken_up
from playground.engine.process import ProcessEngine
from playground.engine.turns import Turns
from playground.engine.worker import Worker
from playground.headless.runs import replay
from playground.kinds import ConfigError
from playground.lab import LABS
from playground.labs.mlp.config import MLPConfig
from playground.labs.mlp.experiment import MLPExperiment
from playground.run import Edit, Run, View
from playground.runs.timeline import Timeline
from playground.studies.compare.config import CompareConfig

NOTHING = View(panels=frozenset())
FOR_EVER = 10**9  # updates


@pytest.fixture(scope="module")
def engine() -> Iterator[ProcessEngine]:
    made = ProcessEngine(workers=1)
    yield made
    made.shutdown()


def run(*edits: Edit, **values: Any) -> Run:
    return Run(config=MLPConfig(**values), edits=edits)


def far() -> Run:
    return run(Edit(step=FOR_EVER, target="learning_rate", value=0.1))


def many_edits() -> Run:
    return run(*(Edit(step=0, target="learning_rate", value=0.001 * (1 + i % 50)) for i in range(20_000)))


def many_networks(batch_size: int = 1) -> CompareConfig:
    return CompareConfig(
        base=MLPConfig(hidden_sizes=(32,) * 8, optimizer="adam", batch_size=batch_size),
        varied="learning_rate", values="0.001,0.01", seeds=256,
    )  # fmt: skip


def opened(engine: ProcessEngine, run_id: str, run: Run) -> None:
    engine.open(run_id, run, 0).result(60)


def sought(engine: ProcessEngine, run_id: str) -> "Future[Any]":
    """A run that had come far when its worker died: no checkpoint is left."""
    opened(engine, run_id, run())
    record = engine._records[run_id]
    record.furthest, record.generation = FOR_EVER, -1
    return engine.seek(run_id, FOR_EVER - 1, NOTHING)


VERBS: dict[str, Callable[[ProcessEngine, str], "Future[Any]"]] = {
    "open at its last edit": lambda engine, run_id: engine.open(run_id, far()),
    "open at a step": lambda engine, run_id: engine.open(run_id, run(), FOR_EVER),
    "open with many edits": lambda engine, run_id: engine.open(run_id, many_edits(), 0),
    "advance by steps": lambda engine, run_id: (
        opened(engine, run_id, run()) or engine.advance(run_id, NOTHING, steps=FOR_EVER)
    ),
    "advance until a step": lambda engine, run_id: (
        opened(engine, run_id, far()) or engine.advance(run_id, NOTHING, until=FOR_EVER)
    ),
    "advance for long": lambda engine, run_id: (
        opened(engine, run_id, run()) or engine.advance(run_id, NOTHING, budget_s=3600)
    ),
    "an epoch of a comparison": lambda engine, run_id: (
        opened(engine, run_id, Run(config=CompareConfig(base=MLPConfig(batch_size=1))))
        or engine.advance(run_id, NOTHING, steps=20_000)
    ),
    "one update of many networks": lambda engine, run_id: (
        opened(engine, run_id, Run(config=many_networks())) or engine.advance(run_id, NOTHING, steps=1)
    ),
    "preparing many networks": lambda engine, run_id: (
        opened(engine, run_id, Run(config=many_networks(batch_size=200))) or engine.prepare(run_id)
    ),
    "seek": sought,
}


@pytest.mark.parametrize("verb", VERBS)
def test_whoever_waits_behind_a_long_call_comes_first(engine: ProcessEngine, verb: str) -> None:
    opened(engine, "victim", run())
    long = VERBS[verb](engine, "hog")
    behind = engine.observe("hog", NOTHING)  # of the same run: it waits
    for number in range(5):
        assert engine.advance("victim", NOTHING, steps=1).result(60).step == number + 1
    assert "cpu" in engine.devices().result(60)
    assert not long.done()
    assert not behind.done()
    engine.close("hog")  # with its page ends what it asked for
    for future in (long, behind):
        with pytest.raises(KeyError):
            future.result(60)
    assert engine.advance("victim", NOTHING, steps=1).result(60).step == 6
    engine.close("victim")


def test_the_end_of_the_server_waits_for_no_more_than_a_slice() -> None:
    engine = ProcessEngine(workers=1)
    hogs = ("open at a step", "advance by steps")
    long = [VERBS[verb](engine, verb) for verb in hogs]
    waiting = [engine.observe(verb, NOTHING) for verb in hogs for _ in range(50)]
    engine.shutdown()
    for future in (*long, *waiting):
        with pytest.raises(KeyError):
            future.result(0)


def test_calls_for_a_run_are_done_in_their_order(engine: ProcessEngine) -> None:
    opened(engine, "o", run())
    first = engine.advance("o", NOTHING, steps=3000)
    edit = engine.apply("o", "learning_rate", 0.1)
    second = engine.advance("o", NOTHING, steps=500)
    back = engine.seek("o", 100, NOTHING)
    again = engine.seek("o", 10**6, NOTHING)  # as far as it has come
    assert [each.result(60).step for each in (first, edit, second, back, again)] == [3000, 3000, 3500, 100, 3500]
    assert engine.sha256("o").result(60) == replay(engine.run("o"), 3500).parameters_sha256
    engine.close("o")


def test_a_seek_with_a_budget_goes_on(engine: ProcessEngine) -> None:
    opened(engine, "b", run(hidden_sizes=(32,) * 4, optimizer="adam"))
    record = engine._records["b"]
    record.furthest, record.generation = 1500, -1  # as after its worker's death: no checkpoint lies near by chance
    seen = [engine.seek("b", 1499, NOTHING, budget_s=0.001).result(60) for _ in range(3)]
    while seen[-1].step < 1499:
        seen.append(engine.seek("b", 1499, NOTHING, budget_s=0.001).result(60))
    assert seen[0].step < 1499
    assert engine.sha256("b").result(60) == replay(engine.run("b"), 1499).parameters_sha256
    with pytest.raises(ConfigError, match="-1 is not a whole number"):
        engine.seek("b", -1, NOTHING).result(60)
    engine.close("b")


def test_a_long_rebuilding_lets_others_through(engine: ProcessEngine) -> None:
    """A run whose worker died long after its last checkpoint."""
    opened(engine, "r", run(hidden_sizes=(32,) * 4, optimizer="adam"))
    engine.advance("r", NOTHING, steps=4000).result(60)
    engine.apply("r", "learning_rate", 0.1).result(60)
    engine._records["r"].checkpoint = None
    opened(engine, "victim", run())
    for pid in engine.worker_pids():
        os.kill(pid, signal.SIGKILL)
    seen = engine.observe("r", NOTHING)
    assert engine.advance("victim", NOTHING, steps=7).result(60).step == 7
    assert not seen.done()
    assert seen.result(60).step == 4000
    assert engine.sha256("r").result(60) == replay(engine.run("r"), 4000).parameters_sha256
    engine.close("r")
    engine.close("victim")


SEEN = View(panels=frozenset({"stage", "scene", "table", "thumbnail"}))
LONG_VERBS: tuple[tuple[Any, ...], ...] = (
    ("prepare", "hog"), ("advance", "hog", SEEN, 3, None, None), ("observe", "hog", SEEN),
    ("seek", "hog", 1, SEEN), ("advance", "hog", SEEN, 7, None, None),
)  # fmt: skip


@pytest.mark.parametrize("lab", ["mlp", "neuron"])  # one that trains many networks at once, and one that does not
def test_what_is_long_within_one_update_gives_way_and_no_bit_changes(
    lab: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "SLICE_S", 0.0)
    config = CompareConfig.usual({"of": lab, "seeds": 3})
    in_turns, at_once = Turns(Worker(tmp_path)), Worker()
    in_turns.call("open", "victim", run())
    for verb, *arguments in (("open", "hog", Run(config=config)), *LONG_VERBS):
        answer, turns_of_the_victim = in_turns.call(verb, *arguments), 0
        while isinstance(answer, Again):
            assert not isinstance(in_turns.call("observe", "victim", NOTHING), Again)
            assert ("hog" in in_turns.call("states")) == (answer.verb != GO_ON)
            turns_of_the_victim += 1
            answer = in_turns.call(*_flat(answer))
        assert turns_of_the_victim > 0
        other = getattr(at_once, verb)(*arguments)
        while isinstance(other, Again):
            other = getattr(at_once, other.verb)(*other.arguments)
    assert in_turns.call("sha256", "hog") == at_once.sha256("hog")


def test_the_first_picture_of_a_gpt_gives_way_while_it_counts_its_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "SLICE_S", 0.0)
    monkeypatch.setattr("playground.labs.gpt.entropies.AT_ONCE", 100)
    made, small = Turns(Worker()), LABS["gpt"].config_class(**LABS["gpt"].small)
    made.call("open", "victim", run())
    for verb, *arguments in (("open", "hog", Run(config=small)), ("observe", "hog", SEEN)):
        answer, turns_of_the_victim = made.call(verb, *arguments), 0
        while isinstance(answer, Again):
            assert not isinstance(made.call("observe", "victim", NOTHING), Again)
            turns_of_the_victim += 1
            answer = made.call(*_flat(answer))
    assert turns_of_the_victim > 3
    assert answer.info["scene"]


def _flat(answer: Again) -> tuple[Any, ...]:
    return answer.verb, *answer.arguments


def test_a_call_that_stands_ends_with_its_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "SLICE_S", 0.0)
    made = Turns(Worker())
    assert made.call("open", "hog", Run(config=CompareConfig())) == Again(GO_ON, ("hog",))
    made.call("close", "hog")
    with pytest.raises(KeyError, match="hog"):
        made.call(GO_ON, "hog")
    with pytest.raises(KeyError, match="hog"):
        made.call("observe", "hog", NOTHING)


def test_a_loop_that_is_being_compiled_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    made = Worker()
    made.open("t", run())
    there: list[bool | None] = [None, None, True]
    monkeypatch.setattr(MLPExperiment, "has_faster", lambda self: there.pop(0))
    assert made.apply("t", "tier", "compiled") == Again("apply", ("t", "tier", "compiled"))
    tier = run(Edit(step=0, target="tier", value="compiled"))
    assert made.open("u", tier) == Again("reach", ("u", 0))
    monkeypatch.setattr(MLPExperiment, "has_faster", lambda self: False)
    assert made.reach("u", 0) is None


# Checkpoints


def test_a_large_checkpoint_is_a_file_and_a_small_one_is_sent(tmp_path: Path) -> None:
    small, large = ({"step": 3, "edits": 1, "parameters": [np.arange(n)]} for n in (10, 10**6))
    assert set_aside(small, tmp_path / "a") is small
    assert taken_up(small) is small
    kept = set_aside(large, tmp_path / "a")
    assert kept == {"step": 3, "edits": 1, "file": tmp_path / "a"}
    again = taken_up(kept)
    assert again is not None
    assert np.array_equal(again["parameters"][0], large["parameters"][0])
    (tmp_path / "a").write_bytes((tmp_path / "a").read_bytes()[:-5])
    assert taken_up(kept) is None
    assert set_aside(large, tmp_path / "nowhere" / "a") is None
    assert [file.name for file in tmp_path.iterdir()] == ["a"]


def test_a_file_gives_back_what_was_put_into_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoints, "SENT_BYTES", 0)
    state = {
        "step": 7, "edits": 0, "notes": [None, True, 0.1, float("inf"), "x", (1, (2,))], "number": np.float32(0.5),
        "state": {0: {"moment": np.array([[1.5, np.nan]], np.float32)}, "flags": np.array([True, False])},
        "parameters": np.zeros((0, 3)),
    }  # fmt: skip
    again = taken_up(set_aside(state, tmp_path / "a"))
    assert again is not None
    assert (again["step"], again["notes"], again["number"]) == (7, state["notes"], 0.5)
    for one, other in (
        (again["state"][0]["moment"], state["state"][0]["moment"]),
        (again["state"]["flags"], state["state"]["flags"]),
        (again["parameters"], state["parameters"]),
    ):
        assert (one.dtype, one.shape, one.tobytes()) == (other.dtype, other.shape, other.tobytes())


@pytest.mark.parametrize("lab", LABS)
def test_every_lab_s_state_survives_its_file(lab: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoints, "SENT_BYTES", 0)
    config = LABS[lab].config_class(**LABS[lab].small)
    first = Timeline(Run(config=config))
    first.advance(steps=5)
    kept = taken_up(set_aside(first.state(), tmp_path / "a"))
    first.advance(steps=4)
    second = Timeline(Run(config=config), kept, step=9)
    assert second.experiment.parameters_sha256() == first.experiment.parameters_sha256()


def test_a_large_network_s_worker_may_die(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLAYGROUND_WORKERS", "1")
    engine = ProcessEngine()
    folder = Path(engine._folder.name)
    opened(engine, "large", run(hidden_sizes=(32,) * 8, optimizer="adam"))
    record = engine._records["large"]
    monkeypatch.setattr(checkpoints, "SENT_BYTES", 0)  # here; the worker has its own
    while record.checkpoint is None:
        engine.advance("large", NOTHING, budget_s=0.1).result(60)
    assert "parameters" in record.checkpoint  # 8,000 parameters are sent
    kept = set_aside(record.checkpoint, folder / "large")
    assert kept is not None
    record.checkpoint = kept
    before = engine.sha256("large").result(60)
    os.kill(engine.worker_pids()[0], signal.SIGKILL)
    assert engine.sha256("large").result(60) == before
    engine.close("large")
    engine.devices().result(60)
    assert not list(folder.iterdir())
    engine.shutdown()
    assert not folder.exists()


def test_a_checkpoint_takes_a_small_share_of_the_time(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    clock = [0.0]
    monkeypatch.setattr(worker.time, "monotonic", lambda: clock[0])
    made = Worker(tmp_path)
    made.open("t", run())
    aside = made._set_aside

    def slow(run_id: str) -> Any:
        clock[0] += 0.5
        return aside(run_id)

    monkeypatch.setattr(made, "_set_aside", slow)
    taken = 0
    for _ in range(1000):
        clock[0] += 0.1
        answer = made.advance("t", NOTHING, 1, None, None)
        taken += not isinstance(answer, Again) and answer[1] is not None
    assert 3 <= taken <= 6  # half a second each, within a hundred


def test_runs_share_the_memory_of_their_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "CHECKPOINTS_BYTES", 40_000)
    monkeypatch.setattr(worker, "MEMORY_BYTES", 10_000)
    made = Worker()
    for name, each in (("a", 40_000), ("b", 20_000), ("c", 13_333), ("d", 10_000), ("e", 10_000)):
        made.open(name, run())
        made.advance(name, NOTHING, 3, None, None)
        assert {timeline.memory_bytes for timeline in made._timelines.values()} == {each}
