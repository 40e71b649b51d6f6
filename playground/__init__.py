"""See neural networks learn: the headless side of the playground.

>>> from playground import MLPConfig, train
>>> result = train(MLPConfig(dataset="xor"), epochs=50)
"""

from playground.configs.mlp import MLPConfig
from playground.export import exported
from playground.headless import Result, replay, train
from playground.run import ConfigError, Edit, Run

__all__ = ["ConfigError", "Edit", "MLPConfig", "Result", "Run", "exported", "replay", "train"]
