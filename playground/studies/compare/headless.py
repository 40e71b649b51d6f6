"""Compare variants of a configuration over many seeds, without a page.

>>> from playground import MLPConfig, compare, vary
>>> base = MLPConfig(dataset="spiral", hidden_sizes=(8, 8, 8))
>>> print(compare(vary(base, "activation", "sigmoid,relu"), seeds=32, epochs=200, target_accuracy=0.95).sentence)
"""

from collections.abc import Mapping

from playground.kinds import ConfigError
from playground.lab import LABS
from playground.outcomes import Comparison, Trial, table
from playground.run import RunConfig
from playground.studies.many import check, train_all
from playground.studies.parts import Progress
from playground.studies.variants import MOST_VARIANTS, SEED, SEEDS, scored, seeded


def compare(
    variants: Mapping[str, RunConfig],
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

    Variants are of one lab and ranked by one metric. Seeds count up from the variant's own ``seed``; each draws both
    data and initial weights, so the variants are paired. For the other arguments and errors see ``many.train_all``.
    """
    if not 1 <= len(variants) <= MOST_VARIANTS:
        raise ConfigError(f"variants: {len(variants)} is not from 1 to {MOST_VARIANTS}")
    check("seeds", SEEDS, seeds)
    labs = {config.lab for config in variants.values()}
    if len(labs) > 1:
        raise ConfigError(f"variants: {' and '.join(sorted(labs))} are two labs; compare runs of one")
    score = scored(variants.values())
    for config in variants.values():
        check(SEED, config.settings()[SEED].kind, getattr(config, SEED) + seeds - 1)
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
    names = [(name, getattr(member, SEED)) for name, each in members.items() for member in each]
    return table(
        [
            Trial(variant=name, seed=seed, **outcome.values())
            for (name, seed), outcome in zip(names, trained.outcomes, strict=True)
            if outcome is not None
        ],
        metrics=LABS[labs.pop()].metrics,
        score=score,
        epochs=epochs,
        target_accuracy=target_accuracy,
        network_steps_per_s=trained.network_steps_per_s,
        tier=trained.tier,
    )
