"""The README's example prints what the README says, and its recipe for a dataset works."""

import contextlib
import io
import re
from pathlib import Path

import numpy as np

from playground.data import points

README = (Path(__file__).parent.parent / "README.md").read_text()


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
    entry = eval("{" + blocks("python")[2].strip() + "}", names)["moons"]
    drawn, labels = entry.generate(500, 0.1, np.random.default_rng(0))
    assert drawn.shape == (500, 2)
    assert np.abs(drawn).max() < 6
    assert sorted(set(labels)) == [0.0, 1.0]


def test_every_file_of_the_tree_is_there() -> None:
    tree = README[README.index("\napp.py ") + 1 :].split("```")[0]
    root = Path(__file__).parent.parent
    for line in tree.splitlines():
        name = line.split()[0]
        assert (root / name).exists() or (root / "playground" / name).exists(), name
