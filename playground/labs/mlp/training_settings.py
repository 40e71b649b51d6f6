"""How the network learns: loss, optimizer, learning rate, batches, and when training stops."""

from dataclasses import dataclass
from typing import Any

from playground.catalog import (
    BATCH_SIZES,
    DEVICES,
    LEARNING_RATES,
    LOSSES,
    OPTIMIZERS,
    REGULARIZATION_RATES,
    SCHEDULES,
)
from playground.kinds import Choice, Device, Flag, Integer, Number, Share
from playground.run import RunConfig
from playground.settings import setting
from playground.training.schedules import factor

ALONE = ("stop_epoch", "stop_loss")
EPOCHWISE = ("schedule", "schedule_epochs", "reshuffle")


def batch_sizes(config: Any) -> list[int]:
    """Returns the usual batch sizes, and all training points at once."""
    available = config.train_size
    return [size for size in BATCH_SIZES if size < available] + [available]


@dataclass(frozen=True)
class TrainingSettings(RunConfig):
    """Everything about an update, and where it is computed."""

    loss: str = setting(
        "squared_error",
        Choice(LOSSES),
        "Loss",
        help="How wrong an output is, as a mean over the points: what training makes small. Try Cross-entropy "
        "where two classes are to be told apart: it does not level off where an answer is wrong and sure.",
        quiet=True,
        goes_on=True,
        redraws=True,
    )
    optimizer: str = setting(
        "sgd",
        Choice(OPTIMIZERS),
        "Optimizer",
        help="How the gradient g changes a weight w, with the learning rate η. Try Adam, which takes a step of "
        "its own size for each weight: the circle is solved in fewer epochs than with SGD.",
        goes_on=True,
    )
    learning_rate: float = setting(
        0.03,
        Number(0, 100),
        "Learning rate",
        live=True,
        usual=LEARNING_RATES,
        help="η, how far an update goes: w ← w − η g. Try 3: the loss jumps about. Then 0.003: it hardly moves.",
    )
    schedule: str = setting(
        "constant",
        Choice(SCHEDULES),
        "Schedule",
        live=True,
        help="A factor on the learning rate η that changes after each epoch e, with the length n. Try Cosine over "
        "200 epochs with a rate of 1 and 30% noise: the loss jumps about less and less.",
    )
    schedule_epochs: int = setting(
        100,
        Integer(1, 100_000),
        "Schedule length",
        live=True,
        help="The n of the schedule, 1 to 100,000 epochs: η halves every n (Step), falls to 0 in n (Cosine), or "
        "rises for n (Warm-up). Try Cosine with 30: training then ends at epoch 30.",
        usual=(5, 10, 30, 100, 300, 1000),
    )
    reshuffle: bool = setting(
        False,
        Flag(),
        "Reshuffle",
        live=True,
        help="On: each epoch goes through the training points in a new order, so that batches differ; off: always "
        "in the same. Try it with small batches; on these few points it changes little.",
    )
    stop_epoch: int = setting(
        0,
        Integer(0, 10**9),
        "Stop at epoch",
        live=True,
        help="Training stops when this epoch is reached, 0 to 1,000,000,000; 0 is never. Try 100, to compare "
        "runs of the same length.",
        usual=(0, 10, 100, 300, 1000, 3000, 10_000),
    )
    stop_loss: float = setting(
        0.0,
        Number(0, 1000),
        "Stop at test loss",
        live=True,
        help="Training stops after the first epoch e with test loss ≤ this, 0 to 1,000; 0 is never. Try 0.05: the "
        "epoch at which it stops says how fast a setting is.",
        usual=(0.0, 0.001, 0.01, 0.05, 0.1, 0.177),
    )
    batch_size: int = setting(
        10,
        Integer(1, 1000),
        "Batch size",
        live=True,
        usual=batch_sizes,
        help="The training points B in one update, 1 to 1,000: g = Σ gᵢ / B, the mean of their gradients. Small "
        "batches make many noisy updates in an epoch, large ones few smooth ones. Try 1, then all.",
    )
    l1_strength: float = setting(
        0.0,
        Number(0, 10),
        "L1 regularization",
        live=True,
        help="Adds λ Σ|w| to the loss, so that weights that do not help end at exactly 0. Try 0.003 on the circle "
        "with the inputs x₁² and x₂² too: the weights of x₁ and x₂ fade to 0, since they are not needed.",
        usual=REGULARIZATION_RATES,
    )
    weight_decay: float = setting(
        0.0,
        Number(0, 10),
        "L2 regularization",
        live=True,
        help="Weight decay, decoupled from the optimizer: w ← w − η λ w in each update. Large weights shrink and "
        "the boundary becomes smoother. Try 0.03 with 30% noise, a training share of 10%, layers 8-8 and a rate "
        "of 0.1: after 500 epochs the test loss is about half of that without.",
        usual=REGULARIZATION_RATES,
    )
    dropout: float = setting(
        0.0,
        Share(0.0, 0.9, 0.05),
        "Dropout",
        live=True,
        usual=(0.0, 0.1, 0.2, 0.3, 0.5, 0.7),
        help="The share p of outputs of hidden neurons that each update leaves out, 0 to 90%, others for each "
        "point; the rest count 1 / (1 − p) times, so that the mean stays. Losses and the map are those of the "
        "whole network, with nothing left out. Try 20% with 30% noise, a training share of 10%, layers 8-8 and "
        "a rate of 0.1: the test loss ends lower.",
    )
    gradient_clip: float = setting(
        0.0,
        Number(0, 1000),
        "Gradient clipping",
        live=True,
        help="The longest c that the gradient g of an update may be: a longer one becomes g · c / ‖g‖. 0: any "
        "length. Try 0.1 with a learning rate of 3: it learns, and without clipping it does not.",
        usual=(0.0, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0),
    )
    device: str = setting("auto", Device(DEVICES), "Device", help="Where updates are computed.")

    @property
    def is_plain(self) -> bool:
        """Whether every epoch is like every other: no schedule, no reshuffling, nothing to stop at."""
        return self.schedule == "constant" and not (self.reshuffle or self.stop_epoch or self.stop_loss)

    def rate_in(self, epoch: int) -> float:
        """Returns the learning rate in an epoch, from 0."""
        return self.learning_rate * factor(self.schedule, epoch, self.schedule_epochs)
