"""The binary format of one moment of a run: on the stage's socket, by polling, in a file.

    u32 header length | JSON header | array | array | …

All numbers are little-endian. The header is padded with spaces and every array with zero bytes to a
multiple of four, so that a browser can read typed arrays from the buffer without copying. The header's
``arrays`` entry names each array, its dtype (``u1``, ``f4`` or ``i4``) and its shape, in order.

Bytes in three dimensions are maps (count, height, width). A coarse frame, for a slow connection, carries every second
row and column of them, marked ``"coarse": true``; its reader interpolates the others.
"""

import json
import struct
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

DTYPES = {"u1": np.uint8, "f4": np.float32, "i4": np.int32}
_NAMES = {np.dtype(dtype): name for name, dtype in DTYPES.items()}
_ALIGNMENT = 4


def pack(header: Mapping[str, Any], arrays: Mapping[str, np.ndarray], *, coarse: bool = False) -> bytes:
    """Returns the bytes of one frame.

    ``header`` must be JSON: no NaN or infinity (a browser could not read it). ``arrays`` may have any
    shape, with dtype uint8, float32 or int32. Raises ValueError for anything else.
    """
    listing, parts = [], []
    for name, array in arrays.items():
        entry: dict[str, Any] = {"name": name, "dtype": _dtype_name(name, array), "shape": array.shape}
        if coarse and array.dtype == np.uint8 and array.ndim == 3:
            entry["coarse"] = True
            array = array[:, ::2, ::2]
        listing.append(entry)
        data = array.tobytes()
        parts += [data, bytes(-len(data) % _ALIGNMENT)]
    text = json.dumps({**header, "arrays": listing}, allow_nan=False).encode()
    text += b" " * (-len(text) % _ALIGNMENT)
    return b"".join([struct.pack("<I", len(text)), text, *parts])


def unpack(frame: bytes) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Returns the header and the (read-only) arrays of ``pack``'s bytes. Raises ValueError on damaged bytes."""
    try:
        (length,) = struct.unpack_from("<I", frame)
        header = json.loads(frame[4 : 4 + length])
        arrays, offset = {}, 4 + length
        for entry in header.pop("arrays"):
            dtype, shape = np.dtype(DTYPES[entry["dtype"]]).newbyteorder("<"), entry["shape"]
            is_coarse = entry.get("coarse", False)
            sent = [shape[0], *(-(-side // 2) for side in shape[1:])] if is_coarse else shape
            array = np.frombuffer(frame, dtype, int(np.prod(sent, dtype=np.int64)), offset).reshape(sent)
            offset += array.nbytes + -array.nbytes % _ALIGNMENT
            arrays[entry["name"]] = _refined(array, shape) if is_coarse else array
    except (struct.error, AttributeError, KeyError, TypeError, UnicodeDecodeError) as error:
        raise ValueError(f"not a frame: {error}") from error
    return header, arrays


def _refined(maps: np.ndarray, shape: Sequence[int]) -> np.ndarray:
    """Returns maps of ``shape`` from every second row and column: means between them, the last one repeated."""
    for axis in (2, 1):
        before = np.arange(shape[axis]) // 2
        after = np.minimum((np.arange(shape[axis]) + 1) // 2, maps.shape[axis] - 1)
        total = maps.take(before, axis).astype(np.uint16) + maps.take(after, axis)
        maps = ((total + 1) // 2).astype(np.uint8)
    maps.flags.writeable = False
    return maps


def _dtype_name(name: str, array: np.ndarray) -> str:
    try:
        return _NAMES[array.dtype]
    except KeyError:
        raise ValueError(f"array {name!r} has dtype {array.dtype}; a frame carries uint8, float32 or int32") from None
