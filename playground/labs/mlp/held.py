"""What a person holds of a network: neurons and single weights that learn no more, neurons whose output counts as 0.

A neuron is (layer, place), a weight (layer, place, input) of the neuron into which it goes, all counted from 1; its
input 0 is the neuron's bias.
"""

from collections.abc import Sequence

from playground.kinds import Each, Integer, Pair, Several
from playground.labs.mlp.growth import Units, parents
from playground.labs.mlp.network_settings import MAX_LAYERS, MAX_NEURONS

MOST = (MAX_LAYERS + 1) * MAX_NEURONS  # parts that can be held
NEURONS = Several(Pair(Integer(1, MAX_NEURONS)), MOST)
PARTS = Several(Each(Integer(0, MAX_NEURONS), 3, least=2), MOST)
Part = Sequence[int]


def is_part(part: Part, units: Units) -> bool:
    """Whether a network of these ``units`` has ``part``."""
    layer, place, *source = part
    is_neuron = 0 < layer < len(units) and 0 < place <= len(units[layer])
    return is_neuron and all(number <= len(units[layer - 1]) for number in source)


def named(part: Part) -> str:
    """Returns a part in words."""
    layer, place, *source = part
    what = "neuron" if not source else f"weight {source[0]} →" if source[0] else "bias"
    return f"{what} {place} in layer {layer}"


def moved(parts: Sequence[Part], former: Units, latter: Units) -> tuple[Part, ...]:
    """Returns where ``parts`` of the ``former`` network are in the ``latter``, which has grown out of it.

    What is not there any more is left out. An output that comes of two is held where both were.
    """
    held = {(former[layer][place - 1], *_names(former, layer, source)) for layer, place, *source in parts}
    found: list[Part] = []
    for layer, units in enumerate(latter[1:], 1):
        for place, unit in enumerate(units, 1):
            for source in [[], *([number] for number in range(len(latter[layer - 1]) + 1))]:
                names = _names(latter, layer, source)
                if all((old, *names) in held for old, _ in parents(former, unit)):
                    found.append((layer, place, *source))
    return tuple(found)


def _names(units: Units, layer: int, source: Sequence[int]) -> list[str]:
    """The name of the input of a weight, if it is one."""
    return [units[layer - 1][number - 1] if number else "bias" for number in source]
