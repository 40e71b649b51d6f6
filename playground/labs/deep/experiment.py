"""The lab of deep networks: two of them in training, side by side, the same but for their skips.

Read from the top: the networks, the training, then what can be seen of them and changed in them.
"""

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from playground.catalog import OPTIMIZERS, resolve
from playground.experiment import Experiment
from playground.export.palette import NEGATIVE, NEUTRAL, POSITIVE, rgb
from playground.kinds import ConfigError, Number
from playground.lab import LABS
from playground.labs.deep.config import INTERVENTIONS, DeepConfig, Look
from playground.labs.deep.data import examples
from playground.labs.deep.inside import Inside
from playground.labs.deep.ladder import HIGHEST, LOWEST, Floats, Pass, forward_and_back, ladder, levels, restore
from playground.labs.deep.model import Changes, Network, networks_of
from playground.labs.deep.probes import Probes
from playground.labs.deep.representation import evaluated
from playground.run import Edit, Snapshot, View
from playground.training.batches import rows
from playground.training.history import History
from playground.training.measure import Meter
from playground.training.slices import Slicer, stop_before
from playground.training.state import is_finite, module_state, restore_module, set_element

PARAMETER = Number(-1000, 1000)  # what a person may type for a weight or bias
THUMBNAIL = (64, 96)  # pixels
SAFE_EVERY = 20  # updates after which a moment is kept to which training can go back


