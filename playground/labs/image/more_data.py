"""More data: the test accuracy of several learners by the number of their training images, over seeds.

A network's point is a run of this lab: set its images, network and seed on the page, and it is there again. What is
not a network is scikit-learn's on the same images, with its usual settings but for the SVM's PENALTY. Free of torch
until it computes.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import product
from typing import Any, cast

import numpy as np

from playground.labs.image.config import ImageConfig
from playground.labs.image.images import images_of, nearest_accuracy
from playground.run import Run
from playground.runs.replay import Progress

SIZES = (20, 50, 200, 500, 1000, 3000)
APART = 1.5  # times as many as the size before, at least, is the last one
SEEDS = 3
PASSES, LEAST_UPDATES = 16, 300  # of a network's training
BATCH = 32
PENALTY = 10  # the SVM's C; with scikit-learn's 1 it knew .39 after 1,000 shifted digits, with 10 .60 (three seeds)
SLICE = 50  # updates between two reports

Tell = Callable[[float], None]  # which share of a learner's work is done


@dataclass(frozen=True, slots=True, kw_only=True)
class Learner:
    """Something that learns to tell images apart. ``accuracy`` gives its share of right test images in a run;
    ``settings`` are those of a network. ``seconds`` is about what it takes for so many images, on a free core."""

    label: str
    accuracy: Callable[[ImageConfig, Tell], float]
    seconds: Callable[[int], float]
    settings: Mapping[str, Any] = field(default_factory=dict)


def updates(images: int) -> int:
    """How many updates a network gets."""
    return max(PASSES * images // BATCH, LEAST_UPDATES)


def _nearest(config: ImageConfig, tell: Tell) -> float:
    return nearest_accuracy(*config.drawn)


def _logistic(config: ImageConfig, tell: Tell) -> float:
    from sklearn.linear_model import LogisticRegression

    return _fitted(LogisticRegression(max_iter=1000), config)


def _svm(config: ImageConfig, tell: Tell) -> float:
    from sklearn.svm import SVC

    return _fitted(SVC(C=PENALTY), config)


def _fitted(classifier: Any, config: ImageConfig) -> float:
    """The accuracy of a classifier of scikit-learn."""
    from threadpoolctl import threadpool_limits  # comes with scikit-learn

    found = images_of(*config.drawn)
    if len(set(found.train_labels.tolist())) == 1:  # scikit-learn refuses to learn one class
        return float((found.test_labels == found.train_labels[0]).mean())
    with threadpool_limits(1):  # on a busy machine more threads took 30 times as long
        classifier.fit(found.train.reshape(len(found.train), -1), found.train_labels)
        return float(classifier.score(found.test.reshape(len(found.test), -1), found.test_labels))


def _network(config: ImageConfig, tell: Tell) -> float:
    from playground.lab import experiment_of  # imports torch

    experiment, total = experiment_of(config), updates(config.images)
    while experiment.step < total and experiment.notice is None:
        experiment.advance(steps=min(SLICE, total - experiment.step))
        tell(experiment.step / total)
    return experiment.metrics()["test_accuracy"] or 0.0


LEARNERS = {
    "nearest": Learner(label="nearest training image", accuracy=_nearest, seconds=lambda n: n / 50_000),
    "logistic": Learner(label="logistic regression", accuracy=_logistic, seconds=lambda n: 0.05 + n / 3000),
    "svm": Learner(label="RBF-SVM", accuracy=_svm, seconds=lambda n: 0.02 + 0.4e-6 * n**2),
    "mlp": Learner(
        label="784-512-512-10",
        accuracy=_network,
        seconds=lambda n: 0.003 * updates(n),
        settings={"architecture": "mlp", "learning_rate": 0.001},
    ),
    "lenet": Learner(
        label="LeNet-5",
        accuracy=_network,
        seconds=lambda n: 0.004 * updates(n),
        settings={"architecture": "lenet"},
    ),
    "cnn": Learner(
        label="CNN that averages its maps",
        accuracy=_network,
        seconds=lambda n: 0.007 * updates(n),
        settings={
            "architecture": "cnn",
            "filters": (8, 16, 32),
            "batch_norm": True,
            "head": "average",
            "learning_rate": 0.01,
        },
    ),
}


def sizes_of(config: ImageConfig) -> list[int]:
    """The numbers of training images: up to those of the run."""
    return [*(size for size in SIZES if size * APART <= config.images), config.images]


def seconds_of(config: ImageConfig) -> float:
    """About how long all takes on a free core."""
    each = sum(learner.seconds(size) for size in sizes_of(config) for learner in LEARNERS.values())
    return each * SEEDS


def point_of(config: ImageConfig, learner: Learner, images: int, seed: int) -> ImageConfig:
    """The run of one learner's point: so many images of ``config``, otherwise the lab's usual settings."""
    same = {name: getattr(config, name) for name in ("dataset", "own", "split", "planted")}
    seeds: dict[str, Any] = {"seed": config.seed + seed, "data_seed": config.data_seed + seed}
    return ImageConfig(**same, **seeds, **learner.settings, images=images, batch_size=min(BATCH, images))


def more_data(run: Run, step: int, progress: Progress | None = None) -> Iterator[str]:
    """Yields as JSON the test accuracy of all LEARNERS on the images of ``run``, whatever its ``step``: what there is
    before each point, and at last the whole.

    ``sizes`` (S,) are numbers of training images, the last that of the run. Each learner has a ``label`` and its
    ``accuracy`` (S, seeds), of which the last rows, and the last ones of a row, may not be there yet; ``now`` is the
    learner, number of images and seed of the next point. ``majority`` (S, seeds) is the share of the test's commonest
    class.
    """
    config = cast(ImageConfig, run.config)
    sizes, total, done = sizes_of(config), seconds_of(config), 0.0
    found: dict[str, list[list[float]]] = {name: [] for name in LEARNERS}
    about = {"set": config.images_set.label, "test": config.images_set.test, "seeds": SEEDS, "sizes": sizes}
    majority = [[_majority(point_of(config, LEARNERS["svm"], size, k)) for k in range(SEEDS)] for size in sizes]

    def tell(share: float, seconds: float = 0.0) -> None:
        if progress is not None:
            progress(round(1000 * min((done + share * seconds) / total, 1)), 1000)

    def told(now: str | None) -> str:
        learners = {name: {"label": each.label, "accuracy": found[name]} for name, each in LEARNERS.items()}
        return json.dumps({**about, "now": now, "majority": majority, "learners": learners}, separators=(",", ":"))

    for size, (name, learner), seed in product(sizes, LEARNERS.items(), range(SEEDS)):
        yield told(f"{learner.label}, {size:,} images, seed {seed + 1} of {SEEDS}")
        seconds = learner.seconds(size)
        right = learner.accuracy(point_of(config, learner, size, seed), partial(tell, seconds=seconds))
        if seed == 0:
            found[name].append([])
        found[name][-1].append(right)
        done += seconds
        tell(0)
    yield told(None)


def _majority(config: ImageConfig) -> float:
    labels = images_of(*config.drawn).test_labels
    return float(np.bincount(labels).max() / len(labels))
