"""A network as ONNX: to run it where there is no PyTorch."""

import contextlib
import logging
import warnings
from collections.abc import Iterator
from typing import Any

from torch import Tensor, nn

from playground.run import Run
from playground.runs import runfile


def onnx_bytes(network: nn.Module, example: Tensor, names: tuple[str, str], run: Run, step: int) -> bytes:
    """Returns ``network`` as an ONNX model for any number of inputs like those of ``example`` (2 or more, …).

    ``names`` are those of its input and its output. The metadata hold the run file's text as ``run``.
    """
    import torch

    given, gives = names
    with _quiet():
        program = torch.onnx.export(
            network.eval(),
            (example,),
            dynamo=True,
            input_names=[given],
            output_names=[gives],
            dynamic_shapes=({0: torch.export.Dim("N")},),
            verbose=False,
        )
    assert program is not None
    model = program.model_proto
    _without_traces(model)
    entry = model.metadata_props.add()
    entry.key, entry.value = "run", runfile.write(run, step)
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
