"""A run's network as ONNX: from a source and the target's words so far to the probability of every next word."""

from typing import cast

from torch import Tensor, nn

from playground.export.onnx import onnx_bytes
from playground.labs.transformer.experiment import TransformerExperiment
from playground.labs.transformer.model import Transformer
from playground.labs.transformer.words import batch_of
from playground.run import Run
from playground.runs.replay import Progress, advanced


class Translator(nn.Module):
    """The network as it is used, with its softmax."""

    def __init__(self, network: Transformer) -> None:
        super().__init__()
        self.network = network

    def forward(self, source: Tensor, target: Tensor) -> Tensor:
        return self.network(source, target).softmax(-1)  # type: ignore[no-any-return]


def onnx(run: Run, step: int, progress: Progress | None = None) -> bytes:
    """The network at ``step``: inputs ``source`` (N, S) and ``target`` (N, T) int64, the target's words from START;
    output ``probabilities`` (N, T, V) of the word behind each, for any N. S and T are the most that the task has;
    behind a shorter source or target is padding, 0. What is switched off is off.

    The metadata hold the run file's text as ``run``, and ``source_words`` and ``target_words``, parted by spaces: a
    number is the place of its word."""
    timeline = advanced(run, step, progress)
    experiment = cast(TransformerExperiment, timeline.experiment)
    known = experiment.config.corpus
    some = batch_of(known.test[:3], known)
    given = {"source": some.source, "target": some.inputs}
    words = {"source_words": " ".join(known.source_words), "target_words": " ".join(known.target_words)}
    return onnx_bytes(Translator(experiment.network), given, ("probabilities",), run, timeline.step, **words)
