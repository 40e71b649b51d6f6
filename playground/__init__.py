"""See neural networks learn: the headless side of the playground.

>>> from playground import MLPConfig, train
>>> result = train(MLPConfig(dataset="xor"), epochs=50)
"""

from playground.export import exported
from playground.headless.runs import Result, replay, train
from playground.kinds import ConfigError
from playground.labs.mlp.config import MLPConfig
from playground.outcomes import Comparison
from playground.run import Edit, Run
from playground.runs.sensitivity import Sensitivity, sensitivity
from playground.studies.compare.headless import compare
from playground.studies.map.config import MapConfig
from playground.studies.map.headless import TrainabilityMap, trainability_map
from playground.studies.variants import vary

__version__ = "0.1.0"

__all__ = [
    "Comparison",
    "ConfigError",
    "Edit",
    "MLPConfig",
    "MapConfig",
    "Result",
    "Run",
    "Sensitivity",
    "TrainabilityMap",
    "compare",
    "exported",
    "replay",
    "sensitivity",
    "train",
    "trainability_map",
    "vary",
]
