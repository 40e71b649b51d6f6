"""A network as ONNX: to run it where there is no PyTorch."""

import contextlib
import logging
import warnings
from collections.abc import Iterator, Mapping
from typing import Any

from torch import Tensor, nn

from playground.run import Run
from playground.runs import runfile


def onnx_bytes(
    network: nn.Module, examples: Mapping[str, Tensor], gives: tuple[str, ...], run: Run, step: int, **more: str
) -> bytes:
    """Returns ``network`` as an ONNX model for any number of inputs like the ``examples``, each (2 or more, …).

    They are by the names of its inputs, in their order; ``gives`` are those of its outputs. The metadata hold the run
    file's text as ``run``, and ``more``.
    """
    import torch

    count = {0: torch.export.Dim("N")}
    with _quiet():
        program = torch.onnx.export(
            network.eval(),
            tuple(examples.values()),
            dynamo=True,
            input_names=[*examples],
            output_names=gives,
            dynamic_shapes=(count,) * len(examples),
            verbose=False,
        )
    assert program is not None
    model = program.model_proto
    _without_traces(model)
    for name, text in {"run": runfile.write(run, step), **more}.items():
        entry = model.metadata_props.add()
        entry.key, entry.value = name, text
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
