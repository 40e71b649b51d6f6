"""Kept runs: whole or absent, whatever happens, each for its owner alone; in SQLite, and PostgreSQL where it is."""

import contextlib
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.kinds import ConfigError
from playground.labs.mlp.config import MLPConfig
from playground.run import Edit, Run
from playground.runs.frame import pack
from playground.runs.runfile import write
from playground.runs.store import OLD_COLUMNS, Kept, Store, StoreError, _read, open_store, thinned
from tests.browser import ROOT, free_port

POSTGRES = next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)), None)


@contextlib.contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """A PostgreSQL server of its own; → its URL. It refuses to run as root, hence another user."""
    assert POSTGRES is not None
    user = {"user": "postgres", "group": "postgres"} if os.geteuid() == 0 else {}
    data, port = Path("/tmp") / f"postgres-{folder.name}-{os.getpid()}", free_port()
    quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": "/tmp", **user}
    subprocess.run([POSTGRES / "initdb", "-D", data, "-A", "trust", "-U", "owner"], check=True, **quiet)
    options = ["-D", data, "-p", str(port), "-k", "", "-c", "listen_addresses=127.0.0.1"]
    server = subprocess.Popen([POSTGRES / "postgres", *options], **quiet)
    try:
        ready = [POSTGRES / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port)]
        while subprocess.run(ready, check=False).returncode:
            assert server.poll() is None
            time.sleep(0.1)
        yield f"postgresql+psycopg://owner@127.0.0.1:{port}/postgres"
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(20)
        shutil.rmtree(data, ignore_errors=True)


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("store")
    if request.param == "sqlite":
        yield f"sqlite:///{folder / 'runs.sqlite'}"
    elif POSTGRES is None:
        pytest.skip("there is no PostgreSQL")
    else:
        with postgres(folder) as address:
            yield address


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    made = Store(url, most_each=5, most=8)
    for owner in ("ann", "bob", "cy"):
        for kept in made.of(owner):
            made.delete(owner, kept.id)
    yield made
    made.close()


def kept(number: int, owner: str = "ann", **changes: Any) -> Kept:
    run = Run(config=MLPConfig(seed=number)).edited(Edit(step=3, target="learning_rate", value=0.1))
    columns = ("step", "epoch", "reward", "test_loss")
    curves = {name: np.array([i, i + 2.5, np.nan], np.float32) + number for i, name in enumerate(columns)}
    usual: dict[str, Any] = {
        "id": f"{owner}{number}", "owner": owner, "name": f"run {number}", "run": run, "step": 10 + number,
        "metrics": {"test_loss": 0.5, "test_accuracy": None}, "curves": curves, "thumbnail": b"\x89PNG" + bytes(9),
    }  # fmt: skip
    return Kept(**{**usual, **changes})


def ids(store: Store, owner: str = "ann") -> list[str]:
    return [each.id for each in store.of(owner)]


def test_what_is_kept_comes_back(store: Store) -> None:
    store.keep(kept(1))
    (back,) = store.of("ann")
    expected = kept(1)
    for name in ("id", "owner", "name", "pinned", "run", "step", "metrics", "thumbnail"):
        assert getattr(back, name) == getattr(expected, name)
    assert list(back.curves) == list(expected.curves)
    for name, values in expected.curves.items():
        assert np.array_equal(back.curves[name], values, equal_nan=True)
    assert store.get("ann", "ann1") is not None


def test_a_run_that_grows_stays_one_and_keeps_its_name_and_pin(store: Store) -> None:
    store.keep(kept(1))
    store.rename("ann", "ann1", "  My   best\nrun ")
    store.pin("ann", "ann1", True)
    store.keep(kept(1, step=99, name="other"))
    (back,) = store.of("ann")
    assert (back.name, back.pinned, back.step) == ("My best run", True, 99)


def test_newest_first_and_the_pinned_before(store: Store) -> None:
    for number in (1, 2, 3):
        store.keep(kept(number))
    store.pin("ann", "ann1", True)
    assert ids(store) == ["ann1", "ann3", "ann2"]
    store.pin("ann", "ann1", False)
    store.delete("ann", "ann2")
    assert ids(store) == ["ann3", "ann1"]


