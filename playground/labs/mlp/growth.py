"""How a network becomes another one and keeps what it has learned: free of torch, since scripts carry this text."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

Units = Sequence[Sequence[str]]
Sources = list[list[tuple[int, float]] | None]
Vector = Any  # a tensor (P,)


def sources(former: Units, latter: Units, was_normed: bool = False, is_normed: bool = False) -> Sources:
    """Returns for each parameter of the ``latter`` network those of the ``former`` one from which it comes, each as
    its place in the vector and a factor; none for one that begins at 0, and None for one that is drawn.

    A network is the names of its units, layer by layer: ``[["x", "y"], ["1.1", "1.2"], ["output 1 of 1"]]``. A unit
    that was there keeps its bias and its weights from units that were there. A weight from a new unit begins at 0,
    so that nothing changes at once, unless all inputs of its target are new. One output is the difference of two:
    tanh z = p₂ − p₁ for the logits −z and z. Behind the weights stand the scales and shifts of a normalized one.
    """
    places: dict[tuple[str, str], int] = {}
    for inputs, units in pairwise(former):
        for unit, each in [(unit, each) for unit in units for each in inputs] + [(unit, "bias") for unit in units]:
            places[unit, each] = len(places)
    found: Sources = []
    for inputs, units in pairwise(latter):
        old = {each: parents(former, each) for each in units}
        stays = {each for each in units if any((old[each][0][0], source) in places for source in inputs)}
        for unit, each in [(unit, each) for unit in units for each in inputs] + [(unit, "bias") for unit in units]:
            from_old = [(places[name, each], factor) for name, factor in old[unit] if (name, each) in places]
            is_drawn = not from_old and (each == "bias" or unit not in stays)
            found.append(None if is_drawn else from_old)
    if is_normed:
        for comes in tracked(former, latter):
            is_new = comes is None or not was_normed
            found.append(None if is_new else [(len(places) + place, factor) for place, factor in comes or ()])
    return found


def has_new(former: Units, latter: Units, was_normed: bool = False, is_normed: bool = False) -> bool:
    """Whether the ``latter`` network has parameters that come from none of the ``former`` one."""
    return any(not each for each in sources(former, latter, was_normed, is_normed))


def tracked(former: Units, latter: Units) -> Sources:
    """Returns the same for two numbers of each hidden unit, layer by layer: those of all its units, then the others.

    Such are the means and variances that batch normalization keeps.
    """
    old, new = (
        [(unit, part) for units in each[1:-1] for part in (0, 1) for unit in units] for each in (former, latter)
    )
    return [[(old.index(each), 1.0)] if each in old else None for each in new]


def parents(former: Units, unit: str) -> list[tuple[str, float]]:
    """Returns the units of the ``former`` network from which ``unit`` comes, each with a factor."""
    one, first, second = "output 1 of 1", "output 1 of 2", "output 2 of 2"
    if one in former[-1] and unit in (first, second):
        return [(one, 1.0 if unit == second else -1.0)]
    if first in former[-1] and unit == one:
        return [(second, 0.5), (first, -0.5)]
    return [(unit, 1.0)]


def carried(vector: Vector, found: Sources, fresh: Vector, signed: bool = True) -> Vector:
    """Returns the vector (P,) that comes from a former one by its ``sources``: ``fresh`` where it is drawn.

    What has no sign, as a mean square, is not ``signed``.
    """
    moved = fresh.clone()
    for place, each in enumerate(found):
        if each is not None:
            moved[place] = sum(vector[old] * (factor if signed else abs(factor)) for old, factor in each)
    return moved
