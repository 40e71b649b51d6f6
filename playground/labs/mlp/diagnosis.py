"""Why networks of a comparison failed: the evidence of each, grouped by cause."""

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from playground.labs.mlp.config import MLPConfig
from playground.labs.mlp.divergence import explained
from playground.labs.mlp.ensemble import MLPEnsemble
from playground.labs.mlp.evidence import DEAD_SHARE, LONG, Case, Evidence, Sibling, beside, evidence, summary
from playground.labs.mlp.experiment import stays_finite
from playground.labs.mlp.layers import Floats
from playground.labs.mlp.population import PopulationExperiment
from playground.run import Run
from playground.runs.link import query

MOST_CARDS = 3
MOST_SEEDS = 32  # seeds of a variant that are examined


class Diagnosis:
    """The failures among the networks of an ``ensemble``: ``seeds`` of each of the ``variants``, which differ in the
    ``varied`` setting. Its record of every network's best test loss after an epoch is part of the comparison's
    state."""

    def __init__(self, ensemble: MLPEnsemble, variants: Mapping[str, MLPConfig], varied: str, seeds: int) -> None:
        self._networks, self._variants, self._varied, self._seeds = ensemble.networks, variants, varied, seeds
        self._is_regression = next(iter(variants.values())).data.is_regression
        self._best_loss = self._networks.scores()["test_loss"]
        self._best_epoch = np.zeros(len(self._best_loss), dtype=np.int64)
        self._dead_at_start: dict[int, Floats] = {}

    def look(self, epoch: int) -> None:
        """Record the losses at the end of ``epoch``."""
        test_loss = self._networks.scores()["test_loss"]
        is_best = test_loss < self._best_loss
        self._best_loss = np.where(is_best, test_loss, self._best_loss)
        self._best_epoch = np.where(is_best, epoch, self._best_epoch)

    def state(self) -> dict[str, Any]:
        """Returns the record of best losses."""
        return {"best_loss": self._best_loss, "best_epoch": self._best_epoch}

    def restore(self, kept: Mapping[str, Any]) -> None:
        """Restore from ``state()``."""
        self._best_loss, self._best_epoch = kept["best_loss"], kept["best_epoch"]

    def cards(self, epoch: float, reached: NDArray[np.int64]) -> list[dict[str, Any]]:
        """Returns a card for each cause in each variant: the number of its networks, the worst one as the example,
        and what to try. Divergence comes first, then the most frequent causes.

        ``reached`` has the epoch after which a network met the target, -1 for none. During the first epochs, and for
        regression always, only diverged networks count as failures.
        """
        diverged, has_failed = self._networks.diverged(), self._has_failed(reached)
        is_late = epoch >= LONG
        cards: list[tuple[tuple[bool, int], dict[str, Any]]] = []
        for variant, failed in self._worst_first(has_failed if is_late else diverged).items():
            examined = failed[:MOST_SEEDS]
            of = f"{self._seeds} seeds" if examined == failed else f"the {MOST_SEEDS} worst seeds"
            causes: dict[str, list[tuple[int, Evidence]]] = {}
            for index, case in self._cases(examined).items():
                found = evidence(case)
                causes.setdefault(found.cause, []).append((index, found))
            for each in causes.values():
                index, found = each[0]
                found = self._explained(index, found) if diverged[index] else found
                found = beside(found, self._varied, *self._siblings(variant, has_failed))
                cards.append(((not diverged[index], -len(each)), self._card(index, found, f"{len(each)} of {of}")))
        return [card for _, card in sorted(cards, key=lambda each: each[0])][:MOST_CARDS]

    def layers(self) -> list[list[dict[str, Any]]]:
        """Returns a summary of the layers of every variant's networks, as JSON."""
        seeds = range(min(self._seeds, MOST_SEEDS))
        wanted = [variant * self._seeds + seed for variant in range(len(self._variants)) for seed in seeds]
        found: list[list[dict[str, Any]]] = [[] for _ in self._variants]
        for indices, layers in self._networks.layers(wanted):
            rows: dict[int, list[int]] = {}
            for row, index in enumerate(indices):
                rows.setdefault(index // self._seeds, []).append(row)
            for variant, theirs in rows.items():
                found[variant] = summary(layers, theirs)
        return found

    def _has_failed(self, reached: NDArray[np.int64]) -> NDArray[np.bool_]:
        diverged = self._networks.diverged()
        return diverged if self._is_regression else diverged | (reached < 0)

    def _worst_first(self, has_failed: NDArray[np.bool_]) -> dict[int, list[int]]:
        """Returns each variant's failed networks, the worst first: diverged ones, then by accuracy, or by loss."""
        scores, diverged = self._networks.scores(), self._networks.diverged()
        badness = scores["test_loss"] if self._is_regression else -scores["test_accuracy"]
        found: dict[int, list[int]] = {}
        for index in sorted(np.flatnonzero(has_failed).tolist(), key=lambda i: (not diverged[i], -badness[i])):
            found.setdefault(index // self._seeds, []).append(index)
        return found

    def _cases(self, indices: Sequence[int]) -> dict[int, Case]:
        """Returns the cases of these networks, in their order."""
        scores, steps, diverged = self._networks.scores(), self._networks.steps(), self._networks.diverged()
        ((places, seen),) = self._networks.layers(indices)  # a variant is one group, or lies in one
        dead = dict(zip(places, seen.dead_or_saturated, strict=True))
        starts = self._starts([index for index, shares in dead.items() if (shares >= DEAD_SHARE).any()])
        norms = dict(zip(places, seen.gradient_norms, strict=True))
        return {
            index: Case(
                config=self._networks.configs[index],
                step=int(steps[index]),
                train_loss=float(scores["train_loss"][index]),
                test_loss=float(scores["test_loss"][index]),
                best_loss=float(self._best_loss[index]),
                best_epoch=int(self._best_epoch[index]),
                has_diverged=bool(diverged[index]),
                gradient_norms=norms[index],
                dead_or_saturated=dead[index],
                dead_or_saturated_at_start=starts.get(index, dead[index]),
            )
            for index in indices
        }

    def _starts(self, indices: Sequence[int]) -> dict[int, Floats]:
        """Returns the initial shares of dead or saturated units, of these networks at least; cached."""
        known = self._dead_at_start
        if missing := [index for index in indices if index not in known]:
            fresh = PopulationExperiment([self._networks.configs[index] for index in missing])
            ((places, seen),) = fresh.layers()
            known |= {missing[place]: shares for place, shares in zip(places, seen.dead_or_saturated, strict=True)}
        return known

    def _explained(self, index: int, found: Evidence) -> Evidence:
        """Returns why a network diverged, with a change that was tried and works."""
        why = explained(self._networks.configs[index], int(self._networks.steps()[index]), stays_finite)
        words = tuple(f"{each}: {why.words}" for each in found.words)
        return Evidence(cause=found.cause, words=words, setting=why.setting, value=why.value)

    def _siblings(self, variant: int, has_failed: NDArray[np.bool_]) -> tuple[int, list[Sibling]]:
        """Returns the number of a variant's successes, and the other variants."""
        did = "stayed finite in" if self._is_regression else "reached the target in"
        successes = (~has_failed).reshape(-1, self._seeds).sum(axis=1).tolist()
        values = [getattr(each, self._varied) for each in self._variants.values()]
        every = [
            Sibling(name=name, value=value, did=did, successes=count, runs=self._seeds)
            for name, value, count in zip(self._variants, values, successes, strict=True)
        ]
        return successes[variant], every[:variant] + every[variant + 1 :]

    def _card(self, index: int, found: Evidence, shared: str) -> dict[str, Any]:
        config, step = self._networks.configs[index], int(self._networks.steps()[index])
        loss = float(self._networks.scores()["test_loss"][index])
        return {
            "variant": list(self._variants)[index // self._seeds],
            "shared": shared,
            "seed": config.seed,
            "member": index % self._seeds,
            "step": step,
            "diverged": bool(self._networks.diverged()[index]),
            "evidence": found.words,
            "counter": found.setting and {"setting": found.setting, "value": found.value},
            "link": query(Run(config=config), step, loss if step and isfinite(loss) else None),
        }
