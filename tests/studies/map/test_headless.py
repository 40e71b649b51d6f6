"""Trainability maps in Python: every cell an ordinary run, in its place."""

import numpy as np
import pytest

from playground import ConfigError, MapConfig, train, trainability_map
from playground.format import loss
from playground.studies.map.headless import DIVERGED, SHADES, TrainabilityMap

CONFIG = MapConfig(
    across="width",
    across_from=1,
    across_to=4,
    down="batch_size",
    down_from=10,
    down_to=100,
    cells=3,
    learning_rate=0.3,
)


@pytest.fixture(scope="module")
def found() -> TrainabilityMap:
    return trainability_map(CONFIG, epochs=20, target_accuracy=0.6)


def test_a_cell_is_its_ordinary_run(found: TrainabilityMap) -> None:
    places = [(width, size) for size in (10, 32, 100) for width in (1, 2, 4)]
    assert [(cell.across, cell.down) for cell in found.cells] == places
    for cell, config in zip(found.cells, CONFIG.networks(), strict=True):
        alone = train(config, epochs=20)
        assert cell.epoch == alone.epoch
        assert cell.metrics["test_loss"] == pytest.approx(alone.metrics["test_loss"], abs=1e-4)
        assert cell.metrics["train_accuracy"] == pytest.approx(alone.metrics["train_accuracy"], abs=0.01)
        if cell.epoch_to_target is not None:
            reached = train(config, epochs=cell.epoch_to_target).metrics["test_accuracy"]
            assert reached is not None
            assert reached >= 0.6 - 1e-6
    assert any(cell.epoch_to_target for cell in found.cells)
    assert found.network_steps_per_s is not None
    assert found.losses()[1, 2] == found.cells[5].metrics["test_loss"]


def test_other_engines_give_the_same(found: TrainabilityMap) -> None:
    assert trainability_map(CONFIG, epochs=20, target_accuracy=0.6, engine="process").cells == found.cells


def test_it_is_drawn_for_a_terminal() -> None:
    config = MapConfig(dataset="plane", cells=4, across_from=0.01, across_to=90)
    found = trainability_map(config, epochs=100)
    losses, lines = found.losses(), str(found).splitlines()
    assert losses.shape == (4, 4)
    for row, line in zip(losses, reversed(lines[:4]), strict=True):
        drawn = line[9::2]
        assert [mark == DIVERGED for mark in drawn] == np.isnan(row).tolist()
        finite = [(loss, mark) for loss, mark in zip(row, drawn, strict=True) if np.isfinite(loss)]
        shades = [SHADES.index(mark) for _, mark in sorted(finite)]
        assert shades == sorted(shades, reverse=True)
    assert lines[0].startswith("      10 ")
    assert lines[3].startswith("     0.1 ")
    assert lines[4].split() == ["0.01", "90"]
    best = np.nanmin(losses)
    assert f"16 networks, {int(np.isnan(losses).sum())} diverged (×); least test loss {loss(best)} at" in lines[-1]


def test_what_does_not_fit_is_refused_with_numbers() -> None:
    with pytest.raises(
        ConfigError, match="9 networks of up to 37 parameters need about 192 MB of memory; 1 MB may be used"
    ):
        trainability_map(CONFIG, epochs=1, limit_bytes=2**20)
    with pytest.raises(ConfigError, match="target_accuracy: these networks are ranked by test loss"):
        trainability_map(MapConfig(dataset="plane", cells=2), epochs=1, target_accuracy=0.9)
