"""What every ensemble in blocks can do."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
import torch

from playground.blocks import Block, Blocks


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


def leaves_the_others_where_one_diverges(
    made: Callable[[Sequence[Any]], Blocks], configs: Sequence[Any], spoil: Callable[[Block], object]
) -> None:
    """Of two runs in one block the first, ``spoil``ed after a mark, stands at the mark; the second is as alone."""
    ensemble, calm = made(configs), made(configs[1:])
    ensemble.advance_to([1, 1])
    ensemble.mark()
    marked = ensemble.scores()
    [block] = ensemble._blocks
    with torch.no_grad():
        spoil(block)
    assert ensemble.advance_to([2, 2]) == 2
    ensemble.mark()
    assert ensemble.advance_to([5, 5]) == 3
    calm.advance_to([5])
    assert ensemble.diverged().tolist() == [True, False]
    assert ensemble.steps().tolist() == [1, 5]
    for name, values in ensemble.scores().items():
        assert values[0] == pytest.approx(marked[name][0], rel=0, abs=0, nan_ok=True), name
        assert values[1] == pytest.approx(calm.scores()[name][0], abs=1e-5, nan_ok=True), name
