"""The tables that scikit-learn ships, read without it."""

import numpy as np
import pytest
from sklearn import datasets

from playground.data.tables import TABLES, _rows


@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_scikit_learns(name: str) -> None:
    rows, labels = _rows(name)
    theirs = getattr(datasets, f"load_{name}")()
    assert len(rows) == len(labels) == TABLES[name].rows
    assert rows.shape[1] == len(TABLES[name].columns)
    assert np.array_equal(rows, theirs.data)
    if TABLES[name].classes:
        assert np.array_equal(labels, theirs.target)
        assert tuple(theirs.target_names) == TABLES[name].classes
    else:
        assert np.ptp(labels) == 2
        assert np.corrcoef(labels, theirs.target)[0, 1] == pytest.approx(1)
