"""See neural networks learn: the headless side of the playground.

>>> from playground import MLPConfig, train
>>> result = train(MLPConfig(dataset="xor"), epochs=50)
"""

from playground.configs.map import MapConfig
from playground.configs.mlp import MLPConfig
from playground.configs.variants import vary
from playground.export import exported
from playground.headless.comparison import compare
from playground.headless.runs import Result, replay, train
from playground.headless.trainability import TrainabilityMap, trainability_map
from playground.outcomes import Comparison
from playground.run import ConfigError, Edit, Run

__all__ = [
    "Comparison",
    "ConfigError",
    "Edit",
    "MLPConfig",
    "MapConfig",
    "Result",
    "Run",
    "TrainabilityMap",
    "compare",
    "exported",
    "replay",
    "train",
    "trainability_map",
    "vary",
]
