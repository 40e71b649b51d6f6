"""Compare variants of a configuration over many seeds: a distribution each, not an anecdote.

>>> from playground import MLPConfig, compare, vary
>>> base = MLPConfig(dataset="spiral", hidden_sizes=(8, 8, 8))
>>> print(compare(vary(base, "activation", "sigmoid,relu"), seeds=32, epochs=200, target_accuracy=0.95).sentence)
"""

from collections.abc import Mapping
from dataclasses import asdict

from playground.data.points import DATASETS
from playground.labs.mlp.config import SEED, MLPConfig
from playground.outcomes import Comparison, Trial, table
from playground.settings import ConfigError
from playground.studies.many import check, train_all
from playground.studies.parts import Progress
from playground.studies.variants import MOST_VARIANTS, SEEDS, seeded


def compare(
    variants: Mapping[str, MLPConfig],
    *,
    seeds: int,
    epochs: float,
    target_accuracy: float | None = None,
    tier: str = "auto",
    engine: str = "inline",
    limit_bytes: int | None = None,
    progress: Progress | None = None,
) -> Comparison:
    """Train each variant (1 to 4, by name) with ``seeds`` seeds (1 to 256) at once, for ``epochs`` passes.

    Seed s draws both the data and the initial weights, from the variant's own ``seed`` on, so that the variants are
    paired. For the other arguments, and the errors, see ``parts.train_all``.
    """
    if not 1 <= len(variants) <= MOST_VARIANTS:
        raise ConfigError(f"variants: {len(variants)} is not from 1 to {MOST_VARIANTS}")
    check("seeds", SEEDS, seeds)
    if len({DATASETS[config.dataset].is_regression for config in variants.values()}) > 1:
        raise ConfigError("variants: a regression and a classification have no score in common")
    for config in variants.values():
        check("seed", SEED, config.seed + seeds - 1)
    members = {name: seeded(config, seeds) for name, config in variants.items()}
    trained = train_all(
        list(members.values()),
        epochs=epochs,
        target_accuracy=target_accuracy,
        tier=tier,
        engine=engine,
        limit_bytes=limit_bytes,
        progress=progress,
    )
    names = [(name, member.seed) for name, each in members.items() for member in each]
    return table(
        [
            Trial(variant=name, seed=seed, **asdict(outcome))
            for (name, seed), outcome in zip(names, trained.outcomes, strict=True)
            if outcome is not None
        ],
        epochs=epochs,
        target_accuracy=target_accuracy,
        network_steps_per_s=trained.network_steps_per_s,
        tier=trained.tier,
    )
