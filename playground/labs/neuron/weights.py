"""A run's weights as safetensors, under the names that they have in its script."""

from playground.export.weights import packed
from playground.labs.neuron.config import NeuronConfig
from playground.run import Run
from playground.runs.replay import Progress, advanced


def weights(run: Run, step: int, progress: Progress | None = None) -> bytes:
    """All weights and biases at ``step``: ``model.load_state_dict(safetensors.torch.load_file(…))`` fits the script's
    model, a sequence of layers with an activation between two of them."""
    config = run.config
    assert isinstance(config, NeuronConfig)
    timeline = advanced(run, step, progress)
    vector, tensors = timeline.experiment.parameters(), {}
    for name, shape in config.shapes().items():
        _, layer, part = name.split(".")
        size = shape[0] * (shape[1] if len(shape) > 1 else 1)
        tensors[f"{2 * int(layer)}.{part}"], vector = vector[:size].reshape(shape), vector[size:]
    return packed(run, timeline.step, tensors)
