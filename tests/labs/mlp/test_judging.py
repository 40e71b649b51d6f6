"""Confusion, ROC, calibration and R² against scikit-learn, and the figures that show them."""

import numpy as np
import pytest
from sklearn import metrics

from playground.labs.mlp import judging
from playground.labs.mlp.config import MLPConfig
from playground.labs.mlp.experiment import MLPExperiment
from playground.labs.mlp.inspect import looks_of, points_figure
from playground.run import View

RNG = np.random.default_rng(0)
SURE = RNG.dirichlet(np.ones(3), 200)
LABELS = np.where(RNG.random(200) < 0.7, SURE.argmax(axis=1), RNG.integers(0, 3, 200)).astype(float)


def test_confusion_and_roc_are_scikit_learns() -> None:
    assert (
        judging.confusion(SURE, LABELS, 3).tolist() == metrics.confusion_matrix(LABELS, SURE.argmax(axis=1)).tolist()
    )
    scores = np.round(SURE[:, 1], 1)  # many of them equal
    false, true, area = judging.roc(scores, LABELS == 1)
    theirs = metrics.roc_curve(LABELS == 1, scores, drop_intermediate=False)
    assert false == pytest.approx(theirs[0])
    assert true == pytest.approx(theirs[1])
    assert area == pytest.approx(metrics.roc_auc_score(LABELS == 1, scores))
    assert np.isnan(judging.roc(scores, np.ones(200, dtype=bool))[2])


def test_calibration_and_r_squared() -> None:
    sure, right, count = judging.calibration(SURE, LABELS)
    assert count.sum() == 200
    assert (right * count).sum() == (SURE.argmax(axis=1) == LABELS).sum()
    assert (sure * count).sum() == pytest.approx(SURE.max(axis=1).sum())
    values = RNG.normal(size=50)
    outputs = values[:, None] + RNG.normal(size=(50, 1)) / 3
    assert judging.r_squared(outputs, values) == pytest.approx(metrics.r2_score(values, outputs[:, 0]))


@pytest.mark.parametrize(
    "values", [{}, {"dataset": "pinwheel_4", "loss": "cross_entropy"}, {"dataset": "plane"}, {"loss": "hinge"}]
)
def test_every_look_is_the_networks(values: dict[str, str]) -> None:
    config = MLPConfig(**values, schedule="cosine", points=80)
    experiment = MLPExperiment(config)
    experiment.advance(steps=30)
    moment = experiment.observe("", View(panels=frozenset({"outputs"})))
    for make, words in looks_of(config).values():
        figure, _ = make(config, moment)
        assert figure.data
        assert words
    if not config.data.is_regression:
        outputs, test = moment.arrays["outputs"], moment.arrays["is_test"] == 1
        right = judging.predicted(outputs[test]) == moment.arrays["labels"][test]
        assert right.mean() == pytest.approx(experiment.metrics()["test_accuracy"])
        marks = points_figure(config, moment, 0).data[0].marker
        assert (np.array(marks.opacity) == 1).sum() == (right & (moment.arrays["labels"][test] == 0)).sum()
