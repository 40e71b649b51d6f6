"""The one binary format in which a moment of a run travels: to the stage, by polling, into a file.

    u32 header length | JSON header | array | array | …

All numbers are little-endian. The header is padded with spaces and every array with zero bytes to a
multiple of four, so that a browser can lay typed arrays over the buffer without copying. The header's
``arrays`` entry names each array, its dtype (``u1``, ``f4`` or ``i4``) and its shape, in order.
"""

import json
import struct
from collections.abc import Mapping
from typing import Any

import numpy as np

DTYPES = {"u1": np.uint8, "f4": np.float32, "i4": np.int32}
_NAMES = {np.dtype(dtype): name for name, dtype in DTYPES.items()}
_ALIGNMENT = 4


def pack(header: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> bytes:
    """The bytes of one frame.

    ``header`` must be JSON: no NaN or infinity (a browser could not read it). ``arrays`` may have any
    shape, with dtype uint8, float32 or int32. Raises ValueError for anything else.
    """
    listing = [
        {"name": name, "dtype": _dtype_name(name, array), "shape": array.shape} for name, array in arrays.items()
    ]
    text = json.dumps({**header, "arrays": listing}, allow_nan=False).encode()
    text += b" " * (-len(text) % _ALIGNMENT)
    parts = [struct.pack("<I", len(text)), text]
    for array in arrays.values():
        data = array.tobytes()
        parts += [data, bytes(-len(data) % _ALIGNMENT)]
    return b"".join(parts)


def unpack(frame: bytes) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """The header and the (read-only) arrays of ``pack``'s bytes. Raises ValueError on damaged bytes."""
    try:
        (length,) = struct.unpack_from("<I", frame)
        header = json.loads(frame[4 : 4 + length])
        arrays, offset = {}, 4 + length
        for entry in header.pop("arrays"):
            dtype = np.dtype(DTYPES[entry["dtype"]]).newbyteorder("<")
            count = int(np.prod(entry["shape"], dtype=np.int64))
            array = np.frombuffer(frame, dtype, count, offset)
            arrays[entry["name"]] = array.reshape(entry["shape"])
            offset += array.nbytes + -array.nbytes % _ALIGNMENT
    except (struct.error, AttributeError, KeyError, TypeError, UnicodeDecodeError) as error:
        raise ValueError(f"not a frame: {error}") from error
    return header, arrays


def _dtype_name(name: str, array: np.ndarray) -> str:
    try:
        return _NAMES[array.dtype]
    except KeyError:
        raise ValueError(f"array {name!r} has dtype {array.dtype}; a frame carries uint8, float32 or int32") from None
