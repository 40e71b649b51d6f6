"""Processes beside the web process: they start without its main script, and end when it does."""

import multiprocessing
import multiprocessing.connection
import os
import signal
import sys
import threading
import types
from multiprocessing.context import SpawnContext, SpawnProcess
from typing import Any

_main_is_away = threading.Lock()


class BareProcess(SpawnProcess):
    """A spawned process that does not import the parent's main script, which here is Streamlit itself."""

    @staticmethod
    def _Popen(process_obj: Any) -> Any:
        with _main_is_away:
            main = sys.modules["__main__"]
            sys.modules["__main__"] = types.ModuleType("__main__")
            try:
                return SpawnProcess._Popen(process_obj)
            finally:
                sys.modules["__main__"] = main


class BareSpawnContext(SpawnContext):
    Process = BareProcess


def follow_parent() -> None:
    """In a spawned process: leave Ctrl-C to the parent, and end when it does, however that comes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_exit_with_parent, daemon=True).start()


def _exit_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    multiprocessing.connection.wait([parent.sentinel])
    os._exit(0)
