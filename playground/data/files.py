"""Files that runs refer to by their hash, such as a person's own images: too large for an address.

They are in a folder of this server, $PLAYGROUND_FILES or one in the user's data folder. Above MOST_BYTES the least
recently used are deleted. A run file carries its files; a link only names them.
"""

import contextlib
import hashlib
import os
import re
import tempfile
import zlib
from pathlib import Path

import platformdirs

from playground.kinds import ConfigError

SENT_MB = 10  # of 2**20 bytes, of a file that a person sends; .streamlit/config.toml has 1 more, for its wrapping
MOST_BYTES = 512 * 2**20  # of all, compressed
LARGEST = 16 * 2**20  # bytes of one, uncompressed
NAME = re.compile("[0-9a-f]{32}")


def name_of(content: bytes) -> str:
    """Returns the name of a file: the first half of its SHA-256, in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()[:32]


def put(content: bytes) -> str:
    """Keep a file, and return its name. Raises ConfigError where this server cannot write it."""
    name = name_of(content)
    if get(name) is not None:
        return name
    try:
        folder = _folder()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
            file.write(zlib.compress(content))
        os.replace(file.name, folder / name)
        _make_room(folder, name)
    except OSError as error:
        raise ConfigError(f"this server cannot keep the file: {error.strerror or error}") from None
    return name


def get(name: str) -> bytes | None:
    """Returns the file of a name; None where this server does not have it, or has it damaged."""
    if not NAME.fullmatch(name):
        return None
    path = _folder() / name
    with contextlib.suppress(OSError):
        content = unpacked(path.read_bytes())
        if content is not None and name_of(content) == name:
            os.utime(path)
            return content
    return None


def unpacked(compressed: bytes) -> bytes | None:
    """Returns the content of compressed bytes; None where they are not, or hold more than LARGEST."""
    machine = zlib.decompressobj()
    with contextlib.suppress(zlib.error):
        content = machine.decompress(compressed, LARGEST + 1)
        if machine.eof and len(content) <= LARGEST:
            return content
    return None


def _folder() -> Path:
    known = os.environ.get("PLAYGROUND_FILES")
    return Path(known) if known else Path(platformdirs.user_data_dir("neural-playground", appauthor=False)) / "files"


def _make_room(folder: Path, kept: str) -> None:
    """Delete the least recently used files beyond MOST_BYTES, but not the one just ``kept``."""
    found = sorted((path.stat().st_mtime_ns, path.stat().st_size, path) for path in folder.iterdir())
    total = sum(size for _, size, _ in found)
    for _, size, path in found:
        if total > MOST_BYTES and path.name != kept:
            path.unlink(missing_ok=True)
            total -= size
