"""Compiled training loops on disk: native code, so in a folder that only its user can write."""

import contextlib
import functools
import hashlib
import logging
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

CACHE_BYTES = 256 * 2**20  # a package has about half a megabyte

log = logging.getLogger(__name__)


class Cache:
    """Compiled packages on disk, by key.

    ``folder`` defaults to $PLAYGROUND_CACHE, else ``neural-playground`` in $XDG_CACHE_HOME or ``~/.cache``. Where
    it cannot be created or trusted, ``folder`` is None and the cache stays empty. Above ``limit_bytes`` the least
    recently used packages are deleted.
    """

    def __init__(self, folder: Path | None = None, limit_bytes: int = CACHE_BYTES) -> None:
        self.folder: Path | None = None
        self.limit_bytes = limit_bytes
        try:
            base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
            folder = folder or Path(os.environ.get("PLAYGROUND_CACHE") or base / "neural-playground")
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _check_trusted(folder)
            self.folder = folder
        except (OSError, RuntimeError) as error:  # RuntimeError: there is no home folder
            _warn_once(f"No cache of compiled training loops: {error}")

    def get(self, key: str) -> Path | None:
        """Returns the package of ``key`` or None; deletes a damaged one. Raises OSError."""
        for path in self.folder.glob(f"{key}-*.pt2") if self.folder else ():
            if path.stem == f"{key}-{digest(path.read_bytes())}":
                os.utime(path)
                return path
            log.warning("A compiled training loop is damaged; removing %s", path)
            path.unlink(missing_ok=True)
        return None

    def put(self, key: str, package: Path) -> None:
        """Move ``package``, a file on the same disk, into the cache, atomically. Raises OSError."""
        assert self.folder is not None
        kept = self.folder / f"{key}-{digest(package.read_bytes())}.pt2"
        os.replace(package, kept)
        files = [(path.stat(), path) for path in self.folder.glob("*.pt2")]
        total = sum(found.st_size for found, _ in files)
        for found, path in sorted(files, key=lambda file: file[0].st_mtime_ns):
            if total > self.limit_bytes and path != kept:
                path.unlink(missing_ok=True)
                total -= found.st_size

    @contextlib.contextmanager
    def workshop(self) -> Iterator[Path]:
        """Yields a folder to build in, on the same disk, to one process at a time. Raises OSError."""
        with self._lock(wait=True):
            assert self.folder is not None
            for left in self.folder.glob("build-*"):  # left by a killed process
                shutil.rmtree(left, ignore_errors=True)
            with tempfile.TemporaryDirectory("", "build-", self.folder, ignore_cleanup_errors=True) as folder:
                yield Path(folder)

    def is_busy(self) -> bool:
        """Whether a process holds the workshop now."""
        with contextlib.suppress(OSError), self._lock(wait=False):
            return False
        return True

    @contextlib.contextmanager
    def _lock(self, wait: bool) -> Iterator[None]:
        import fcntl  # not on Windows, where there is no compiled loop

        assert self.folder is not None
        with open(self.folder / "lock", "w") as file:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))  # released when the process ends
            yield


@functools.cache
def _warn_once(text: str) -> None:
    log.warning("%s", text)


def _check_trusted(folder: Path) -> None:
    """Raises PermissionError where another user could have written into ``folder``, or this one cannot."""
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or not hasattr(os, "geteuid") or found.st_uid != os.geteuid():
        raise PermissionError(f"{folder} is not a folder of this user")
    if found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise PermissionError(f"others may write {folder}")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise PermissionError(f"{folder} cannot be written")


def digest(content: bytes) -> str:
    """Returns the first 128 bits of SHA-256, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()[:32]
