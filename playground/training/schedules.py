"""Learning-rate schedules: a factor on the learning rate by epoch. Free of torch, since pages draw them."""

import math


def factor(schedule: str, epoch: int, length: int) -> float:
    """Returns the factor in ``epoch``, from 0; ``length`` is a schedule's number of epochs."""
    if schedule == "step":
        return 0.5 ** (epoch // length)
    if schedule == "cosine":
        return (1 + math.cos(math.pi * min(epoch / length, 1))) / 2
    if schedule == "warm_up":
        return min((epoch + 1) / length, 1)
    return 1.0
