"""The runs that people have made, kept over a reload and a restart: one table, in SQLite or PostgreSQL.

A row is a run as a value, with its name, metrics, curves and thumbnail for the list. Each is written in one
transaction, so a crash never leaves half a row. Every row has an owner, and is shown to that owner only.
"""

import contextlib
import json
import logging
import math
import os
import sqlite3
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import platformdirs
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.exc import SQLAlchemyError

from playground.kinds import ConfigError, shown
from playground.lab import LABS
from playground.run import Run
from playground.runs import runfile
from playground.runs.frame import pack, unpack
from playground.runs.writer import Writer

NAME_CHARACTERS = 80
OFF = "off"
BUSY_S = 10  # longest wait for another process that writes
CLOSE_S = 3  # longest wait at shutdown while no write succeeds

log = logging.getLogger(__name__)

_metadata = sa.MetaData()
_runs = sa.Table(
    "runs",
    _metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),  # in the order of creation
    sa.Column("id", sa.String(32), nullable=False, unique=True),
    sa.Column("owner", sa.String(64), nullable=False, index=True),
    sa.Column("name", sa.String(NAME_CHARACTERS), nullable=False),
    sa.Column("pinned", sa.Boolean, nullable=False),
    sa.Column("run", sa.Text, nullable=False),  # a run file
    sa.Column("metrics", sa.Text, nullable=False),
    sa.Column("curves", sa.LargeBinary, nullable=False),  # a frame, or as in ``_old_curves``
    sa.Column("thumbnail", sa.LargeBinary, nullable=False),  # PNG
)
FRAME = b'{"columns"'  # after its length
OLD_COLUMNS = ("step", "epoch", "train_loss", "test_loss", "train_accuracy", "test_accuracy")

Curves = Mapping[str, NDArray[np.float32]]


class StoreError(Exception):
    """The store cannot be read or written now; the message is shown to the user."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A kept run of ``owner``; ``number`` increases with every new run.

    ``curves`` are its measurements, each (H,), by the names of the lab's columns: step, epoch, and its metrics.
    ``thumbnail`` is a PNG of the lab's small picture of it.
    """

    number: int = 0
    id: str
    owner: str
    name: str = ""
    pinned: bool = False
    run: Run
    step: int
    metrics: dict[str, float | None]
    curves: Curves
    thumbnail: bytes

    @property
    def title(self) -> str:
        """Its name. Where that is still the first one, and live changes have made another run of it: what it is now,
        and as what it began."""
        began = self.run.config.title()[:NAME_CHARACTERS]
        now = self.run.config_after(len(self.run.edits)).title()[:NAME_CHARACTERS]
        return self.name if self.name != began or now == began else f"{now}, began as {began}"


# Selected without type conversion, which would fail the whole query for one damaged row.
_COLUMNS = tuple(sa.type_coerce(column, sa.types.NULLTYPE).label(column.name) for column in _runs.columns)
_KINDS: dict[str, type | tuple[type, ...]] = {
    "id": str, "name": str, "run": str, "metrics": str, "pinned": int, "curves": bytes, "thumbnail": bytes,
}  # fmt: skip
# Locks the database while a process makes the table; several may start at once.
_LOCKS = {"sqlite": "BEGIN IMMEDIATE", "postgresql": "SELECT pg_advisory_xact_lock(8501)"}


