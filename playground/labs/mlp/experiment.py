"""The multilayer-perceptron lab: a network on points in the plane, trained one update at a time."""

import hashlib
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from playground.experiment import Experiment
from playground.kinds import ConfigError, Number, shown
from playground.lab import LABS
from playground.labs.mlp import seeing
from playground.labs.mlp.config import INTERVENTIONS, Look, MLPConfig, TwoWeights
from playground.labs.mlp.data_settings import DataSettings
from playground.labs.mlp.divergence import explained
from playground.labs.mlp.drawn import Drawn
from playground.labs.mlp.growth import carried, has_new, sources, tracked
from playground.labs.mlp.insides import insides, loss_plane
from playground.labs.mlp.model import MLP, learning_mask
from playground.labs.mlp.network_settings import layer_names
from playground.labs.mlp.probes import accuracy, is_finite, links, shown_neurons
from playground.labs.mlp.structure import Structure, traced_loop
from playground.run import Edit, Snapshot, View
from playground.training.batches import generator, kept, shuffled
from playground.training.compiled import CompiledLoop, Lookout, Upgrade
from playground.training.device import pick_device
from playground.training.history import History
from playground.training.losses import LOSSES, OUTPUT_ACTIVATIONS
from playground.training.optimizers import initial_state
from playground.training.slices import Slicer, stop_before
from playground.training.update import (
    Batch,
    Loop,
    all_alive,
    element_index,
    flatten,
    hyperparameter_tensors,
    unflatten,
    with_statistics,
)

MOST_GATHERED, MOST_KEPT = 256, 2**20  # updates whose batches are gathered at once; dropout's factors for them
# The settings on which the points and features depend.
DRAWING = (*DataSettings.declared(), "features", "formula", "outputs")
MAX_SHOWN = 8  # neurons of a layer that are drawn
BESIDE = ("alive", "learns", "statistics")  # in the state, but not the optimizer's
ADAMS = ("adam", "adamw")
UNSIGNED = ("square", "count")
PARAMETER = Number(-1000, 1000)  # allowed values of an edited weight or bias


