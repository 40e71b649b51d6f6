"""Shift pads of three networks that learn from the same images: is an image still right where it is moved to?

Free of torch until it computes. The settings are those with which each arm did best of those tried.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from playground.labs.image.config import ImageConfig, Look
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


def pad_of(config: ImageConfig, arm: Arm, seed: int, drawing: str, moved: int = MOVED) -> tuple["Tensor", "Tensor"]:
    """Of an arm at every offset (side, side): the share of right answers for ``moved`` test images, and the answers
    for a drawing."""
    import torch

    from playground.labs.image.drawing import bitmap, image
    from playground.labs.image.experiment import ImageExperiment
    from playground.labs.image.probes import OFFSETS, shifted

    one = run_of(config, arm, seed)
    experiment = ImageExperiment(one)
    experiment.advance(steps=round(arm.passes * one.steps_per_epoch))
    data, right = images_of(*one.drawn), torch.zeros(len(OFFSETS) ** 2)
    moved = min(moved, len(data.test))

    def answers(image: Any) -> torch.Tensor:
        answers: torch.Tensor = experiment.network.used(shifted(torch.tensor(image)[None, None])).argmax(1)
        return answers

    for each, label in zip(data.test[:moved], data.test_labels[:moved], strict=True):
        right += answers(each) == int(label)
    said, side = answers(image(bitmap(drawing), config.dataset)), len(OFFSETS)
    return (right / moved).view(side, side), said.view(side, side)


def shift_pads(run: Run, step: int, progress: Progress | None, look: Look) -> str:
    """Returns as JSON for each of ARMS, trained on the images of ``run`` whatever its ``step``, its ``label``, the
    share of right answers at every offset, ``right`` (side, side), in the mean of seeds and test images, and the mean
    of all offsets for each seed, ``areas`` (seeds,). Where the person has drawn, also ``drawing``, its hexadecimal
    digits, and of each arm ``said`` (seeds, side, side), the numbers of the classes that it takes the drawing for."""
    import torch

    config, found, done = cast(ImageConfig, run.config), dict[str, Any](), 0
    drawing = look.drawing if look.drawing.strip("0") else ""
    for name, arm in ARMS.items():
        pads, said = [], []
        for seed in range(SEEDS):
            pad, answers = pad_of(config, arm, seed, drawing)
            pads.append(pad)
            said.append(answers.tolist())
            done += 1
            if progress is not None:
                progress(done, SEEDS * len(ARMS))
        areas = [float(pad.mean()) for pad in pads]
        found[name] = {"label": arm.label, "right": torch.stack(pads).mean(0).tolist(), "areas": areas}
        found[name] |= {"said": said} if drawing else {}
    reach = len(pads[0]) // 2
    about = {"set": config.images_set.label, "reach": reach, "moved": MOVED, "seeds": SEEDS}
    about |= {"drawing": drawing, "classes": config.classes} if drawing else {}
    return json.dumps({**about, "arms": found}, separators=(",", ":"))
