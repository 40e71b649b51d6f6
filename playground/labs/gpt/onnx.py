"""A run's network as ONNX: from tokens to the probability of every next token."""

from typing import cast

import torch
from torch import Tensor, nn

from playground.export.onnx import onnx_bytes
from playground.labs.gpt.experiment import GPTExperiment
from playground.labs.gpt.model import GPT
from playground.run import Run
from playground.runs.replay import Progress, advanced


class Writer(nn.Module):
    """The network as it is used, with its softmax."""

    def __init__(self, network: GPT) -> None:
        super().__init__()
        self.network = network

    def forward(self, tokens: Tensor) -> Tensor:
        return self.network(tokens).softmax(-1)  # type: ignore[no-any-return]


def onnx(run: Run, step: int, progress: Progress | None = None) -> bytes:
    """The network at ``step``: input ``tokens`` (N, T) int64, output ``probabilities`` (N, T, V) of the token behind
    each, for any N; T is all that the network sees. No place sees a later one, so that a shorter text may have
    anything behind it. What is switched off is off. The metadata hold the run file's text as ``run``, and
    ``vocabulary``, in which a token is the place of its character; the first is a line's end."""
    timeline = advanced(run, step, progress)
    experiment = cast(GPTExperiment, timeline.experiment)
    given = {"tokens": torch.zeros(3, experiment.config.places, dtype=torch.int64)}
    vocabulary = experiment.text.vocabulary
    writer = Writer(experiment.network)
    return onnx_bytes(writer, given, ("probabilities",), run, timeline.step, vocabulary=vocabulary)