def test_nobody_reaches_anothers_runs(store: Store) -> None:
    store.keep(kept(1))
    store.rename("bob", "ann1", "stolen")
    store.pin("bob", "ann1", True)
    store.delete("bob", "ann1")
    assert store.of("bob") == []
    assert store.get("bob", "ann1") is None
    (back,) = store.of("ann")
    assert (back.name, back.pinned) == ("run 1", False)
    with pytest.raises(StoreError):
        store.keep(kept(1, id="ann1", owner="bob"))
    assert store.of("bob") == []


def test_the_oldest_unpinned_makes_room(store: Store) -> None:
    for number in range(5):
        store.keep(kept(number))
    store.pin("ann", "ann0", True)
    store.keep(kept(5))
    assert ids(store) == ["ann0", "ann5", "ann4", "ann3", "ann2"]
    for number in range(5):
        store.keep(kept(number, "bob"))
    assert ids(store) == ["ann0", "ann5", "ann4"]
    assert len(ids(store, "bob")) == 5


def test_half_of_what_is_kept_may_be_pinned(store: Store) -> None:
    for number in range(3):
        store.keep(kept(number))
    store.pin("ann", "ann0", True)
    store.pin("ann", "ann1", True)
    store.pin("ann", "ann1", True)  # again
    with pytest.raises(ConfigError, match="at most 2 runs of a person are pinned; unpin one first"):
        store.pin("ann", "ann2", True)
    store.pin("ann", "ann0", False)
    store.pin("ann", "ann2", True)
    assert [each.id for each in store.of("ann") if each.pinned] == ["ann2", "ann1"]


def test_who_pins_all_they_can_takes_nobody_s_room(store: Store) -> None:
    """The store holds eight runs: pins of any number of names leave room for those of others."""
    for owner in ("ann", "bob", "cy"):
        for number in range(3):
            store.keep(kept(number, owner))
    for owner in ("ann", "bob"):
        for number in (1, 2):
            store.pin(owner, f"{owner}{number}", True)
    with pytest.raises(ConfigError, match="no more than 4 pinned runs, and has them"):
        store.pin("cy", "cy1", True)
    for number in (7, 8, 9):
        store.keep(kept(number, "cy"))
        assert ids(store, "cy")[0] == f"cy{number}"
    assert ids(store, "cy") == ["cy9", "cy8", "cy7", "cy2"]


def test_a_new_run_is_there_even_where_all_others_are_pinned(url: str, store: Store) -> None:
    for number in range(4):
        store.keep(kept(number))
    for number in (0, 1):
        store.pin("ann", f"ann{number}", True)
    with contextlib.closing(Store(url, most_each=2, most=2)) as smaller:  # as the operator has set it since
        smaller.keep(kept(9))
        assert ids(smaller) == ["ann1", "ann0", "ann9"]


def test_a_title_says_what_live_changes_have_made_of_a_run() -> None:
    edits = Edit(step=3, target="learning_rate", value=0.1), Edit(step=5, target="hidden_sizes", value=(4, 3))
    run = Run(config=MLPConfig(dataset="xor"), edits=(*edits, Edit(step=7, target="dataset", value="gauss")))
    found = kept(1, run=run, name="XOR 2-4-2-1")
    assert found.title == "Gaussian 2-4-3-1, began as XOR 2-4-2-1"
    assert kept(1, run=replace(run, edits=edits[:1]), name="XOR 2-4-2-1").title == "XOR 2-4-2-1"
    assert kept(1, run=run, name="mine").title == "mine", "a name of one's own stays"


@pytest.mark.parametrize("name", ["", "  ", "x" * 81])
def test_a_name_has_its_length(store: Store, name: str) -> None:
    store.keep(kept(1))
    with pytest.raises(ConfigError, match="a name has 1 to 80 characters, not"):
        store.rename("ann", "ann1", name)


def test_text_is_data(store: Store) -> None:
    evil = "'; DROP TABLE runs; --"
    store.keep(kept(1, evil, id=evil))
    store.rename(evil, evil, evil)
    (back,) = store.of(evil)
    assert (back.owner, back.id, back.name) == (evil, evil, evil)
    store.delete(evil, evil)
    assert store.of(evil) == []


