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

    features: tuple[str, ...] = setting(
        ("x", "y"),
        Names(FEATURES),
        "Features",
        help="What the network sees of a point (x₁, x₂): each is one input. Try x₁² and x₂² without a hidden layer: "
        "they solve the circle, which x₁ and x₂ alone do not.",
        goes_on=True,
        redraws=True,
    )
    formula: str = setting(
        formula.USUAL,
        FormulaText(),
        "Own input",
        quiet=True,
        help="The formula of the input own f, of x (x₁) and y (x₂): numbers, pi, + - * /, powers up to 6, "
        f"{', '.join(formula.FUNCTIONS)}. Try sqrt(x*x + y*y) on the circle without a hidden layer.",
        usual=(formula.USUAL, "sin(x*y)", "sqrt(x*x + y*y)", "exp(-(x*x + y*y)/4)", "x**3/36"),
        goes_on=True,
        redraws=True,
    )
    hidden_sizes: tuple[int, ...] = setting(
        (4, 2),
        Sizes(MAX_LAYERS, 1, MAX_NEURONS),
        "Hidden layers",
        help=f"The neurons in each hidden layer, 1 to {MAX_NEURONS}, in up to {MAX_LAYERS} layers: 8-8-4. Each "
        "gives φ(w·x + b) of the layer before. Try none on the circle, then 2, then 4: it needs more than 2.",
        usual=SHAPES,
        goes_on=True,
        redraws=True,
    )
    activation: str = setting(
        "tanh",
        Choice(ACTIVATIONS),
        "Activation",
        help="What a hidden neuron makes of its sum z = w·x + b. Linear: all layers are one. Try ReLU, which "
        "solves the circle in 100 epochs, then Sigmoid, which has hardly begun by then.",
        goes_on=True,
        redraws=True,
    )
    activations: tuple[str, ...] = setting(
        (),
        Each(Choice(ACTIVATIONS), MAX_LAYERS),
        "Activations by layer",
        quiet=True,
        help="φ of the first hidden layers in φ(w·x + b), where it is not that of all: relu,tanh. Try sigmoid in "
        "the first layer only.",
        usual=((), ("relu",), ("sigmoid",)),
        goes_on=True,
        redraws=True,
    )
    normalization: str = setting(
        "none",
        Choice(NORMALIZATIONS),
        "Normalization",
        help="What hidden layers do to their sums before the activation: mean 0, variance 1, then a learned scale "
        "γ and shift β. Batch norm learns by each batch's own mean and variance; losses and the map take running "
        "ones, of the last batches. Layer norm takes those of the layer's neurons, for each point. Try it on four "
        "layers of eight sigmoids and a rate of 0.1, which do not learn without; then Batch norm with batches of "
        "2, whose means say too little.",
        goes_on=True,
        redraws=True,
    )
    skips: bool = setting(
        False,
        Flag(),
        "Skip connections",
        help="y = x + f(x): a hidden layer adds what comes in, x, to what it makes of it, f(x), where the layer "
        "before is a hidden one with as many neurons. Where widths differ there is no skip. Try six layers of eight "
        "sigmoids: without skips none of ten seeds left guessing in 100 epochs, with them eight did.",
        goes_on=True,
        redraws=True,
    )
    initializer: str = setting(
        "uniform",
        Choice(INITIALIZERS),
        "Initial weights",
        help="How weights w and biases b are drawn before the first update. Try Zeros: no neuron becomes "
        "different, and the loss stays that of guessing.",
    )
    initial_scale: float = setting(
        1.0,
        Number(0.01, 100),
        "Initial scale",
        help="A factor s on the initial weights, not on biases: w ← s w, 0.01 to 100. Try 0.01: it stays at "
        "guessing for 100 epochs. Try 100: every tanh is saturated, and nothing learns.",
        usual=(0.01, 0.1, 0.3, 1.0, 3.0, 10.0, 100.0),
    )
    seed: int = setting(
        0,
        SEED,
        "Seed",
        help="Which initial weights are drawn, 0 to 2,147,483,647: the same seed always draws the same. Try "
        "others: some runs need much longer.",
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
