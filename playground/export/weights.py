"""A run's weights as safetensors: what another program, or the script's network, can load."""

import json
from collections.abc import Mapping
from typing import Any

from playground.run import Run
from playground.runs import runfile
from playground.runs.replay import Progress, advanced


def weights(run: Run, step: int, progress: Progress | None = None) -> bytes:
    """All parameters and buffers of a lab's ``network`` at ``step``, under PyTorch's names for them:

    ``model.load_state_dict(safetensors.torch.load_file("run.safetensors"))`` fits the script's model.
    """
    from playground.training.state import module_state

    timeline = advanced(run, step, progress)
    return packed(run, timeline.step, module_state(timeline.experiment.network))


def packed(run: Run, step: int, tensors: Mapping[str, Any]) -> bytes:
    """NumPy arrays by name as a file. Its metadata are ``run`` (the run file's text), ``step`` and ``torch`` (the
    version that computed them)."""
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
