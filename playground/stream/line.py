"""Places to train on a server, and the line of those who wait for one."""

import threading
from typing import Protocol


class Member(Protocol):
    """Whoever trains or waits."""

    def wake(self) -> None:
        """Its number has changed. May be called from any thread, with locks held: it must not wait."""
        ...

    def end_turn(self) -> None:
        """Give up the place if it has been held for long and without need."""
        ...


class Line:
    """First come, first served: the first ``places`` members train, the others wait."""

    def __init__(self, places: int) -> None:
        self.places = places
        self._members: list[Member] = []
        self._lock = threading.Lock()

    def join(self, member: Member) -> None:
        """Take a place, or stand at the end of the line; who is in already stays where they are."""
        with self._lock:
            if member not in self._members:
                self._members.append(member)

    def leave(self, member: Member) -> None:
        """Give up the place, or the wait for it; everyone behind moves up."""
        with self._lock:
            if member not in self._members:
                return
            index = self._members.index(member)
            self._members.remove(member)
            moved = self._members[max(index, self.places - 1) :]
        for each in moved:
            each.wake()

    def number(self, member: Member) -> int:
        """0 for who may train, 1 for who is next, 2, …; 0 also for who is not in it."""
        with self._lock:
            return max(0, self._members.index(member) + 1 - self.places) if member in self._members else 0

    def training(self) -> list[Member]:
        """Who has a place, while somebody waits for one; else nobody."""
        with self._lock:
            return self._members[: self.places] if len(self._members) > self.places else []
