"""A run's network as ONNX: to run it where there is no PyTorch."""

import torch

from playground.export.onnx import onnx_bytes
from playground.labs.mlp.config import MLPConfig
from playground.labs.mlp.export.predictor import Predictor
from playground.labs.mlp.model import MLP
from playground.run import Run, View
from playground.runs.replay import Progress, advanced


def onnx(run: Run, step: int, progress: Progress | None = None) -> bytes:
    """The network at ``step``: input ``points`` (N, 2) float32, output ``output`` (N, outputs), for any N.

    The features of the points are computed inside, and the output is what the page shows: the value (after tanh, for
    two classes in one output) or every class's probability. Where the network sees all columns of a table, the input
    is ``columns`` (N, D), each scaled to mean 0 and variance 1 over the table. The metadata hold the run file's text
    as ``run``.
    """
    timeline = advanced(run, step, progress)
    config = run.config_after(timeline.experiment.edits)
    assert isinstance(config, MLPConfig)
    arrays = timeline.observe("", View(panels=frozenset({"weights"}))).arrays
    network = MLP(config.sizes, config.by_layer, config.normalization, config.skips).eval()
    network.take({name: torch.from_numpy(array.copy()) for name, array in arrays.items()})
    features = () if config.data.all_of else config.features
    predictor = Predictor(features, network, config.output_activation, config.formula)
    given = {"columns": torch.zeros(3, len(config.inputs))} if config.data.all_of else {"points": torch.zeros(3, 2)}
    return onnx_bytes(predictor, given, ("output",), run, timeline.step)
