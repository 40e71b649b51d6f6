"""An activation of the catalog as a script has it: PyTorch's by its name, one of ours with its class."""

import ast
from collections.abc import Iterable
from pathlib import Path

from playground.catalog import ACTIVATIONS
from playground.export.source import untyped

_OURS = Path(__file__).parent.parent / "training" / "activations.py"  # read, as a page may not import torch


def called(name: str) -> str:
    """Returns the code that makes an activation: ``nn.LeakyReLU(negative_slope=0.01)``, ``Step()``."""
    entry = ACTIVATIONS[name]
    module, _, kind = entry.torch.rpartition(".")
    arguments = ", ".join(f"{key}={value!r}" for key, value in entry.arguments.items())
    return f"{'nn.' if module == 'torch.nn' else ''}{kind}({arguments})"


def defined(names: Iterable[str]) -> str:
    """Returns the classes of those activations that PyTorch does not have, two empty lines after each; mostly "".

    They need ``nn``.
    """
    kinds = {ACTIVATIONS[name].torch.rpartition(".")[2] for name in names}
    text = _OURS.read_text("utf-8")
    found = [node for node in ast.parse(text).body if isinstance(node, ast.ClassDef) and node.name in kinds]
    return "".join(f"{untyped(ast.get_source_segment(text, node) or '')}\n\n\n" for node in found)
