"""Shift pads of three networks that learn from the same images: is an image still right where it is moved to?

Free of torch until it computes. The settings are those with which each arm did best of those tried.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from playground.labs.image.config import ImageConfig
from playground.labs.image.images import images_of
from playground.run import Run
from playground.runs.replay import Progress

if TYPE_CHECKING:
    from torch import Tensor

SEEDS = 3
MOVED = 20  # test images that are moved to every offset
BATCH = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """A network, trained for so many ``passes``."""

    label: str
    passes: int
    settings: Mapping[str, Any]


ARMS = {
    "mlp": Arm(label="784-512-512-10", passes=8, settings={"architecture": "mlp", "learning_rate": 0.001}),
    "flat": Arm(label="CNN, flattened", passes=8, settings={"architecture": "cnn", "filters": (16, 32)}),
    "averaged": Arm(
        label="CNN, averaged",
        passes=16,
        settings={"architecture": "cnn", "filters": (16, 32), "head": "average", "learning_rate": 0.01},
    ),
}


def run_of(config: ImageConfig, arm: Arm, seed: int) -> ImageConfig:
    """The run of an arm on the images of ``config``."""
    same = {name: getattr(config, name) for name in ("dataset", "own", "images", "data_seed", "split", "planted")}
    return ImageConfig(**same, **arm.settings, batch_size=min(BATCH, config.images), seed=config.seed + seed)


def pad_of(config: ImageConfig, arm: Arm, seed: int, moved: int = MOVED) -> "Tensor":
    """The share of right answers of an arm at every offset (side, side), of ``moved`` test images."""
    import torch

    from playground.labs.image.experiment import ImageExperiment
    from playground.labs.image.probes import OFFSETS, shifted

    one = run_of(config, arm, seed)
    experiment = ImageExperiment(one)
    experiment.advance(steps=round(arm.passes * one.steps_per_epoch))
    data, right = images_of(*one.drawn), torch.zeros(len(OFFSETS) ** 2)
    moved = min(moved, len(data.test))
    for image, label in zip(data.test[:moved], data.test_labels[:moved], strict=True):
        answers = experiment.network.used(shifted(torch.tensor(image)[None, None])).argmax(1)
        right += answers == int(label)
    return (right / moved).view(len(OFFSETS), len(OFFSETS))


def shift_pads(run: Run, step: int, progress: Progress | None = None) -> str:
    """Returns as JSON for each of ARMS, trained on the images of ``run`` whatever its ``step``, its ``label``, the
    share of right answers at every offset, ``right`` (side, side), in the mean of seeds and test images, and the mean
    of all offsets for each seed, ``areas`` (seeds,)."""
    import torch

    config, found, done = cast(ImageConfig, run.config), {}, 0
    for name, arm in ARMS.items():
        pads = []
        for seed in range(SEEDS):
            pads.append(pad_of(config, arm, seed))
            done += 1
            if progress is not None:
                progress(done, SEEDS * len(ARMS))
        areas = [float(pad.mean()) for pad in pads]
        found[name] = {"label": arm.label, "right": torch.stack(pads).mean(0).tolist(), "areas": areas}
    reach = len(pads[0]) // 2
    about = {"set": config.images_set.label, "reach": reach, "moved": MOVED, "seeds": SEEDS}
    return json.dumps({**about, "arms": found}, separators=(",", ":"))
