"""A person's own images from a ZIP, a folder or single files.

The class of an image is the folder that it lies in; where all lie in one folder, or in none, the name that its file
begins with: ``cat-1.png``.

Nothing is unpacked to the disk: members are read one by one, each within its limit. What cannot be read is named.
"""

import io
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import PurePosixPath
from typing import Any

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from playground.kinds import ConfigError, short
from playground.labs.image.own import LEAST, MOST_CLASSES, NAME_CHARACTERS, SIDE, Bytes, Pictures

MOST = 2000  # images
MOST_MB = 50  # of all files together: what the server takes
MOST_UNPACKED_MB = 200
MOST_FILE_MB = 20
MOST_PIXELS = 24_000_000  # of one image
LEAST_EACH = 3  # images of a class
TYPES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp")
FORMATS = ("PNG", "JPEG", "GIF", "BMP", "WEBP")
MB = 2**20

_EACH = "each in a folder with its name, or in files that begin with it, as cat-1.png, cat-2.png, dog-1.png"
_NUMBER = re.compile(r"[\s_.,#-]*\(?\d+\)?$")  # at the end of a file's name, with what parts it from the class
File = tuple[str, bytes]  # a path with / in it, and what is in the file


def brought(given: Sequence[File]) -> Pictures:
    """Returns the images of one ZIP, or of several files by their paths. Raises ConfigError, which names the file."""
    size = sum(len(content) for _, content in given)
    if size > MOST_MB * MB:
        raise ConfigError(f"{size / MB:.0f} MB are more than {MOST_MB} MB")
    is_zip = len(given) == 1 and given[0][0].lower().endswith(".zip")
    name = PurePosixPath(given[0][0]).stem if is_zip else _common(path for path, _ in given)
    found = [*(_members(given[0][1]) if is_zip else _images(given))]
    classes = _classes([path for path, _ in found])
    names = sorted(set(classes))
    images = np.stack([small(path, read()) for path, read in found])
    if np.median(images[:, [0, -1], :]) > 127:  # ink on paper: the lab's images are light on dark
        images = 255 - images
    labels = np.array([names.index(each) for each in classes], np.uint8)
    return Pictures(_named(name), tuple(map(_named, names)), labels, images)


Found = tuple[str, Callable[[], bytes]]  # an image's path, and how to read it


def _images(given: Iterable[File]) -> Iterator[Found]:
    for path, content in given:
        if not _is_hidden(path):
            yield path, lambda content=content: content  # type: ignore[misc]


def _members(content: bytes) -> Iterator[Found]:
    """The images of a ZIP."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        raise ConfigError("this is not a ZIP file, or it is damaged") from None
    members = [each for each in archive.infolist() if not each.is_dir() and not _is_hidden(each.filename)]
    unpacked = sum(each.file_size for each in members)
    if unpacked > MOST_UNPACKED_MB * MB:
        raise ConfigError(f"unpacked it has {unpacked / MB:,.0f} MB, more than {MOST_UNPACKED_MB} MB")
    for member in members:
        yield member.filename, lambda member=member: _read(archive, member)  # type: ignore[misc]


def _read(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """A member, of which a false size in the ZIP's list does not help to get more into memory."""
    try:
        with archive.open(member) as file:
            content = file.read(MOST_FILE_MB * MB + 1)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError, EOFError, ValueError) as error:
        why = "it has a password" if "password" in str(error) else "it is damaged in the ZIP"
        raise ConfigError(f"{short(member.filename)}: {why}") from None
    if len(content) > MOST_FILE_MB * MB:
        raise ConfigError(f"{short(member.filename)} has more than {MOST_FILE_MB} MB")
    return content


def _classes(paths: Sequence[str]) -> list[str]:
    """The class of each image. Raises ConfigError where they are not 2 to MOST_CLASSES, or too few or many images."""
    folders = [_folder(path) for path in paths]
    known = {*folders}
    if "" in known and len(known) > 1:
        path = paths[folders.index("")]
        raise ConfigError(f"{short(path)} lies in no folder, others do; put each class into a folder with its name")
    classes, begun = folders, [_beginning(path) for path in paths]
    if known == {""} or (len(known) == 1 and _problem(begun) is None):
        classes = begun
    problem = _problem(classes)
    if problem is not None:
        raise ConfigError(problem)
    return classes


