"""Settings that most labs have, in the same words: seeds, optimizer, learning rate, batch size.

Each function returns a dataclass field of a configuration, as ``settings.setting`` does.
"""

from collections.abc import Sequence
from typing import Any

from playground.catalog import OPTIMIZERS
from playground.kinds import Choice, Integer, Number
from playground.settings import Renewal, setting

SEED = Integer(0, 2**31 - 1)


def seed(help: str, again: str = "initial weights") -> Any:
    """The seed of a network; ``again`` is what a new one draws anew."""
    renewal = Renewal("New weights", f"Start over from other {again}")
    return setting(0, SEED, "Seed", help=help, renewal=renewal)


def data_seed(help: str, again: str, label: str = "New data") -> Any:
    """The seed of the data; ``label`` is on the button of the stage that starts over with other ``again``."""
    return setting(0, SEED, "Data seed", help=help, renewal=Renewal(label, f"Start over with other {again}"))


def optimizer() -> Any:
    """The update rule, Adam by default."""
    return setting("adam", Choice(OPTIMIZERS), "Optimizer", help="How the gradient g changes a weight w.")


def learning_rate(default: float, usual: Sequence[float], most: float = 100) -> Any:
    """The learning rate, live, from 0 to ``most``."""
    return setting(default, Number(0, most), "Learning rate", live=True, usual=usual, help="How far an update goes.")


def batch_size(default: int, usual: Sequence[int], of: str, most: int = 256) -> Any:
    """The batch size, 1 to ``most``; ``of`` says what is in a batch."""
    return setting(default, Integer(1, most), "Batch size", usual=usual, help=f"{of} in one update.")
