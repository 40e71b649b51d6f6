"""Parts of a comparison or a map on a Ray cluster: more than one machine, the same code and the same results.

A part is a task without state, so that a machine that is lost costs time alone: Ray runs its parts again elsewhere
(docs.ray.io, Fault tolerance). The package must be installed on every machine, of one version.
"""

import os
import sys
from pathlib import Path
from typing import Any

from playground.kinds import ConfigError
from playground.studies.parts import Part, Progress, Trained, train_part

RETRIES = 5  # of a part whose machine is lost


def run_parts(parts: list[Part], progress: Progress) -> list[Trained | None]:
    """Train each of ``parts`` as a task that takes one core. Returns their results in the same order.

    ``progress`` gets the mean epoch whenever a part is done. An interrupt ends the tasks; None stands then for what
    was not done. Raises ConfigError where Ray is not installed.
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
    """Ray, connected to the cluster that $RAY_ADDRESS names, else to one started on this machine alone."""
    try:
        import ray
    except ImportError:
        raise ConfigError("engine: ray is not installed; pip install 'neural-playground[ray]'") from None
    if not ray.is_initialized():
        path = os.pathsep.join([str(Path(__file__).parents[2]), *sys.path])  # also where it is not installed
        environment = {"env_vars": {"PYTHONPATH": path}}
        ray.init(log_to_driver=False, include_dashboard=False, runtime_env=environment)
    return ray
