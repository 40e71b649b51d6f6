"""Exports of runs as files, made during training.

Of files one at a time is made, and of studies one, each in a separate process with low priority and a time limit. So
workers never load matplotlib, scikit-learn, the ONNX exporter and the like, and the memory is freed afterwards.
"""

import contextlib
import logging
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from typing import Any

from playground.engine import Making
from playground.engine.spawn import BareSpawnContext, follow_parent
from playground.export import FORMS, exported
from playground.kinds import Choice, ConfigError
from playground.run import Run
from playground.settings import Settings

EXPORT_S = 120.0
STUDY_S = 1200.0  # for one that trains many networks
TELL_S = 0.1  # between two reports of how far it is
MOST_WAITING = 20
NICENESS = 10  # gets about a tenth of a core on which a worker trains; 19 would get almost nothing

log = logging.getLogger(__name__)


class Exports:
    """Makes forms of runs: files within ``export_s`` seconds, and in a line of their own the studies."""

    def __init__(self, export_s: float = EXPORT_S) -> None:
        self.files, self.studies = Line(export_s), Line(STUDY_S)

    def make(self, run: Run, step: int, form: str, look: Settings | None = None) -> Making:
        """Returns ``run`` at ``step`` as ``form``, one of ``FORMS``. The future fails with ConfigError for an unknown
        form, after the time limit, where too many wait, or where the process dies."""
        try:
            if FORMS[Choice(FORMS).check(form)].trains:
                return self._line(form).make(run, step, form, look)
            made = exported(run, step, form)
        except ConfigError as error:
            return _failed(error)
        done = _nothing()
        done.set_result(made)
        return done

    def shutdown(self) -> None:
        """Kill the running exports and drop the waiting ones."""
        for line in (self.files, self.studies):
            line.shutdown()

    def _line(self, form: str) -> "Line":
        return self.studies if FORMS[form].is_study else self.files


class Line:
    """Makes forms of runs, first come, first served, each within ``export_s`` seconds from its start."""

    def __init__(self, export_s: float) -> None:
        self.export_s = export_s
        self._queue = ThreadPoolExecutor(1, thread_name_prefix="export")
        self._lock = threading.Lock()
        self._line: set[Making] = set()
        self._made: Making | None = None  # the one whose process runs
        self._process: Any = None
        self._closed = False

    def make(self, run: Run, step: int, form: str, look: Settings | None = None) -> Making:
        """Returns a form that trains; see ``Exports.make``."""
        making = Making(self._end)
        try:
            with self._lock:
                if len(self._line) >= MOST_WAITING:
                    raise ConfigError(f"{MOST_WAITING} files are in line to be made on this server; try again soon")
                self._line.add(making)
            making.add_done_callback(self._leave)
            self._queue.submit(self._serve, making, run, step, form, look)
        except (ConfigError, RuntimeError) as error:  # RuntimeError: after a shutdown
            making.set_exception(error)
        return making

    def pid(self) -> int | None:
        """Returns the id of the running export's process."""
        process = self._process
        return None if process is None else process.pid

    def shutdown(self) -> None:
        """Kill the running export and drop the waiting ones."""
        with self._lock:
            self._closed, line = True, [*self._line]
        for making in line:
            making.stop()
        self._queue.shutdown(wait=True)

    def _leave(self, making: Any) -> None:
        with self._lock:
            self._line.discard(making)

    def _end(self, making: Making) -> None:
        """Kill the process of what is being made."""
        with self._lock:
            if self._made is making:
                self._process.kill()

    def _serve(self, making: Making, run: Run, step: int, form: str, look: Settings | None) -> None:
        """In the queue's thread: make what has not been cancelled meanwhile."""
        try:
            if making.set_running_or_notify_cancel():
                making.set_result(self._answered(making, run, step, form, look))
        except Exception as error:
            making.set_exception(error)

    def _answered(self, making: Making, run: Run, step: int, form: str, look: Settings | None) -> bytes:
        """Start a process and wait for its answer."""
        context = BareSpawnContext()
        receiver, sender = context.Pipe(duplex=False)
        with self._lock:
            if self._closed:
                raise ConfigError("the server is shutting down")
            process: Any = context.Process(target=_answer, args=(sender, run, step, form, look), daemon=True)
            self._made, self._process = making, process
            process.start()
            if making.is_stopped:  # just now
                process.kill()
        if hasattr(os, "setpriority"):  # set by the parent, so that it applies to the import of torch too
            with contextlib.suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, process.pid, NICENESS)
        sender.close()
        try:
            ends_at, answer = time.monotonic() + self.export_s, None
            while answer is None:
                if not receiver.poll(max(ends_at - time.monotonic(), 0.0)):
                    raise ConfigError(_too_long(step, form, self.export_s))
                making.share, grown, answer = receiver.recv()
                making.so_far = grown or making.so_far
            made, problem = answer
        except EOFError:
            if making.is_stopped:
                if making.so_far is None:
                    raise ConfigError("Stopped.") from None
                return making.so_far
            log.error("the process that made %s of a run died", form)
            raise ConfigError(f"The process that made this file ({FORMS[form].label}) died; try again.") from None
        finally:
            with self._lock:
                self._made = self._process = None
            process.kill()
            process.join()
            receiver.close()
        if problem is not None:
            raise ConfigError(problem)
        return bytes(made)


def _nothing() -> Making:
    """One that no process makes."""
    return Making(lambda _: None)


def _failed(error: Exception) -> Making:
    failed = _nothing()
    failed.set_exception(error)
    return failed


def _too_long(step: int, form: str, export_s: float) -> str:
    known = FORMS[form]
    file = f"--output run.{known.extension}"
    work = f"{known.label} of this run" if known.is_study else f"Computing the {step:,} updates of this run again"
    return (
        f"{work} takes longer than the {export_s:g} seconds that this "
        "server gives to a file. Save the run file, and on your own machine: "
        f"python -m playground export run.json --to {form} {file}"
    )


def _answer(sender: "Connection[Any, Any]", run: Run, step: int, form: str, look: Settings | None) -> None:
    """In the export's process: make the form and send (1, None, (form, None)) or (1, None, (None, error message));
    meanwhile report progress as (share, None, None), and what there is so far as (share, that, None)."""
    follow_parent()
    told_at, share = time.monotonic(), 0.0

    def tell(done: int, total: int) -> None:
        nonlocal told_at, share
        share = done / max(total, 1)
        if time.monotonic() - told_at > TELL_S:
            told_at = time.monotonic()
            sender.send((share, None, None))

    def grow(so_far: bytes) -> None:
        sender.send((share, so_far, None))

    try:
        made = exported(run, step, form, progress=tell, look=look, grow=grow)
        answer: tuple[bytes | None, str | None] = made, None
    except ConfigError as error:
        answer = None, str(error)
    except Exception:
        log.exception("%s of a run could not be made", form)
        answer = None, f"This file ({FORMS[form].label}) could not be made; the server's log says why."
    sender.send((1.0, None, answer))
