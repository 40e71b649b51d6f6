"""Files of runs are made beside the training, in a process that comes and goes."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from playground.engine import Engine
from playground.engine import exports as module
from playground.engine.inline import InlineEngine
from playground.engine.process import ProcessEngine
from playground.export import exported
from playground.kinds import ConfigError
from playground.labs.image.config import ImageConfig
from playground.labs.mlp.config import MLPConfig
from playground.run import Run, View

ROOT = Path(__file__).parent.parent.parent
RUN = Run(config=MLPConfig(dataset="xor"))
LONG = 10**8  # updates, which take hours
NICENESS = module.NICENESS


@pytest.fixture(scope="module")
def process_engine() -> Iterator[ProcessEngine]:
    engine = ProcessEngine(workers=1)
    yield engine
    engine.shutdown()


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files need not wait for the tests beside these."""
    monkeypatch.setattr(module, "NICENESS", 0)


def when_at_work(engine: ProcessEngine) -> psutil.Process:
    """The process that makes a file now."""
    deadline = time.monotonic() + 120
    while (pid := engine._exports.files.pid()) is None:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return psutil.Process(pid)


def still_trains(engine: Engine) -> bool:
    engine.open("t", RUN).result(60)
    found = engine.advance("t", View(panels=frozenset()), steps=7).result(60)
    engine.close("t")
    return found.step == 7


def test_it_tells_how_far_it_is(process_engine: ProcessEngine) -> None:
    made = process_engine.export(RUN, LONG, "csv")
    when_at_work(process_engine)
    deadline = time.monotonic() + 120
    while not (share := made.share):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert 0 < share < 1
    when_at_work(process_engine).kill()
    with pytest.raises(ConfigError, match="died"):
        made.result(60)


def test_both_engines_give_the_same_file(process_engine: ProcessEngine) -> None:
    for engine in (InlineEngine(), process_engine):
        made = engine.export(RUN, 30, "csv")
        assert made.result(60) == exported(RUN, 30, "csv")
        assert made.so_far is None
        assert engine.export(RUN, 30, "script").done()
        with pytest.raises(ConfigError, match="'exe' is not one of script"):
            engine.export(RUN, 30, "exe").result()
    assert process_engine._exports.files.pid() is None


def test_what_grows_is_seen_and_kept_when_it_is_stopped(process_engine: ProcessEngine) -> None:
    run = Run(config=ImageConfig(images=20, batch_size=10))
    made, waiting = (process_engine.export(run, 0, "more_data") for _ in range(2))
    deadline = time.monotonic() + 120
    while not (made.so_far and json.loads(made.so_far)["learners"]["svm"]["accuracy"]):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    for each in (waiting, made):
        each.stop()
    found = json.loads(made.result(60))
    assert len(found["learners"]["nearest"]["accuracy"][0]) == found["seeds"]
    assert found["learners"]["cnn"]["accuracy"] == []
    assert found["now"]
    assert waiting.cancelled()
    assert process_engine._exports.studies.pid() is None
    nothing = process_engine.export(RUN, LONG, "csv")
    when_at_work(process_engine)
    nothing.stop()
    with pytest.raises(ConfigError, match="Stopped"):
        nothing.result(60)


def test_it_stands_back_and_its_death_harms_nobody(
    process_engine: ProcessEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "NICENESS", NICENESS)
    long, next_one = process_engine.export(RUN, LONG, "csv"), process_engine.export(RUN, 30, "safetensors")
    maker = when_at_work(process_engine)
    assert still_trains(process_engine)
    assert maker.nice() == NICENESS > 0
    assert not long.done()
    maker.kill()
    with pytest.raises(ConfigError, match=r"made this file \(Metrics table\) died"):
        long.result(60)
    assert next_one.result(60) == exported(RUN, 30, "safetensors")
    assert still_trains(process_engine)


def test_what_takes_too_long_is_ended_with_a_way_out(process_engine: ProcessEngine) -> None:
    process_engine._exports.files.export_s = 3.0
    long = process_engine.export(RUN, LONG, "gif")
    maker = when_at_work(process_engine)
    with pytest.raises(ConfigError) as refused:
        long.result(60)
    assert "the 100,000,000 updates of this run again takes longer than the 3 seconds" in str(refused.value)
    assert "python -m playground export run.json --to gif --output run.gif" in str(refused.value)
    assert not maker.is_running()
    process_engine._exports.files.export_s = 60.0


def test_the_line_has_an_end(process_engine: ProcessEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_WAITING", 2)
    waiting = [process_engine.export(RUN, LONG, "csv") for _ in range(2)]
    with pytest.raises(ConfigError, match="2 files are in line"):
        process_engine.export(RUN, 30, "csv").result()
    assert waiting[1].cancel()
    when_at_work(process_engine).kill()
    with contextlib.suppress(ConfigError):
        waiting[0].result(60)
    assert process_engine.export(RUN, 30, "csv").result(60)


def test_shutdown_ends_it() -> None:
    engine = ProcessEngine(workers=1)
    under_way, waiting = engine.export(RUN, LONG, "csv"), engine.export(RUN, LONG, "csv")
    maker = when_at_work(engine)
    engine.shutdown()
    assert not maker.is_running()
    assert under_way.exception(60) is not None
    assert waiting.cancelled()
    assert engine.export(RUN, 30, "csv").exception(60) is not None


def test_it_ends_with_a_parent_that_is_killed() -> None:
    code = (
        "import time\n"
        "from tests.engine.test_exports import LONG, RUN, ProcessEngine\n"
        "engine = ProcessEngine(workers=1)\n"
        "engine.export(RUN, LONG, 'csv')\n"
        "while engine._exports.files.pid() is None: time.sleep(0.01)\n"
        "time.sleep(0.5)\n"
        "print(engine._exports.files.pid(), flush=True)\n"
        "time.sleep(60)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    maker = psutil.Process(int(parent.stdout.readline()))
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait(60)
    parent.stdout.close()
    _, alive = psutil.wait_procs([maker], timeout=60)
    assert alive == []
