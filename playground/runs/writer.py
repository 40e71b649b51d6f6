"""Writes in a background thread, so that no page waits for a disk or for another process."""

import logging
import threading
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")

log = logging.getLogger(__name__)


class Writer(Generic[T]):
    """Calls ``write`` with each added value, in the order of first addition; a failure is logged.

    Only the newest value of each key waits, so a database that does not answer delays at most one value a key.
    """

    def __init__(self, write: Callable[[T], None]) -> None:
        self._write = write
        self._waiting: dict[Hashable, T] = {}
        self._is_busy = self._is_over = False
        self._done = 0
        self._changed = threading.Condition()
        # A daemon: a blocked write must not delay the end of the process.
        threading.Thread(target=self._work, name="writer", daemon=True).start()

    def add(self, key: Hashable, value: T) -> None:
        """Queue ``value``, in place of any that waits under its ``key``. Never blocks."""
        with self._changed:
            self._waiting[key] = value
            self._changed.notify_all()

    def flush(self, patience_s: float) -> int:
        """Wait until all is written, or nothing was for ``patience_s``. Returns the number of values left."""
        with self._changed:
            while left := len(self._waiting) + self._is_busy:
                if not self._progresses(patience_s):
                    return left
            return 0

    def close(self, patience_s: float) -> int:
        """``flush``, and end the thread."""
        left = self.flush(patience_s)
        with self._changed:
            self._is_over = True
            self._waiting.clear()
            self._changed.notify_all()
        return left

    def _progresses(self, patience_s: float) -> bool:
        before = self._done
        return self._changed.wait_for(lambda: self._done > before, patience_s)

    def _work(self) -> None:
        while (value := self._next()) is not None:
            try:
                self._write(value)
            except Exception as error:  # one failed write must not stop the thread
                log.error("%s", error)
            with self._changed:
                self._is_busy = False
                self._done += 1
                self._changed.notify_all()

    def _next(self) -> T | None:
        """Wait for a value. Returns it, or None after ``close``."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._is_over)
            if self._is_over:
                return None
            self._is_busy = True
            return self._waiting.pop(next(iter(self._waiting)))
