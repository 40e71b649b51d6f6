"""Both engines keep the same promises; the process engine also outlives its workers, and they do not outlive it."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from playground.engine import Engine
from playground.engine.inline import InlineEngine
from playground.engine.process import ProcessEngine
from playground.headless.runs import replay
from playground.kinds import ConfigError
from playground.labs.deep.config import DeepConfig
from playground.labs.mlp.config import MLPConfig
from playground.run import Run, View

ROOT = Path(__file__).parent.parent.parent
NOTHING = View(panels=frozenset())


def run(**values: object) -> Run:
    return Run(config=MLPConfig(**values))  # type: ignore[arg-type]


def kill_workers(engine: ProcessEngine) -> None:
    for pid in engine.worker_pids():
        with contextlib.suppress(ProcessLookupError):  # killed before, and nobody has asked it for anything since
            os.kill(pid, signal.SIGKILL)


@pytest.fixture(scope="module")
def process_engine() -> Iterator[ProcessEngine]:
    engine = ProcessEngine(workers=2)
    yield engine
    engine.shutdown()


@pytest.fixture(params=["inline", "process"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    if request.param == "process":
        yield request.getfixturevalue("process_engine")
    else:
        yield InlineEngine()


def test_a_run_trains_and_can_be_replayed(engine: Engine) -> None:
    engine.open("a", run()).result()
    first = engine.advance("a", View(), steps=20).result()
    edit = engine.apply("a", "learning_rate", 0.3).result()
    second = engine.advance("a", View(), steps=20).result()
    assert (first.step, edit.step, second.step) == (20, 20, 40)
    assert second.arrays["plane"].shape == (1, 100, 100)
    assert engine.run("a").edits == (edit,)
    replayed = replay(engine.run("a"), 40)
    assert replayed.parameters_sha256 == engine.sha256("a").result()
    assert replayed.metrics["train_loss"] == second.metrics["train_loss"]
    engine.close("a")


def test_at_its_goal_a_run_is_measured(engine: Engine) -> None:
    config = DeepConfig(depth=20, dataset="spiral", skip="off")  # measuring takes as long as some updates
    engine.open("goal", Run(config=config)).result()
    while (seen := engine.advance("goal", View(), budget_s=0.012, until=40).result()).step < 40:
        pass
    assert seen.metrics["train_loss"] == replay(Run(config=config), 40).metrics["train_loss"]
    engine.close("goal")


def test_a_budget_is_kept(engine: Engine) -> None:
    engine.open("b", run()).result()
    engine.advance("b", NOTHING, budget_s=0.05).result()
    started = time.perf_counter()
    snapshot = engine.advance("b", NOTHING, budget_s=0.2).result()
    assert snapshot.step > 20
    assert time.perf_counter() - started < 20
    engine.close("b")


def test_two_runs_do_not_touch_each_other(engine: Engine) -> None:
    for name in ("one", "two", "three"):
        engine.open(name, run(seed=5)).result()
    for _ in range(4):
        engine.advance("one", NOTHING, steps=5).result()
        engine.advance("two", NOTHING, steps=9).result()
    engine.advance("three", NOTHING, steps=20).result()
    assert engine.sha256("one").result() == engine.sha256("three").result()
    for name in ("one", "two", "three"):
        engine.close(name)


def test_refusals_come_back_as_they_are(engine: Engine) -> None:
    engine.open("c", run()).result()
    with pytest.raises(ConfigError, match="the network has no"):
        engine.apply("c", "layers.0.weight[99,0]", 1.0).result()
    assert engine.run("c").edits == ()
    engine.close("c")
    with pytest.raises(KeyError):
        engine.observe("c", NOTHING).result()


class TestDeath:
    def test_a_killed_worker_s_runs_come_back_at_the_same_step_with_the_same_weights(
        self, process_engine: ProcessEngine
    ) -> None:
        engine = process_engine
        names = [f"k{i}" for i in range(4)]
        for i, name in enumerate(names):
            engine.open(name, run(seed=i, optimizer="adam", dataset="xor")).result()
            engine.advance(name, NOTHING, steps=30).result()
            engine.apply(name, "layers.0.bias[0]", 0.5).result()
        time.sleep(1.1)  # the next slice brings a checkpoint
        for name in names:
            engine.advance(name, NOTHING, steps=30).result()
            engine.advance(name, NOTHING, steps=7).result()
        before = {name: engine.sha256(name).result() for name in names}
        kill_workers(engine)
        assert "cpu" in engine.devices().result(60)
        for name in names:
            snapshot = engine.observe(name, NOTHING).result(60)
            assert snapshot.step == 67
            assert engine.sha256(name).result() == before[name]
            assert replay(engine.run(name), 67).parameters_sha256 == before[name]
            engine.close(name)

    def test_a_worker_killed_in_a_run_s_past_comes_back_there(self, process_engine: ProcessEngine) -> None:
        engine = process_engine
        engine.open("p", run(optimizer="momentum")).result()
        engine.advance("p", NOTHING, steps=300).result()
        edit = engine.apply("p", "learning_rate", 0.1).result()
        time.sleep(1.1)
        engine.advance("p", NOTHING, steps=100).result()  # which brings a checkpoint
        end = engine.sha256("p").result()
        assert engine.seek("p", 120, NOTHING).result().step == 120
        past = engine.sha256("p").result()
        kill_workers(engine)
        snapshot = engine.observe("p", NOTHING).result(60)
        assert (snapshot.step, snapshot.info["furthest"]) == (120, 400)
        assert engine.sha256("p").result() == past
        assert engine.run("p").edits == (edit,)
        engine.advance("p", NOTHING, steps=280).result()
        assert engine.sha256("p").result() == end
        engine.close("p")

    def test_a_slice_that_was_under_way_is_done_again(self, process_engine: ProcessEngine) -> None:
        engine = process_engine
        engine.open("s", run()).result()
        slow: Future[object] = engine.advance("s", NOTHING, steps=10_000)  # type: ignore[assignment]
        time.sleep(0.3)
        kill_workers(engine)
        assert slow.result(120).step == 10_000  # type: ignore[attr-defined]
        assert engine.sha256("s").result() == replay(run(), 10_000).parameters_sha256
        engine.close("s")

    def test_calls_from_many_threads_at_the_moment_of_death(self, process_engine: ProcessEngine) -> None:
        engine = process_engine
        names = [f"t{i}" for i in range(6)]
        for name in names:
            engine.open(name, run()).result()

        def drive(name: str) -> int:
            for _ in range(20):
                engine.advance(name, NOTHING, steps=5).result(60)
            return engine.observe(name, NOTHING).result(60).step

        with ThreadPoolExecutor(6) as threads:
            driven = [threads.submit(drive, name) for name in names]
            time.sleep(0.05)
            os.kill(engine.worker_pids()[0], signal.SIGKILL)
            assert [each.result() for each in driven] == [100] * 6
        for name in names:
            engine.close(name)

    @pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
    def test_no_worker_outlives_its_parent(self, how: signal.Signals) -> None:
        code = (
            "import time\n"
            "from playground.engine.process import ProcessEngine\n"
            "engine = ProcessEngine(workers=1)\n"
            "engine.devices().result()\n"
            "print(*engine.worker_pids(), flush=True)\n"
            "time.sleep(60)\n"
        )
        parent = subprocess.Popen(
            [sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        assert parent.stdout is not None
        workers = [psutil.Process(int(pid)) for pid in parent.stdout.readline().split()]
        assert workers
        parent.send_signal(how)
        parent.wait(60)
        parent.stdout.close()
        _, alive = psutil.wait_procs(workers, timeout=60)
        assert alive == []


def test_a_worker_that_has_grown_hands_its_runs_to_a_fresh_one() -> None:
    started = time.monotonic()
    engine = ProcessEngine(workers=1, worker_mb=1)  # which every worker exceeds
    engine.open("g", run(optimizer="adam")).result()
    start_s = time.monotonic() - started
    engine.advance("g", NOTHING, steps=10).result()
    edit = engine.apply("g", "learning_rate", 0.01).result()
    old = engine.worker_pids()
    engine.tend()
    engine.tend()  # while it is under way already
    pauses, last, step = [], time.monotonic(), 10
    while set(old) & set(engine.worker_pids()) or len(pauses) < 20:
        step += 5
        assert engine.advance("g", NOTHING, steps=5).result(60).step == step
        pauses.append(time.monotonic() - last)
        time.sleep(0.05)  # in which the fresh one can start
        last = time.monotonic()
    assert engine.run("g").edits == (edit,)
    assert engine.sha256("g").result() == replay(engine.run("g"), step).parameters_sha256
    assert max(pauses) < start_s  # it was warm
    fresh = engine.worker_pids()
    for _ in range(5):  # it too exceeds the limit, but since a third one would do so as well, it stays
        engine.tend()
        engine.advance("g", NOTHING, steps=5).result(60)
    assert engine._renewing == set()
    assert engine.worker_pids() == fresh
    engine.shutdown()
    assert not any(psutil.pid_exists(pid) for pid in old)


def test_closing_frees_the_memory(process_engine: ProcessEngine) -> None:
    engine = process_engine

    def cycle(n: int) -> int:
        for i in range(n):
            engine.open(f"m{i}", run(hidden_sizes=(32, 32))).result()
            engine.advance(f"m{i}", NOTHING, steps=1).result()
            engine.close(f"m{i}")
        return sum(psutil.Process(pid).memory_info().rss for pid in engine.worker_pids())

    cycle(15)
    before = cycle(15)
    after = cycle(45)
    assert after - before < 30e6
