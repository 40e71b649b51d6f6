"""The learning curves: baselines against scikit-learn itself, points against runs, the picture against numbers."""

import json
from typing import Any

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import SVC
from threadpoolctl import threadpool_limits

from playground.engine.exports import STUDY_S
from playground.export import exported
from playground.headless.runs import train
from playground.labs.image import more_data as module
from playground.labs.image.config import ImageConfig
from playground.labs.image.fan import about, fan
from playground.labs.image.images import TEST, TRAIN
from playground.labs.image.more_data import LEARNERS, point_of, seconds_of, sizes_of
from playground.run import Run

CONFIG = ImageConfig(images=40, batch_size=10, data_seed=5, seed=2, split="place")
UPDATES = 20
LABELS = {each.label for each in LEARNERS.values()}


@pytest.fixture(scope="module")
def made() -> tuple[dict[str, Any], list[float], list[dict[str, Any]]]:
    """The curves of CONFIG with few updates, how far they were in between, and what there was then."""
    shares, grown = list[float](), list[bytes]()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "LEAST_UPDATES", UPDATES)
        patch.setattr(module, "PASSES", 1)
        run = Run(config=CONFIG)
        told = exported(
            run, 0, "more_data", progress=lambda *done: shares.append(done[0] / done[1]), grow=grown.append
        )
    assert grown[-1] == told
    return json.loads(told), shares, [*map(json.loads, grown)]


@threadpool_limits.wrap(1)
def test_baselines_are_scikit_learns_on_the_same_rows_of_the_file(made: Any) -> None:
    found, *_ = made
    digits = load_digits()
    for seed in range(3):
        rng = np.random.default_rng([CONFIG.data_seed + seed, 28])
        chosen = rng.permutation(TRAIN)  # by place: the last digits of the file test
        for index, size in enumerate(found["sizes"]):
            train, test = chosen[:size], slice(TRAIN, None)
            classifiers = {"logistic": LogisticRegression(max_iter=1000), "svm": SVC(C=10)}
            for name, classifier in classifiers.items():
                x, y = large(digits.images[train]), digits.target[train]
                score = classifier.fit(x, y).score(large(digits.images[test]), digits.target[test])
                assert found["learners"][name]["accuracy"][index][seed] == pytest.approx(score, abs=1.5 / TEST)
            nearest = KNeighborsClassifier(1).fit(large(digits.images[train]), digits.target[train])
            score = nearest.score(large(digits.images[test]), digits.target[test])
            assert found["learners"]["nearest"]["accuracy"][index][seed] == pytest.approx(score, abs=1.5 / TEST)
            assert found["majority"][index][seed] == np.bincount(digits.target[test]).max() / TEST


def large(images: Any) -> Any:
    """Digits (N, 8, 8), 0 to 16, as (N, 784), 0 to 1: by PyTorch's own bilinear enlargement."""
    found = torch.nn.functional.interpolate(torch.tensor(images)[:, None] / 16, (28, 28), mode="bilinear")
    return found.flatten(1).numpy()


@pytest.mark.parametrize("name", ["mlp", "lenet", "cnn"])
def test_a_networks_point_is_a_run_of_the_lab(made: Any, name: str) -> None:
    found, *_ = made
    point = point_of(CONFIG, LEARNERS[name], 20, seed=1)
    assert (point.seed, point.data_seed, point.split, point.images) == (3, 6, "place", 20)
    again = train(point, steps=UPDATES, quiet=True).metrics["test_accuracy"]
    assert found["learners"][name]["accuracy"][0][1] == again


def test_it_tells_how_far_it_is(made: Any) -> None:
    found, shares, _ = made
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert len(set(shares)) > 10
    assert np.shape(found["majority"]) == (len(found["sizes"]), found["seeds"]) == (2, 3)


def test_every_point_is_there_as_soon_as_it_is_found(made: Any) -> None:
    found, _, grown = made
    assert len(grown) == 2 * len(LEARNERS) * 3 + 1
    for points, so_far in enumerate(grown):
        each = [[value for row in known["accuracy"] for value in row] for known in so_far["learners"].values()]
        assert sum(map(len, each)) == points
        for values, known in zip(each, found["learners"].values(), strict=True):
            assert values == [value for row in known["accuracy"] for value in row][: len(values)]
        drawn = {trace.name: trace.y for trace in fan(so_far).data if trace.name in LABELS}
        assert {name: len(y) for name, y in drawn.items()} == {
            known["label"]: len(known["accuracy"]) for known in so_far["learners"].values() if known["accuracy"]
        }
        assert ("Best is" in about(so_far)) == (points >= 3 * len(LEARNERS))
    assert [so_far["now"] for so_far in grown[3:5]] == [
        f"logistic regression, 20 images, seed {seed} of 3" for seed in (1, 2)
    ]
    assert grown[-1]["now"] is None


def test_sizes_end_at_the_runs_own_and_all_fit_into_a_studys_time() -> None:
    assert sizes_of(ImageConfig()) == [20, 50, 200, 500, TRAIN]
    assert sizes_of(ImageConfig(images=20, batch_size=20)) == [20]
    many, most = (ImageConfig(dataset="shifted", images=images) for images in (3000, 10_000))
    assert sizes_of(many) == [20, 50, 200, 500, 1000, 3000]
    assert 60 < seconds_of(many) < seconds_of(most) < STUDY_S / 2


def test_the_picture_has_every_mean_and_its_words_name_the_best(made: Any) -> None:
    found, *_ = made
    lines = {trace.name: trace for trace in fan(found).data if trace.name}
    bands = [trace for trace in fan(found, "dark").data if trace.fill == "toself"]
    assert len(bands) == len(LEARNERS)
    for each, band in zip(found["learners"].values(), bands, strict=True):
        values = np.array(each["accuracy"])
        np.testing.assert_allclose(lines[each["label"]].y, values.mean(1))
        assert (min(band.y), max(band.y)) == (values.min(), values.max())
    best = max(found["learners"].values(), key=lambda each: np.mean(each["accuracy"][-1]))
    assert f"with 40 images {best['label']} (" in about(found)
    assert "one seed each" in about({**found, "seeds": 1})
