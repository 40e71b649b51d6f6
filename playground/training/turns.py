"""Work that stands still in the middle, for others to have their turn.

A worker does one thing after another, in slices that end between two updates (``slices.py``). Where what lies between
takes longer than a slice, such as one update of a thousand networks, it says ``give_way()`` between its parts. Each
call is made in a thread of its own, of which only one goes on at a time: nothing changes under anybody's hands.
"""

import threading
import time
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any

_thread = threading.local()


def give_way() -> None:
    """Stand still here if this call has had its slice, until it is its turn again. Does nothing outside a ``Turn``.

    For a place where the caller's own run is not in use by anybody else: what it has half done, nobody sees.
    """
    turn: Turn | None = getattr(_thread, "turn", None)
    if turn is not None and time.perf_counter() >= turn.ends_at:
        turn.stand()


class Unwanted(BaseException):
    """Ends a call that stands and is not to go on."""


class Turn:
    """A thread that makes one call after another, and stands still in it when ``slice_s`` seconds are over."""

    def __init__(self, slice_s: float) -> None:
        self.ends_at = 0.0
        self._slice_s = slice_s
        self._told: SimpleQueue[Callable[[], Any]] = SimpleQueue()
        self._said: SimpleQueue[tuple[bool, Any, BaseException | None]] = SimpleQueue()
        threading.Thread(target=self._work, daemon=True).start()

    def go_on(self, call: Callable[[], Any] = lambda: None) -> tuple[bool, Any]:
        """Make ``call``, or go on with the one that stands. Returns whether it is done, and its result.

        What the call raises is raised here."""
        self.ends_at = time.perf_counter() + self._slice_s
        self._told.put(call)
        is_done, result, error = self._said.get()
        if error is not None:
            raise error
        return is_done, result

    def end(self) -> None:
        """Let the call that stands end where it is."""
        self._told.put(_unwanted)
        self._said.get()

    def stand(self) -> None:
        """Within a call: wait for ``go_on``, or raise ``Unwanted``."""
        self._said.put((False, None, None))
        self._told.get()()

    def _work(self) -> None:
        _thread.turn = self
        while True:
            call = self._told.get()
            try:
                said: tuple[bool, Any, BaseException | None] = (True, call(), None)
            except BaseException as error:  # whoever asked shall see it
                said = (True, None, error)
            del call
            self._said.put(said)
            del said


def _unwanted() -> None:
    raise Unwanted
