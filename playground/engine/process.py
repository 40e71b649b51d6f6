"""The engine of the web app: one worker process per core, each run pinned to one of them.

The standard library's process pool provides futures, ordered execution and crash detection. Each run has at most one
call in its worker's queue, for one slice; a call that needs more goes to the end of the queue, so slices are fair.
When a worker dies, its runs are rebuilt in a fresh one: from the last checkpoint, by the same updates, to the step
last seen.
"""

import contextlib
import gc
import logging
import os
import tempfile
import threading
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from playground.engine import GO_ON, Again, Making
from playground.engine.exports import EXPORT_S, Exports
from playground.engine.spawn import BareSpawnContext, follow_parent
from playground.run import Edit, Run, Snapshot, View
from playground.settings import Settings

WORKER_MB = 2000
MAX_REBUILDS = 3  # of one call; beyond that the run itself is assumed to crash its workers

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Record:
    """The parent's data to rebuild a run: its value, last checkpoint and last step."""

    run: Run
    worker: int
    generation: int = -1  # the generation of the worker that holds the run
    checkpoint: Mapping[str, Any] | None = None
    step: int | None = None
    furthest: int = 0
    line: "deque[_Call]" = field(default_factory=deque)  # the first one is with the worker


@dataclass(slots=True)
class _Call:
    """A call of a worker's verb; ``receive`` turns the worker's answer into the caller's.

    A call without a run goes to the first worker. ``first`` is the call that opens the run in its worker beforehand,
    if necessary. A call that ``stands`` is suspended in its worker and continues there; another worker repeats it.
    """

    run_id: str | None
    verb: str
    arguments: tuple[Any, ...]
    receive: Callable[[Any], Any]
    outcome: "Future[Any]"
    rebuilds: int = 0
    first: tuple[str, tuple[Any, ...]] | None = None
    stands: bool = False

    def goes_on(self, answer: Any) -> bool:
        """Take a worker's answer that is not the last one; returns whether it is that."""
        is_one = isinstance(answer, Again) or self.first is not None
        self.stands = isinstance(answer, Again) and answer.verb == GO_ON
        if isinstance(answer, Again) and not self.stands:
            if self.first:
                self.first = answer
            else:
                self.verb, self.arguments = answer
        elif not self.stands:
            self.first = None
        return is_one