class DeepExperiment(Experiment):
    """The networks of a run in training. ``config`` is the configuration with all live edits applied."""

    network: torch.nn.ModuleDict

    def __init__(self, config: DeepConfig) -> None:
        self.config = config
        self.step = self.edits = 0
        self.notice: str | None = None
        self._inputs, self._labels = examples(config.dataset)
        self._train_size = config.data.train_size
        self.network = networks_of(config)
        self._probes = Probes(config, self.network)
        self._probed = dict[str, Floats]()  # the probes' accuracies, measured with the metrics
        rule = OPTIMIZERS[config.optimizer]
        self.optimizers = {
            name: resolve(rule.torch)(net.parameters(), lr=config.learning_rate, fused=True, **rule.arguments)
            for name, net in [*self.network.items(), ("probes", self._probes)]
        }
        self._take_interventions()
        self._ahead: dict[str, Pass] | None = None
        self._safe: dict[str, Any] | None = None
        self._slicer = Slicer(rate=100)
        self._meter = Meter(self._measure)
        self._inside = Inside(config, self.network)
        self.history = History(LABS[config.lab].columns)
        self.metrics()
        self.record()

    # Training

    def advance(self, steps: int | None = None, budget_s: float | None = None) -> int:
        """Train for ``steps`` updates, for about ``budget_s`` seconds, or until either is spent. Returns how many.

        Stops before the first update after which a number of a network is not finite, and says so in ``notice``.
        """
        if self.notice is not None:
            return 0
        first = self.step
        if self._safe is None or first - self._safe["step"] >= SAFE_EVERY:
            self._safe = self.state()
        if self._slicer.run(self._train, steps, budget_s):
            if self._infinite():
                self._stop_before_divergence(self._safe)
            self._meter.look(self.step, self._slicer.took_s, budget_s)
            self.record()
        return self.step - first

    def _train(self, count: int) -> int:
        for _ in range(count):
            passes = self._next()
            self._probes.take(passes, self._labels[self._rows()])
            for name, made in passes.items():
                for parameter, gradient in zip(self.network[name].parameters(), made.gradients, strict=True):
                    parameter.grad = gradient
                for parameter in self._frozen[name]:
                    parameter.grad = None  # what an optimizer passes over
                restore(self.network[name].buffers(), made.buffers)
            for optimizer in self.optimizers.values():
                optimizer.step()
            self._ahead = None
            self.step += 1
        return count

    def _next(self) -> dict[str, Pass]:
        """The passes of the next update, on the same examples for all networks. They are made once, whoever asks
        first: who looks at them, or the update."""
        if self._ahead is None:
            places = self._rows()
            batch = self._inputs[places], self._labels[places]
            self._ahead = {name: forward_and_back(self._network(name), *batch) for name in self.config.networks}
        return self._ahead

    def _rows(self) -> Tensor:
        """The examples of the next update."""
        return rows(self.step, self._train_size, self.config.batch_size, self.config.seed)

    def _infinite(self) -> list[str]:
        """Which networks have a number that is not finite."""
        return [name for name, network in self.network.items() if not is_finite(network)]

    def _stop_before_divergence(self, before: Mapping[str, Any]) -> None:
        """Go to the last update with finite numbers, from a moment ``before``."""
        which = " and ".join(f"the {name} network" for name in self._infinite())

        def lands(count: int) -> bool:
            self.restore(before)
            self._train(count)
            return not self._infinite()

        stop_before(self.step - int(before["step"]), lands)
        self.notice = (
            f"Training stopped at step {self.step}: the next update makes a number of {which} infinite. "
            f"Try a lower learning rate than {self.config.learning_rate:g}, or normalization."
        )

    @property
    def epoch(self) -> float:
        """How often every training example has been seen so far."""
        return self.step / self.config.steps_per_epoch

    def metrics(self) -> Mapping[str, float | None]:
        """Loss and accuracy of every network, without a first name those of the ``main`` one."""
        return self._meter.now(self.step)

    def measured(self) -> tuple[int, Mapping[str, float | None]]:
        return self._meter.step, self._meter.newest

    def has_diverged(self) -> bool:
        return self.notice is not None

    @torch.no_grad()
    def _measure(self) -> dict[str, float | None]:
        found: dict[str, float | None] = {}
        outputs = {name: evaluated(self._network(name), self._inputs) for name in self.config.networks}
        for name, (*_, logits) in outputs.items():
            first = "" if name == self.config.main else f"{name}_"
            loss = F.cross_entropy(logits[: self._train_size], self._labels[: self._train_size]).item()
            right = (logits.argmax(1) == self._labels).double()
            found[f"{first}train_loss"] = loss if math.isfinite(loss) else None
            found[f"{first}train_accuracy"] = right[: self._train_size].mean().item()
            found[f"{first}test_accuracy"] = right[self._train_size :].mean().item()
        new = {name: [output[self._train_size :] for output in given] for name, given in outputs.items()}
        self._probed = self._probes.accuracies(new, self._labels[self._train_size :])
        return found

    def details(self) -> dict[str, Any]:
        """The relative gradients ‖g‖ / ‖W‖ of the next update, layer by layer from the input: those of the ``main``
        network; of the others under their names."""
        found = {}
        for name in self.config.networks:
            first = "" if name == self.config.main else f"{name}_"
            gradients = self._ladder(name)["gradients"]
            found[f"{first}gradient_norms"] = [float(each) if np.isfinite(each) else None for each in gradients]
        return found

    # Seeing

    def observe(self, run_id: str, view: View) -> Snapshot:
        """The panels of ``view``: ``stage`` (the ladders of the next update, a look inside a layer), ``scene`` (the
        networks' shapes) and ``thumbnail``. An array of a network has its name first."""
        arrays: dict[str, NDArray[Any]] = {}
        info: dict[str, Any] = {"tier": "plain", "edits": self.edits}
        if "stage" in view.panels:
            info["changed"] = {name: list(getattr(self.config, name)) for name in INTERVENTIONS}
            for name in self.config.networks:
                arrays |= {f"{name}_{part}": values for part, values in self._ladder(name).items()}
            info["inside"], seen = self._inside.seen(view.look_as(Look))
            if info["inside"] is not None:
                info["inside"]["probed_at"] = self._meter.step
                seen |= {f"{name}_probes": shares.copy() for name, shares in self._probed.items()}
            arrays |= seen
        if "scene" in view.panels:
            info["scene"] = self._scene()
            arrays |= self._inside.labels()
        if "thumbnail" in view.panels:
            arrays["thumbnail"] = self._thumbnail()
        return Snapshot.of(self, run_id, info, arrays)

    def _ladder(self, name: str) -> dict[str, Floats]:
        return ladder(self._network(name), self._next()[name])

    def _network(self, name: str) -> Network:
        network = self.network[name]
        assert isinstance(network, Network)
        return network

    def _scene(self) -> dict[str, Any]:
        config, shares = self.config, self._labels[: self._train_size].bincount() / self._train_size
        shares = shares[shares > 0].double()
        return {
            "networks": [{"name": name, "depth": config.depth_of(name)} for name in config.networks],
            "main": config.main,
            "width": config.width,
            "activation": config.activation,
            "powers": (LOWEST, HIGHEST),
            "baselines": [
                {"label": "guessing", "value": -(shares * shares.log()).sum().item(), "axes": "loss"},
                {"label": "guessing", "value": shares.max().item(), "axes": "accuracy"},
            ],
        }

    def _thumbnail(self) -> NDArray[np.uint8]:
        """The gradient ladder of each network as a row of bars, the input at the left, (H, W, 3)."""
        height, width = THUMBNAIL
        rows = []
        for name, color in zip(self.config.networks, (NEGATIVE, POSITIVE), strict=False):
            shares = levels(self._ladder(name)["gradients"]) / 255
            tall, places = height // len(self.config.networks), np.arange(width) * len(shares) / width
            heights = np.where(places % 1 < 0.75, shares[places.astype(int)] * (tall - 4), 0)
            is_bar = np.arange(tall)[::-1, None] < heights
            rows.append(np.where(is_bar[..., None], rgb(color), rgb(NEUTRAL)))
        return np.concatenate(rows).astype(np.uint8)

    # Changing

    def apply(self, target: str, value: Any) -> Edit:
        """Change a live setting, or one number of a parameter (``plain.layers.0.weight[0,1]``), from the next update
        on. Raises ConfigError, changing nothing."""
        known = self.config.settings().get(target)
        if known is None:
            value = PARAMETER.check(value)
            set_element(self.network, target, value)
        elif known.live:
            former, self.config = self.config, replace(self.config, **{target: value})
            value = getattr(self.config, target)
            if target == "initial_scale":
                self._rescale(value / former.initial_scale)
            self._take_interventions()
        else:
            raise ConfigError(f"{target} cannot change during a run; it needs a new one")
        self.notice = self._ahead = self._safe = None
        self._meter.forget()
        self.edits += 1
        self.metrics()
        self.record()
        return Edit(step=self.step, target=target, value=value)

    @torch.no_grad()
    def _rescale(self, factor: float) -> None:
        for name in self.config.networks:
            for layer in self._network(name).linear():
                layer.weight.mul_(factor)

    def _take_interventions(self) -> None:
        """Give the networks and optimizers what live settings say of them."""
        config = self.config
        self._frozen: dict[str, list[torch.nn.Parameter]] = {}
        for name in config.networks:
            network = self._network(name)
            network.changes = Changes(zeroed=config.zeroed, cut=config.cut)
            self._frozen[name] = [
                parameter
                for number in config.frozen
                for parts in (network.layers, network.norms)
                for part in parts[number - 1 : number]
                for parameter in part.parameters()
            ]
        for optimizer in self.optimizers.values():
            for group in optimizer.param_groups:
                group["lr"] = config.learning_rate

    def state(self) -> dict[str, Any]:
        return {**super().state(), "probes": module_state(self._probes)}

    def restore(self, state: Mapping[str, Any]) -> None:
        super().restore(state)
        restore_module(self._probes, state["probes"])
        self._ahead = self._safe = None
        self._meter.forget()
        self.metrics()
