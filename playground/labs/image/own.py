"""A person's own images as one file: a line of JSON (name, classes), a byte a label, 28 × 28 bytes an image."""

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from playground.data import files
from playground.kinds import ConfigError

SIDE = 28
LEAST, MOST_CLASSES = 25, 10  # images; classes
NAME_CHARACTERS = 24
TEST_SHARE = 5  # one image of so many is for the test

Bytes = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Pictures:
    """Images (N, 28, 28), 0 to 255, and the numbers of their ``classes`` (N,)."""

    name: str
    classes: tuple[str, ...]
    labels: Bytes
    images: Bytes

    def packed(self) -> bytes:
        """Returns the file; ``unpacked`` reads it."""
        head = {"name": self.name, "classes": list(self.classes)}
        return b"\n".join([json.dumps(head).encode(), self.labels.tobytes() + self.images.tobytes()])


def unpacked(content: bytes) -> Pictures:
    """Returns the images of a file. Raises ConfigError for one that ``packed`` would not have made."""
    first, _, rest = content.partition(b"\n")
    try:
        head: Any = json.loads(first)
        name, classes = head["name"], tuple(head["classes"])
        is_text = all(isinstance(each, str) and each.isprintable() for each in (name, *classes))
    except (ValueError, RecursionError, KeyError, TypeError):
        raise ConfigError("this is not a file of images") from None
    count = len(rest) // (1 + SIDE * SIDE)
    values = np.frombuffer(rest, np.uint8)
    if not is_text or len(values) != count * (1 + SIDE * SIDE) or not 2 <= len(classes) <= MOST_CLASSES:
        raise ConfigError("this is not a file of images")
    labels, images = values[:count], values[count:].reshape(count, SIDE, SIDE)
    if count < LEAST or labels.max() >= len(classes) or max(map(len, (name, *classes))) > NAME_CHARACTERS:
        raise ConfigError("this is not a file of images")
    return Pictures(name, classes, labels, images)


def pictures_of(name: str) -> Pictures | None:
    """Returns the images that this server keeps under a name; None where it has none."""
    try:
        return _read(name)
    except (LookupError, ConfigError):
        return None


@lru_cache(maxsize=8)
def _read(name: str) -> Pictures:
    content = files.get(name)
    if content is None:
        raise LookupError(name)
    return unpacked(content)
