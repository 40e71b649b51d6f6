"""The README's example prints what the README says, its recipe for a dataset works, and so do all commands."""

import contextlib
import io
import re
import shlex
from pathlib import Path

import numpy as np
import pytest

from playground import __main__
from playground.data import points

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
COMMAND = re.compile(r"^(?:python -m playground|neural-playground)(?: (.*))?$", re.MULTILINE)
COMMANDS = [
    arguments
    for text in [*(path.read_text() for path in ROOT.glob("*.md")), __main__.__doc__ or ""]
    for arguments in COMMAND.findall(re.sub(r"\\\n *", "", text))
]


def blocks(language: str) -> list[str]:
    return re.findall(rf"^ *```{language}\n(.*?)^ *```$", README, flags=re.DOTALL | re.MULTILINE)


def test_the_example_prints_what_it_says() -> None:
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(blocks("python")[0], {})
    assert printed.getvalue() == blocks("text")[0]


def test_the_recipe_for_a_dataset() -> None:
    names = dict(vars(points))
    code = "\n".join(line.removeprefix("   ") for line in blocks("python")[1].splitlines())
    exec(code, names)
    entry = eval("{" + blocks("python")[2].strip() + "}", names)["stripes"]
    drawn, labels = entry.generate(500, 0.1, np.random.default_rng(0))
    assert drawn.shape == (500, 2)
    assert np.abs(drawn).max() < 6
    assert sorted(set(labels)) == [0.0, 1.0]


def test_every_file_of_the_tree_is_there() -> None:
    tree = README[README.index("\napp.py ") + 1 :].split("```")[0]
    for line in tree.splitlines():
        name = line.split()[0]
        assert (ROOT / name).exists() or (ROOT / "playground" / name).exists(), name


@pytest.mark.parametrize("arguments", COMMANDS)
def test_every_written_command_can_be_given(arguments: str) -> None:
    given = __main__.with_command(shlex.split(arguments, comments=True))
    assert __main__.command_line().parse_args(given).command
