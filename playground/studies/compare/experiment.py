"""The comparison lab: variants of one setting, each with many seeds, trained side by side in lockstep.

Read from the top: how all go on together, what is looked at after every epoch, then what can be seen of it. A step is
an update of the variant that takes most of them in an epoch; where the variants take unequally many, the others keep
step by epochs. What a network is at a step never depends on the slices in which one went there.
"""

import hashlib
import time
from collections.abc import Mapping
from dataclasses import asdict
from functools import cached_property
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from playground import outcomes
from playground.data.points import DATASETS, DOMAIN, draw
from playground.export.palette import mosaic, plane_colors
from playground.labs.mlp.batched import from_numpy, to_numpy
from playground.labs.mlp.evidence import summary
from playground.labs.mlp.layers import alike
from playground.labs.mlp.population import PopulationExperiment
from playground.outcomes import Trial
from playground.run import Edit, Run, Snapshot, View
from playground.runs.link import query
from playground.settings import ConfigError, shown
from playground.statistics import LEVELS, Levels, spreads
from playground.studies.compare.config import CompareConfig
from playground.studies.compare.failures import Failures
from playground.training.compiled import Lookout
from playground.training.history import History
from playground.training.slices import Slicer

LEAST_SLICE_S = 0.009  # a frame of many networks takes as long; in less they would hardly move between two
WALL = 64  # small maps at most, of all variants together
LARGE_SIDE = 60
WHY_EVERY_S, WHY_EVERY_S_AT_REST = 0.5, 0.1  # looking into the layers costs as much as a frame's training
WHY_SEEDS = 32
_BETTER = {"train_accuracy": "high", "test_accuracy": "high"}
HISTORY = ("test_loss", "test_accuracy")  # the scores whose levels are kept, of every variant
RUNNING, REACHED, DIVERGED = 0, 1, 2


