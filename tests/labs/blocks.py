"""What every ensemble in blocks can do."""

from collections.abc import Callable, Sequence
from typing import Any

from playground.blocks import Blocks


def goes_on_from_its_state(made: Callable[[Sequence[Any]], Blocks], configs: Sequence[Any]) -> None:
    """One that was restored from another's state, with a mark before it, trains on as that one does."""
    one, two, count = made(configs), made(configs), len(configs)
    one.advance_to([3] * count)
    one.mark()
    one.advance_to([4] * count)
    two.restore(one.state())
    assert one.parameters_sha256() == two.parameters_sha256() != made(configs).parameters_sha256()
    for ensemble in (one, two):
        ensemble.scores()
        ensemble.advance_to([7] * count)
    assert one.parameters_sha256() == two.parameters_sha256()
    assert one.steps().tolist() == [7] * count
