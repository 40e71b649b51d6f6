"""What the network is: its inputs, layers and initial weights."""

from dataclasses import dataclass

from playground.catalog import ACTIVATIONS, INITIALIZERS, NORMALIZATIONS
from playground.data import formula
from playground.data.formula import FormulaText
from playground.data.points import FEATURES
from playground.hyperparameters import SEED
from playground.kinds import Choice, Each, Flag, Names, Number, Sizes
from playground.run import RunConfig
from playground.settings import Renewal, setting

MAX_LAYERS, MAX_NEURONS = 8, 32
SHAPES = ((), (4,), (8,), (4, 2), (8, 8), (16, 16), (8, 8, 8), (8,) * 4, (8,) * 6)


@dataclass(frozen=True)
class NetworkSettings(RunConfig):
    """The inputs, the hidden layers with their activations, and how weights begin."""

    features: tuple[str, ...] = setting(("x", "y"), Names(FEATURES), "Features", goes_on=True, redraws=True)
    formula: str = setting(
        formula.USUAL,
        FormulaText(),
        "Own input",
        quiet=True,
        help="The formula of the input own f, of x (x₁) and y (x₂): numbers, pi, + - * /, powers up to 6, "
        f"{', '.join(formula.FUNCTIONS)}.",
        usual=(formula.USUAL, "sin(x*y)", "sqrt(x*x + y*y)", "exp(-(x*x + y*y)/4)", "x**3/36"),
        goes_on=True,
        redraws=True,
    )
    hidden_sizes: tuple[int, ...] = setting(
        (4, 2),
        Sizes(MAX_LAYERS, 1, MAX_NEURONS),
        "Hidden layers",
        help="Neurons in each hidden layer, as in 8-8-4.",
        usual=SHAPES,
        goes_on=True,
        redraws=True,
    )
    activation: str = setting(
        "tanh",
        Choice(ACTIVATIONS),
        "Activation",
        help="What a hidden neuron makes of its sum z = w·x + b. Linear: all layers are one. Try ReLU, then Sigmoid.",
        goes_on=True,
        redraws=True,
    )
    activations: tuple[str, ...] = setting(
        (),
        Each(Choice(ACTIVATIONS), MAX_LAYERS),
        "Activations by layer",
        quiet=True,
        help="The activations of the first hidden layers, as in relu,tanh, where they have one of their own.",
        usual=((), ("relu",), ("sigmoid",)),
        goes_on=True,
        redraws=True,
    )
    normalization: str = setting(
        "none",
        Choice(NORMALIZATIONS),
        "Normalization",
        help="What hidden layers do to their sums before the activation: mean 0, variance 1, then a learned scale γ "
        "and shift β. Batch norm learns by each batch's own mean and variance; losses and the map take running ones, "
        "of the last batches. Layer norm takes those of the layer's neurons, for each point. Try it on four layers "
        "of sigmoids, then batches of 2.",
        goes_on=True,
        redraws=True,
    )
    skips: bool = setting(
        False,
        Flag(),
        "Skip connections",
        help="y = x + f(x): a hidden layer adds what comes in, x, to what it makes of it, f(x), where the layer "
        "before is a hidden one with as many neurons. Where widths differ there is no skip. Try six layers of eight "
        "sigmoids: through the sum a gradient comes back undiminished.",
        goes_on=True,
        redraws=True,
    )
    initializer: str = setting(
        "uniform",
        Choice(INITIALIZERS),
        "Initial weights",
        help="How weights w and biases b are drawn before the first update. Try Zeros: no neuron becomes different.",
    )
    initial_scale: float = setting(
        1.0,
        Number(0.01, 100),
        "Initial scale",
        help="A factor on the initial weights, not on biases, 0.01 to 100.",
        usual=(0.01, 0.1, 0.3, 1.0, 3.0, 10.0, 100.0),
    )
    seed: int = setting(
        0,
        SEED,
        "Seed",
        help="Which initial weights are drawn.",
        renewal=Renewal("New weights", "Start over from other initial weights"),
    )

    @property
    def by_layer(self) -> str:
        """The activation of all hidden layers, or of each, with commas between them."""
        count = len(self.hidden_sizes)
        names = (*self.activations, *[self.activation] * count)[:count]
        return ",".join(names) if len(set(names)) > 1 else (*names, self.activation)[0]

    @property
    def skipped(self) -> tuple[bool, ...]:
        """Whether there is a skip around each hidden layer."""
        return skips_of((0, *self.hidden_sizes, 0), self.skips)


def skips_of(sizes: tuple[int, ...], skips: bool) -> tuple[bool, ...]:
    """Returns whether each hidden layer has a skip around it; ``sizes`` = (D, hidden…, outputs)."""
    hidden = sizes[1:-1]
    return tuple(skips and index > 0 and hidden[index - 1] == width for index, width in enumerate(hidden))


def layer_names(activation: str, layers: int) -> list[str]:
    """Returns the name of each hidden layer's activation, of one name for all or of one for each with commas."""
    names = activation.split(",")
    return names if len(names) > 1 else names * layers
