"""What the scripts of all labs have in common: how a run's edits are told, and how its numbers are printed.

A lab's script is a text in parts. Its last function, ``measure``, returns the run's metrics by name; then come
the calls that train, and the lines that print what was measured. ``notebook.py`` relies on that order.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import groupby
from textwrap import fill
from typing import TypeVar, cast

from playground.run import Edit, Run, RunConfig
from playground.runs.runfile import torch_version

Config = TypeVar("Config", bound=RunConfig)

REPORT = """for name, value in measure().items():
    print(name, round(value, 6))
"""


def settled(run: Run, step: int, kind: type[Config], never: Iterable[str] = ()) -> tuple[Config, list[Edit]]:
    """Returns the configuration with which the run's first update is made, and its edits up to ``step`` after that.

    A setting changed before the first update was never otherwise; but those in ``never`` stay edits.
    """
    plain = set(run.config.settings()) - set(never)
    edits = [edit for edit in run.edits if edit.step <= step]
    at_once = {edit.target: edit.value for edit in edits if edit.step == 0 and edit.target in plain}
    config = cast(Config, replace(run.config, **at_once))
    return config, [edit for edit in edits if edit.step > 0 or edit.target not in plain]


def title(config: RunConfig, step: int, needs: str) -> str:
    """Returns a script's docstring: what it trains, the packages that it ``needs``, and what it promises."""
    promise = (
        f"It makes the page's updates one by one: with torch {torch_version()}, on a processor of the same kind, it "
        "ends at the same weights, to the bit."
    )
    return f'''"""{config.title()}, {step:,} updates.

From the neural network playground; needs {needs}.
{fill(promise, 110)}
"""'''


def training(edits: Iterable[Edit], step: int, told: Callable[[Edit], Iterable[str]], train: str = "train") -> str:
    """Returns the calls of the function ``train`` up to ``step``, with the lines that tell each edit."""
    return "\n".join(_calls(edits, step, told, train))


def _calls(edits: Iterable[Edit], step: int, told: Callable[[Edit], Iterable[str]], train: str) -> Iterator[str]:
    done = 0
    for number, together in groupby(edits, key=lambda edit: edit.step):
        if number > done:
            yield f"{train}({done}, {number})"
        for edit in together:
            yield from told(edit)
        done = number
    yield f"{train}({done}, {step})"


def joined(*parts: str) -> str:
    """Returns a script of these parts, two empty lines between them, and the lines that print its numbers."""
    return "\n\n\n".join(part.strip("\n") for part in (*parts, REPORT)) + "\n"
