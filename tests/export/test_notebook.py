"""A notebook made from a lab's script: its cells run, measure and draw, and end at the page's numbers."""

import contextlib
import io
import json
from collections.abc import Callable
from typing import Any

import nbformat
import pytest

from playground.export import exported, forms_of
from playground.headless.runs import replay
from playground.lab import LABS
from playground.run import Edit, Run

SHARED = [
    lab for lab in LABS if LABS[lab].forms.get("notebook") == "playground.export.notebook.notebook" and forms_of(lab)
]
STEP = 4


class _Handle:
    def __init__(self) -> None:
        self.drawn = 0

    def update(self, figure: Any) -> None:
        self.drawn += len(figure.axes)


@pytest.mark.parametrize("lab", SHARED)
def test_its_cells_end_at_the_page_s_numbers(lab: str, monkeypatch: pytest.MonkeyPatch) -> None:
    config = LABS[lab].config_class(**LABS[lab].small)
    rate = next(name for name in config.settings() if name.endswith("learning_rate"))
    edits = (Edit(step=2, target=rate, value=0.01),)
    run = Run(config=config, edits=edits)
    content = exported(run, STEP, "notebook").decode()
    nbformat.validate(nbformat.reads(content, 4))
    code = ["".join(cell["source"]) for cell in json.loads(content)["cells"] if cell["cell_type"] == "code"]
    handle = _Handle()
    display: Callable[..., _Handle] = lambda *shown, **options: handle  # noqa: E731
    monkeypatch.setattr("IPython.display.display", display)
    monkeypatch.setenv("MPLBACKEND", "agg")
    printed = io.StringIO()
    names: dict[str, Any] = {}
    with contextlib.redirect_stdout(printed):
        for cell in code:
            exec(compile(cell, "cell", "exec", dont_inherit=True), names)
    expected = replay(run, STEP).metrics
    found = {name: float(value) for name, value in (line.split() for line in printed.getvalue().splitlines())}
    assert found
    assert found == {name: pytest.approx(expected[name], abs=2e-6) for name in found}
    assert [row["step"] for row in names["history"]] == [0, 1, 2, 3, 4]
    assert handle.drawn == STEP * len(names["plots"])