FRAMED = pack({"columns": ["step", "epoch", "reward"]}, {"rows": np.zeros((4, 3), np.float32)})
DAMAGED = [
    ("run", b"\xff", "its run is b'"),
    ("run", 7, "its format is not"),
    ("run", write(kept(1).run, 1).replace('"noise": 0.0', '"noise": 1' + "0" * 400), "noise: 1000"),
    ("thumbnail", "a picture", "its thumbnail is 'a picture'"),
    ("thumbnail", 10**12, "its thumbnail is 1000000000000"),
    ("metrics", b"{}", "its metrics is b'{}'"),
    ("metrics", '{"test_loss": 1' + "0" * 400 + "}", "int too large"),
    ("metrics", '{"test_loss": 1' + "0" * 5000 + "}", "4300 digits"),
    ("metrics", '{"test_accuracy": 1e300}', "its test_accuracy is 1e+300, which is no share"),
    ("metrics", '{"test_accuracy": -0.1}', "its test_accuracy is -0.1, which is no share"),
    ("curves", "a line", "its curves is 'a line'"),
    ("curves", 10**12, "its curves is 1000000000000"),
    ("curves", FRAMED[:4] + FRAMED[4:].replace(b"[4, 3]", b"[4, -3]"), ""),
    ("run", '{"format": "from the future"}', "playground"),
    ("metrics", '{"test_loss": 0.', "Expecting"),
    ("metrics", "[0.5, 0.25]", "not numbers by name"),
    ("metrics", '{"test_loss": "small"}', "not numbers by name"),
    ("metrics", "[" * 10**5, "recursion"),
    ("curves", b"", "0 bytes"),
    ("curves", bytes(4 * 5 * 5), "100 bytes, which are no rows of 6 numbers"),
    ("curves", FRAMED[:-8], "buffer is smaller"),
    ("curves", FRAMED[:30], ""),
    ("curves", pack({"columns": ["step", "epoch"]}, {"rows": np.zeros((4, 3), np.float32)}), "do not fit"),
    ("curves", pack({"columns": ["step"]}, {"rows": np.zeros((4, 1), np.float32)}), "do not fit"),
    ("curves", pack({"columns": ["step", "epoch"]}, {"other": np.zeros((4, 2), np.float32)}), "do not fit"),
    ("curves", pack({"columns": 2}, {"rows": np.zeros((4, 2), np.float32)}), "do not fit"),
]


def overwritten(file: Path, column: str, value: Any) -> None:
    """Damage one of two rows; SQLite takes bytes for text and text for bytes."""
    with contextlib.closing(sqlite3.connect(file)) as connection, connection:
        connection.execute(f"UPDATE runs SET {column} = ? WHERE id = 'ann1'", (value,))
        assert connection.execute("SELECT count(*) FROM runs").fetchone() == (2,)


