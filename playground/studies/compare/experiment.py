"""The comparison lab: variants of one setting, each with many seeds, trained in lockstep.

A step is one update of the variant with the most updates per epoch; the others make proportionally fewer and are
aligned at the end of each epoch. A network's state at a step does not depend on how training was sliced.
"""

import time
from collections.abc import Mapping
from dataclasses import asdict
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from playground import outcomes
from playground.catalog import resolve
from playground.experiment import Experiment
from playground.export.palette import mosaic
from playground.kinds import ConfigError, shown
from playground.outcomes import Trial
from playground.run import Edit, Run, RunConfig, Snapshot, View
from playground.runs.link import query
from playground.statistics import LEVELS, Levels, spreads
from playground.studies.compare.config import CompareConfig, Look
from playground.studies.ensemble import ensemble_of
from playground.studies.ensemble import outcomes as outcomes_of
from playground.studies.variants import DATA_SEED, SEED, meets
from playground.training.history import History
from playground.training.measure import Meter
from playground.training.slices import Slicer

LEAST_SLICE_S, MOST_SLICE_S = 0.009, 0.1  # as long as a frame of many networks takes, within these
MEASURED_SHARE = 1 / 5  # of the time at most, while training flows
AT_REST_S = 1.0  # without training, until the table is that of this very step
WALL = 64  # most small pictures, of all variants together
WHY_EVERY_S, WHY_EVERY_S_AT_REST = 0.5, 0.1  # measuring the layers costs as much as a frame's training
RUNNING, REACHED, DIVERGED = 0, 1, 2


