"""A run's weights as safetensors: what another program, or the script's network, can load."""

import json

from playground.labs.mlp.config import MLPConfig
from playground.labs.mlp.export.script import modules
from playground.run import Run, View
from playground.runs import runfile
from playground.runs.replay import Progress, advanced


def weights(run: Run, step: int, progress: Progress | None = None) -> bytes:
    """The weights and biases at ``step``, float32, under the names of the script's ``model``:

    ``model.load_state_dict(safetensors.torch.load_file("run.safetensors"))`` fits. The metadata are ``run`` (the run
    file's text), ``step`` and ``torch`` (the version that computed them).
    """
    from safetensors.numpy import save

    timeline = advanced(run, step, progress)
    assert isinstance(run.config, MLPConfig)
    arrays = timeline.observe("", View(panels=frozenset({"weights"}))).arrays
    tensors, position = {}, 0
    for index, layer in enumerate(modules(run.config)):
        for part in ("weight", "bias"):
            tensors[f"{position}.{part}"] = arrays[f"layers.{index}.{part}"]
        position += len(layer)
    metadata = {
        "run": runfile.write(run, timeline.step),
        "step": str(timeline.step),
        "torch": runfile.torch_version(),
    }
    return _ordered(save(tensors, metadata))


def _ordered(content: bytes) -> bytes:
    """The same file with its header's names in order; the library's own order is another one each time.

    A file is a u64 length, a JSON header padded with spaces to that length, and the tensors.
    https://github.com/huggingface/safetensors#format
    """
    end = 8 + int.from_bytes(content[:8], "little")
    text = json.dumps(json.loads(content[8:end]), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text + content[end:]
