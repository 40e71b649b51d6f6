"""A run's metrics as a table (CSV), for a spreadsheet or pandas."""

import csv
import io

from playground.lab import LABS
from playground.run import Run
from playground.runs.replay import Progress, moments

MOST_ROWS = 1000  # without the first, at step 0


def table(run: Run, step: int, progress: Progress | None = None) -> str:
    """Returns the page's numbers at step 0 and at up to 1,000 evenly spaced steps, ending with ``step``.

    The columns are step, epoch and the lab's metrics, with all digits; empty is what a run does not have: the
    accuracy of a regression, a loss that is not finite.
    """
    columns = LABS[run.lab].columns
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    rows = min(step, MOST_ROWS)
    steps = [round(step * row / rows) for row in range(rows + 1)] if rows else [0]
    for timeline in moments(run, steps, progress):
        experiment = timeline.experiment
        found = {"step": experiment.step, "epoch": experiment.epoch, **experiment.metrics()}
        writer.writerow([found.get(name) for name in columns])
    return text.getvalue()
