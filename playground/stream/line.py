"""Places to train on a server, and the waiting line for them."""

import threading
from typing import Protocol


class Member(Protocol):
    """A page that trains or waits."""

    def wake(self) -> None:
        """Called when its number changed, from any thread and with locks held: it must not wait."""
        ...

    def end_turn(self) -> None:
        """Give up the place if the page has not been used for long."""
        ...


class Line:
    """First come, first served: the first ``places`` members train, the others wait."""

    def __init__(self, places: int) -> None:
        self.places = places
        self._members: list[Member] = []
        self._lock = threading.Lock()

    def join(self, member: Member) -> None:
        """Take a place, or join the end of the line; no effect on a member already in it."""
        with self._lock:
            if member not in self._members:
                self._members.append(member)

    def leave(self, member: Member) -> None:
        """Leave the place or the line; the members behind move up."""
        with self._lock:
            if member not in self._members:
                return
            index = self._members.index(member)
            self._members.remove(member)
            moved = self._members[max(index, self.places - 1) :]
        for each in moved:
            each.wake()

    def number(self, member: Member) -> int:
        """Returns 0 for a member that may train or is not in the line, 1 for the next, 2, …."""
        with self._lock:
            return max(0, self._members.index(member) + 1 - self.places) if member in self._members else 0

    def training(self) -> list[Member]:
        """Returns the members that have a place if others wait for one, else none."""
        with self._lock:
            return self._members[: self.places] if len(self._members) > self.places else []