class Store:
    """Runs by owner, at most ``most_each`` of one and ``most`` in all; beyond that the oldest unpinned is deleted.

    At most half of either may be pinned, so that there is always room for another run.
    """

    def __init__(self, url: str, most_each: int = 200, most: int = 100_000) -> None:
        """Open the database at a SQLAlchemy ``url``, and make its table. Raises StoreError."""
        self._most_each, self._most = most_each, most
        self._logged: set[Any] = set()  # ids of unreadable rows that are logged already
        try:
            is_sqlite = sa.make_url(url).get_backend_name() == "sqlite"
            options: dict[str, Any] = {"connect_args": {"timeout": BUSY_S}} if is_sqlite else {"pool_pre_ping": True}
            self._engine = sa.create_engine(url, **options)
            if is_sqlite:
                sa.event.listen(self._engine, "connect", _configure)
            _make_table(self._engine)
        except Exception as error:  # drivers raise errors of any type for an unusable address
            raise StoreError(f"runs cannot be kept: {_first_line(error)}") from error
        self._writer = Writer(self.keep)

    def keep(self, kept: Kept) -> None:
        """Insert a run, or update a kept one, whose name and pin stay. Raises StoreError."""
        values = {
            "run": runfile.write(kept.run, kept.step, carries=False),
            "metrics": json.dumps(kept.metrics),
            "curves": pack({"columns": list(kept.curves)}, {"rows": np.column_stack(list(kept.curves.values()))}),
            "thumbnail": kept.thumbnail,
        }
        with self._transaction() as connection:
            mine = (_runs.c.id == kept.id) & (_runs.c.owner == kept.owner)
            if connection.execute(sa.update(_runs).where(mine).values(**values)).rowcount:
                return
            whose = {"id": kept.id, "owner": kept.owner, "name": kept.name[:NAME_CHARACTERS], "pinned": kept.pinned}
            connection.execute(sa.insert(_runs).values(**whose, **values))
            self._make_room(connection, kept, _runs.c.owner == kept.owner, self._most_each)
            self._make_room(connection, kept, sa.true(), self._most)

    def keep_later(self, kept: Kept) -> None:
        """``keep`` in another thread; replaces a waiting write of the same run."""
        self._writer.add((kept.owner, kept.id), kept)

    def flush(self) -> None:
        """Wait until all pending writes are done, or none succeeds for ``BUSY_S``."""
        self._writer.flush(BUSY_S)

    def of(self, owner: str) -> list[Kept]:
        """Returns all runs of ``owner``: pinned ones first, each group newest first. Raises StoreError."""
        order = _runs.c.pinned.desc(), _runs.c.number.desc()
        with self._transaction() as connection:
            rows = connection.execute(sa.select(*_COLUMNS).where(_runs.c.owner == owner).order_by(*order)).all()
        return [kept for row in rows if (kept := self._readable(row)) is not None]

    def count(self, owner: str) -> int:
        """How many runs of ``owner`` there are, with those that cannot be read. Raises StoreError."""
        with self._transaction() as connection:
            query = sa.select(sa.func.count()).select_from(_runs).where(_runs.c.owner == owner)
            found: int = connection.execute(query).scalar_one()
            return found

    def get(self, owner: str, run_id: str) -> Kept | None:
        """Returns one run of ``owner``; None where no readable one has that id. Raises StoreError."""
        with self._transaction() as connection:
            row = connection.execute(sa.select(*_COLUMNS).where(_owned(owner, run_id))).first()
        return None if row is None else self._readable(row)

    def rename(self, owner: str, run_id: str, name: str) -> None:
        """Give a run a name of 1 to 80 characters. Raises ConfigError, StoreError."""
        name = " ".join(name.split())
        if not 0 < len(name) <= NAME_CHARACTERS:
            raise ConfigError(f"a name has 1 to {NAME_CHARACTERS} characters, not {len(name)}")
        with self._transaction() as connection:
            connection.execute(sa.update(_runs).where(_owned(owner, run_id)).values(name=name))

    def pin(self, owner: str, run_id: str, pinned: bool) -> None:
        """Pin or unpin a run: a pinned one is listed first and never deleted to make room.

        Raises ConfigError where half of the allowed runs are pinned, and StoreError.
        """
        with self._transaction() as connection:
            if pinned:
                others = _runs.c.pinned & ~_owned(owner, run_id)
                count = sa.select(sa.func.count()).select_from(_runs).where(others)
                most_each, most = self._most_each // 2, self._most // 2
                if connection.execute(count.where(_runs.c.owner == owner)).scalar_one() >= most_each:
                    raise ConfigError(f"at most {most_each:,} runs of a person are pinned; unpin one first")
                if connection.execute(count).scalar_one() >= most:
                    raise ConfigError(f"this server keeps no more than {most:,} pinned runs, and has them")
            connection.execute(sa.update(_runs).where(_owned(owner, run_id)).values(pinned=pinned))

    def delete(self, owner: str, run_id: str) -> None:
        """Delete a run. Raises StoreError."""
        with self._transaction() as connection:
            connection.execute(sa.delete(_runs).where(_owned(owner, run_id)))

    def close(self) -> None:
        """Finish pending writes, giving up when none succeeds for ``CLOSE_S``, and close the database."""
        if left := self._writer.close(CLOSE_S):
            log.error("the runs cannot be reached: %d of them are not kept as far as they had come", left)
        self._engine.dispose()

    def _readable(self, row: Any) -> Kept | None:
        """Returns a row as a run; None where it is damaged or from another version. Such a row is kept, and logged
        only once: a list is read every few seconds."""
        try:
            return _read(row)
        except (ConfigError, ValueError, OverflowError, RecursionError) as error:
            if row.id not in self._logged:
                log.warning("the kept run %s cannot be read: %s", row.id, error)
                self._logged.add(row.id)
            return None

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[sa.Connection]:
        """Yields a connection; commits at the end of the block, rolls back on an error. Raises StoreError."""
        try:
            with self._engine.begin() as connection:
                yield connection
        except (SQLAlchemyError, sqlite3.Error, OSError) as error:
            raise StoreError(f"the runs cannot be reached: {_first_line(error)}") from error

    @staticmethod
    def _make_room(connection: sa.Connection, new: Kept, where: sa.ColumnElement[bool], most: int) -> None:
        """Delete the oldest unpinned rows of ``where`` beyond ``most``, but not the ``new`` one."""
        count = connection.execute(sa.select(sa.func.count()).select_from(_runs).where(where)).scalar_one()
        if count <= most:
            return
        unpinned = sa.select(_runs.c.number).where(where, _runs.c.pinned == sa.false(), _runs.c.id != new.id)
        oldest = unpinned.order_by(_runs.c.number).limit(count - most).scalar_subquery()
        connection.execute(sa.delete(_runs).where(_runs.c.number.in_(oldest)))


