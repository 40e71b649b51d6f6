"""How good a network's answers are, beyond loss and accuracy: confusion, ROC, calibration, R². In NumPy.

``outputs`` (N, outputs) are the network's, ``labels`` (N,) the class indices or the values of a regression.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
BINS = 10  # of the calibration


def shares(outputs: Floats) -> Floats:
    """Returns each class's probability (N, classes): one output from -1 to 1 stands for that of two classes."""
    if outputs.shape[1] > 1:
        return outputs
    second = np.clip((1 + outputs[:, 0]) / 2, 0, 1)
    return np.stack([1 - second, second], axis=1)


def predicted(outputs: Floats) -> Whole:
    """Returns the class of each answer (N,), as the accuracy counts it."""
    result: Whole = (outputs[:, 0] > 0).astype(int) if outputs.shape[1] == 1 else outputs.argmax(axis=1)
    return result


def confusion(outputs: Floats, labels: Floats, classes: int) -> Whole:
    """Returns how many points of each class (rows) got each answer (columns), (classes, classes)."""
    pairs = labels.astype(int) * classes + predicted(outputs)
    return np.bincount(pairs, minlength=classes**2).reshape(classes, classes)


def roc(scores: Floats, positive: NDArray[np.bool_]) -> tuple[Floats, Floats, float]:
    """Returns false and true positive rates at every threshold of ``scores`` (N,), from (0, 0) to (1, 1), and the
    area under that curve: the chance that a positive point scores higher than another. NaN without both kinds."""
    order = np.argsort(-scores, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(scores[order])), len(scores) - 1)  # equal scores have one threshold
    hits = np.cumsum(positive[order])[ends]
    false = 1 + ends - hits
    true_rate = np.append(0.0, hits / max(positive.sum(), 1))
    false_rate = np.append(0.0, false / max((~positive).sum(), 1))
    area = float(np.trapezoid(true_rate, false_rate)) if 0 < positive.sum() < len(positive) else float("nan")
    return false_rate, true_rate, area


def calibration(outputs: Floats, labels: Floats) -> tuple[Floats, Floats, Whole]:
    """Returns for each of BINS equal ranges of the probability of the answer: its mean, the share that is right, and
    the number of points; ranges without a point are left out."""
    every = shares(outputs)
    sure, right = every.max(axis=1), predicted(outputs) == labels
    place = np.minimum((sure * BINS).astype(int), BINS - 1)
    count = np.bincount(place, minlength=BINS)
    has = count > 0
    mean, share = (np.bincount(place, each, BINS)[has] / count[has] for each in (sure, right.astype(float)))
    return mean, share, count[has]


def r_squared(outputs: Floats, labels: Floats) -> float:
    """Returns 1 - the squared errors over those of the mean; NaN where the labels are all equal."""
    spread = float(((labels - labels.mean()) ** 2).sum())
    return 1 - float(((outputs[:, 0] - labels) ** 2).sum()) / spread if spread else float("nan")
