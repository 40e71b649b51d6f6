"""A picture of every lab, from a small run that trains while someone views it. All visitors share these runs."""

import threading
import time
from concurrent.futures import Future
from functools import partial

from playground.engine import Engine
from playground.lab import LABS
from playground.run import Run, Snapshot, View
from playground.stream.thumbnail import png

SIDE_PX = 320
SLICE_S = 0.05  # training time between two pictures of a lab
EVERY_S = 1.0
LONGEST_S = 60.0  # training time after which a lab's run starts again
_PICTURE = View(panels=frozenset({"thumbnail"}))


class Gallery:
    """The newest picture of each lab. Runs train only when a picture is requested."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.RLock()  # an engine in this process answers within the call
        self._pictures: dict[str, bytes] = {}
        self._asked_at: dict[str, float] = {}
        self._trained_s: dict[str, float] = {}

    def picture(self, lab: str) -> bytes | None:
        """Returns the lab's newest picture as a PNG, or None before the first, and requests the next. Never waits."""
        now = time.monotonic()
        with self._lock:
            if now - self._asked_at.get(lab, -EVERY_S) >= EVERY_S:
                self._asked_at[lab] = now
                self._train(lab)
            return self._pictures.get(lab)

    def _train(self, lab: str) -> None:
        """Request a slice of the lab's run; start it anew where there is none or after ``LONGEST_S``."""
        run_id, trained_s = f"gallery {lab}", self._trained_s.get(lab)
        if trained_s is None or trained_s > LONGEST_S:
            card = LABS[lab]
            self._engine.open(run_id, Run(config=card.config_class(**card.small)), 0)
            self._trained_s[lab] = 0.0
            seen = self._engine.observe(run_id, _PICTURE)
        else:
            self._trained_s[lab] += SLICE_S
            seen = self._engine.advance(run_id, _PICTURE, budget_s=SLICE_S)
        seen.add_done_callback(partial(self._take, lab))

    def _take(self, lab: str, seen: "Future[Snapshot]") -> None:
        if seen.cancelled() or seen.exception() is not None:
            with self._lock:
                self._trained_s.pop(lab, None)  # the run is lost: the next request starts it anew
            return
        self._pictures[lab] = png(seen.result().arrays["thumbnail"], SIDE_PX)
