"""A part is trained to the same end in whatever strides."""

from dataclasses import replace

from playground.labs.mlp.config import MLPConfig
from playground.studies.parts import Part, Trained, Training

PLANE = MLPConfig(dataset="plane", hidden_sizes=(4,))
# One network learns, one diverges in the third epoch and one in the first.
PART = Part(
    configs=tuple(replace(PLANE, learning_rate=rate) for rate in (0.03, 1.2, 90.0)),
    epochs=10.5,
    target_accuracy=None,
    tier="traced",
    padded=False,
)


def trained(part: Part, stride: int) -> Trained:
    """What comes of a part in steps of ``stride`` epochs."""
    training = Training(part)
    while training.epoch < part.epochs:
        training.advance(stride)
    return training.result()


def test_strides_change_nothing_also_where_a_network_diverges_within_one() -> None:
    expected, found = trained(PART, 1), trained(PART, 8)
    assert [each and each.epoch for each in expected.outcomes] == [10.5, 2, 0]
    assert found.outcomes == expected.outcomes
    assert found.updates == expected.updates


def test_every_epoch_is_looked_at_while_a_network_may_meet_the_target() -> None:
    circle = MLPConfig(hidden_sizes=(4,), learning_rate=0.1)
    part = replace(PART, configs=(circle, replace(circle, learning_rate=0.0)), epochs=30, target_accuracy=0.8)
    expected, found = trained(part, 1), trained(part, 16)
    assert found.outcomes == expected.outcomes
    assert found.updates == expected.updates
    first, never = (each and each.epoch_to_target for each in found.outcomes)
    assert first is not None
    assert 1 < first < 30
    assert never is None
    assert not Training(PART).seeks
