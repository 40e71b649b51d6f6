"""What a person may choose in each lab, free of torch: the page, the URL and the command line read it."""

from playground.configs.compare import CompareConfig
from playground.configs.map import MapConfig
from playground.configs.mlp import MLPConfig
from playground.configs.race import RaceConfig
from playground.run import Config

CONFIGS: dict[str, type[Config]] = {
    "mlp": MLPConfig,
    "race": RaceConfig,
    "map": MapConfig,
    "compare": CompareConfig,
}
