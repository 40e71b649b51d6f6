"""The perceptron rule's future, computed ahead: whether it ends, or goes round in a circle."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from playground.labs.neuron.config import NeuronConfig

MOST = 400  # updates looked ahead


def orbit(
    parameters: NDArray[Any], rows: NDArray[Any], targets: NDArray[Any], step: int, config: NeuronConfig
) -> dict[str, Any] | None:
    """What the rule will do from here on, with ``parameters`` (D + 1,), the bias last, on ``rows`` (N, D).

    Returns ``ends``: whether no update will change anything any more; ``returns``: after how many updates the weights
    and the row are the same again, or None; and ``lines``, the different weights on that way (K, D + 1). None where a
    number is not whole, or there is too much to look ahead: then equal weights are no proof.
    """
    inputs = np.column_stack([rows, np.ones(len(rows))]).astype(float)
    whole = [*parameters.tolist(), *inputs.ravel().tolist(), config.learning_rate, config.batch_size]
    if config.batch_size != 1 or len(rows) > MOST // 4 or any(value != math.floor(value) for value in whole):
        return None
    first = tuple(parameters.tolist())
    weights, size, lines = np.array(first), len(rows), [first]
    has_changed = False
    for done in range(1, MOST + 1):
        row = (step + done - 1) % size
        miss = targets[row] - float(inputs[row] @ weights > 0)
        weights = weights + config.learning_rate * miss * inputs[row]
        has_changed = has_changed or miss != 0
        now = tuple(weights.tolist())
        if done == size and not has_changed:
            return {"ends": True, "returns": None, "lines": []}
        if now == first and done % size == 0:
            return {"ends": False, "returns": done, "lines": [list(each) for each in lines]}
        if now not in lines:
            lines.append(now)
    return {"ends": False, "returns": None, "lines": []}
