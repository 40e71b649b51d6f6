"""A file says in its name whose run it is."""

import re

import pytest

from playground.export import file_name
from playground.lab import LABS
from playground.labs.mlp.config import MLPConfig
from playground.run import Run


def test_a_file_is_named_after_its_run() -> None:
    run = Run(config=MLPConfig(dataset="spiral", hidden_sizes=(8, 8), seed=3))
    assert file_name(run, 84, "py") == "spiral-2-8-8-1-seed-3-step-84.py"
    assert file_name(run, None, "py") == "spiral-2-8-8-1-seed-3.py"


@pytest.mark.parametrize("lab", LABS)
def test_a_name_of_any_lab_is_one_that_every_system_takes(lab: str) -> None:
    name = file_name(Run(config=LABS[lab].config_class.usual({})), 1_000_000, "sensitivity.json")
    assert re.fullmatch(r"[a-z0-9-]{5,120}-step-1000000\.sensitivity\.json", name)
