"""What a person may choose in each lab, free of torch: the page, the URL and the command line read it."""

from playground.configs.map import MapConfig
from playground.configs.mlp import MLPConfig
from playground.configs.race import RaceConfig

CONFIGS = {
    "mlp": MLPConfig,
    "map": MapConfig,
    "race": RaceConfig,
}
