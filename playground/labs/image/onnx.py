"""A run's network as ONNX: from images to the probability of every class."""

from typing import cast

import torch
from torch import Tensor, nn

from playground.export.onnx import onnx_bytes
from playground.labs.image.experiment import ImageExperiment
from playground.labs.image.images import SIDE
from playground.labs.image.model import Network
from playground.run import Run
from playground.runs.replay import Progress, advanced


class Classifier(nn.Module):
    """The network as it is used, with its softmax."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    def forward(self, images: Tensor) -> Tensor:
        return self.network(images).softmax(1)  # type: ignore[no-any-return]


def onnx(run: Run, step: int, progress: Progress | None = None) -> bytes:
    """The network at ``step``: input ``images`` (N, 1, 28, 28) float32 from 0 to 1, output ``probabilities`` (N, C),
    for any N; silenced filters are silent. The metadata hold the run file's text as ``run``."""
    timeline = advanced(run, step, progress)
    network = cast(ImageExperiment, timeline.experiment).network
    example = torch.zeros(3, 1, SIDE, SIDE)
    return onnx_bytes(Classifier(network), {"images": example}, ("probabilities",), run, timeline.step)
