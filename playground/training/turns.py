"""Cooperative suspension of long calls, so that a worker can serve others.

A worker makes one call after another, in slices that end between two updates (``slices.py``). Work between two
updates that takes longer than a slice, such as one update of a thousand networks, calls ``give_way()`` between its
parts. Each call has its own thread, but only one thread runs at a time, so no data race is possible.
"""

import threading
import time
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any

_thread = threading.local()


def give_way() -> None:
    """Suspend this call if its slice is over, until it is resumed. No effect outside a ``Turn``.

    Call it only where no other call can use this call's run, which may be in an intermediate state.
    """
    turn: Turn | None = getattr(_thread, "turn", None)
    if turn is not None and time.perf_counter() >= turn.ends_at:
        turn.stand()


class Unwanted(BaseException):
    """Ends a suspended call that is no longer needed."""


class Turn:
    """A thread that makes one call after another, each suspended after ``slice_s`` seconds."""

    def __init__(self, slice_s: float) -> None:
        self.ends_at = 0.0
        self._slice_s = slice_s
        self._calls: SimpleQueue[Callable[[], Any]] = SimpleQueue()
        self._results: SimpleQueue[tuple[bool, Any, BaseException | None]] = SimpleQueue()
        threading.Thread(target=self._work, daemon=True).start()

    def go_on(self, call: Callable[[], Any] = lambda: None) -> tuple[bool, Any]:
        """Make ``call``, or resume the suspended one. Returns whether it is done, and its result.

        Raises the call's exception."""
        self.ends_at = time.perf_counter() + self._slice_s
        self._calls.put(call)
        is_done, result, error = self._results.get()
        if error is not None:
            raise error
        return is_done, result

    def end(self) -> None:
        """End the suspended call."""
        self._calls.put(_unwanted)
        self._results.get()

    def stand(self) -> None:
        """Within a call: suspend it until ``go_on``; raises ``Unwanted`` after ``end``."""
        self._results.put((False, None, None))
        self._calls.get()()

    def _work(self) -> None:
        _thread.turn = self
        while True:
            call = self._calls.get()
            try:
                result: tuple[bool, Any, BaseException | None] = (True, call(), None)
            except BaseException as error:  # raised again by ``go_on``
                result = (True, None, error)
            del call
            self._results.put(result)
            del result


def _unwanted() -> None:
    raise Unwanted
