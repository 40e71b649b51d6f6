"""A run's networks as safetensors."""

from playground.export.tensors import safetensors
from playground.run import Run
from playground.runs.replay import Progress, advanced


def weights(run: Run, step: int, progress: Progress | None = None) -> bytes:
    """All parameters, and the running means of batch normalization, at ``step``, under the names of the script's
    networks:

    ``networks.load_state_dict(safetensors.torch.load_file("run.safetensors"))`` fits.
    """
    timeline = advanced(run, step, progress)
    return safetensors(timeline.experiment.state()["network"], run, timeline.step)
