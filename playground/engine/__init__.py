"""The interface of engines, which hold and train runs, in this process or in others."""

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, NamedTuple, Protocol

from playground.run import Edit, Run, Snapshot, View
from playground.settings import Settings

GO_ON = "go_on"  # resumes a suspended call, only in the same worker


class Again(NamedTuple):
    """A worker's answer when a call needs more than a slice: the call that continues it."""

    verb: str
    arguments: tuple[Any, ...]


class Making(Future[bytes]):
    """A form of a run in the making. ``share`` says how much of it is done, from 0 to 1; of a study that grows there
    is some ``so_far``, which can be shown as what it is to be.
    """

    def __init__(self, end: "Callable[[Making], None]") -> None:
        super().__init__()
        self.share, self.is_stopped = 0.0, False
        self.so_far: bytes | None = None
        self._end = end

    def stop(self) -> None:
        """End it. The result is then what there is so far; without that the future fails."""
        self.is_stopped = True
        if not self.cancel():
            self._end(self)


class Engine(Protocol):
    """Holds runs by id and trains them when asked. Every call returns at once; its result is a future.

    A future fails with KeyError for a run that is not open, and with ConfigError for a refused value. Long calls are
    split into slices, between which calls for other runs are served. Calls for one run are served in order.
    """

    def open(self, run_id: str, run: Run, step: int | None = None) -> Future[None]:
        """Compute the run up to ``step`` (by default its last edit), and hold it until ``close``."""
        ...

    def prepare(self, run_id: str) -> Future[None]:
        """Warm up, so that the run's first ``advance`` is as fast as the others."""
        ...

    def advance(
        self,
        run_id: str,
        view: View,
        *,
        steps: int | None = None,
        budget_s: float | None = None,
        until: int | None = None,
    ) -> Future[Snapshot]:
        """Train for ``steps`` updates or about ``budget_s`` seconds, not beyond step ``until``; then observe."""
        ...

    def observe(self, run_id: str, view: View) -> Future[Snapshot]:
        """Read the panels of ``view``, without changing the run."""
        ...

    def seek(self, run_id: str, step: Any, view: View, budget_s: float | None = None) -> Future[Snapshot]:
        """Go to another step of the run, from 0 to its furthest, then observe.

        With a ``budget_s`` of seconds it may stop before ``step``; the same call continues.
        """
        ...

    def apply(self, run_id: str, target: str, value: Any) -> Future[Edit]:
        """Change a live setting or a parameter's element at the current step; later edits are discarded."""
        ...

    def sha256(self, run_id: str) -> Future[str]:
        """Returns the hash of the run's parameters: equal hashes, equal networks."""
        ...

    def run(self, run_id: str) -> Run:
        """Returns the run as a value: its configuration and the edits so far."""
        ...

    def export(self, run: Run, step: int, form: str, look: Settings | None = None) -> Making:
        """Returns ``run``, which need not be open, at ``step`` as a file in one of ``export.FORMS``; queued. ``look``
        is what the person looks at, for a form that ``looks``."""
        ...

    def close(self, run_id: str) -> None:
        """Forget the run and free its memory."""
        ...

    def devices(self) -> Future[dict[str, str]]:
        """Returns the devices that can train, by name."""
        ...

    def tend(self) -> None:
        """Replace workers that use too much memory. Called every few seconds."""
        ...

    def shutdown(self) -> None:
        """Stop everything that the engine started."""
        ...