class ProcessEngine:
    """Trains in ``workers`` processes (default: one per core); one that exceeds ``worker_mb`` megabytes is replaced.

    Exports are made in another process, each within ``export_s`` seconds.
    """

    def __init__(self, workers: int | None = None, worker_mb: int = WORKER_MB, export_s: float = EXPORT_S) -> None:
        self._worker_bytes = worker_mb * 10**6
        self._exports = Exports(export_s)
        count = workers or int(os.environ.get("PLAYGROUND_WORKERS", 0)) or os.cpu_count() or 1
        self._lock = threading.RLock()
        self._records: dict[str, _Record] = {}
        self._closed = False
        self._generations = [0] * count
        self._folder = tempfile.TemporaryDirectory(prefix="playground-", ignore_cleanup_errors=True)
        self._pools = [self._start_pool()[0] for _ in range(count)]
        self._renewing: set[int] = set()
        self._first_bytes: dict[int, int] = {}  # first measured memory of replacement workers; 0 before
        self._held: dict[int, list[_Call]] = {}  # calls that wait for a worker's replacement

    def open(self, run_id: str, run: Run, step: int | None = None) -> Future[None]:
        with self._lock:
            load = [0] * len(self._pools)
            for record in self._records.values():
                load[record.worker] += 1
            self._records[run_id] = _Record(run, worker=load.index(min(load)), step=step, furthest=step or 0)
        return self._call(run_id, "open", run, None, step)

    def prepare(self, run_id: str) -> Future[None]:
        return self._call(run_id, "prepare")

    def advance(
        self,
        run_id: str,
        view: View,
        *,
        steps: int | None = None,
        budget_s: float | None = None,
        until: int | None = None,
    ) -> Future[Snapshot]:
        record = self._records[run_id]

        def receive(answer: tuple[Snapshot, Mapping[str, Any] | None]) -> Snapshot:
            snapshot, checkpoint = answer
            record.step, record.furthest = snapshot.step, snapshot.info["furthest"]
            record.checkpoint = checkpoint or record.checkpoint
            return snapshot

        return self._call(run_id, "advance", view, steps, budget_s, until, receive=receive)

    def observe(self, run_id: str, view: View) -> Future[Snapshot]:
        return self._call(run_id, "observe", view)

    def seek(self, run_id: str, step: Any, view: View, budget_s: float | None = None) -> Future[Snapshot]:
        record = self._records[run_id]

        def receive(snapshot: Snapshot) -> Snapshot:
            record.step = snapshot.step
            return snapshot

        return self._call(run_id, "seek", step, view, budget_s, receive=receive)

    def apply(self, run_id: str, target: str, value: Any) -> Future[Edit]:
        record = self._records[run_id]

        def receive(answer: tuple[Edit, int]) -> Edit:
            edit, after = answer
            record.run = record.run.edited(edit, after)
            record.furthest = edit.step
            if record.checkpoint is not None and record.checkpoint["step"] > edit.step:
                record.checkpoint = None  # later than the edit, so no longer valid
            return edit

        return self._call(run_id, "apply", target, value, receive=receive)

    def sha256(self, run_id: str) -> Future[str]:
        return self._call(run_id, "sha256")

    def run(self, run_id: str) -> Run:
        return self._records[run_id].run

    def export(self, run: Run, step: int, form: str, look: Settings | None = None) -> Making:
        return self._exports.make(run, step, form, look)

    def close(self, run_id: str) -> None:
        with self._lock:
            record = self._records.pop(run_id, None)
            if record is None or self._closed:
                return
            waiting = _left(record)
            with contextlib.suppress(BrokenProcessPool, RuntimeError):  # a dead worker holds no runs
                closed = self._pools[record.worker].submit(_invoke, "close", run_id)
                closed.add_done_callback(lambda _: Path(self._folder.name, run_id).unlink(missing_ok=True))
        for call in waiting:
            call.outcome.set_exception(KeyError(run_id))

    def devices(self) -> Future[dict[str, str]]:
        return self._send(_Call(None, "devices", (), lambda answer: answer, Future()))

    def worker_pids(self) -> list[int]:
        """Returns the process ids of the workers, for monitoring."""
        return [pid for pool in self._pools for pid in pool._processes]

    def shutdown(self) -> None:
        with self._lock:
            self._closed = True
            waiting = [call for record in self._records.values() for call in _left(record)]
            self._records.clear()
        for call in waiting:
            call.outcome.set_exception(KeyError(call.run_id))
        self._exports.shutdown()
        for pool in self._pools:
            pool.shutdown(wait=True, cancel_futures=True)
        self._folder.cleanup()

    # Calls that survive the death of a worker

    def _call(
        self, run_id: str, verb: str, *arguments: Any, receive: Callable[[Any], Any] = lambda answer: answer
    ) -> Future[Any]:
        return self._send(_Call(run_id, verb, (run_id, *arguments), receive, Future()))

    def _send(self, call: _Call) -> Future[Any]:
        call.outcome.set_running_or_notify_cancel()  # callers cannot cancel it any more
        with self._lock:
            record = None if call.run_id is None else self._records.get(call.run_id)
            if record is not None:
                record.line.append(call)
                if record.line[0] is not call:
                    return call.outcome
        self._submit(call)
        return call.outcome

    def _submit(self, call: _Call) -> None:
        """Queue a call, or first the call that opens its run where the worker does not hold it."""
        with self._lock:
            record = None if call.run_id is None else self._records.get(call.run_id)
            if self._closed or (record is None and call.run_id is not None):
                call.outcome.set_exception(KeyError(call.run_id))
                return
            worker = 0 if record is None else record.worker
            if worker in self._held:
                self._held[worker].append(call)
                return
            generation = self._generations[worker]
            if record is not None and record.generation != generation:
                record.generation, call.stands = generation, False
                state = call.run_id, record.run, record.checkpoint, record.step, record.furthest
                call.first = None if call.verb == "open" else ("open", state)
            verb, arguments = call.first or (call.verb, call.arguments)
            if call.stands:
                verb, arguments = GO_ON, (call.run_id,)
            try:
                answer = self._pools[worker].submit(_invoke, verb, *arguments)
            except BrokenProcessPool as error:
                answer = Future()
                answer.set_exception(error)
        answer.add_done_callback(lambda done: self._settle(call, worker, generation, done))

    def _settle(self, call: _Call, worker: int, generation: int, done: "Future[Any]") -> None:
        error = KeyError(call.run_id) if done.cancelled() else done.exception()
        if isinstance(error, BrokenProcessPool) and call.rebuilds < MAX_REBUILDS and not self._closed:
            self._replace(worker, generation)
            call.rebuilds += 1
            self._submit(call)
        elif error is not None:
            self._let_next(call)
            call.outcome.set_exception(error)
        elif call.goes_on(answer := done.result()):
            self._submit(call)
        else:
            received = call.receive(answer)
            self._let_next(call)
            call.outcome.set_result(received)

    def _let_next(self, call: _Call) -> None:
        """Submit the run's next call after ``call`` is done."""
        with self._lock:
            record = None if call.run_id is None else self._records.get(call.run_id)
            if record is None or not record.line or record.line[0] is not call:
                return
            record.line.popleft()
            following = record.line[0] if record.line else None
        if following is not None:
            self._submit(following)

    def _replace(self, worker: int, generation: int) -> None:
        """Replace a dead worker by a fresh one, unless that has been done."""
        with self._lock:
            if self._generations[worker] == generation and not self._closed:
                self._put(worker, self._start_pool()[0])

    def _put(self, worker: int, pool: ProcessPoolExecutor) -> None:
        """Make ``pool`` the process of ``worker`` from now on."""
        self._pools[worker].shutdown(wait=False)
        self._pools[worker] = pool
        self._generations[worker] += 1

    # Replacing workers that use too much memory

    def tend(self) -> None:
        """Replace workers that use too much memory. Their runs continue in fresh ones from their current state."""
        with self._lock, contextlib.suppress(BrokenProcessPool, RuntimeError):  # dead ones are replaced anyway
            for worker, pool in enumerate(self._pools):
                weighed = pool.submit(_invoke, "memory_bytes")
                weighed.add_done_callback(partial(self._weigh, worker, self._generations[worker]))

    def _weigh(self, worker: int, generation: int, weighed: "Future[int]") -> None:
        if weighed.cancelled() or weighed.exception():
            return
        weight, enough = weighed.result(), self._worker_bytes
        with self._lock:
            if self._closed or self._generations[worker] != generation or worker in self._renewing:
                return
            if worker in self._first_bytes:  # its runs alone may need that much
                first = self._first_bytes[worker] = self._first_bytes[worker] or weight
                enough = max(enough, first * 3 // 2)
            if weight <= enough:
                return
            self._renewing.add(worker)
        log.info("worker %d has %d MB; a fresh one takes over", worker, weight / 1e6)
        fresh, warm = self._start_pool()
        warm.add_done_callback(lambda _: self._hand_over(worker, generation, fresh))

    def _hand_over(self, worker: int, generation: int, fresh: ProcessPoolExecutor) -> None:
        """Once the fresh worker is warm: hold new calls, and ask the old one for its runs' states."""
        with self._lock:
            self._renewing.discard(worker)
            if self._closed or self._generations[worker] != generation:
                fresh.shutdown(wait=False)
                return
            try:
                states = self._pools[worker].submit(_invoke, "states")
            except BrokenProcessPool as error:
                states = Future()
                states.set_exception(error)
            self._held[worker] = []
        states.add_done_callback(partial(self._take_over, worker, fresh))

    def _take_over(self, worker: int, fresh: ProcessPoolExecutor, states: "Future[Mapping[str, Any]]") -> None:
        with self._lock:
            found = {} if states.cancelled() or states.exception() else states.result()
            for run_id, state in found.items():
                if run_id in self._records:
                    self._records[run_id].checkpoint, self._records[run_id].step = state, state["step"]
            self._put(worker, fresh)
            self._first_bytes[worker] = 0
            held = self._held.pop(worker)
        for call in held:
            self._submit(call)

    def _start_pool(self) -> tuple[ProcessPoolExecutor, "Future[Any]"]:
        """Returns a fresh process, and a future that is done when it is warm."""
        arguments = (Path(self._folder.name),)
        pool = ProcessPoolExecutor(1, mp_context=BareSpawnContext(), initializer=_start_worker, initargs=arguments)
        return pool, pool.submit(_invoke, "devices")


def _left(record: _Record) -> list[_Call]:
    """Empty a closed run's queue. Returns the calls that are not with its worker yet."""
    waiting = list(record.line)[1:]
    record.line.clear()
    return waiting


_worker: Any = None  # in a worker process: its verbs


def _start_worker(folder: Path) -> None:
    global _worker
    follow_parent()
    from playground.engine.turns import Turns  # imported here to keep torch out of the parent
    from playground.engine.worker import Worker

    _worker = Turns(Worker(folder))
    _worker.call("warm_up")
    gc.collect()
    gc.freeze()


def _invoke(verb: str, *arguments: Any) -> Any:
    return _worker.call(verb, *arguments)
