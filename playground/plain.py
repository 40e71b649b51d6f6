"""A run in a plain PyTorch loop, as against the one pure update: what the labs of larger networks share.

A lab adds its data and network, ``_train`` (the loop), ``_measure``, and what can be seen.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from playground.experiment import Experiment
from playground.kinds import ConfigError, Number
from playground.lab import LABS
from playground.run import Edit
from playground.training.history import History
from playground.training.measure import Meter
from playground.training.slices import Slicer
from playground.training.state import set_element

PARAMETER = Number(-1000, 1000)  # what a person may type for a weight or bias


class PlainExperiment(Experiment):
    """One ``network`` in training. ``config`` is the configuration with all live edits applied.

    The constructor of a lab makes ``network`` and ``optimizers["optimizer"]``, and ends with ``_begin``. One with
    several optimizers has its own ``_follow``.
    """

    config: Any

    def _begin(self, rate: float) -> None:
        """Measure and record step 0. ``rate`` is a first guess of the updates in a second."""
        self.step = self.edits = 0
        self.notice: str | None = None
        self._follow()
        self._slicer, self._meter = Slicer(rate=rate), Meter(self._measure)
        self.history = History(LABS[self.config.lab].columns)
        self.metrics()
        self.record()

    def advance(self, steps: int | None = None, budget_s: float | None = None) -> int:
        """Train for ``steps`` updates, for about ``budget_s`` seconds, or until either is spent. Returns how many.

        Stops at the first batch whose loss is not finite, and says so in ``notice``.
        """
        if self.notice is not None:
            return 0
        done = self._slicer.run(self._train, steps, budget_s)
        if done:
            self._meter.look(self.step, self._slicer.took_s, budget_s)
            self.record()
        return done

    @property
    def took_s(self) -> float:
        """The seconds for which the last ``advance`` trained, without measuring."""
        return self._slicer.took_s

    def _train(self, count: int) -> int:
        """Make ``count`` updates, or fewer where a loss is not finite: see ``_stop``. Returns how many."""
        raise NotImplementedError

    def _stop(self, what: str) -> None:
        """Say that training has stopped because the loss of the next ``what``, such as images, is infinite."""
        self.notice = (
            f"Training stopped at step {self.step}: the loss of the next {what} is infinite. "
            f"Try a lower learning rate than {self.config.learning_rate:g}."
        )

    def has_diverged(self) -> bool:
        return self.notice is not None

    # Measuring

    def metrics(self) -> Mapping[str, float | None]:
        return self._meter.now(self.step)

    def measured(self) -> tuple[int, Mapping[str, float | None]]:
        return self._meter.step, self._meter.newest

    def _measure(self) -> dict[str, float | None]:
        """Returns the lab's metrics of the network as it is."""
        raise NotImplementedError

    # Changing

    def apply(self, target: str, value: Any) -> Edit:
        """Change a live setting, or one number of a parameter (``conv1.weight[0,0,2,2]``), from the next update on.

        Raises ConfigError, changing nothing.
        """
        known = self.config.settings().get(target)
        if known is None:
            value = PARAMETER.check(value)
            set_element(self.network, target, value)
        elif known.live:
            self.config = replace(self.config, **{target: value})
            value = getattr(self.config, target)
            self._follow()
        else:
            raise ConfigError(f"{target} cannot change during a run; it needs a new one")
        self.notice = None
        self.edits += 1
        if target != "learning_rate":  # that changes nothing before the next update
            self._meter.forget()
            self.metrics()
        self.record()
        return Edit(step=self.step, target=target, value=value)

    def _follow(self) -> None:
        """Bring what is made of live settings in line with them."""
        for group in self.optimizers["optimizer"].param_groups:
            group["lr"] = self.config.learning_rate

    def restore(self, state: Mapping[str, Any]) -> None:
        super().restore(state)
        self._follow()
        self._meter.forget()
