"""Where runs live. ``Engine`` is the seam: nothing above it knows whether a run is in this process or another."""

from concurrent.futures import Future
from typing import Any, NamedTuple, Protocol

from playground.run import Edit, Run, Snapshot, View

GO_ON = "go_on"  # next for a call that stands still in the middle of something: in that worker, and no other


class Again(NamedTuple):
    """The answer of a worker's verb that has more to do than fits a slice: what to call next for the same answer."""

    verb: str
    arguments: tuple[Any, ...]


class Engine(Protocol):
    """Holds runs by id and trains them when asked. Every call returns at once; its result is a future.

    A call for a run that is not open gives KeyError; a refused value gives ConfigError. What takes long is done in
    slices: whoever else has something to do comes between two of them. Calls for one run are done in their order.
    """

    def open(self, run_id: str, run: Run, step: int | None = None) -> Future[None]:
        """Compute the run up to ``step`` (by default its last edit), and hold it until ``close``."""
        ...

    def prepare(self, run_id: str) -> Future[None]:
        """Make the run's first ``advance`` as fast as the others; for a moment when nobody waits."""
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
        """Read what ``view`` asks for; the run stays as it is."""
        ...

    def seek(self, run_id: str, step: Any, view: View, budget_s: float | None = None) -> Future[Snapshot]:
        """Go to another step of the run, back or forward as far as it has come, then observe.

        With a ``budget_s`` of seconds it may still be on the way then; the same call goes on.
        """
        ...

    def apply(self, run_id: str, target: str, value: Any) -> Future[Edit]:
        """Change a live setting or a parameter's element at the present step; edits that lay ahead of it are gone."""
        ...

    def sha256(self, run_id: str) -> Future[str]:
        """The hash of the run's parameters: equal hashes, equal networks."""
        ...

    def run(self, run_id: str) -> Run:
        """The run as a value: its configuration and the edits so far."""
        ...

    def export(self, run: Run, step: int, form: str) -> Future[bytes]:
        """``run`` at ``step`` as a file to take home, one of ``export.FORMS``: it need not be open. In its turn."""
        ...

    def export_share(self) -> float:
        """How much of the file that is being made now is done, from 0 to 1."""
        ...

    def close(self, run_id: str) -> None:
        """Forget the run and free its memory."""
        ...

    def devices(self) -> Future[dict[str, str]]:
        """The devices that can train, by name."""
        ...

    def tend(self) -> None:
        """Replace workers that use too much memory. Called every few seconds."""
        ...

    def shutdown(self) -> None:
        """End everything the engine started."""
        ...
