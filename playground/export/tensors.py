"""A run's numbers as safetensors: what another program can load."""

import json
from collections.abc import Mapping
from typing import Any

from playground.run import Run
from playground.runs import runfile


def safetensors(tensors: Mapping[str, Any], run: Run, step: int) -> bytes:
    """NumPy arrays by their names, as of ``run`` at ``step``: the same bytes each time.

    The metadata are ``run`` (the run file's text), ``step`` and ``torch`` (the version that computed them).
    """
    from safetensors.numpy import save

    metadata = {"run": runfile.write(run, step), "step": str(step), "torch": runfile.torch_version()}
    return _ordered(save(dict(tensors), metadata))


def _ordered(content: bytes) -> bytes:
    """The same file with its header's names in order; the library's own order is another one each time.

    A file is a u64 length, a JSON header padded with spaces to that length, and the tensors.
    https://github.com/huggingface/safetensors#format
    """
    end = 8 + int.from_bytes(content[:8], "little")
    text = json.dumps(json.loads(content[8:end]), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text + content[end:]
