"""The digits are scikit-learn's."""

import numpy as np
from sklearn.datasets import load_digits

from playground.data.digits import CLASSES, SIDE, WHITE, digits


def test_they_are_those_of_scikit_learn() -> None:
    images, labels = digits()
    expected = load_digits()
    np.testing.assert_array_equal(images, expected.images)
    np.testing.assert_array_equal(labels, expected.target)
    assert images.shape == (1797, SIDE, SIDE)
    assert (images.min(), images.max(), labels.max() + 1) == (0, WHITE, CLASSES)
    assert not images.flags.writeable
    assert not labels.flags.writeable