class CompareExperiment(Experiment):
    """All networks of ``config`` in training."""

    def __init__(self, config: CompareConfig) -> None:
        self.config = config
        self.step = self.edits = 0
        self.notice: str | None = None
        self._names, self._per_epoch = list(config.variants), config.steps_per_epoch
        self._networks = ensemble_of(config.members)  # marked at every epoch's start
        # the first epoch at whose end a network met the target, -1 before
        self._reached = np.full(len(config.members), -1, dtype=np.int64)
        self._score, self._better = config.score, {each.name: each.better for each in config.card.metrics}
        self._diagnosis: Any = None  # None where the lab has no diagnosis of failed networks
        if diagnose := config.card.diagnose:
            self._diagnosis = resolve(diagnose)(self._networks, config.variants, config.varied, config.seeds)
        self._slicer = Slicer(rate=100, share=0.9, rest=1 / 4)
        self._ready = self._is_flowing = False
        self._why_at = self._flowed_at = -np.inf
        self._looked_s = 0.0
        self._meter = Meter(self._networks.scores, MEASURED_SHARE)
        self._spread: tuple[tuple[int, int], list[dict[str, Levels]]] = (-1, -1), []
        measured = [
            f"{name} {each.name} {level}" for name in self._names for each in config.shown for level in LEVELS
        ]
        self.history = History(("step", "epoch", *measured))
        self.record()

    # Training

    def advance(self, steps: int | None = None, budget_s: float | None = None) -> int:
        """Train for ``steps`` updates or about ``budget_s`` seconds, whichever ends first. Returns the updates."""
        self._is_flowing = budget_s is not None
        if budget_s is not None:  # looking takes no more than half of the time
            budget_s = max(budget_s, LEAST_SLICE_S, min(self._looked_s, MOST_SLICE_S))
        done = self._slicer.run(self._run, steps, budget_s)
        if done:
            if self._is_flowing:
                self._flowed_at = time.monotonic()
                self._meter.look(self.step, self._slicer.took_s, budget_s)
            if not self._is_flowing or self._meter.step == self.step:
                self.record()
            self._look_for_faster()
        return done

    def prepare(self) -> None:
        """Warm up, so that the first ``advance`` is as fast as the others. Does not change the networks."""
        self._networks.prepare()

    def _run(self, count: int) -> int:
        """Make up to ``count`` updates, not beyond the end of the epoch. Returns the updates made."""
        if self.notice is not None:
            return 0
        epoch = self._epochs_done
        count = min(count, self._boundary(epoch + 1) - self.step)
        step = self.step + count
        is_end = step == self._boundary(epoch + 1)
        self._networks.advance_to(self._shares(step, epoch, is_end))
        self.step = step
        if is_end:
            self._look(epoch + 1)
        return count

    def _shares(self, step: int, epoch: int, is_end: bool) -> list[int]:
        """Returns every network's number of updates at ``step``, which lies within ``epoch`` or at its end."""
        found = []
        for config in self._networks.configs:
            per_epoch = config.steps_per_epoch
            start, end = round(epoch * per_epoch), round((epoch + 1) * per_epoch)
            share = round(step * per_epoch / self._per_epoch)
            found.append(end if is_end else min(max(share, start), end))
        return found

    def _look(self, epoch: int) -> None:
        """At the end of an epoch, note which networks reached the target; stop when all have diverged."""
        self._networks.mark()
        diverged = self._networks.diverged()
        if self.target_score is not None:
            met = meets(self._score, self._networks.scores()[self._score.name], self.target_score)
            self._reached = np.where(met & ~diverged & (self._reached < 0), epoch, self._reached)
        if self._diagnosis is not None:
            self._diagnosis.look(epoch)
        if diverged.all():
            self.notice = f"Training stopped at step {self.step}: every network has diverged."

    def _boundary(self, epoch: int) -> int:
        """Returns the step at which ``epoch`` passes over the data are complete."""
        return round(epoch * self._per_epoch)

    @property
    def _epochs_done(self) -> int:
        epoch = int(self.epoch)
        return epoch + 1 if self._boundary(epoch + 1) <= self.step else epoch - (self._boundary(epoch) > self.step)

    def _look_for_faster(self) -> None:
        """Check for compiled loops. ``observe`` reports when all are ready; an edit switches to them."""
        if self._networks.tier != "compiled" and not self._ready:
            self._ready = self._networks.has_faster(self._slicer.took_s) is True

    # Seeing

    @property
    def epoch(self) -> float:
        """Passes over the training data so far."""
        return self.step / self._per_epoch

    @cached_property
    def target_score(self) -> float | None:
        """The target score of a network; None where the score is not a share."""
        return self.config.target_score

    def metrics(self) -> dict[str, float | None]:
        """Returns the median of each metric over all networks."""
        self._meter.now(self.step)
        return self._medians()

    def measured(self) -> tuple[int, Mapping[str, float | None]]:
        return self._meter.step, self._medians()

    def _medians(self) -> dict[str, float | None]:
        levels = spreads(self._ranked(), self._better)
        return {name: each["median"] for name, each in levels.items() if each is not None}

    def record(self) -> None:
        """Add the levels (quartiles and extremes) of every variant's shown metrics to the history."""
        self._meter.now(self.step)
        row = [self.step, self.epoch]
        for levels in self._levels():
            for metric in self.config.shown:
                values = levels[metric.name] or dict.fromkeys(LEVELS, np.nan)
                row += [np.inf if value is None else value for value in values.values()]
        self.history.add(row)

    def observe(self, run_id: str, view: View) -> Snapshot:
        """Returns the panels of ``view``: ``stage`` (numbers, pictures, at intervals the diagnosis), ``scene`` (the
        constants: variants, seeds) and ``table`` (the comparison so far, and causes of failures)."""
        started = time.perf_counter()
        arrays: dict[str, NDArray[Any]] = {}
        info: dict[str, Any] = {"tier": self._networks.tier, "edits": self.edits}
        if self._ready and self._networks.tier != "compiled":
            info["ready"] = "compiled"
        if "stage" in view.panels:
            is_flowing, self._is_flowing = self._is_flowing, False
            if not is_flowing:  # at rest the numbers are those of this very step
                self._meter.now(self.step)
            member = min(view.look_as(Look).member or 0, self.config.seeds - 1)
            info |= {"variants": self._numbers(), "member": member}
            arrays |= self._pictures(member)
            if self._diagnosis is not None and self._why_is_due("scene" in view.panels, is_flowing):
                info["why"] = self._diagnosis.layers()
            self._looked_s = time.perf_counter() - started if is_flowing else 0.0
        if "scene" in view.panels:
            info["scene"] = self._scene()
        if "thumbnail" in view.panels:
            arrays["thumbnail"] = mosaic(list(self._networks.tiles(self._wall)))
        if "table" in view.panels:
            info |= {"comparison": self._table(), "failures": []}
            if self._diagnosis is not None:
                info["failures"] = self._diagnosis.cards(self.epoch, self._reached)
        return Snapshot.of(self, run_id, info, arrays)

    def parameters_sha256(self) -> str:
        """Returns the hash of all networks' parameters."""
        return self._networks.parameters_sha256()

    def _members(self, variant: int) -> slice:
        """Returns the slice of a variant's networks."""
        return slice(variant * self.config.seeds, (variant + 1) * self.config.seeds)

    def _ranked(self) -> dict[str, NDArray[np.float64]]:
        """Returns the newest metrics for ranking, each (networks,): infinite for diverged networks."""
        diverged = self._networks.diverged()
        return {
            name: np.where(diverged & ~np.isnan(values), -np.inf if self._better[name] == "high" else np.inf, values)
            for name, values in self._meter.newest.items()
        }

    def _levels(self) -> list[dict[str, Levels]]:
        """Returns for each variant the spread of its networks' newest metrics; cached."""
        if self._spread[0] != (self._meter.step, self.edits):
            scores = self._ranked()
            variants = [self._members(variant) for variant in range(len(self._names))]
            found = [
                spreads({name: values[each] for name, values in scores.items()}, self._better) for each in variants
            ]
            self._spread = (self._meter.step, self.edits), found
        return self._spread[1]

    def _numbers(self) -> list[dict[str, Any]]:
        diverged, found = self._networks.diverged(), []
        for variant, levels in enumerate(self._levels()):
            members = self._members(variant)
            counts = {"reached": (self._reached[members] >= 0).sum(), "diverged": diverged[members].sum()}
            counts["step"] = self._networks.steps()[members].max()  # its own, where steps are unequal
            found.append({"levels": levels} | {name: int(count) for name, count in counts.items()})
        return found

    @cached_property
    def _wall(self) -> list[int]:
        """The networks shown small: the same seeds of each variant."""
        count = min(self.config.seeds, WALL // len(self._names))
        return [start * self.config.seeds + seed for start in range(len(self._names)) for seed in range(count)]

    def _pictures(self, member: int) -> dict[str, NDArray[Any]]:
        """Returns the wall's small pictures, one seed's large ones, and the wall's scores and states."""
        scores = self._meter.newest
        states = np.where(self._reached >= 0, REACHED, RUNNING)
        states = np.where(self._networks.diverged(), DIVERGED, states).astype(np.uint8)
        numbers = np.column_stack([scores[metric.name] for metric in self.config.shown])
        large = [variant * self.config.seeds + member for variant in range(len(self._names))]
        return {
            **self._networks.pictures(self._wall, large),
            "scores": numbers[self._wall].astype(np.float32),
            "states": states[self._wall],
        }

    def _why_is_due(self, is_first: bool, is_flowing: bool) -> bool:
        every_s = WHY_EVERY_S if is_flowing else WHY_EVERY_S_AT_REST
        is_due = is_first or time.monotonic() - self._why_at >= every_s
        if is_due:
            self._why_at = time.monotonic()
        return is_due

    def _scene(self) -> dict[str, Any]:
        config, card = self.config, self.config.card
        variants = [{"title": name, "link": _link(variant)} for name, variant in config.variants.items()]
        first: int = getattr(config.base, SEED)
        return {
            "kind": "compare",
            "varied": config.settings()[config.varied].label,
            "variants": variants,
            "seeds": [first + seed for seed in range(config.seeds)],
            "wall": len(self._wall) // len(variants),
            "lab": {"title": card.title, "path": card.path},
            "shown": [asdict(metric) for metric in config.shown],
            "has_why": self._diagnosis is not None,
            "target_accuracy": self.target_score,
            **card.declaration(),
            **self._networks.scene(),
        }

    def _table(self) -> dict[str, Any]:
        """Returns the comparison so far; see ``outcomes.Comparison``."""
        if time.monotonic() - self._flowed_at > AT_REST_S:
            self._meter.now(self.step)
        reached = [epoch if epoch >= 0 else None for epoch in self._reached.tolist()]
        each = outcomes_of(self._networks, reached, self._meter.newest)
        found = zip(self._networks.configs, each, strict=True)
        rows = [
            Trial(variant=self._names[index // self.config.seeds], seed=getattr(config, SEED), **outcome.values())
            for index, (config, outcome) in enumerate(found)
        ]
        return outcomes.table(
            rows,
            metrics=self.config.card.metrics,
            score=self._score,
            epochs=self.epoch,
            target_accuracy=self.target_score,
            tier=self._networks.tier,
        ).to_json()

    # Changing

    def apply(self, target: str, value: Any) -> Edit:
        """Switch to the ``tier`` ``compiled``, from the next update on: the only edit of a comparison.

        Raises ConfigError, changing nothing.
        """
        if target != "tier":
            raise ConfigError(f"{target[:60]} cannot change during a comparison; it needs a new one")
        if self._networks.tier == value:
            raise ConfigError(f"tier: the updates run {value} already")
        if value != "compiled" or not self._networks.take_faster():
            raise ConfigError(f"tier: this machine cannot train these networks {shown(value)}")
        self.edits += 1
        self.record()
        return Edit(step=self.step, target=target, value=value)

    def has_faster(self) -> bool | None:
        """Returns whether compiled loops are ready; None while they are being made, which this starts."""
        return self._networks.has_faster()

    def close(self) -> None:
        """Stop the compilations started for this run."""
        self._networks.close()

    def state(self) -> dict[str, Any]:
        """Returns everything needed to resume training."""
        return {
            "step": self.step,
            "edits": self.edits,
            "reached": self._reached,
            "networks": self._networks.state(),
            "diagnosis": {} if self._diagnosis is None else self._diagnosis.state(),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Restore from ``state()`` of a run with the same configuration and edits."""
        self.step, self.edits, self.notice = state["step"], state["edits"], None
        self._reached = state["reached"]
        self._networks.restore(state["networks"])
        if self._diagnosis is not None:
            self._diagnosis.restore(state["diagnosis"])
        self._meter.forget()
        self._meter.now(self.step)


def _link(variant: RunConfig) -> str:
    """Returns the query of a single run of ``variant``, with placeholders {seed} and {step}."""
    text = query(Run(config=variant), 0) or ""
    parts = dict(part.partition("=")[::2] for part in text.split("&"))
    parts |= {name: "{seed}" for name in (SEED, DATA_SEED) if name in parts} | {"step": "{step}"}
    return "&".join(f"{name}={value}" for name, value in parts.items())
