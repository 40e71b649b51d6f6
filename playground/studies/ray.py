"""Train parts of a comparison or a map on a Ray cluster, with the same code and results.

A part is a task without state, so a lost machine costs only time: Ray runs its parts again elsewhere
(docs.ray.io, Fault tolerance). Every machine needs the same version of the package.
"""

import os
import sys
from pathlib import Path
from typing import Any

from playground.kinds import ConfigError
from playground.studies.parts import Part, Progress, Trained, train_part

RETRIES = 5  # of a part whose machine is lost


def run_parts(parts: list[Part], progress: Progress) -> list[Trained | None]:
    """Train each of ``parts`` as a task on one core. Returns their results in the same order.

    ``progress`` receives the mean epoch whenever a part is done. An interrupt ends the tasks; unfinished parts are
    then None. Raises ConfigError where Ray is not installed.
    """
    ray = _connected()
    task = ray.remote(num_cpus=1, max_retries=RETRIES)(train_part)
    pending = references = [task.remote(part) for part in parts]
    try:
        while pending:
            _, pending = ray.wait(pending)
            progress(parts[0].epochs * (1 - len(pending) / len(parts)))
    except KeyboardInterrupt:
        pass
    finally:
        for reference in pending:
            ray.cancel(reference, force=True)
    return [None if reference in pending else ray.get(reference) for reference in references]


def _connected() -> Any:
    """Returns Ray, connected to the cluster at $RAY_ADDRESS, else to a new one on this machine."""
    try:
        import ray
    except ImportError:
        raise ConfigError("engine: ray is not installed; pip install 'neural-playground[ray]'") from None
    if not ray.is_initialized():
        path = os.pathsep.join([str(Path(__file__).parents[2]), *sys.path])  # also from an uninstalled checkout
        environment = {"env_vars": {"PYTHONPATH": path}}
        ray.init(log_to_driver=False, include_dashboard=False, runtime_env=environment)
    return ray
