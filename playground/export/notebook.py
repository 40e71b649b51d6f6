"""A run as a Jupyter notebook: the lab's script in cells, and curves of the metrics that are drawn while it trains.

The code of the run is the script's own; here are only the words between it and the curves.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from playground.catalog import resolve
from playground.export.palette import CLASSES, TEST, TRAIN
from playground.export.script import REPORT
from playground.lab import LABS
from playground.run import Run

Cell = dict[str, Any]

PICTURES = 30  # while it trains
ABOUT = (
    "From the neural network playground: the same network, trained in the same way, in plain PyTorch. "
    "Needs {needs} and matplotlib. Run all cells."
)


def notebook(run: Run, step: int, shown: Mapping[str, float | None] | None = None) -> str:
    """Returns the notebook (nbformat 4.5, not executed) that trains ``run`` up to ``step``, draws its metrics and
    prints them. For ``shown`` see the lab's ``script``."""
    text = resolve(LABS[run.lab].forms["script"])(run, step, shown)
    docstring, _, body = text.removeprefix('"""').partition('"""')
    title, _, promise = docstring.partition("\n\n")
    needs, _, promise = promise.split("needs ")[1].partition(".\n")
    *parts, calls = body.removesuffix(REPORT).strip().split("\n\n\n")
    imports, *rest = "\n\n\n".join(parts).split("\n\n\n# ")
    calls = re.sub(r"^(train\w*)\((\d+), (\d+)\)$", r"watched(\1, \2, \3)", calls, flags=re.M)
    return book(
        words(f"# {title}\n\n{ABOUT.format(needs=needs)}\n\n{' '.join(promise.split())}"),
        code(f"import matplotlib.pyplot as plt\nfrom IPython.display import display\n{imports}"),
        *(cell for part in rest for cell in section(f"# {part}")),
        *section(_curves(run.lab, step)),
        *section(f"# The training\n\n{calls}"),
        *section(f"# What the page shows\n\n{REPORT.strip()}"),
    )


def book(*cells: Cell) -> str:
    """Returns the notebook of these cells."""
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    content = {"cells": cells, "metadata": _METADATA, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


_METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def words(text: str) -> Cell:
    """Returns a cell of Markdown."""
    return {"cell_type": "markdown", "metadata": {}, "source": text.splitlines(keepends=True)}


def code(text: str) -> Cell:
    """Returns a cell of Python, not executed."""
    source = text.splitlines(keepends=True)
    return {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": source}


def section(text: str, before: str = "") -> list[Cell]:
    """Returns a part of a script as cells: its first comment becomes a heading, ``before`` the first line of code."""
    first, _, rest = text.partition("\n")
    if not first.startswith("# "):
        return [code(text)]
    return [words("## " + first.removeprefix("# ")), code(f"{before}\n{rest.strip()}".strip())]


def _curves(lab: str, step: int) -> str:
    """Returns the code that trains piece by piece and draws a plot for each of the lab's axes."""
    plots: dict[str, list[tuple[str, str]]] = {}
    for metric in LABS[lab].metrics:
        plots.setdefault(metric.axes, []).append((metric.name, metric.label))
    listed = "".join(f'    "{axes}": {metrics},\n' for axes, metrics in plots.items())
    return _CURVES.format(
        plots=f"{{\n{listed}}}",
        every=max(step // PICTURES, 1),
        colors=(TRAIN, TEST, *CLASSES),
    )


_CURVES = """# Curves: every metric, measured while it trains

plots = {plots}
colors = {colors}
history = [{{"step": 0, **measure()}}]
plots = {{name: kept for name, metrics in plots.items() if (kept := [m for m in metrics if m[0] in history[0]])}}
figure, places = plt.subplots(1, len(plots), figsize=(4.5 * len(plots), 3.5), squeeze=False)
plt.close(figure)  # only ``draw`` shows it
picture = display(figure, display_id=True)


def draw():
    \"\"\"Draw the history again, in its place.\"\"\"
    for (name, metrics), plot in zip(plots.items(), places.flat):
        plot.clear()
        for (metric, label), color in zip(metrics, colors):
            values = [row[metric] for row in history]
            plot.plot([row["step"] for row in history], values, color=color, label=f"{{label}} {{values[-1]:.4g}}")
        plot.set(xlabel="update", ylabel=name)
        plot.legend(frameon=False)
    picture.update(figure)


def watched(train, first, last):
    \"\"\"Train, and measure and draw after every {every} updates.\"\"\"
    for start in range(first, last, {every}):
        end = min(start + {every}, last)
        train(start, end)
        history.append({{"step": end, **measure()}})
        draw()
"""
