"""Writes in a thread of its own, so that no page waits for a disk, or for another process that writes."""

import logging
import threading
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")

log = logging.getLogger(__name__)


class Writer(Generic[T]):
    """Hands to ``write`` what was added, in the order of its keys; a failure is logged.

    Of one key only the newest waits, so that behind a database that does not answer no more waits than a value a key.
    """

    def __init__(self, write: Callable[[T], None]) -> None:
        self._write = write
        self._waiting: dict[Hashable, T] = {}
        self._is_busy = self._is_over = False
        self._done = 0
        self._changed = threading.Condition()
        # A daemon: the end of the process does not wait for a write that waits for others.
        threading.Thread(target=self._work, name="writer", daemon=True).start()

    def add(self, key: Hashable, value: T) -> None:
        """Write ``value`` soon, in place of what waits under its ``key``. Never waits."""
        with self._changed:
            self._waiting[key] = value
            self._changed.notify_all()

    def flush(self, patience_s: float) -> int:
        """Wait until all is written, or nothing was for ``patience_s``. Returns how much is not."""
        with self._changed:
            while left := len(self._waiting) + self._is_busy:
                if not self._is_getting_on(patience_s):
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

    def _is_getting_on(self, patience_s: float) -> bool:
        before = self._done
        return self._changed.wait_for(lambda: self._done > before, patience_s)

    def _work(self) -> None:
        while (value := self._next()) is not None:
            try:
                self._write(value)
            except Exception as error:  # whatever it is, the next one has its turn
                log.error("%s", error)
            with self._changed:
                self._is_busy = False
                self._done += 1
                self._changed.notify_all()

    def _next(self) -> T | None:
        """What is to be written next, as soon as there is something; None at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._is_over)
            if self._is_over:
                return None
            self._is_busy = True
            return self._waiting.pop(next(iter(self._waiting)))