@pytest.mark.parametrize(("column", "value", "reason"), DAMAGED)
def test_a_damaged_row_is_left_out_and_logged(
    column: str, value: Any, reason: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "runs.sqlite"
    with contextlib.closing(Store(f"sqlite:///{file}")) as store:
        store.keep(kept(1))
        store.keep(kept(2))
        overwritten(file, column, value)
        assert ids(store) == ["ann2"]
        assert store.get("ann", "ann1") is None
        assert (store.count("ann"), store.count("bob")) == (2, 0)
        assert caplog.text.count("the kept run ann1 cannot be read") == 1
        assert reason in caplog.text
        store.keep(kept(1))  # it trains on, and is whole again
        assert ids(store) == ["ann2", "ann1"]


@pytest.mark.parametrize(
    ("column", "value"), [("name", b"ann"), ("pinned", "yes"), ("pinned", b"\x01"), ("pinned", 0.5)]
)
def test_a_damaged_row_that_keeping_does_not_mend_is_left_out_too(
    column: str, value: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "runs.sqlite"
    with contextlib.closing(Store(f"sqlite:///{file}")) as store:
        store.keep(kept(1))
        store.keep(kept(2))
        overwritten(file, column, value)
        assert ids(store) == ["ann2"]
        assert f"the kept run ann1 cannot be read: its {column} is " in caplog.text


def test_text_that_is_no_text_spoils_its_row_alone(tmp_path: Path) -> None:
    file = tmp_path / "runs.sqlite"
    with contextlib.closing(Store(f"sqlite:///{file}")) as store:
        store.keep(kept(1))
        store.keep(kept(2))
        with contextlib.closing(sqlite3.connect(file)) as connection, connection:
            connection.execute("UPDATE runs SET run = CAST(x'ff7b' AS TEXT) WHERE id = 'ann1'")
        assert ids(store) == ["ann2"]


@settings(max_examples=200, deadline=None)
@given(data=st.binary(max_size=120), at=st.integers(0, len(FRAMED)), of_frame=st.booleans())
def test_no_bytes_in_the_place_of_curves_break_the_list(data: bytes, at: int, of_frame: bool) -> None:
    """Anything at all, or a frame of which a part is overwritten."""
    value = FRAMED[:at] + data + FRAMED[at + len(data) :] if of_frame else data
    row = SimpleNamespace(
        number=1, id="ann1", owner="ann", name="", pinned=False, run=write(kept(1).run, 11),
        metrics="{}", curves=value, thumbnail=b"",
    )  # fmt: skip
    try:
        back = _read(row)
    except ValueError:
        return
    assert {len(values) for values in back.curves.values()} == {len(back.curves["epoch"])}


def test_curves_from_before_they_named_their_columns_are_read(tmp_path: Path) -> None:
    file, rows = tmp_path / "runs.sqlite", np.arange(30, dtype="<f4").reshape(5, 6)
    rows[:, 5] = np.nan
    with contextlib.closing(Store(f"sqlite:///{file}")) as store:
        store.keep(kept(1))
        store.keep(kept(2))
        overwritten(file, "curves", rows.tobytes())
        back = store.get("ann", "ann1")
    assert back is not None
    assert tuple(back.curves) == OLD_COLUMNS
    assert np.array_equal(np.stack(list(back.curves.values()), axis=1), rows, equal_nan=True)


def test_curves_are_thinned_evenly() -> None:
    rows = np.arange(6000, dtype=np.float32).reshape(1000, 6)
    few = thinned(rows, 50)
    assert few.shape == (50, 6)
    assert (few[0, 0], few[-1, 0]) == (0, 5994)
    assert np.array_equal(thinned(rows[:7], 50), rows[:7])


WRITER = """
import sys
from playground.runs.store import Store
from tests.runs.test_store import kept
store = Store(sys.argv[1], most_each=10**6, most=10**6)
number = int(sys.argv[2])
while True:
    store.keep(kept(number, thumbnail=bytes([number % 256]) * 200_000))
    store.keep(kept(number, step=number + 1000, thumbnail=bytes([number % 256]) * 200_000))
    print(number, flush=True)
    number += 1
"""


@pytest.mark.usefixtures("store")  # empties it first: a slow writer may not get to what a test before has left
def test_kill_9_leaves_every_run_whole_or_absent(url: str) -> None:
    """Writers are killed at any moment; what one has said is written is there, and nothing is half."""
    reader = Store(url, most_each=10**6, most=10**6)
    first, said = 0, set()
    for delay_s in (0.0, 0.013, 0.031, 0.05, 0.002):
        command = [sys.executable, "-c", WRITER, url, str(first)]
        writer = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert writer.stdout is not None
        said.add(int(writer.stdout.readline()))
        time.sleep(delay_s)
        writer.kill()
        said |= {int(line) for line in writer.stdout.read().split()}
        writer.wait()
        writer.stdout.close()
        found = {each.run.config.seed: each for each in reader.of("ann")}  # type: ignore[attr-defined]
        assert said <= set(found)
        for number, each in found.items():
            assert each.step in ((number + 1000,) if number in said else (number + 10, number + 1000))
            assert each.thumbnail == bytes([number % 256]) * 200_000
        first = max(found) + 1
    for each in reader.of("ann"):
        reader.delete("ann", each.id)
    reader.close()


STARTER = """
import sys
from playground.runs.store import Store
from tests.runs.test_store import kept
print("ready", flush=True)
for place in sys.stdin:
    store = Store(place.strip())
    store.keep(kept(int(sys.argv[1])))
    store.close()
    print("kept", flush=True)
"""


@pytest.mark.usefixtures("store")  # empties it first
def test_processes_that_start_at_once_on_an_empty_database_all_keep(url: str, tmp_path: Path) -> None:
    commands = [[sys.executable, "-c", STARTER, str(number)] for number in range(4)]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "cwd": ROOT}
    starters = [subprocess.Popen(command, **pipes) for command in commands]

    def all_say(word: str) -> None:
        for starter in starters:
            assert starter.stdout is not None
            assert starter.stdout.readline().strip() == word

    all_say("ready")
    for round_number in range(3):
        if url.startswith("sqlite"):
            place = f"sqlite:///{tmp_path / str(round_number)}.sqlite"
        else:
            place = url
            with contextlib.closing(sa.create_engine(url).connect()) as connection, connection.begin():
                connection.exec_driver_sql("DROP TABLE runs")
        for starter in starters:
            assert starter.stdin is not None
            starter.stdin.write(f"{place}\n")
            starter.stdin.flush()
        all_say("kept")
        with contextlib.closing(Store(place)) as store:
            assert len(ids(store)) == len(starters)
    for starter in starters:
        starter.communicate()
        assert starter.returncode == 0


@contextlib.contextmanager
def locked(file: Path) -> Iterator[None]:
    """Another process writes, and does not come to an end."""
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


class TestWhileTheDatabaseIsLocked:
    def test_the_end_waits_once_and_not_for_every_write(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("playground.runs.store.CLOSE_S", 0.2)
        store = Store(f"sqlite:///{tmp_path / 'runs.sqlite'}")
        with locked(tmp_path / "runs.sqlite"):
            for number in range(20):
                store.keep_later(kept(number))
            started = time.monotonic()
            store.close()
            assert time.monotonic() - started < 2
        assert "20 of them are not kept as far as they had come" in caplog.text

    def test_of_a_run_that_grows_only_the_newest_waits(self, tmp_path: Path) -> None:
        store = Store(f"sqlite:///{tmp_path / 'runs.sqlite'}")
        with locked(tmp_path / "runs.sqlite"):
            for step in range(1000, 1100):
                store.keep_later(kept(1, step=step))
                store.keep_later(kept(2, step=step))
            assert len(store._writer._waiting) <= 2
        store.flush()
        assert [(each.id, each.step) for each in store.of("ann")] == [("ann2", 1099), ("ann1", 1099)]
        store.close()

    def test_a_reader_does_not_wait(self, tmp_path: Path) -> None:
        with contextlib.closing(Store(f"sqlite:///{tmp_path / 'runs.sqlite'}")) as store:
            store.keep(kept(1))
            with locked(tmp_path / "runs.sqlite"), contextlib.closing(Store(str(store._engine.url))) as other:
                assert ids(store) == ids(other) == ["ann1"]


class TestWithoutAStore:
    def test_off(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PLAYGROUND_STORE", "off")
        assert open_store(5, 5) is None

    @pytest.mark.parametrize(
        "url",
        [
            "nonsense",
            "sqlite:////proc/none/runs.sqlite",
            "sqlite:///x?timeout=soon",
            "sqlite:///x?no_such_option=1",
            "oracle9://x",
            "postgresql+psycopg://127.0.0.1:9/x",
            "postgresql+psycopg://127.0.0.1:port/x",
            "postgresql+psycopg://127.0.0.1:99999999/x",
            "postgresql+psycopg://[::1/x",
        ],
    )
    def test_one_that_cannot_be_opened_is_said(
        self, url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        monkeypatch.setenv("PLAYGROUND_STORE", url)
        assert open_store(5, 5) is None
        assert "runs cannot be kept" in caplog.text

    def test_a_damaged_file_is_said(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "runs.sqlite").write_bytes(b"this is not a database" * 99)
        with pytest.raises(StoreError, match="not a database"):
            Store(f"sqlite:///{tmp_path / 'runs.sqlite'}")

    def test_the_default_is_a_file_of_the_user(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("PLAYGROUND_STORE")
        monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
        store = open_store(5, 5)
        assert store is not None
        store.close()
        (file,) = tmp_path.rglob("runs.sqlite")
        assert file.parent.stat().st_mode & 0o777 == 0o700
