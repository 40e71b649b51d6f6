"""What the page promises, over twenty seeds of weights, noise and data that play at once, after as few rounds as
show it.

After more it was measured once, by hand: with the rates apart 20 of 20 had 0 to 2 after 1,000; with a small
discriminator 17 of 17 had none or one after 2,000; digits had all ten classes after 2,000 too in 20 of 20; the
saturating loss left at most one mode in 14 of 14.
"""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from playground.labs.gan.config import DIGITS, GANConfig
from playground.labs.gan.ensemble import Games, GANEnsemble
from playground.labs.gan.measures import digit_classes
from playground.labs.gan.questions import QUESTIONS
from playground.studies.compare.config import CompareConfig

SEEDS = 20
GUESSING = 1.386  # D's loss


def after(rounds: int, settings: dict[str, Any], seeds: int = SEEDS) -> GANEnsemble:
    config = GANConfig(**settings)
    ensemble = GANEnsemble([replace(config, seed=seed, data_seed=seed) for seed in range(seeds)])
    ensemble.advance_to([rounds] * seeds)
    return ensemble


def asked(title: str) -> dict[str, Any]:
    return dict(next(each for each in QUESTIONS if each.title == title).settings)


def test_the_default_finds_eight_modes() -> None:
    """After 500 rounds 20 of 20 have all eight, with .59 to .77 of the fakes on one."""
    found = after(400, {}).scores()
    assert (found["modes"] == 8).mean() >= 0.8
    assert np.median(found["share_on_mode"]) > 0.5
    assert np.abs(found["discriminator_loss"] - GUESSING).max() < 0.05


@pytest.mark.long
@pytest.mark.timeout(1200)
def test_the_default_puts_nine_of_ten_fakes_on_a_mode() -> None:
    """After 3,000 rounds 20 of 20 have all eight modes, and 17 at least .9 of the fakes on one."""
    found = after(3000, {}).scores()
    assert ((found["modes"] == 8) & (found["share_on_mode"] >= 0.9)).mean() >= 0.8


def test_a_collapse_has_the_losses_of_guessing() -> None:
    """After 200, 400 and 600 rounds 20 of 20 have none or one."""
    found = after(200, asked("Why one kind of fake only?")).scores()
    assert found["modes"].max() <= 2
    assert np.abs(found["discriminator_loss"] - GUESSING).max() < 0.2


def test_no_curve_tells_a_collapse() -> None:
    found = after(800, asked("Can the losses tell?"), seeds=1).scores()
    assert found["modes"].max() <= 2
    assert np.abs(found["discriminator_loss"] - GUESSING).max() < 0.2


def test_a_fast_generator_collapses_with_each_seed() -> None:
    comparison = CompareConfig.usual({"of": "gan"})
    ensemble = GANEnsemble(replace(comparison, seeds=3).members)
    ensemble.advance_to([1000] * 6)
    slow, fast = ensemble.scores()["modes"].reshape(2, 3)
    assert slow.min() >= 3
    assert np.median(fast) <= 1


def test_digits_condense_from_static() -> None:
    """Each of the ten classes has at least 4 of 1,000 fakes that are as near to a real digit as those to each other,
    in 20 of 20. That each has a fifth of its share takes longer: 8 of 20 after 500 rounds, 18 after 700."""
    ensemble = after(300, dict(DIGITS))
    fewest = []
    for block in ensemble._blocks:
        assert isinstance(block, Games)
        for fakes in block.fakes().double().numpy():
            classes, is_near = digit_classes(fakes)
            fewest.append(np.bincount(classes[is_near], minlength=10).min())
    assert len(fewest) == SEEDS
    assert min(fewest) >= 1


@pytest.mark.long
@pytest.mark.timeout(1200)
def test_digits_have_all_ten_classes() -> None:
    """After 1,000 rounds 20 of 20."""
    assert (after(1000, dict(DIGITS)).scores()["modes"] == 10).mean() >= 0.9
