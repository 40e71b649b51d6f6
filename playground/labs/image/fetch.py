"""MNIST and Fashion-MNIST by scikit-learn's ``fetch_openml``, as images of one's own.

Run as a program, ``python -m playground.labs.image.fetch mnist``, in a process that comes and goes: scikit-learn
would cost the web process a second and 180 MB. It prints the name under which the images are kept.
"""

import os
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from playground.data import files
from playground.kinds import ConfigError
from playground.labs.image.images import MOST, TEST
from playground.labs.image.own import SIDE, Pictures

LONGEST_S = 180.0
DELAY_S = 2.0  # between the few tries that are made


@dataclass(frozen=True, slots=True)
class Source:
    """A set on openml.org: its ``title``, and its classes."""

    title: str
    openml: str
    version: int
    classes: tuple[str, ...]


SOURCES = {
    "mnist": Source("MNIST", "mnist_784", 1, tuple("0123456789")),
    "fashion": Source(
        "Fashion-MNIST",
        "Fashion-MNIST",
        1,
        (
            "T-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "boot",
        ),
    ),
}  # fmt: skip


def fetched(source: str, fetch: Callable[..., Any] | None = None) -> str:
    """Returns the name of some 10,360 images of a source, always the same ones, which this server then keeps.

    ``fetch`` is scikit-learn's ``fetch_openml``, or what stands in for it. Raises ConfigError where openml.org cannot
    be reached, or sends something else.
    """
    from sklearn.datasets import fetch_openml

    known = SOURCES[source]
    try:
        found = (fetch or fetch_openml)(
            known.openml, version=known.version, as_frame=False, parser="liac-arff", n_retries=1, delay=DELAY_S
        )
    except (OSError, ValueError) as error:
        raise ConfigError(
            f"{known.title} cannot be fetched: this server does not reach openml.org ({type(error).__name__}). The "
            "other images need no network"
        ) from None
    pixels, labels = np.asarray(found.data), np.asarray(found.target).astype(np.int64)
    if pixels.shape != (len(labels), SIDE * SIDE) or len(labels) < MOST + TEST or not 0 <= labels.min() <= 9:
        raise ConfigError(f"{known.title} has another form than expected: {pixels.shape}")
    chosen = np.random.default_rng(SIDE).permutation(len(labels))[: MOST + TEST]
    images = pixels[chosen].reshape(-1, SIDE, SIDE).astype(np.uint8)
    return files.put(Pictures(known.title, known.classes, labels[chosen].astype(np.uint8), images).packed())


# In the web process

_running: dict[str, "subprocess.Popen[str]"] = {}
_lock = threading.Lock()


def begin(source: str) -> "subprocess.Popen[str]":
    """Start to fetch a source in a process of its own, or join whoever fetches it now."""
    with _lock:
        running = _running.get(source)
        if running is None or running.poll() is not None:
            command = [sys.executable, "-m", __name__, source]
            running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            _running[source] = running
        return running


def outcome(process: "subprocess.Popen[str]") -> str:
    """Returns the name of what an ended process has fetched. Raises ConfigError with its message."""
    with _lock:
        if process not in _told:
            _told[process] = process.communicate()
        out, error = _told[process]
    if process.returncode == 0:
        return out.strip()
    last = error.strip().splitlines()
    raise ConfigError(last[-1] if process.returncode == 1 and last else "it took too long, or its process died")


_told: "weakref.WeakKeyDictionary[subprocess.Popen[str], tuple[str, str]]" = weakref.WeakKeyDictionary()


def main() -> int:
    """Fetch the source that the command line names, within LONGEST_S."""
    ending = threading.Timer(LONGEST_S, os._exit, (2,))
    ending.daemon = True
    ending.start()
    try:
        print(fetched(sys.argv[1]))
    except ConfigError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