class CompareExperiment:
    """All networks of ``config`` in training."""

    def __init__(self, config: CompareConfig) -> None:
        self.config = config
        self.step = self.edits = 0
        self.notice: str | None = None
        self._names, self._per_epoch = list(config.variants), config.steps_per_epoch
        self._networks = PopulationExperiment(config.members)
        self._anchors = [group.population.moment() for group in self._networks.groups]  # the epoch's start
        count = len(self._networks.configs)
        self._reached = np.full(count, -1, dtype=np.int64)  # the first epoch after which the target was met
        self._failures = Failures(config, self._networks)
        self._slicer, self._lookout = Slicer(rate=100, share=0.9, rest=1 / 4), Lookout()
        self._ready = self._is_flowing = False
        self._why_at = -np.inf
        self._measured: tuple[tuple[int, int], list[dict[str, Levels]]] = (-1, -1), []
        measured = [f"{name} {score} {level}" for name in self._names for score in HISTORY for level in LEVELS]
        self.history = History(("step", "epoch", *measured))
        self.record()

    # Training

    def advance(self, steps: int | None = None, budget_s: float | None = None) -> int:
        """Train for ``steps`` updates, for about ``budget_s`` seconds, or until either is spent. Returns how many."""
        self._is_flowing = budget_s is not None
        budget_s = None if budget_s is None else max(budget_s, LEAST_SLICE_S)
        done = self._slicer.run(self._run, steps, budget_s)
        if done:
            self.record()
            self._look_for_faster()
        return done

    def prepare(self) -> None:
        """Make the first ``advance`` as fast as the others. Leaves the networks as they were."""
        self._networks.prepare()

    def _run(self, count: int) -> int:
        """Up to ``count`` updates, not beyond the end of the epoch. Returns how many."""
        if self.notice is not None:
            return 0
        epoch = self._epochs_done
        count = min(count, self._boundary(epoch + 1) - self.step)
        step = self.step + count
        is_end = step == self._boundary(epoch + 1)
        for group, anchor in zip(self._networks.groups, self._anchors, strict=True):
            population, per_epoch = group.population, group.configs[0].steps_per_epoch
            start, end = round(epoch * per_epoch), round((epoch + 1) * per_epoch)
            share = round(step * per_epoch / self._per_epoch)
            before = population.diverged
            population.advance((end if is_end else min(max(share, start), end)) - population.step)
            lost = population.diverged & ~before
            if lost.any():  # it stands at the epoch's start: where this slice began is chance
                population.go_back(lost, anchor)
        self.step = step
        if is_end:
            self._look(epoch + 1)
        return count

    def _look(self, epoch: int) -> None:
        """The end of an epoch: who has met the target, whose test loss is its best, who is left."""
        self._anchors = [group.population.moment() for group in self._networks.groups]
        scores, diverged = self._networks.scores(), self._networks.diverged()
        if self.target is not None:
            met = (scores["test_accuracy"] >= self.target) & ~diverged & (self._reached < 0)
            self._reached = np.where(met, epoch, self._reached)
        self._failures.look(epoch, scores["test_loss"])
        if diverged.all():
            self.notice = f"Training stopped at step {self.step}: every network has diverged."

    def _boundary(self, epoch: int) -> int:
        """The step at which ``epoch`` passes over the data are done."""
        return round(epoch * self._per_epoch)

    @property
    def _epochs_done(self) -> int:
        epoch = int(self.epoch)
        return epoch + 1 if self._boundary(epoch + 1) <= self.step else epoch - (self._boundary(epoch) > self.step)

    def _look_for_faster(self) -> None:
        """Compiled loops: ``observe`` tells when all are ready, an edit takes them."""
        if self._networks.tier == "compiled" or self._ready:
            return
        if how := self._lookout.look(self._slicer.took_s):
            self._ready = self._networks.has_faster(how) is True

    # Seeing

    @property
    def epoch(self) -> float:
        """Passes over the training data so far."""
        return self.step / self._per_epoch

    @cached_property
    def target(self) -> float | None:
        """The test accuracy that a network is to reach; None for regression."""
        return None if self.config.is_regression else self.config.target_accuracy

    def metrics(self) -> dict[str, float | None]:
        """The medians over all networks of what each is measured by."""
        levels = spreads(self._ranked(), _BETTER)
        return {name: None if each is None else each["median"] for name, each in levels.items()}

    def record(self) -> None:
        """Add the present measurements to the history: of every variant the test loss's and accuracy's levels."""
        row = [self.step, self.epoch]
        for levels in self._levels():
            for name in HISTORY:
                known = levels[name] or dict.fromkeys(LEVELS, np.nan)
                row += [np.inf if value is None else value for value in known.values()]
        self.history.add(row)

    def observe(self, run_id: str, view: View) -> Snapshot:
        """The panels of ``view``: ``stage`` (numbers, maps, and now and then why), ``scene`` (what stays the same:
        variants, seeds) and ``table`` (the comparison so far, and why networks failed)."""
        arrays: dict[str, NDArray[Any]] = {}
        info: dict[str, Any] = {"tier": self._networks.tier, "edits": self.edits}
        if self._ready and self._networks.tier != "compiled":
            info["ready"] = "compiled"
        if "stage" in view.panels:
            member = min(view.member or 0, self.config.seeds - 1)
            info |= {"variants": self._numbers(), "member": member}
            arrays |= self._maps() | self._large(member)
            if self._why_is_due("scene" in view.panels):
                info["why"] = self._why()
        if "scene" in view.panels:
            info["scene"] = self._scene()
        if "thumbnail" in view.panels:
            arrays["thumbnail"] = mosaic([plane_colors(each) for each in self._networks.boundaries(self._wall)])
        if "table" in view.panels:
            info |= {"comparison": self._table(), "failures": self._failures.cards(self.epoch, self._reached)}
        return Snapshot.of(self, run_id, info, arrays)

    def parameters_sha256(self) -> str:
        """The hash of all networks' float32 bytes, one after the other."""
        return hashlib.sha256(self.state()["parameters"].tobytes()).hexdigest()

    def _members(self, variant: int) -> slice:
        """Where a variant's networks stand."""
        return slice(variant * self.config.seeds, (variant + 1) * self.config.seeds)

    def _ranked(self) -> dict[str, NDArray[np.float64]]:
        """The scores by which networks are ranked, each (networks,): infinite for those that diverged."""
        diverged = self._networks.diverged()
        return {
            name: np.where(diverged & ~np.isnan(values), -np.inf if _BETTER.get(name) == "high" else np.inf, values)
            for name, values in self._networks.scores().items()
        }

    def _levels(self) -> list[dict[str, Levels]]:
        """For each variant how its networks' scores are spread."""
        if self._measured[0] != (self.step, self.edits):
            scores = self._ranked()
            variants = [self._members(variant) for variant in range(len(self._names))]
            found = [spreads({name: values[each] for name, values in scores.items()}, _BETTER) for each in variants]
            self._measured = (self.step, self.edits), found
        return self._measured[1]

    def _numbers(self) -> list[dict[str, Any]]:
        diverged, found = self._networks.diverged(), []
        for variant, levels in enumerate(self._levels()):
            members = self._members(variant)
            counts = {"reached": (self._reached[members] >= 0).sum(), "diverged": diverged[members].sum()}
            counts["step"] = self._networks.steps()[members].max()  # its own, where steps are unequal
            found.append(levels | {name: int(count) for name, count in counts.items()})
        return found

    @cached_property
    def _wall(self) -> list[int]:
        """The networks that have a small map: of each variant the same seeds."""
        shown = min(self.config.seeds, WALL // len(self._names))
        return [start * self.config.seeds + seed for start in range(len(self._names)) for seed in range(shown)]

    def _maps(self) -> dict[str, NDArray[Any]]:
        scores = self._networks.scores()
        states = np.where(self._reached >= 0, REACHED, RUNNING)
        states = np.where(self._networks.diverged(), DIVERGED, states).astype(np.uint8)
        chosen = np.column_stack([scores["test_loss"], scores["test_accuracy"]])[self._wall]
        return {
            "maps": alike(self._networks.boundaries(self._wall)),
            "scores": chosen.astype(np.float32),
            "states": states[self._wall],
        }

    def _large(self, member: int) -> dict[str, NDArray[Any]]:
        """The maps of one seed's networks, and the points that each was trained on."""
        indices = [variant * self.config.seeds + member for variant in range(len(self._names))]
        arrays: dict[str, NDArray[Any]] = {"large": alike(self._networks.boundaries(indices, LARGE_SIDE))}
        for variant, index in enumerate(indices):
            config = self._networks.configs[index]
            split = draw(config.dataset, config.noise, config.train_share, config.data_seed)
            arrays[f"points{variant}"] = split.points[: split.train_size].astype(np.float32)
            arrays[f"labels{variant}"] = split.labels[: split.train_size].astype(np.float32)
        return arrays

    def _why_is_due(self, is_first: bool) -> bool:
        every_s = WHY_EVERY_S if self._is_flowing else WHY_EVERY_S_AT_REST
        self._is_flowing = False
        return is_first or time.monotonic() - self._why_at >= every_s

    def _why(self) -> list[list[dict[str, Any]]]:
        """What goes on in every variant's layers."""
        self._why_at = time.monotonic()
        seeds = range(min(self.config.seeds, WHY_SEEDS))
        wanted = [variant * self.config.seeds + seed for variant in range(len(self._names)) for seed in seeds]
        found: list[list[dict[str, Any]]] = [[] for _ in self._names]
        for indices, layers in self._networks.layers(wanted):
            rows: dict[int, list[int]] = {}
            for row, index in enumerate(indices):
                rows.setdefault(index // self.config.seeds, []).append(row)
            for variant, theirs in rows.items():
                found[variant] = summary(layers, theirs)
        return found

    def _scene(self) -> dict[str, Any]:
        config = self.config
        variants = [{"title": name, "link": _link(variant)} for name, variant in config.variants.items()]
        datasets = [DATASETS[variant.dataset] for variant in config.variants.values()]
        return {
            "kind": "compare",
            "varied": config.settings()[config.varied].label,
            "variants": variants,
            "seeds": [config.seed + seed for seed in range(config.seeds)],
            "wall": len(self._wall) // len(variants),
            "task": "regression" if config.is_regression else "classification",
            "classes": max(entry.classes for entry in datasets),
            "domain": DOMAIN,
            "target_accuracy": self.target,
        }

    def _table(self) -> dict[str, Any]:
        """The comparison as it stands now; see ``outcomes.Comparison``."""
        reached = [epoch if epoch >= 0 else None for epoch in self._reached.tolist()]
        rows = [
            Trial(variant=self._names[index // self.config.seeds], seed=config.seed, **asdict(outcome))
            for index, (config, outcome) in enumerate(
                zip(self._networks.configs, self._networks.outcomes(reached), strict=True)
            )
        ]
        tier = self._networks.tier
        return outcomes.table(rows, epochs=self.epoch, target_accuracy=self.target, tier=tier).to_json()

    # Changing

    def apply(self, target: str, value: Any) -> Edit:
        """Go over to the ``tier`` ``compiled``, from the next update on; nothing else changes during a comparison.

        Raises ConfigError, changing nothing.
        """
        if target != "tier":
            raise ConfigError(f"{target[:60]} cannot change during a comparison; it needs a new one")
        if self._networks.tier == value:
            raise ConfigError(f"tier: the updates run {value} already")
        if value != "compiled" or not self._networks.take_compiled():
            raise ConfigError(f"tier: this machine cannot train these networks {shown(value)}")
        self.edits += 1
        self.record()
        return Edit(step=self.step, target=target, value=value)

    def has_faster(self) -> bool | None:
        """Whether compiled loops can be taken now; None while they are being made, which this starts."""
        return self._networks.has_faster()

    def close(self) -> None:
        """End what was started for this run alone."""
        self._networks.close()

    def state(self) -> dict[str, Any]:
        """All that training needs to go on from here, in NumPy: of each group every network, and within an epoch also
        where they were at its start."""
        kept: dict[str, Any] = {"reached": self._reached} | self._failures.state()
        is_within = self.step != self._boundary(self._epochs_done)
        for index, (group, anchor) in enumerate(zip(self._networks.groups, self._anchors, strict=True)):
            kept |= to_numpy(f"{index}.now", group.population.moment())
            if is_within:
                kept |= to_numpy(f"{index}.start", anchor)
            kept[f"{index}.step"] = group.population.step
        parameters = [kept.pop(f"{index}.now.parameters") for index in range(len(self._networks.groups))]
        return {
            "step": self.step,
            "edits": self.edits,
            "parameters": np.concatenate([each.ravel() for each in parameters]),
            "optimizer_state": kept,
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from an earlier ``state`` of a run with the same configuration and the same edits."""
        kept, taken, anchors = state["optimizer_state"], 0, []
        self._reached = kept["reached"]
        self._failures.restore(kept)
        for index, group in enumerate(self._networks.groups):
            population = group.population
            size = population.parameters.numel()
            flat = torch.from_numpy(state["parameters"][taken : taken + size].copy())
            now = from_numpy(kept, f"{index}.now", population.moment())
            now["parameters"] = flat.reshape(population.parameters.shape).to(population.parameters.device)
            start = from_numpy(kept, f"{index}.start", population.moment())
            population.restore(kept[f"{index}.step"], now)
            anchors.append(start or now)
            taken += size
        self.step, self.edits, self._anchors, self.notice = state["step"], state["edits"], anchors, None
        self._measured = (-1, -1), []


def _link(variant: Any) -> str:
    """The query of an ordinary run of ``variant``, with {seed} and {step} where its numbers go."""
    text = query(Run(config=variant), 0) or ""
    parts = dict(part.partition("=")[::2] for part in text.split("&"))
    parts |= {"seed": "{seed}", "data_seed": "{seed}", "step": "{step}"}
    return "&".join(f"{name}={value}" for name, value in parts.items())
