"""A run's script, run as its reader would, beside the run itself."""

import contextlib
import hashlib
import io
from typing import Any

import pytest

from playground.headless.runs import replay
from playground.run import Run


def is_the_run(source: str, run: Run, step: int) -> set[str]:
    """The script ends at the run's weights, to the bit, and prints its metrics. Returns the names of these."""
    expected = replay(run, step, quiet=True)
    out = io.StringIO()
    names: dict[str, Any] = {"__name__": "run"}
    with contextlib.redirect_stdout(out):
        exec(compile(source, "run.py", "exec", dont_inherit=True), names)
    digest = hashlib.sha256()
    for key, value in names["model"].state_dict().items():
        digest.update(key.encode() + value.numpy().tobytes())
    assert digest.hexdigest() == expected.parameters_sha256
    printed = {key: float(value) for key, value in (line.split() for line in out.getvalue().splitlines())}
    assert printed == {key: pytest.approx(expected.metrics[key], abs=1e-5) for key in printed}
    return set(printed)
