"""A run's network as ONNX: from a sequence, and a source before it, to the answers at every step."""

from typing import cast

import torch
from torch import Tensor, nn

from playground.export.onnx import onnx_bytes
from playground.labs.sequence.experiment import SequenceExperiment
from playground.labs.sequence.model import Network
from playground.run import Run
from playground.runs.replay import Progress, advanced


class Reader(nn.Module):
    """The network as it is used: softmaxed where it says tokens."""

    def __init__(self, network: Network, is_series: bool) -> None:
        super().__init__()
        self.network, self.is_series = network, is_series

    def forward(self, inputs: Tensor, sources: Tensor | None = None, lengths: Tensor | None = None) -> Tensor:
        outputs: Tensor = self.network(inputs, sources, lengths)
        return outputs if self.is_series else outputs.softmax(-1)


def onnx(run: Run, step: int, progress: Progress | None = None) -> bytes:
    """The network at ``step``: input ``inputs`` (N, T, D) float32, one-hot tokens (zeros for none) or the values of a
    series; before an encoder and decoder also ``sources`` (N, S, E), and their ``lengths`` (N,) int64. Output
    ``outputs`` (N, T, C): probabilities, or values. N is any; T and S are those of the task's sequences.

    A gate that is clamped and a unit that is off stay so. The metadata hold the run file's text as ``run``, and the
    tokens as ``reads`` and ``says``, parted by tabs."""
    timeline = advanced(run, step, progress)
    experiment = cast(SequenceExperiment, timeline.experiment)
    task, few = experiment.config.what, experiment.test[torch.arange(3)]
    given = {"inputs": few.inputs}
    if few.sources is not None and few.lengths is not None:
        given |= {"sources": few.sources, "lengths": few.lengths}
    reader = Reader(experiment.network, task.is_series)
    words = {"reads": "\t".join(task.reads), "says": "\t".join(task.says)}
    return onnx_bytes(reader, given, ("outputs",), run, timeline.step, **words)
