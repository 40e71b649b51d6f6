"""A run as one HTML page that plays it: moments of the run, and the stage with a player instead of a server.

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

from playground.export.modules import PACKAGE, bundle, name_of, styles
from playground.lab import LABS, said
from playground.run import Run, Snapshot, View
from playground.runs.frame import pack
from playground.runs.replay import Progress, moments
from playground.runs.runfile import write
from playground.runs.timeline import MOST_MARKS

STAGE, PLAYER = PACKAGE / "stage", "stage/player.js"
MOMENTS = 110  # without those of edits
POINTS = 360  # more points of the curves, evenly over the run
HOLD = 25  # moments for which a picture keeps its own choice of content


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """The recorded data of a run: ``moments`` by ascending step, ``curves`` (H, columns) in the lab's columns, and
    a ``notice`` if training stopped early."""

    moments: Sequence[Snapshot]
    curves: NDArray[np.float32]
    notice: str | None

    def frames(self) -> list[bytes]:
        """Returns the moments as packed frames, each with the furthest step and marks of the whole run."""
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
                "marks": last.info["marks"],
            }
            curves = {"curves": self.curves} if "curves" in moment.arrays else {}
            frames.append(pack(header, {**moment.arrays, **curves}))
        return frames


def recording(run: Run, step: int, progress: Progress | None = None) -> str:
    """Returns the page that plays ``run`` from its start to ``step``. Computes the run again."""
    picture = LABS[run.lab].picture
    seen = record(run, step, progress)
    frames = seen.frames()
    packed = zlib.compress(b"".join(struct.pack("<I", len(frame)) + frame for frame in frames), 9)
    return Template((STAGE / "player.html").read_text("utf-8")).substitute(
        title=html.escape(run.config.title()),
        numbers=html.escape(_numbers(run.lab, seen.moments[-1])),
        moments=len(frames),
        style="\n".join((PACKAGE / path).read_text("utf-8") for path in styles(picture)),
        modules=bundle("document.baseURI", PLAYER, picture).replace("</script", "<\\/script"),
        player=name_of(PLAYER),
        picture=name_of(picture),
        run=write(run, step).replace("<", "\\u003c"),  # the same JSON, which cannot end its element
        frames=base64.b64encode(packed).decode(),
    )


def record(run: Run, step: int, progress: Progress | None = None) -> Recording:
    """Compute ``run`` up to ``step`` again. Returns its recorded moments and curves."""
    stops = moment_steps(run, step)
    found: list[Snapshot] = []
    rows = []
    drawn = None
    for timeline in moments(run, sorted({*stops, *(round(step * i / POINTS) for i in range(POINTS))}), progress):
        experiment = timeline.experiment
        rows.append(experiment.history.row(experiment.step, experiment.epoch, experiment.metrics()))
        is_new = not found or found[-1].step < timeline.step
        if not is_new or (timeline.step not in stops and experiment.notice is None):
            continue
        panels = {"stage"} if timeline.drawn == drawn else {"stage", "scene"}
        held = found[-1].info.get("held") if len(found) % HOLD else None
        found.append(timeline.observe("recording", View(panels=frozenset(panels), held=held)))
        drawn = timeline.drawn
    return Recording(moments=found, curves=np.array(rows, np.float32), notice=experiment.notice)


def moment_steps(run: Run, step: int) -> set[int]:
    """Returns the steps of a recording up to ``step``: densest at the start, where most happens, and those of the
    edits that the timeline marks."""
    edits = [edit.step for edit in run.edits if edit.step <= step]
    return {round(step * (i / MOMENTS) ** 2) for i in range(MOMENTS + 1)} | set(edits[-MOST_MARKS:])


def _numbers(lab: str, moment: Snapshot) -> str:
    """Returns the final step, epoch and metrics as text."""
    return f"{moment.step:,} updates, {moment.epoch:,.1f} epochs: " + ", ".join(
        said(LABS[lab].metrics, moment.metrics)
    )