class MLPExperiment(Experiment):
    """One network in training. ``config`` is the configuration with all edits applied."""

    _loop: Loop | CompiledLoop
    _faster: CompiledLoop | None  # ready to be switched to
    _upgrade: Upgrade

    def __init__(self, config: MLPConfig) -> None:
        self.config = config
        self.step = 0
        self.notice: str | None = None
        self.edits = 0
        self._device = pick_device(config.device)
        self._samples_before, self._step_before = 0, 0  # samples seen until batch size last changed
        self._has_ages = False  # whether Adam has made more updates of some parameters than of others
        self.data = Drawn.of(config, self._device)
        self._build()
        self._parameters = self._initial(torch.Generator().manual_seed(config.seed))
        self._optimizer_state = initial_state(config.optimizer, self._parameters) | self._tracked()
        self._off = torch.zeros_like(self._parameters)  # 1 for the weights out of a zeroed neuron
        self._aside = torch.zeros_like(self._parameters)  # their values, to be given back
        self._intervene()
        self._set_hyperparameters()
        self._slicer = Slicer(rate=1000)
        self.history = History(LABS[config.lab].columns)
        self._measured: tuple[Tensor, dict[str, float | None]] | None = None
        self._loaded: tuple[MLP, Tensor] | None = None  # the module, and the parameters that it has
        self.record()

    # Training

    def advance(self, steps: int | None = None, budget_s: float | None = None) -> int:
        """Train for ``steps`` updates or about ``budget_s`` seconds, whichever ends first. Returns the updates made.

        Stops before the first update after which the loss or a parameter is not finite, and sets ``notice``.
        """
        if self.notice is not None:
            return 0
        if self._is_done():
            self.notice = self._done()
            return 0
        before = self.step, self._parameters, self._optimizer_state
        if self._slicer.run(self._run, steps, budget_s):
            if not self._is_healthy():
                self._stop_before_divergence(*before)
            elif self._is_done():
                self.notice = self._done()
            self.record()
            self._look_for_faster()
        return self.step - before[0]

    def _done(self) -> str:
        """Returns why training has stopped where it was to stop."""
        config = self.config
        if config.stop_epoch and self._seen >= config.stop_epoch * self.data.train_size:
            return (
                f"Epoch {config.stop_epoch:,} is reached, where training was to stop. To go on, raise Stop at epoch."
            )
        loss = f"{config.stop_loss:g}"
        return f"The test loss is {loss} or less, where training was to stop. To go on, lower Stop at test loss."

    def has_diverged(self) -> bool:
        return self.notice is not None and not self._is_done()

    def prepare(self) -> None:
        """Warm up by one update, then undo it, so that the first ``advance`` is as fast as the others."""
        self._after_next()

    def _after_next(self) -> Tensor:
        """Returns the parameters (P,) after the next update, which it makes and undoes."""
        step, parameters, state = self.step, self._parameters, self._optimizer_state
        self._run(1)
        after = self._parameters
        self.step, self._parameters, self._optimizer_state = step, parameters, state
        return after

    def _run(self, count: int) -> int:
        """Make ``count`` updates, fewer where the run is to stop. Returns the updates."""
        if self.config.is_plain and not self.config.drops:
            return self._updates(count, self._hyperparameters)
        done = 0
        while done < count and not self._is_done():
            piece = min(count - done, self._left_of_epoch(), self._most_gathered())
            rate = hyperparameter_tensors({"learning_rate": self.config.rate_in(int(self.epoch))}, self._device)
            hyperparameters = {**self._hyperparameters, **rate}
            is_gathered = self.config.reshuffle or self.config.drops
            done += (self._gathered if is_gathered else self._updates)(piece, hyperparameters)
        return done

    def _most_gathered(self) -> int:
        return min(MOST_GATHERED, max(1, MOST_KEPT // (self.config.batch * sum(self.config.hidden_sizes or (1,)))))

    @property
    def _seen(self) -> int:
        """The training points seen so far, those seen twice counted twice."""
        return self._samples_before + (self.step - self._step_before) * self.config.batch

    def _left_of_epoch(self) -> int:
        """Returns the updates to the end of the epoch."""
        return -(-(self.data.train_size - self._seen % self.data.train_size) // self.config.batch)

    def _is_done(self) -> bool:
        """Whether the run is to stop here: at its last epoch, or after an epoch with a low test loss."""
        config, seen = self.config, self._seen
        if config.stop_epoch and seen >= config.stop_epoch * self.data.train_size:
            return True
        has_ended_epoch = seen and seen % self.data.train_size < config.batch
        loss = self.metrics()["test_loss"] if config.stop_loss and has_ended_epoch else None
        return loss is not None and loss <= config.stop_loss

    def _gathered(self, count: int, hyperparameters: Mapping[str, Tensor]) -> int:
        """Make updates with batches of rows in the order of their pass, with dropout's factors where it is on. Where
        in memory a batch stands decides how its numbers are added: the traced loop gets each alone, so that slicing
        makes no difference."""
        config, size = self.config, self.data.train_size
        batch, at_once = config.batch, count if self._loop is not self._traced else 1
        rows = torch.arange(self.step * batch, (self.step + count) * batch) % size
        if config.reshuffle:
            rows = shuffled(self._seen, count * batch, size, config.seed)
        parts = [self.data.features[rows], self.data.targets[rows]]
        if config.drops:
            factors = kept(self.step, count, batch, sum(config.hidden_sizes), config.dropout, config.seed)
            parts.append(factors.to(self._device))
        for data in zip(*(torch.split(part, at_once * batch) for part in parts), strict=True):
            self._updates(at_once, hyperparameters, data)
        return count

    def _updates(self, count: int, hyperparameters: Mapping[str, Tensor], data: Batch | None = None) -> int:
        """Make ``count`` updates with the training data in their order, or with ``data``, from its first row on."""
        self._parameters, self._optimizer_state = self._loop.run(
            self._parameters,
            self._optimizer_state,
            data or self.data.train,
            hyperparameters,
            batch_size=self.config.batch,
            first=0 if data else self.step,
            count=count,
        )
        self.step += count
        return count

    def _look_for_faster(self) -> None:
        """Check for a compiled loop. ``observe`` reports when it is ready; an edit switches to it."""
        if self._loop is not self._traced or self._faster is not None or not self._is_compilable:
            return
        if ask := self._lookout.look(self._slicer.took_s):
            self._faster = ask(self._upgrade)

    def _is_healthy(self) -> bool:
        return is_finite(self._parameters) and self.metrics()["train_loss"] is not None

    def _stop_before_divergence(self, step: int, parameters: Tensor, state: Mapping[str, Tensor]) -> None:
        """Go to the last finite update after the slice's start, and explain the divergence in ``notice``."""

        def lands(count: int) -> bool:
            self.step, self._parameters, self._optimizer_state = step, parameters, dict(state)
            self._run(count)
            return self._is_healthy()

        stop_before(self.step - step, lands)
        found = explained(self.config, self.step, stays_finite, self.edits > 0)
        words = f"{found.words[0].upper()}{found.words[1:]}. {found.remedy()}"
        is_now = self.metrics()["train_loss"] is None
        what = "the loss is infinite" if is_now else "the next update makes the loss infinite"
        self.notice = f"Training stopped at step {self.step}: {what}. {words}"

    # Seeing

    def observe(self, run_id: str, view: View) -> Snapshot:
        """Returns the panels of ``view``: ``stage`` (maps, weights, plane), ``scene`` (the constants: points, inputs,
        structure), ``thumbnail``, ``outputs`` (at all points and over the plane), ``weights`` (all parameters),
        ``insides`` and ``loss_plane`` (over the weights of a look ``TwoWeights``).
        With ``fine`` the stage's plane has FINE_DENSITY, with ``sharp`` more than PLANE_DENSITY where it is steep."""
        arrays: dict[str, NDArray[Any]] = {}
        info: dict[str, Any] = {"tier": self._loop.tier, "edits": self.edits}
        if self._faster is not None and self._loop is self._traced:
            info["ready"] = self._faster.tier
        if why := self.why_not_faster():
            info["slow"] = why
        with torch.inference_mode():
            self._load()
            if "stage" in view.panels:
                look, shown = view.look_as(Look), shown_neurons(self._model, view.held, MAX_SHOWN)
                info |= {"held": shown, "view": look.to_json()}
                info |= {name: getattr(self.config, name) for name in INTERVENTIONS}
                arrays |= links(self._model, shown, self.config.drawn_inputs)
                arrays |= seeing.maps(self.config, self._model, self.data, shown, look, view.panels)
            if "scene" in view.panels:
                info["scene"] = seeing.scene(self.config, self.data)
                arrays |= seeing.scene_arrays(self.config, self.data)
            if "thumbnail" in view.panels:
                arrays["thumbnail"] = seeing.thumbnail(self.config, self._model, self.data)
            if "outputs" in view.panels:
                arrays |= seeing.outputs(self.config, self._model, self.data) | seeing.points(self.data)
            if "weights" in view.panels:
                arrays |= {k: w.detach().cpu().numpy().copy() for k, w in self._model.state_dict().items()}
        if "insides" in view.panels:
            arrays |= self.insides()
        if "loss_plane" in view.panels:
            arrays |= self._loss_plane(view.look_as(TwoWeights))
        return Snapshot.of(self, run_id, info, arrays)

    @property
    def epoch(self) -> float:
        """Passes over the training data so far."""
        return self._seen / self.data.train_size

    def parameters(self) -> NDArray[np.float32]:
        """Returns a copy of the parameter vector (P,)."""
        result: NDArray[np.float32] = self._parameters.cpu().numpy().copy()
        return result

    def parameters_sha256(self) -> str:
        """Returns the hash of the parameter vector's float32 bytes."""
        return hashlib.sha256(self.parameters().tobytes()).hexdigest()

    def metrics(self) -> dict[str, float | None]:
        """Returns loss and, for classification, accuracy on training and test data; None where not finite."""
        if self._measured is None or self._measured[0] is not self._parameters:
            with torch.inference_mode():
                self._load()
                logits = self._model(self.data.features)
                outputs = OUTPUT_ACTIVATIONS[self.config.output_activation](logits)
                found: dict[str, float | None] = {}
                for name, part in (
                    ("train", slice(self.data.train_size)),
                    ("test", slice(self.data.train_size, None)),
                ):
                    loss = self._loss(logits[part], self.data.targets[part]).item()
                    found[f"{name}_loss"] = loss if np.isfinite(loss) else None
                    if not self.config.data.is_regression:
                        found[f"{name}_accuracy"] = accuracy(outputs[part], self.data.targets[part])
            self._measured = self._parameters, found
        return self._measured[1]

    def _load(self) -> None:
        """Give the module the present parameters, and the running statistics where it has them; once for both the
        metrics and the picture."""
        if self._loaded is not None and self._loaded[0] is self._model and self._loaded[1] is self._parameters:
            return
        named = unflatten(self._parameters, self._model)
        if "statistics" in self._optimizer_state:
            named |= with_statistics(self._optimizer_state["statistics"], self._model)
        self._model.take(named)
        self._loaded = self._model, self._parameters

    def insides(self) -> dict[str, NDArray[np.float32]]:
        """Returns what is inside each layer; see ``insides.insides``."""
        names = layer_names(self.config.by_layer, len(self.config.hidden_sizes))
        self._load()
        return insides(self._model, names, self._parameters, self._after_next(), self.data.train, self._loss)

    def _loss_plane(self, look: TwoWeights) -> dict[str, NDArray[np.float32]]:
        places = element_index(self._model, look.first), element_index(self._model, look.second)
        self._load()
        return loss_plane(self._model, self._parameters, places, self.data.train, self._loss)

    # Changing

    def apply(self, target: str, value: Any) -> Edit:
        """Change a setting, one element of a parameter (``layers.0.weight[2,1]``), or the ``tier`` of the loop,
        from the next update on.

        Raises ConfigError, changing nothing.
        """
        if target == "tier":
            value = self._apply_tier(value)
        elif target in self.config.settings():
            value = self._apply_setting(target, value)
        else:
            value = self._apply_parameter(target, value)
        self._measured = None
        if target != "tier":
            self.notice = None
        self.edits += 1
        self.record()
        return Edit(step=self.step, target=target, value=value)

    def why_not_faster(self) -> str:
        """Returns why the update stays as it is written: a compiled loop has no mask of what learns, and no GPU."""
        if self._device.type != "cpu":
            return f"A loop is compiled for the CPU, and this run is on {self._device.type}."
        if "learns" in self._optimizer_state:
            return "Where neurons or weights are frozen or set to 0, the update runs as it is written, not compiled."
        return ""

    @property
    def _is_compilable(self) -> bool:
        return not self.why_not_faster()

    def has_faster(self) -> bool | None:
        """Returns whether the compiled loop is ready; None while it is being compiled, which this starts."""
        if not self._is_compilable:
            return False
        self._faster = self._faster or self._upgrade.kept() or self._upgrade.poll()
        return True if self._faster else False if self._upgrade.is_hopeless else None

    def _apply_tier(self, tier: Any) -> str:
        """Switch to ``compiled``, the same updates in machine code; an edit, since last bits differ."""
        if self._loop.tier == tier:
            raise ConfigError(f"tier: the update runs {tier} already")
        faster = (self._faster or self._upgrade.wait()) if tier == "compiled" and self._is_compilable else None
        if faster is None:
            why = self.why_not_faster() if tier == "compiled" else ""
            raise ConfigError(f"tier: this machine cannot train this network {shown(tier)}. {why}".removesuffix(". "))
        self._loop = self._faster = faster
        return faster.tier

    def close(self) -> None:
        """Stop the compilation started for this run."""
        self._upgrade.stop()

    def _apply_setting(self, name: str, value: Any) -> Any:
        """Go on with another value of a setting: what depends on it is made anew, all else stays."""
        if not self.config.settings()[name].can_change:
            raise ConfigError(f"{name} cannot change during a run; it needs a new one")
        former, epoch = self.config, self.epoch
        self.config = config = former.after(name, value)
        if _differ(former, config, DRAWING):
            self.data = Drawn.of(config, self._device)
            self._count_epochs_from(epoch)
        if config.batch != former.batch:
            self._count_epochs_from(epoch)
        has_grown = config.units != former.units or config.normalization != former.normalization
        self._has_ages = self._ages(former, has_grown and name != "own")
        if self._structure_of(config) != self._structure:
            self._upgrade.stop()
            self._build()
        if has_grown:
            self._grow(former)
        if config.optimizer != former.optimizer:
            kept = {name: mask for name, mask in self._optimizer_state.items() if name in BESIDE}
            self._optimizer_state = initial_state(config.optimizer, self._parameters) | kept
        if has_grown or _differ(former, config, INTERVENTIONS):
            self._intervene()
        self._set_hyperparameters()
        return getattr(config, name)

    def _ages(self, former: MLPConfig, has_grown: bool) -> bool:
        """Whether each parameter has a count of Adam's updates from now on. Adam's means begin at 0, which it
        corrects by that count: with that of the old ones a new parameter would move up to 6.5 times as far."""
        config = self.config
        if self._has_ages or config.optimizer not in ADAMS or not has_grown:
            return self._has_ages and config.optimizer == former.optimizer
        is_normed = former.normalization != "none", config.normalization != "none"
        return config.optimizer == former.optimizer and has_new(former.units, config.units, *is_normed)

    def _grow(self, former: MLPConfig) -> None:
        """Take over what the ``former`` network has learned, and draw what is new."""
        config = self.config
        is_normed = former.normalization != "none", config.normalization != "none"
        found = sources(former.units, config.units, *is_normed)
        fresh = self._initial(generator(config.seed, "grown", self.step))
        whole = torch.where(self._off > 0, self._aside, self._parameters)
        self._parameters = carried(whole, found, fresh)
        zeros, state = torch.zeros_like(fresh), {k: v for k, v in self._optimizer_state.items() if k != "learns"}
        if self._has_ages:
            state["count"] = state["count"].expand_as(whole)
        had, has = state.pop("statistics", None), self._tracked()
        if had is not None and has:
            has = {"statistics": carried(had, tracked(former.units, config.units), has["statistics"])}
        for name, vector in state.items():
            if name == "alive":
                state[name] = (carried(1 - vector, found, zeros, signed=False) < 1).float()  # what is new, learns
            elif vector.dim():
                state[name] = carried(vector, found, zeros, signed=name not in UNSIGNED)
        self._optimizer_state, self._off, self._aside = state | has, zeros, zeros

    def _count_epochs_from(self, epoch: float) -> None:
        """Go on from ``epoch`` with other batches or another number of points."""
        self._samples_before = round(epoch * self.data.train_size)
        self._step_before = self.step

    def _intervene(self) -> None:
        """Hold what the configuration's frozen and zeroed neurons say. A zeroed neuron's output counts as 0 because
        the weights out of it are set to 0; they get their values back with it."""
        config = self.config
        off = 1 - learning_mask(self._model, zeroed=config.zeroed)
        self._aside = torch.where(off > self._off, self._parameters, self._aside)
        self._parameters = torch.where(off > 0, 0.0, torch.where(self._off > 0, self._aside, self._parameters))
        self._off = off
        self._optimizer_state = {k: v for k, v in self._optimizer_state.items() if k != "learns"}
        if config.frozen or config.zeroed:
            learns = learning_mask(self._model, config.frozen, config.zeroed)
            self._optimizer_state = {**self._optimizer_state, "learns": learns}
            self._loop = self._traced

    def _apply_parameter(self, target: str, value: Any) -> float:
        index = element_index(self._model, target)
        number = PARAMETER.check(value)
        if self._off[index] > 0:
            raise ConfigError(f"{target} starts at a neuron whose output is set to 0; give its output back first")
        self._parameters = self._parameters.clone()
        self._parameters[index] = number
        if "alive" in self._optimizer_state:  # an edited weight learns again
            alive = self._optimizer_state["alive"].clone()
            alive[index] = 1.0
            self._optimizer_state = {**self._optimizer_state, "alive": alive}
        return number

    def state(self) -> dict[str, Any]:
        """Returns everything needed to resume training, in NumPy."""
        return {
            "step": self.step,
            "edits": self.edits,
            "parameters": self.parameters(),
            "optimizer_state": {k: v.cpu().numpy().copy() for k, v in self._optimizer_state.items()},
            "epoch_start": (self._samples_before, self._step_before),
            "aside": self._aside.cpu().numpy().copy(),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Restore from ``state()`` of a run with the same configuration and live edits."""
        self.step, self.edits = state["step"], state["edits"]
        self._parameters, self._aside = self._tensor(state["parameters"]), self._tensor(state["aside"])
        self._optimizer_state = {k: self._tensor(v) for k, v in state["optimizer_state"].items()}
        self._samples_before, self._step_before = state["epoch_start"]
        self._set_hyperparameters()
        self.notice, self._measured = None, None

    # Building

    def _structure_of(self, config: MLPConfig) -> Structure:
        names = config.by_layer, config.loss, config.output_activation, config.optimizer
        return Structure(
            config.sizes,
            *names,
            config.batch,
            clips=config.gradient_clip > 0,
            drops=config.drops,
            normalization=config.normalization,
            skips=any(config.skipped),
            ages=self._has_ages,
        )

    def _build(self) -> None:
        """Make the network and the loop that the configuration asks for."""
        config, structure = self.config, self._structure_of(self.config)
        self._model = structure.model().to(self._device).eval()
        self._traced = traced_loop(structure, self._device)
        self._loop = self._traced
        self._loss = partial(LOSSES[config.loss], output=config.output_activation)
        self._structure, self._upgrade, self._lookout = structure, Upgrade(structure), Lookout()
        self._faster = None

    def _initial(self, chance: torch.Generator) -> Tensor:
        """Returns weights and biases (P,) as they begin, drawn from ``chance``."""
        drawn = self._structure.model()
        with torch.no_grad():
            drawn.initialize(self.config.initializer, chance, self.config.initial_scale)
        return flatten(drawn).to(self._device)

    def _tracked(self) -> dict[str, Tensor]:
        return {name: each.to(self._device) for name, each in self._structure.tracked().items()}

    def _set_hyperparameters(self) -> None:
        config = self.config
        values = {"learning_rate": config.learning_rate}
        if config.weight_decay > 0:
            values["weight_decay"] = config.weight_decay
        if config.l1_strength > 0 and "alive" not in self._optimizer_state:
            self._optimizer_state = {**self._optimizer_state, "alive": all_alive(self._parameters)}
        if "alive" in self._optimizer_state:
            values["l1_strength"] = config.l1_strength
        if config.gradient_clip > 0:
            values["clip_norm"] = config.gradient_clip
        self._hyperparameters = hyperparameter_tensors(values, self._device)

    def _tensor(self, array: NDArray[Any]) -> Tensor:
        return torch.tensor(array, device=self._device)


def _differ(former: MLPConfig, latter: MLPConfig, names: Iterable[str]) -> bool:
    return any(getattr(former, name) != getattr(latter, name) for name in names)


def stays_finite(config: MLPConfig, updates: int) -> bool:
    """Whether a network of ``config`` is finite after ``updates`` updates from its initial weights."""
    trial = MLPExperiment(config)
    trial._run(updates)
    return trial._is_healthy()
