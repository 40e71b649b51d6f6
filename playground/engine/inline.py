"""The engine without worker processes: for tests, notebooks, and machines that cannot start any."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import Any, TypeVar

from playground.engine import Again, Making
from playground.engine.worker import Worker
from playground.export import exported
from playground.run import Edit, Run, Snapshot, View
from playground.settings import Settings

T = TypeVar("T")


class InlineEngine:
    """Does the work in the calling thread, one call at a time; every future is done when the call returns."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._worker = Worker()
        self._runs: dict[str, Run] = {}

    def open(self, run_id: str, run: Run, step: int | None = None) -> Future[None]:
        opened: Future[None] = self._called("open", run_id, run, None, step)
        if opened.exception() is None:
            self._runs[run_id] = run
        return opened

    def prepare(self, run_id: str) -> Future[None]:
        return self._called("prepare", run_id)

    def advance(
        self,
        run_id: str,
        view: View,
        *,
        steps: int | None = None,
        budget_s: float | None = None,
        until: int | None = None,
    ) -> Future[Snapshot]:
        return self._called("advance", run_id, view, steps, budget_s, until, receive=lambda answer: answer[0])

    def observe(self, run_id: str, view: View) -> Future[Snapshot]:
        return self._called("observe", run_id, view)

    def seek(self, run_id: str, step: Any, view: View, budget_s: float | None = None) -> Future[Snapshot]:
        return self._called("seek", run_id, step, view, budget_s)

    def apply(self, run_id: str, target: str, value: Any) -> Future[Edit]:
        def made(answer: tuple[Edit, int]) -> Edit:
            edit, after = answer
            self._runs[run_id] = self._runs[run_id].edited(edit, after)
            return edit

        return self._called("apply", run_id, target, value, receive=made)

    def sha256(self, run_id: str) -> Future[str]:
        return self._called("sha256", run_id)

    def run(self, run_id: str) -> Run:
        return self._runs[run_id]

    def export(self, run: Run, step: int, form: str, look: Settings | None = None) -> Making:
        made = Making(lambda _: None)
        try:
            with self._lock:
                grow = partial(setattr, made, "so_far")
                made.set_result(exported(run, step, form, quiet=True, look=look, grow=grow))
        except Exception as error:
            made.set_exception(error)
        return made

    def close(self, run_id: str) -> None:
        with self._lock:
            self._worker.close(run_id)
            self._runs.pop(run_id, None)

    def tend(self) -> None:
        pass  # there are no workers

    def devices(self) -> Future[dict[str, str]]:
        return self._called("devices")

    def shutdown(self) -> None:
        for run_id in list(self._runs):
            self.close(run_id)

    def _called(
        self, verb: str, *arguments: Any, receive: Callable[[Any], Any] = lambda answer: answer
    ) -> Future[Any]:
        """Make a call of the worker, slice by slice, releasing the lock between two slices."""

        def answer() -> Any:
            call = Again(verb, arguments)
            while True:
                with self._lock:
                    found = getattr(self._worker, call.verb)(*call.arguments)
                    if not isinstance(found, Again):
                        return receive(found)
                call = found

        return self._completed(answer)

    def _completed(self, call: Callable[[], T]) -> Future[T]:
        future: Future[T] = Future()
        try:
            future.set_result(call())
        except Exception as error:
            future.set_exception(error)
        return future