def open_store(most_each: int, most: int) -> Store | None:
    """Returns the store at $PLAYGROUND_STORE, a SQLAlchemy URL or ``off``; by default a file in the user's folder.

    None where it is off or cannot be opened, which is logged: the app works without it.
    """
    url = os.environ.get("PLAYGROUND_STORE", "")
    if url == OFF:
        return None
    try:
        return Store(url or _default_url(), most_each, most)
    except StoreError as error:
        log.error("%s", error)
        return None


def thinned(rows: NDArray[np.float32], most: int = 200) -> NDArray[np.float32]:
    """Returns at most ``most`` of ``rows``, evenly spaced, including the first and the last."""
    chosen = np.unique(np.linspace(0, len(rows) - 1, min(most, len(rows))).round().astype(int))
    few: NDArray[np.float32] = rows[chosen]
    return few


def _default_url() -> str:
    try:
        folder = Path(platformdirs.user_data_dir("neural-playground", appauthor=False))
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except (OSError, RuntimeError) as error:
        raise StoreError(f"runs cannot be kept: {error}") from error
    return f"sqlite:///{folder / 'runs.sqlite'}"


def _make_table(engine: sa.Engine) -> None:
    """Make the table where there is none."""
    if sa.inspect(engine).has_table(_runs.name):
        return
    with engine.begin() as connection:
        if engine.dialect.name in _LOCKS:
            connection.exec_driver_sql(_LOCKS[engine.dialect.name])
        _metadata.create_all(connection)


def _configure(connection: sqlite3.Connection, _: Any) -> None:
    """Configure SQLite: readers never wait for a writer, commits survive a power cut, invalid UTF-8 is replaced."""
    connection.text_factory = lambda data: data.decode(errors="replace")
    until = time.monotonic() + BUSY_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            break
        except sqlite3.OperationalError:  # SQLite's own timeout does not cover two processes switching to WAL
            if time.monotonic() > until:
                raise
            time.sleep(0.02)
    connection.execute("PRAGMA synchronous=FULL")


def _owned(owner: str, run_id: str) -> sa.ColumnElement[bool]:
    return (_runs.c.owner == owner) & (_runs.c.id == run_id)


def _read(row: Any) -> Kept:
    """Returns a row as a run. Raises ConfigError, ValueError, OverflowError or RecursionError where it is damaged."""
    for name, kind in _KINDS.items():
        if not isinstance(getattr(row, name), kind):
            raise ValueError(f"its {name} is {shown(getattr(row, name))}")
    run, step, _ = runfile.read(row.run)
    metrics, curves = _metrics(run.lab, row.metrics), _curves(row.curves)
    return Kept(
        number=row.number, id=row.id, owner=row.owner, name=row.name, pinned=bool(row.pinned), run=run, step=step,
        metrics=metrics, curves=curves, thumbnail=row.thumbnail,
    )  # fmt: skip


def _metrics(lab: str, text: str) -> dict[str, float | None]:
    """Returns the metrics of a run of ``lab`` by name; None for one that is not finite. Raises ValueError."""
    metrics = json.loads(text)
    if not isinstance(metrics, dict) or {type(value) for value in metrics.values()} - {int, float, type(None)}:
        raise ValueError("its metrics are not numbers by name")
    numbers = {name: math.nan if value is None else float(value) for name, value in metrics.items()}
    found = {name: value if math.isfinite(value) else None for name, value in numbers.items()}
    for metric in LABS[lab].metrics:
        value = found.get(metric.name)
        if metric.unit == "share" and value is not None and not 0 <= value <= 1:
            raise ValueError(f"its {metric.name} is {value:g}, which is no share")
    return found


def _curves(data: bytes) -> Curves:
    """Returns the columns of a frame's ``rows`` (H, columns) by the names in its header. Raises ValueError."""
    if not data[4:].startswith(FRAME):
        return _old_curves(data)
    header, arrays = unpack(data)
    columns, rows = header.get("columns"), arrays.get("rows")
    if not isinstance(columns, list) or "epoch" not in columns or rows is None or rows.shape[1:] != (len(columns),):
        raise ValueError("its curves do not fit their columns")
    return dict(zip(map(str, columns), rows.T, strict=True))


def _old_curves(data: bytes) -> Curves:
    """Returns curves in the older format: float32 without a header, six columns a row. Raises ValueError."""
    if not data or len(data) % (4 * len(OLD_COLUMNS)):
        raise ValueError(f"its curves are {len(data)} bytes, which are no rows of {len(OLD_COLUMNS)} numbers")
    return dict(zip(OLD_COLUMNS, np.frombuffer(data, "<f4").reshape(-1, len(OLD_COLUMNS)).T, strict=True))


def _first_line(error: BaseException) -> str:
    return str(error).splitlines()[0][:200] if str(error) else type(error).__name__
