"""A run's weights as safetensors, under the names of the script's ``model``."""

from playground.export.weights import packed
from playground.labs.mlp.config import MLPConfig
from playground.labs.mlp.export.building import drops, is_sequence, modules
from playground.run import Run, View
from playground.runs.replay import Progress, advanced


def weights(run: Run, step: int, progress: Progress | None = None) -> bytes:
    """The weights and biases at ``step``, float32:
    ``model.load_state_dict(safetensors.torch.load_file("run.safetensors"))`` fits."""
    timeline = advanced(run, step, progress)
    config = run.config_after(timeline.experiment.edits)
    assert isinstance(config, MLPConfig)
    arrays = timeline.observe("", View(panels=frozenset({"weights"}))).arrays
    if not is_sequence(config, drops(run, timeline.step)):
        return packed(run, timeline.step, dict(arrays))
    tensors, position = {}, 0
    for index, layer in enumerate(modules(config)):
        for part in ("weight", "bias"):
            tensors[f"{position}.{part}"] = arrays[f"layers.{index}.{part}"]
        position += len(layer)
    return packed(run, timeline.step, tensors)
