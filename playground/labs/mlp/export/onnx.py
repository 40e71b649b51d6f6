"""A run's network as ONNX: to run it where there is no PyTorch."""

import contextlib
import logging
import warnings
from collections.abc import Iterator
from typing import Any

from playground.labs.mlp.config import MLPConfig
from playground.run import Run, View
from playground.runs import runfile
from playground.runs.replay import Progress, advanced


def onnx(run: Run, step: int, progress: Progress | None = None) -> bytes:
    """The network at ``step``: input ``points`` (N, 2) float32, output ``output`` (N, outputs), for any N.

    The features of the points are computed inside, and the output is what the page shows: the value (after tanh, for
    two classes in one output) or every class's probability. The metadata hold the run file's text as ``run``.
    """
    import torch

    from playground.labs.mlp.export.predictor import Predictor
    from playground.labs.mlp.model import MLP

    config = run.config
    assert isinstance(config, MLPConfig)
    timeline = advanced(run, step, progress)
    arrays = timeline.observe("", View(panels=frozenset({"weights"}))).arrays
    network = MLP((len(config.features), *config.hidden_sizes, config.outputs), config.by_layer)
    network.load_state_dict({name: torch.from_numpy(array.copy()) for name, array in arrays.items()})
    predictor = Predictor(config.features, network, config.output_activation, config.formula).eval()
    with _quiet():
        program = torch.onnx.export(
            predictor,
            (torch.zeros(3, 2),),
            dynamo=True,
            input_names=["points"],
            output_names=["output"],
            dynamic_shapes={"points": {0: torch.export.Dim("N")}},
            verbose=False,
        )
    assert program is not None
    model = program.model_proto
    _without_traces(model)
    entry = model.metadata_props.add()
    entry.key, entry.value = "run", runfile.write(run, timeline.step)
    return bytes(model.SerializeToString(deterministic=True))


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Silence the exporter's warnings about its own deprecations and about a missing torchvision."""
    log = logging.getLogger("torch.onnx")
    level = log.level
    log.setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        finally:
            log.setLevel(level)


def _without_traces(model: Any) -> None:
    """Remove the source locations of operations, which are not part of the network."""
    graph = model.graph
    for part in (graph, *graph.node, *graph.input, *graph.output, *graph.initializer, *graph.value_info):
        part.ClearField("metadata_props")
