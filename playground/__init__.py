"""See neural networks learn: the headless side of the playground.

>>> from playground import MLPConfig, train
>>> result = train(MLPConfig(dataset="xor"), epochs=50)
"""

from playground.comparison import compare, vary
from playground.configs.mlp import MLPConfig
from playground.export import exported
from playground.headless import Result, replay, train
from playground.outcomes import Comparison
from playground.run import ConfigError, Edit, Run

__all__ = [
    "Comparison",
    "ConfigError",
    "Edit",
    "MLPConfig",
    "Result",
    "Run",
    "compare",
    "exported",
    "replay",
    "train",
    "vary",
]
