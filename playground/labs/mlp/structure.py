"""The specification of a training loop of multilayer perceptrons, traced or compiled."""

from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import pairwise
from typing import ClassVar

import torch
from torch import Tensor

from playground.labs.mlp import model as mlp
from playground.labs.mlp import network_settings
from playground.training import losses, optimizers
from playground.training.compiled import Program
from playground.training.update import Loop, Update, make_update, statistics


@dataclass(frozen=True, slots=True)
class Structure(Program):
    """The specification of a compiled loop of multilayer perceptrons.

    ``sizes`` = (D, hidden…, outputs); the names are the catalog's, and ``output`` is one of
    ``losses.OUTPUT_ACTIVATIONS``.

    ``l1`` says whether L1 is possible: its mask costs a large network a third of its speed. ``clips`` says whether
    gradients are clipped, ``drops`` whether dropout's factors come with the data. ``normalization`` is one of the
    catalog's; ``skips`` says whether any hidden layer has one. ``ages`` says whether Adam counts the updates of each
    parameter, since some are newer than others.
    """

    sources: ClassVar[tuple[str, ...]] = (str(mlp.__file__), str(network_settings.__file__), __file__)

    sizes: tuple[int, ...]
    activation: str
    loss: str
    output: str
    optimizer: str
    batch_size: int
    networks: int | None = None
    l1: bool = True
    clips: bool = False
    drops: bool = False
    normalization: str = "none"
    skips: bool = False
    ages: bool = False

    @property
    def parts(self) -> int:
        """The number of tensors of a batch: features, targets, dropout's factors."""
        return 3 if self.drops else 2

    @property
    def hyperparameters(self) -> tuple[str, ...]:
        """Names of the hyperparameters, in the order of the inputs."""
        optional = {"clip_norm": self.clips, "l1_strength": self.l1}
        return (*(name for name, is_on in optional.items() if is_on), "learning_rate", "weight_decay")

    @property
    def parameters(self) -> int:
        """The number of weights and biases of a network, with the scales and shifts of its normalization."""
        own = sum((m + 1) * n for m, n in pairwise(self.sizes))
        return own + (2 * sum(self.sizes[1:-1]) if self.normalization != "none" else 0)

    def model(self) -> mlp.MLP:
        """Returns a network of this structure, without weights of its own, as it is trained."""
        return mlp.MLP(self.sizes, self.activation, self.normalization, self.skips)

    def state(self) -> dict[str, Tensor]:
        """Returns the optimizer state before the first update, with L1's ``alive``, in the order of the inputs."""
        alive = torch.ones(self.parameters)
        state = optimizers.initial_state(self.optimizer, alive) | ({"alive": alive} if self.l1 else {})
        state |= self.tracked() | ({"count": torch.zeros_like(alive)} if self.ages else {})
        return {name: self._for_each(state[name]) for name in sorted(state)}

    def tracked(self) -> dict[str, Tensor]:
        """Returns the part of the state that is no optimizer's: the running ``statistics`` of batch normalization."""
        has_any = self.normalization == "batch" and len(self.sizes) > 2
        return {"statistics": statistics(self.model())} if has_any else {}

    def _for_each(self, tensor: Tensor) -> Tensor:
        return tensor.expand(self.leading + tensor.shape).clone(memory_format=torch.contiguous_format)

    def inputs(self, rows: int) -> list[Tensor]:
        """Returns example inputs for ``rows`` rows of data, each a separate tensor: parameters, state, the ``parts``
        of the data, hyperparameters; then the first batch's row, the size of the data, the number of updates."""
        widths = (self.sizes[0], self.sizes[-1], sum(self.sizes[1:-1]))[: self.parts]
        data = (torch.zeros(*self.leading, rows, width) for width in widths)
        constants = (torch.zeros(self.leading) for _ in self.hyperparameters)
        scalars = map(torch.tensor, (0, rows, 1))
        return [torch.ones(*self.leading, self.parameters), *self.state().values(), *data, *constants, *scalars]

    def update(self) -> Update:
        return self.update_on(torch.device("cpu"))

    def update_on(self, device: torch.device) -> Update:
        """Returns ``update`` for tensors on ``device``."""
        loss = partial(losses.LOSSES[self.loss], output=self.output)
        return make_update(self.model().to(device), loss, self.optimizer)


@lru_cache(maxsize=128)
def traced_loop(structure: Structure, device: torch.device) -> Loop:
    """Returns the loop for a single network of this structure; all its networks share the traced graph."""
    return Loop(structure.update_on(device))
