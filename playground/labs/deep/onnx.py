"""A run's networks as ONNX: from inputs to the probability of every class, in each network."""

from typing import cast

import torch
from torch import Tensor, nn

from playground.export.onnx import onnx_bytes
from playground.labs.deep.config import DeepConfig
from playground.run import Run
from playground.runs.replay import Progress, advanced


class Classifiers(nn.Module):
    """The networks as they are used, each with its softmax."""

    def __init__(self, networks: nn.ModuleDict) -> None:
        super().__init__()
        self.networks = networks

    def forward(self, inputs: Tensor) -> tuple[Tensor, ...]:
        return tuple(network(inputs).softmax(1) for network in self.networks.values())


def onnx(run: Run, step: int, progress: Progress | None = None) -> bytes:
    """The networks at ``step``: input ``inputs`` (N, D) float32; an output (N, C) for each, ``probabilities`` of the
    main one, else with its name first, ``plain_probabilities``; for any N. Zeroed layers give 0 and cut skips are
    cut. The metadata hold the run file's text as ``run``."""
    timeline = advanced(run, step, progress)
    config, networks = cast(DeepConfig, run.config), cast(nn.ModuleDict, timeline.experiment.network)
    gives = tuple(f"{'' if name == config.main else f'{name}_'}probabilities" for name in config.networks)
    given = {"inputs": torch.zeros(3, config.data.inputs)}
    return onnx_bytes(Classifiers(networks), given, gives, run, timeline.step)
