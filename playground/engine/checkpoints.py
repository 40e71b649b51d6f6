"""Checkpoints for transfer from one worker to its replacement.

A small one is sent to the web process, which holds it. A large one is written to a file of the run; the web process
holds only the file's name.
"""

import contextlib
import json
import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from playground.runs.timeline import size_bytes
from playground.training.turns import give_way

SENT_BYTES = 2**20  # largest checkpoint that is sent

log = logging.getLogger(__name__)


def set_aside(state: Mapping[str, Any], file: Path) -> Mapping[str, Any] | None:
    """Returns a small ``state`` itself. Writes a large one to ``file`` and returns a reference for ``taken_up``; None
    where that fails, and the file's former content stays."""
    if size_bytes(state) <= SENT_BYTES:
        return state
    fresh = file.with_suffix(".fresh")
    try:
        with fresh.open("wb") as stream:
            arrays: list[NDArray[Any]] = []
            text = json.dumps(_outline(state, arrays))
            for array in (np.array(text), np.array(len(arrays)), *arrays):
                give_way()
                np.save(stream, array, allow_pickle=False)
        os.replace(fresh, file)  # atomic, even if the process dies meanwhile
    except OSError as error:
        log.warning("a checkpoint cannot be written: %s", error)
        with contextlib.suppress(OSError):
            fresh.unlink()
        return None
    return {"step": state["step"], "edits": state["edits"], "file": file}


def taken_up(kept: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """Returns the state passed to ``set_aside``; None where its file cannot be read: the run then starts anew."""
    if kept is None or "file" not in kept:
        return kept
    try:
        with kept["file"].open("rb") as stream:
            text, count = (np.load(stream, allow_pickle=False) for _ in range(2))
            arrays = []
            for _ in range(int(count)):
                give_way()
                arrays.append(np.load(stream, allow_pickle=False))
    except (OSError, EOFError, ValueError) as error:
        log.warning("a checkpoint cannot be read: %s", error)
        return None
    state: Mapping[str, Any] = _filled(json.loads(str(text)), arrays)
    return state


def _outline(tree: Any, arrays: list[NDArray[Any]]) -> Any:
    """Returns ``tree`` as JSON, with indices in place of its arrays, which are appended to ``arrays``."""
    if isinstance(tree, np.ndarray):
        arrays.append(tree)
        return {"array": len(arrays) - 1}
    if isinstance(tree, Mapping):
        return {"pairs": [[key, _outline(value, arrays)] for key, value in tree.items()]}
    if isinstance(tree, list | tuple):
        return {"list" if isinstance(tree, list) else "tuple": [_outline(value, arrays) for value in tree]}
    return tree.item() if isinstance(tree, np.generic) else tree


def _filled(outline: Any, arrays: list[NDArray[Any]]) -> Any:
    """Returns the tree of an ``_outline``."""
    if not isinstance(outline, dict):
        return outline
    ((kind, content),) = outline.items()
    if kind == "array":
        return arrays[content]
    if kind == "pairs":
        return {key: _filled(value, arrays) for key, value in content}
    values = [_filled(value, arrays) for value in content]
    return tuple(values) if kind == "tuple" else values
