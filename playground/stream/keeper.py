"""Stores the runs of one page for its user."""

import hashlib
import secrets
from concurrent.futures import Future
from dataclasses import replace

from playground.engine import Engine
from playground.kinds import ConfigError
from playground.run import Run, Snapshot, View
from playground.runs.store import Kept, Store, thinned
from playground.stream.thumbnail import png

SECRET_CHARACTERS = range(32, 65)
_PANELS = View(panels=frozenset({"thumbnail", "curves"}))


class Keeper:
    """Writes the page's run to ``store``, where there is one, once the page's user is known.

    ``kept_id`` is the current run's id in the store. It changes when the page switches to another run, or when an
    edit gives the run another future.
    """

    def __init__(self, store: Store | None, engine: Engine) -> None:
        self._store, self._engine = store, engine
        self.owner: str | None = None
        self.returning: bool | None = None
        self.kept_id = ""
        self._kept = (0, 0)  # stored step and number of edits

    def introduce(self, secret: object, returning: object = False) -> None:
        """Identify the user by a secret from their browser, of which only the hash is stored; ``returning``: whether
        they have visited before. Raises ConfigError."""
        if not isinstance(secret, str) or len(secret) not in SECRET_CHARACTERS or not secret.isascii():
            low, high = SECRET_CHARACTERS[0], SECRET_CHARACTERS[-1]
            raise ConfigError(f"visitor: a secret has {low} to {high} characters")
        self.owner, self.returning = hashlib.sha256(secret.encode()).hexdigest(), returning is True

    def begin(self, kept_id: str | None = None, step: int = 0, edits: int = 0) -> None:
        """Switch to another run; ``kept_id`` where the store has it, at ``step`` with ``edits`` edits."""
        self.kept_id = kept_id or secrets.token_hex(8)
        self._kept = step, edits

    def keep(self, run_id: str, run: Run, last: Snapshot) -> "Future[None] | None":
        """Store the run, whose newest snapshot is ``last``, if it is ahead of the stored one. Never waits; the
        future is done when the store has received it."""
        reached = last.step, last.info["edits"]
        if (
            self._store is None
            or self.owner is None
            or not run.config.is_single
            or last.step < max(1, last.info["furthest"])
        ):
            return None
        if last.step < self._kept[0] or reached == self._kept:
            return None
        self._kept = reached
        store, owner, kept_id = self._store, self.owner, self.kept_id
        handed_over: Future[None] = Future()

        def write(snapshot: Snapshot) -> None:
            curves = dict(zip(snapshot.info["columns"], thinned(snapshot.arrays["curves"]).T, strict=True))
            edits = run.edits[: snapshot.info["edits"]]
            kept = Kept(
                id=kept_id, owner=owner, name=run.config.title(), run=replace(run, edits=edits), step=snapshot.step,
                metrics=dict(snapshot.metrics), curves=curves, thumbnail=png(snapshot.arrays["thumbnail"]),
            )  # fmt: skip
            store.keep_later(kept)

        def done(seen: "Future[Snapshot]") -> None:
            try:
                if not seen.cancelled() and seen.exception() is None:
                    write(seen.result())  # else the run or its worker is gone
            finally:
                handed_over.set_result(None)

        self._engine.observe(run_id, _PANELS).add_done_callback(done)
        return handed_over
