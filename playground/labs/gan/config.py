"""The choices of the GAN lab. Free of torch."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from math import prod
from typing import Any, ClassVar, Self

from playground.catalog import ACTIVATIONS, Entry
from playground.catalog import OPTIMIZERS as USUAL_OPTIMIZERS
from playground.hyperparameters import data_seed, seed
from playground.kinds import Choice, Flag, Integer, Number, Option, Sizes, Text, short
from playground.labs.gan.data import LETTERS, MOST_DIGITS, PAPERS, SETS, is_bitmap
from playground.run import RunConfig
from playground.settings import Problem, Settings, setting

POINTS, IMAGES = 10_000, 1797  # training examples of the plane, and of digits
WIDTHS = Sizes(5, 1, 256)
_WIDTHS = ((8,), (16, 16), (64, 64), (64, 64, 64), (128, 128), (128, 128, 128))
_RATES = (0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.03, 0.1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss(Option):
    """A game. ``equilibrium`` is the loss of the discriminator and of the generator where neither can tell."""

    equilibrium: Mapping[str, float] = field(default_factory=dict)


LN2 = 0.6931471805599453
LOSSES = {
    "non_saturating": Loss(
        label="Non-saturating",
        formula="D: −ln D(x) − ln(1 − D(G(z)));  G: −ln D(G(z))",
        equilibrium={"discriminator": 2 * LN2, "generator": LN2},
    ),
    "minimax": Loss(
        label="Minimax",
        formula="D: −ln D(x) − ln(1 − D(G(z)));  G: ln(1 − D(G(z)))",
        equilibrium={"discriminator": 2 * LN2, "generator": -LN2},
    ),
    "least_squares": Loss(
        label="Least squares",
        formula="D: (D(x) − 1)² + D(G(z))²;  G: (D(G(z)) − 1)²",
        equilibrium={"discriminator": 0.5, "generator": 0.25},
    ),
    "wgan_gp": Loss(
        label="WGAN-GP",
        formula="D: D(G(z)) − D(x) + λ (‖∇D‖ − 1)²;  G: −D(G(z))",
        equilibrium={"discriminator": 0.0},
    ),
    "r1": Loss(
        label="R1",
        formula="non-saturating, and for D: + λ/2 ‖∇D(x)‖² at real x",
        equilibrium={"discriminator": 2 * LN2, "generator": LN2},
    ),
}
PENALIZED = ("wgan_gp", "r1")
# Radford et al. 2016: β₁ = 0.5 keeps GANs steadier than the usual 0.9.
OPTIMIZERS = USUAL_OPTIMIZERS | {
    "adam": Entry(
        label="Adam",
        formula="w ← w − η m̂ / (√v̂ + ε), β₁ = 0.5",
        torch="torch.optim.Adam",
        arguments={"betas": (0.5, 0.999)},
    )
}
PLAYERS = {
    "both": Option(label="Both", formula="the discriminator learns, then the generator"),
    "discriminator": Option(label="Discriminator", formula="the generator is frozen"),
    "generator": Option(label="Generator", formula="the discriminator is frozen"),
}
NOISES = {
    "gaussian": Option(label="Gaussian", formula="N(0, 1) in every direction"),
    "uniform": Option(label="Uniform", formula="evenly from −1 to 1"),
}
MAPS = {"discriminator": Option(label="D"), "best": Option(label="best D"), "none": Option(label="none")}
ARROWS = {"none": Option(label="none"), "push": Option(label="push"), "slope": Option(label="∇D")}


@dataclass(frozen=True)
class Look(Settings):
    """What a person looks at: the layers of the plane, and whether the next round is told slowly. ``map`` is
    coloured, ``arrows`` stand at the fakes."""

    real: bool = setting(True, Flag(), "Real")
    fake: bool = setting(True, Flag(), "Fake")
    manifold: bool = setting(False, Flag(), "Manifold")
    map: str = setting("discriminator", Choice(MAPS), "Map")
    arrows: str = setting("push", Choice(ARROWS), "Arrows")
    slow: bool = setting(False, Flag(), "Slow motion")


def _layers(default: tuple[int, ...], label: str, whose: str) -> Any:
    return setting(default, WIDTHS, label, usual=_WIDTHS, help=f"Neurons of each hidden layer of the {whose}.")


def _activation(default: str, whose: str) -> Any:
    return setting(default, Choice(ACTIVATIONS), f"{whose} activation", help="What a hidden neuron makes of its sum.")


def _optimizer(whose: str) -> Any:
    return setting("adam", Choice(OPTIMIZERS), f"{whose} optimizer", help="How the gradient moves its weights.")


def _rate(default: float, whose: str) -> Any:
    return setting(
        default,
        Number(0, 100),
        f"{whose} rate",
        live=True,
        usual=_RATES,
        help="Learning rate: how far an update goes.",
    )


def _updates(whose: str) -> Any:
    return setting(
        1,
        Integer(0, 10),
        f"{whose} updates",
        live=True,
        usual=tuple(range(11)),
        help="Updates in a round, each on a new batch.",
    )


DIGITS: Mapping[str, Any] = {  # with these all ten came out, in 20 seeds of 20
    "dataset": "digits",
    "noise_size": 16,
    "generator_layers": (128, 128),
    "generator_activation": "relu",
    "discriminator_layers": (128, 128),
    "penalty": 1.0,
    "batch_size": 128,
}


@dataclass(frozen=True)
class GANConfig(RunConfig):
    """A generator and a discriminator, and the game that they play. A step is a round: some updates of each."""

    lab: ClassVar[str] = "gan"
    worth_comparing: ClassVar[Mapping[str, str]] = {
        "generator_learning_rate": "0.001,0.01",
        "dataset": "eight_gaussians,grid",
        "loss": "non_saturating,minimax,least_squares",
        "discriminator_learning_rate": "0.0005,0.002,0.005",
        "discriminator_updates_per_round": "1,2,5",
        "noise_size": "1,2,8",
        "batch_size": "32,128",
    }

    dataset: str = setting("eight_gaussians", Choice(SETS), "Data", help="What the generator is to imitate.")
    drawing: str = setting(
        LETTERS,
        Text(MOST_DIGITS),
        "Drawing",
        quiet=True,
        help="Your own data: 32 × 32 squares, or 16 × 16, in hexadecimal digits.",
    )
    noise_size: int = setting(
        2, Integer(1, 64), "Noise numbers", usual=(1, 2, 4, 8, 16, 32, 64), help="How many numbers of noise G gets."
    )
    noise: str = setting("gaussian", Choice(NOISES), "Noise", help="How they are drawn.")
    generator_layers: tuple[int, ...] = _layers((64, 64, 64), "G layers", "generator")
    generator_activation: str = _activation("leaky_relu", "G")
    generator_batch_norm: bool = setting(
        False,
        Flag(),
        "G batch norm",
        help="Batch normalization behind its hidden layers. Pictures use running means.",
    )
    discriminator_layers: tuple[int, ...] = _layers((64, 64, 64), "D layers", "discriminator")
    discriminator_activation: str = _activation("leaky_relu", "D")
    discriminator_batch_norm: bool = setting(
        False, Flag(), "D batch norm", help="Real and fake are normalized apart. Pictures use running means."
    )
    loss: str = setting("r1", Choice(LOSSES), "Loss", live=True, redraws=True, help="What each player makes small.")
    penalty: float = setting(
        0.1, Number(0, 1000), "Penalty λ", live=True, usual=(0.01, 0.05, 0.1, 1.0, 10.0), help="Of WGAN-GP and R1."
    )
    generator_optimizer: str = _optimizer("G")
    discriminator_optimizer: str = _optimizer("D")
    generator_learning_rate: float = _rate(0.001, "G")
    discriminator_learning_rate: float = _rate(0.002, "D")
    generator_updates_per_round: int = _updates("G")
    discriminator_updates_per_round: int = _updates("D")
    plays: str = setting("both", Choice(PLAYERS), "Who learns", live=True, help="Who is not frozen from now on.")
    batch_size: int = setting(
        256, Integer(2, 512), "Batch size", usual=(16, 32, 64, 128, 256), help="Examples, and fakes, in one update."
    )
    seed: int = seed("Which initial weights, noise and batches are drawn.", "initial weights, noise and batches")
    data_seed: int = data_seed("Which examples are drawn.", "examples of the same kind")

    @classmethod
    def usual(cls, values: Mapping[str, Any]) -> Self:
        """Returns the defaults, for digits other ones than for points."""
        return cls(**DIGITS) if values.get("dataset") == "digits" else cls()

    @property
    def size(self) -> int:
        """Training examples."""
        return IMAGES if self.dataset == "digits" else POINTS

    @property
    def features(self) -> int:
        """Numbers of an example."""
        return 64 if self.dataset == "digits" else 2

    @property
    def rounds(self) -> tuple[int, int]:
        """Updates in a round, of the discriminator and of the generator: 0 for a frozen player."""
        return (
            0 if self.plays == "generator" else self.discriminator_updates_per_round,
            0 if self.plays == "discriminator" else self.generator_updates_per_round,
        )

    def sizes(self, player: str) -> tuple[int, ...]:
        """The numbers of inputs, hidden neurons and outputs of a player."""
        if player == "generator":
            return (self.noise_size, *self.generator_layers, self.features)
        return (self.features, *self.discriminator_layers, 1)

    @property
    def steps_per_epoch(self) -> float:
        """Rounds in which as many examples are drawn as there are."""
        return self.size / (self.batch_size * max(self.discriminator_updates_per_round, 1))

    @property
    def ranked_by(self) -> str | None:
        return "modes" if self.dataset == "digits" or SETS[self.dataset].mixture else None

    def title(self) -> str:
        label = LOSSES[self.loss].label
        return f"{SETS[self.dataset].label}, {label if label.isupper() else label.lower()}"

    def demands(self) -> dict[str, int]:
        return {"parameters": sum(map(prod, self.shapes().values())), "points": self.size}

    def shapes(self) -> dict[str, tuple[int, ...]]:
        found: dict[str, tuple[int, ...]] = {}
        for player, norm in (
            ("generator", self.generator_batch_norm),
            ("discriminator", self.discriminator_batch_norm),
        ):
            sizes = self.sizes(player)
            for index, (inputs, outputs) in enumerate(pairwise(sizes)):
                name = f"{player}.layers.{index}"
                found |= {f"{name}.weight": (outputs, inputs), f"{name}.bias": (outputs,)}
            for index, width in enumerate(sizes[1:-1] if norm else ()):
                found |= {f"{player}.norms.{index}.weight": (width,), f"{player}.norms.{index}.bias": (width,)}
        return found

    def training_bytes(self) -> int:
        neurons = sum(map(sum, (self.sizes("generator"), self.sizes("discriminator"))))
        return super().training_bytes() + 4 * 8 * self.batch_size * neurons + 8 * self.size * self.features

    def conflicts(self) -> list[Problem]:
        if is_bitmap(self.drawing):
            return []
        lengths = " or ".join(map(str, PAPERS))
        message = f"{short(self.drawing)!r} is not {lengths} hexadecimal digits with something drawn"
        return [Problem("drawing", message)]
