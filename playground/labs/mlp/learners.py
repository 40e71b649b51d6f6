"""Other learners beside a network, from scikit-learn: what they make of the same inputs and the same points."""

import json
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from playground.data.points import draw
from playground.labs.mlp.config import MLPConfig
from playground.run import Run
from playground.runs.replay import Progress

NEIGHBOURS = 5
LOG_LOSSES = ("cross_entropy", "logistic")  # both are -log p of the right class, in nats

Floats = NDArray[Any]


def learners(run: Run, step: int, progress: Progress | None = None) -> str:
    """Returns, as JSON, how right other learners are on the data that ``run`` has at ``step``.

    ``measure`` is ``accuracy``, or of a regression the network's own ``loss``. ``learners`` have each a ``name`` and
    the measure on the points to ``train`` on and to ``test``; where the network's loss is -log p of the right class,
    the one that gives a probability too, logistic regression, has it as its ``test_loss``. Inputs are the network's,
    each scaled to mean 0 and variance 1 on the training points. Where those are all of one class, there is the
    majority only.
    """
    config = cast(MLPConfig, run.config_after(sum(edit.step <= step for edit in run.edits)))
    split = draw(config.data, config.noise, config.train_share, config.data_seed)
    inputs = config.inputs_of(split)
    parts = slice(split.train_size), slice(split.train_size, None)
    known = _known(config, split.labels[parts[0]])
    found = []
    for done, (name, learner) in enumerate(known.items()):
        learner.fit(inputs[parts[0]], split.labels[parts[0]])
        scores = [_measured(config, learner.predict(inputs[part]), split.labels[part]) for part in parts]
        found.append({"name": name, **dict(zip(("train", "test"), scores, strict=True))})
        if name == "logistic regression" and config.loss in LOG_LOSSES:
            found[-1]["test_loss"] = _log_loss(learner, inputs[parts[1]], split.labels[parts[1]])
        if progress is not None:
            progress(done + 1, len(known))
    measure = "loss" if config.data.is_regression else "accuracy"
    return json.dumps({"measure": measure, "inputs": list(config.inputs), "learners": found})


def _measured(config: MLPConfig, answers: Floats, labels: Floats) -> float:
    """The share of right answers, or the mean loss of a regression."""
    if not config.data.is_regression:
        return float((answers == labels).mean())
    beyond = answers - labels
    return float(np.abs(beyond).mean() if config.loss == "absolute_error" else 0.5 * np.square(beyond).mean())


def _log_loss(learner: Any, inputs: Floats, labels: Floats) -> float | None:
    """The mean of -log p of the right class; None where it is not finite."""
    of_right = learner.predict_proba(inputs) * (learner.classes_ == labels[:, None])
    with np.errstate(divide="ignore"):
        loss = -np.log(of_right.sum(axis=1)).mean()
    return float(loss) if np.isfinite(loss) else None


def _known(config: MLPConfig, labels: Floats) -> dict[str, Any]:
    """The learners by name, for the training points' ``labels``."""
    from sklearn.dummy import DummyClassifier, DummyRegressor
    from sklearn.linear_model import LogisticRegression, Ridge
    from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.svm import SVC, SVR

    count = min(NEIGHBOURS, len(labels))
    if config.data.is_regression:
        found = {
            "mean": DummyRegressor(),
            "ridge regression": Ridge(),
            f"{count}-NN": KNeighborsRegressor(count),
            "SVM, RBF kernel": SVR(),
        }
    elif len(np.unique(labels)) == 1:
        found = {"majority": DummyClassifier()}
    else:
        found = {
            "majority": DummyClassifier(),
            "logistic regression": LogisticRegression(max_iter=1000),
            f"{count}-NN": KNeighborsClassifier(count),
            "SVM, RBF kernel": SVC(),
        }
    return {name: make_pipeline(StandardScaler(), learner) for name, learner in found.items()}
