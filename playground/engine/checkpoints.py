"""Checkpoints on their way from one worker to the one that takes its place.

A small one is sent to the web process, which holds it; a large one would fill that process, so it is written to a
file of the run, of which the web process holds the name.
"""

import contextlib
import logging
import os
import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from playground.runs.timeline import size_bytes

SENT_BYTES = 2**20  # the largest that is sent

log = logging.getLogger(__name__)


def set_aside(state: Mapping[str, Any], file: Path) -> Mapping[str, Any] | None:
    """Returns ``state`` itself where it is small, else what ``taken_up`` needs to read it from ``file``; None where
    that cannot be written, and an earlier one stays."""
    if size_bytes(state) <= SENT_BYTES:
        return state
    fresh = file.with_suffix(".fresh")
    try:
        with fresh.open("wb") as stream:
            pickle.dump(state, stream, protocol=pickle.HIGHEST_PROTOCOL)
        os.replace(fresh, file)  # whole or not at all, also where the process dies meanwhile
    except OSError as error:
        log.warning("a checkpoint cannot be written: %s", error)
        with contextlib.suppress(OSError):
            fresh.unlink()
        return None
    return {"step": state["step"], "edits": state["edits"], "file": file}


def taken_up(kept: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """Returns the state that was ``set_aside``; None where its file is gone, so that the run starts anew."""
    if kept is None or "file" not in kept:
        return kept
    try:
        with kept["file"].open("rb") as stream:
            found: Mapping[str, Any] = pickle.load(stream)
            return found
    except (OSError, EOFError, pickle.UnpicklingError) as error:
        log.warning("a checkpoint cannot be read: %s", error)
        return None
