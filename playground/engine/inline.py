"""The engine without any other process: for tests, notebooks, and machines that cannot start worker processes."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

from playground.engine.worker import Worker
from playground.export import exported
from playground.run import Edit, Run, Snapshot, View

T = TypeVar("T")


class InlineEngine:
    """Does the work in the calling thread, one call at a time; every future is done when the call returns."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._worker = Worker()
        self._runs: dict[str, Run] = {}

    def open(self, run_id: str, run: Run, step: int | None = None) -> Future[None]:
        opened = self._completed(lambda: self._worker.open(run_id, run, step=step))
        if opened.exception() is None:
            self._runs[run_id] = run
        return opened

    def prepare(self, run_id: str) -> Future[None]:
        return self._completed(lambda: self._worker.prepare(run_id))

    def advance(
        self,
        run_id: str,
        view: View,
        *,
        steps: int | None = None,
        budget_s: float | None = None,
        until: int | None = None,
    ) -> Future[Snapshot]:
        return self._completed(lambda: self._worker.advance(run_id, view, steps, budget_s, until)[0])

    def observe(self, run_id: str, view: View) -> Future[Snapshot]:
        return self._completed(lambda: self._worker.observe(run_id, view))

    def seek(self, run_id: str, step: Any, view: View) -> Future[Snapshot]:
        return self._completed(lambda: self._worker.seek(run_id, step, view))

    def apply(self, run_id: str, target: str, value: Any) -> Future[Edit]:
        def made() -> Edit:
            edit, after = self._worker.apply(run_id, target, value)
            self._runs[run_id] = self._runs[run_id].edited(edit, after)
            return edit

        return self._completed(made)

    def sha256(self, run_id: str) -> Future[str]:
        return self._completed(lambda: self._worker.sha256(run_id))

    def run(self, run_id: str) -> Run:
        return self._runs[run_id]

    def export(self, run: Run, step: int, form: str) -> Future[bytes]:
        return self._completed(lambda: exported(run, step, form, quiet=True))

    def close(self, run_id: str) -> None:
        with self._lock:
            self._worker.close(run_id)
            self._runs.pop(run_id, None)

    def tend(self) -> None:
        pass  # there is nothing that grows

    def devices(self) -> Future[dict[str, str]]:
        return self._completed(self._worker.devices)

    def shutdown(self) -> None:
        for run_id in list(self._runs):
            self.close(run_id)

    def _completed(self, call: Callable[[], T]) -> Future[T]:
        future: Future[T] = Future()
        try:
            with self._lock:
                future.set_result(call())
        except Exception as error:
            future.set_exception(error)
        return future
