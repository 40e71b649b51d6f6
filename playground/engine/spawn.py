"""Child processes that do not import the parent's main script, and end with the parent."""

import multiprocessing
import multiprocessing.connection
import os
import signal
import sys
import threading
import types
from multiprocessing.context import SpawnContext, SpawnProcess
from typing import Any

_main_lock = threading.Lock()


class BareProcess(SpawnProcess):
    """A spawned process that does not import the parent's main script, which here is Streamlit itself."""

    @staticmethod
    def _Popen(process_obj: Any) -> Any:
        with _main_lock:
            main = sys.modules["__main__"]
            sys.modules["__main__"] = types.ModuleType("__main__")
            # Torch is told to use one thread; NumPy's linear algebra hears of it as it is loaded. Two busy processes
            # with two threads each wait for each other many times as long as they compute.
            os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
            try:
                return SpawnProcess._Popen(process_obj)
            finally:
                sys.modules["__main__"] = main


class BareSpawnContext(SpawnContext):
    Process = BareProcess


def follow_parent() -> None:
    """In a spawned process: ignore Ctrl-C, and end when the parent ends for any reason."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_exit_with_parent, daemon=True).start()


def _exit_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    multiprocessing.connection.wait([parent.sentinel])
    os._exit(0)