def _folder(path: str) -> str:
    """The folder that an image lies in, "" for none. Raises ConfigError for a path that leads elsewhere."""
    parts = path.replace("\\", "/").split("/")
    if ".." in parts or parts[0] == "" or ":" in parts[0]:
        raise ConfigError(f"{short(path)!r} leads out of the folder; nothing was read")
    if not path.lower().endswith(TYPES):
        raise ConfigError(f"{short(path)} is not an image; use {', '.join(TYPES)}")
    return parts[-2] if len(parts) > 1 else ""


def _beginning(path: str) -> str:
    """The name of an image's file up to its number: cat of ``cat-1.png``, 7 of ``7_012.png``."""
    stem = PurePosixPath(path.replace("\\", "/")).stem
    return _NUMBER.sub("", stem) or stem


def _is_hidden(path: str) -> bool:
    """Whether a system put it there, not the person."""
    parts = path.replace("\\", "/").split("/")
    return (parts[-1].startswith(".") and parts[-1] not in ("..",)) or "__MACOSX" in parts or parts[-1] == "Thumbs.db"


def _problem(classes: Sequence[str]) -> str | None:
    """What is wrong with the ``classes`` of images, if anything."""
    counts = Counter(classes)
    if len(counts) < 2:
        only = f" ({short(classes[0])})" if classes else ""
        return f"there is {len(counts) or 'no'} class{only}; use 2 to {MOST_CLASSES}, {_EACH}"
    if len(counts) > MOST_CLASSES:
        return f"{len(counts)} classes are more than {MOST_CLASSES}; put them {_EACH}"
    few = min(sorted(counts), key=counts.__getitem__)
    if counts[few] < LEAST_EACH:
        number = f"{counts[few]} image{'s' * (counts[few] > 1)}"
        return f"{short(few)} has {number}; use at least {LEAST_EACH} of each class, {_EACH}"
    if not LEAST <= len(classes) <= MOST:
        return f"{len(classes):,} images are not {LEAST} to {MOST:,}"
    return None


def small(path: str, content: bytes) -> Bytes:
    """Returns an image as grey 28 × 28, 0 to 255: whole, in the middle of a square of the colour of its edge."""
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:
                raise ConfigError(f"{short(path)} has {image.width:,} × {image.height:,} pixels, which is too large")
            image.draft("L", (4 * SIDE, 4 * SIDE))  # a JPEG is decoded no larger than that
            turned = ImageOps.exif_transpose(_in_bytes(image)).convert("RGBA")
    except ConfigError:
        raise
    except UnidentifiedImageError:
        inside = "inside it is no " + ", ".join(FORMATS) if content else "it is empty"
        raise ConfigError(f"{short(path)} cannot be read as an image: {inside}") from None
    except Exception:  # Pillow's readers raise errors of any type for a damaged file
        raise ConfigError(f"{short(path)} cannot be read as an image; it may be damaged") from None
    paper = Image.new("RGBA", turned.size, "white")
    grey = np.asarray(Image.alpha_composite(paper, turned).convert("L"))
    edge = int(np.median(np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])))
    fitted = ImageOps.pad(Image.fromarray(grey), (SIDE, SIDE), Image.Resampling.BOX, color=edge)
    found: Bytes = np.asarray(fitted)
    return found


def _in_bytes(image: Image.Image) -> Image.Image:
    """A grey image of 16 bits with the upper ones of each pixel, where Pillow would make all above 255 white."""
    if not image.mode.startswith("I"):
        return image
    found = Image.fromarray((np.asarray(image) >> 8).clip(0, 255).astype(np.uint8))
    found.info = image.info
    return found


def _common(paths: Iterable[str]) -> str:
    """The folder that holds all others, as a name."""
    first: Any = {path.replace("\\", "/").split("/")[0] for path in paths if path.replace("\\", "/").count("/") > 1}
    return first.pop() if len(first) == 1 else "Own images"


def _named(text: str) -> str:
    kept = "".join(sign for sign in text if sign.isprintable()).strip() or "?"
    return kept if len(kept) <= NAME_CHARACTERS else kept[: NAME_CHARACTERS - 1] + "…"
