"""A run as one HTML page that plays it: moments of the run, and the stage with a player in the place of a server.

The page holds all it needs and asks no network for anything. Its moments are the frames that the live page gets
(``runs/frame.py``); its JavaScript is that of the stage's, in one text (``modules.py``).
"""

import base64
import html
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from string import Template

import numpy as np
from numpy.typing import NDArray

from playground.export.modules import PACKAGE, bundle, name_of
from playground.lab import LABS
from playground.run import Run, Snapshot, View
from playground.runs.frame import pack
from playground.runs.replay import Progress, moments
from playground.runs.runfile import write
from playground.runs.timeline import MOST_MARKS

STAGE, PLAYER = PACKAGE / "stage", "stage/player.js"
MOMENTS = 110  # beside those of edits
LOSSES = 360  # more points of the loss curves, evenly over the run
HOLD = 25  # moments for which the drawn neurons of a large layer stay the same


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """What was seen of a run: ``moments`` by ascending step, ``losses`` (H, 3) as step, training loss, test loss, and
    why the training stopped by itself, where it did."""

    moments: Sequence[Snapshot]
    losses: NDArray[np.float32]
    notice: str | None

    def frames(self) -> list[bytes]:
        """The moments as packed frames, each in view of the whole run."""
        last = self.moments[-1]
        frames = []
        for moment in self.moments:
            header = {
                "run": moment.run_id,
                "step": moment.step,
                "epoch": moment.epoch,
                "metrics": moment.metrics,
                "notice": self.notice if moment is last else None,
                **moment.info,
                "furthest": last.step,
            }
            history = {"history": self.losses} if "history" in moment.arrays else {}
            frames.append(pack(header, {**moment.arrays, **history}))
        return frames


def recording(run: Run, step: int, progress: Progress | None = None) -> str:
    """The page that plays ``run`` from its start to ``step``. It computes the run again."""
    picture = LABS[run.lab].picture
    seen = record(run, step, progress)
    frames = seen.frames()
    packed = zlib.compress(b"".join(struct.pack("<I", len(frame)) + frame for frame in frames), 9)
    return Template((STAGE / "player.html").read_text("utf-8")).substitute(
        title=html.escape(run.config.title()),
        numbers=html.escape(_numbers(seen.moments[-1])),
        moments=len(frames),
        style=(STAGE / "stage.css").read_text("utf-8"),
        modules=bundle("document.baseURI", PLAYER, picture).replace("</script", "<\\/script"),
        player=name_of(PLAYER),
        picture=name_of(picture),
        run=write(run, step).replace("<", "\\u003c"),  # the same JSON, which cannot end its element
        frames=base64.b64encode(packed).decode(),
    )


def record(run: Run, step: int, progress: Progress | None = None) -> Recording:
    """Compute ``run`` up to ``step`` again and look at it on the way."""
    stops = moment_steps(run, step)
    found: list[Snapshot] = []
    losses = []
    draws = None
    for timeline in moments(run, sorted({*stops, *(round(step * i / LOSSES) for i in range(LOSSES))}), progress):
        experiment = timeline.experiment
        metrics = experiment.metrics()
        losses.append((timeline.step, metrics["train_loss"], metrics["test_loss"]))
        is_new = not found or found[-1].step < timeline.step
        if not is_new or (timeline.step not in stops and experiment.notice is None):
            continue
        drawn = [edit.target for edit in run.edits[: experiment.edits]].count("data_seed")
        panels = {"stage"} if drawn == draws else {"stage", "scene"}  # other points are another scene
        shown = found[-1].info["shown"] if len(found) % HOLD else None
        found.append(timeline.observe("recording", View(panels=frozenset(panels), shown=shown)))
        draws = drawn
    return Recording(moments=found, losses=np.array(losses, np.float32), notice=experiment.notice)


def moment_steps(run: Run, step: int) -> set[int]:
    """The steps of a recording up to ``step``: closest together at the start, where most happens; and those of the
    edits that the timeline marks."""
    edits = [edit.step for edit in run.edits if edit.step <= step]
    return {round(step * (i / MOMENTS) ** 2) for i in range(MOMENTS + 1)} | set(edits[-MOST_MARKS:])


def _numbers(moment: Snapshot) -> str:
    """Where the run has come to."""
    metrics = moment.metrics
    losses = [
        f"{name} loss {_loss(metrics[key])}" for name, key in (("training", "train_loss"), ("test", "test_loss"))
    ]
    right = metrics.get("test_accuracy")
    accuracy = [] if right is None else [f"{right:.1%} of the test points right"]
    return f"{moment.step:,} updates, {moment.epoch:,.1f} epochs: " + ", ".join([*losses, *accuracy])


def _loss(value: float | None) -> str:
    if value is None:
        return "not finite"
    return f"{value:.4f}" if value < 1000 else f"{value:.2e}"
