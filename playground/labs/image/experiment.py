"""The image lab: a plain PyTorch loop over images, and everything that can be seen of the network in it.

Read from the top: the data, the network, the training loop, then what can be seen and changed.
"""

import math
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from playground.catalog import ACTIVATIONS, OPTIMIZERS, resolve
from playground.labs.image import drawing, probes
from playground.labs.image.config import DRAWN, ImageConfig, Look
from playground.labs.image.images import images_of, marked, nearest_accuracy
from playground.labs.image.model import Network
from playground.plain import PlainExperiment
from playground.run import Snapshot, View
from playground.training.batches import generator, rows

CHUNK = 90  # images that go through the network at once when it is measured: they stay in the cache
STRIP, DRAWN_STRIP = 8, 4  # test images that are always in sight; fewer beside a drawing


class ImageExperiment(PlainExperiment):
    """One network in training. ``config`` is the configuration with all live edits applied."""

    config: ImageConfig
    network: Network

    def __init__(self, config: ImageConfig) -> None:
        self.config = config
        self._images, self._labels, self._test_images, self._test_labels = tensors(*config.drawn)
        self.network = self._untrained()
        self.optimizers = {"optimizer": optimizer_of(config, self.network)}
        self._test_logits = torch.zeros(len(self._test_labels), len(config.classes))
        self._first_of_class = [int(place) for place in np.unique(self._test_labels, return_index=True)[1]]
        self._begin(200)

    # Training

    def _train(self, count: int) -> int:
        optimizer = self.optimizers["optimizer"]
        self.network.train()
        for done in range(count):
            batch = rows(self.step, len(self._images), self.config.batch_size, self.config.seed)  # (batch_size,)
            for dropout in self.network.dropouts:
                dropout.generator = generator(self.config.seed, "dropout", self.step)
            loss = F.cross_entropy(self.network(self._images[batch]), self._labels[batch])
            if not loss.isfinite():
                self._stop("images")
                return done
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            self.step += 1
        return count

    @property
    def epoch(self) -> float:
        """Passes over the training images so far."""
        return self.step * self.config.batch_size / len(self._images)

    def _measure(self) -> dict[str, float | None]:
        """Mean loss and accuracy over the test images, and over as many training images, drawn once."""
        found: dict[str, float | None] = {}
        known = slice(0, len(self._test_images))
        for part, images, labels in (
            ("train", self._images[known], self._labels[known]),
            ("test", self._test_images, self._test_labels),
        ):
            logits = torch.cat([self.network.used(few) for few in torch.split(images, CHUNK)])
            loss = F.cross_entropy(logits, labels).item()
            found[f"{part}_loss"] = loss if math.isfinite(loss) else None
            found[f"{part}_accuracy"] = (logits.argmax(1) == labels).float().mean().item()
            if part == "test":
                self._test_logits = logits
        return found

    # Seeing

    def observe(self, run_id: str, view: View) -> Snapshot:
        """The panels of ``view``: ``stage`` (the strip of test images, and what the look asks for), ``scene``
        (classes, layers, baselines) and ``thumbnail`` (the first layer's weights)."""
        arrays: dict[str, NDArray[Any]] = {}
        info: dict[str, Any] = {"tier": "plain", "edits": self.edits}
        if "stage" in view.panels:
            look = self._within(view.look_as(Look))
            arrays |= self._stage(look)
            info |= {"view": look.to_json(), "target": self._target(look), "silent": self.config.silent}
        if "scene" in view.panels:
            info["scene"] = self._scene()
        if "thumbnail" in view.panels:
            arrays["thumbnail"] = probes.thumbnail(self.network)
        return Snapshot.of(self, run_id, info, arrays)

    def _stage(self, look: Look) -> dict[str, NDArray[Any]]:
        network, image, strip = self.network, self._subject(look), self._strip(look)
        values = network.used_outputs(torch.cat([image, self._test_images[strip]]))  # all in one go
        logits = list(values.values())[-1]
        arrays = probes.strip(self._test_images, self._test_labels, strip, logits[1:])
        arrays |= {"subject": probes.grey(image[0, 0]), "logits": logits[0].numpy().copy()}
        if look.image == DRAWN:
            arrays |= probes.stages(drawing.bitmap(look.drawing))
        target = self._target(look)
        if target == DRAWN:
            target = int(arrays["logits"].argmax())
        layers = self.config.layers
        if look.panel == "why":
            both = (network, self._untrained())
            arrays |= probes.why(both, layers, image, int(arrays["logits"].argmax()), look.method)
        elif look.panel == "shift":
            arrays |= probes.shifts(network, image, target)
        elif look.panel == "weights":
            arrays |= probes.weight_images(network)
        elif look.panel == "mistakes":
            arrays |= probes.mistakes(self._test_logits, self._test_labels, look.cell, self._test_images)
            arrays |= probes.surely(network)
        elif look.panel == "sandbox":
            arrays["photo"] = probes.photograph()  # all else it computes for itself
        elif look.layer in {layer.name for layer in layers}:
            arrays |= probes.origin(network, layers, image, look.layer, look.map)
        else:
            shown = probes.gradients(network, image, target) if look.gradients else values
            arrays |= probes.overview(layers, shown, look.scale)
        return arrays

    def _within(self, look: Look) -> Look:
        """The look with test images that there are: a person's own may be few."""
        most = len(self._test_images) - 1
        return replace(look, image=min(look.image, most), pinned=tuple(n for n in look.pinned if n <= most))

    def _subject(self, look: Look) -> Tensor:
        """The image (1, 1, 28, 28) that a person looks at."""
        if look.image == DRAWN:
            image = torch.tensor(drawing.image(drawing.bitmap(look.drawing), self.config.dataset))[None, None]
        else:
            image = self._test_images[look.image : look.image + 1]
        return torch.tensor(marked(image.numpy())) if look.dotted else image

    def _target(self, look: Look) -> int:
        """Its class; DRAWN for a drawing, of which nobody knows it."""
        if look.image == DRAWN:
            return DRAWN
        return int(self._test_labels[look.image])

    def _untrained(self) -> Network:
        """The network as it was at the start."""
        network = Network(self.config.layers)
        network.initialize(torch.Generator().manual_seed(self.config.seed))
        return network

    def _strip(self, look: Look) -> list[int]:
        """The numbers of the test images in the strip: what is looked at and pinned, then one of each class."""
        others = self._first_of_class
        looked_at = [look.image] if look.image != DRAWN else []
        return [*dict.fromkeys([*look.pinned, *looked_at, *others])][: STRIP if looked_at else DRAWN_STRIP]

    def _scene(self) -> dict[str, Any]:
        shares = self._test_labels.bincount(minlength=len(self.config.classes)) / len(self._test_labels)
        entropy = float(-(shares * shares.clamp_min(1e-12).log()).sum())
        return {
            "classes": self.config.classes,
            "planted": self.config.planted,
            "layers": [
                {
                    "name": layer.name,
                    "kind": layer.kind,
                    "shape": layer.shape,
                    "sum": layer.sum,
                    "args": {name: value for name, value in layer.arguments.items() if isinstance(value, int)},
                }
                for layer in self.config.layers
            ],
            "activation": ACTIVATIONS[self.config.activation].label,
            "baselines": [
                {"label": "always the commonest class", "value": float(shares.max()), "axes": "accuracy"},
                {
                    "label": "nearest training image",
                    "value": nearest_accuracy(*self.config.drawn),
                    "axes": "accuracy",
                },
                {"label": "guessing", "value": entropy, "axes": "loss"},
            ],
        }

    # Changing

    def _follow(self) -> None:
        super()._follow()
        self.network.silence(self.config.silenced)

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from an earlier ``state`` of a run with the same configuration and the same live edits."""
        super().restore(state)
        self._follow()
        self._meter.forget()


@lru_cache(maxsize=4)
def tensors(
    name: str, images: int, seed: int, by_place: bool, planted: bool, own: str
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """What ``images_of`` gives, as PyTorch has it: training images (N, 1, 28, 28) and labels (N,), then those of the
    test. Runs of the same images share them: nobody writes into them."""
    found = images_of(name, images, seed, by_place, planted, own)
    train, test = torch.tensor(found.train)[:, None], torch.tensor(found.test)[:, None]
    return train, torch.tensor(found.train_labels), test, torch.tensor(found.test_labels)


def optimizer_of(config: ImageConfig, network: Network) -> torch.optim.Optimizer:
    """The optimizer; Adam in one fused kernel, which made 784-512-512-10 twice as fast. SGD gained nothing by it."""
    entry = OPTIMIZERS[config.optimizer]
    fused = {"fused": True} if config.optimizer == "adam" else {}
    found: torch.optim.Optimizer = resolve(entry.torch)(
        network.parameters(), lr=config.learning_rate, **entry.arguments, **fused
    )
    return found
