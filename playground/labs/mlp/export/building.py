"""What a script builds before it trains: the data, the network and its weights, the loss."""

from itertools import pairwise
from textwrap import indent
from typing import cast

from playground.catalog import INITIAL_BIAS, INITIALIZERS, NORMALIZATIONS
from playground.data import formula
from playground.data.points import FEATURES
from playground.export import activation
from playground.export.source import called
from playground.labs.mlp.config import MLPConfig
from playground.labs.mlp.export.parts import dataset_source, own_data
from playground.labs.mlp.network_settings import layer_names
from playground.run import Run

FEATURE_CODE = {
    "x": "x",
    "y": "y",
    "x_squared": "x * x",
    "y_squared": "y * y",
    "xy": "x * y",
    "sin_x": "np.sin(x)",
    "sin_y": "np.sin(y)",
    "cos_x": "np.cos(x)",
    "cos_y": "np.cos(y)",
    "own": formula.code(formula.USUAL),
}


def data(config: MLPConfig) -> str:
    """The points, and what the network sees of them."""
    entry, split = config.data, config.train_size
    known = FEATURE_CODE | {"own": formula.code(config.formula)}
    features = ", ".join(known[name] for name in config.features)
    names = ", ".join(FEATURES[name].label for name in config.features)
    if config.outputs > 1:
        targets = f"np.eye({config.outputs})[labels.astype(int)]  # one-hot"
    elif entry.is_regression:
        targets = "labels[:, None]"
    else:
        targets = "2 * labels[:, None] - 1  # classes are -1 and 1"
    if entry.all_of:
        inputs = f"all columns of the table, each scaled to mean 0 and variance 1, as (N, {len(config.inputs)})"
        drawn, unpacked, values = f"Rows (N, {len(config.inputs)})", "", "points"
    else:
        inputs = f"what the network sees of points (N, 2): {names}, as (N, {len(config.features)})"
        drawn, unpacked, values = "Points (N, 2)", "    x, y = points.T\n", f"np.stack([{features}], axis=1)"
    if config.dataset == "own" and config.table is None:
        return own_data(config, features, names, targets)
    return f'''
# Data: {entry.size} points, the first {split} to train on, the others to test

{dataset_source(config)}


def draw(seed):
    """{drawn} and targets (N, {config.outputs})."""
    rng = np.random.default_rng(seed)
    points, labels = {called(entry.generate, entry.size, config.noise)}
    order = rng.permutation({entry.size})
    points, labels = points[order], labels[order]
    targets = {targets}
    return points, torch.tensor(targets, dtype=torch.float32)


def features_of(points):
    """Returns {inputs}."""
{unpacked}    return torch.tensor({values}, dtype=torch.float32)


points, targets = draw(seed={config.data_seed})
features = features_of(points)
train_size = {split}
'''


def modules(config: MLPConfig) -> list[list[str]]:
    """The code of the network's modules, layer by layer: a linear map, and its activation where it has one."""
    names = layer_names(config.by_layer, len(config.hidden_sizes))
    output = "nn.Tanh()" if config.output_activation == "tanh" else ""
    activations = [*("" if name == "linear" else activation.called(name) for name in names), output]
    return [
        [f"nn.Linear({inputs}, {outputs})", *([each] if each else [])]
        for (inputs, outputs), each in zip(pairwise(config.sizes), activations, strict=True)
    ]


def drops(run: Run, step: int) -> bool:
    """Whether the script of a run up to ``step`` has dropout."""
    known = {edit.value for edit in run.edits if edit.target == "dropout" and edit.step <= step}
    return any(value > 0 for value in (cast(MLPConfig, run.config).dropout, *known))


def is_sequence(config: MLPConfig, drops: bool) -> bool:
    """Whether the network is a sequence of modules."""
    return not drops and config.is_chain


def model(config: MLPConfig, drops: bool) -> str:
    """The network, without its weights: a sequence of modules, or where it is none a class."""
    if not is_sequence(config, drops):
        return _network(config)
    lines = indent("\n".join(", ".join(layer) + "," for layer in modules(config)), "    ")
    ours = activation.defined(layer_names(config.by_layer, len(config.hidden_sizes)))
    return f"""
{ours and chr(10) + ours}model = nn.Sequential(
{lines}
)
layers = [layer for layer in model if isinstance(layer, nn.Linear)]
"""


def _network(config: MLPConfig) -> str:
    names, sizes = layer_names(config.by_layer, len(config.hidden_sizes)), [*config.hidden_sizes]
    norm = NORMALIZATIONS[config.normalization].torch.replace("torch.nn", "nn")
    parts = {
        "layers": [layer[0] for layer in modules(config)],
        "norms": [f"{norm}({width})" for width in sizes],
        "activations": [activation.called(name) for name in names],
    }
    if config.normalization == "none":
        del parts["norms"]
    lines = [f"factors = {[1.0] * len(sizes)} if kept is None else kept.split({sizes}, dim=1)"] if sizes else []
    for index in range(len(sizes)):
        made = f"self.layers[{index}](h)"
        made = f"self.norms[{index}]({made})" if "norms" in parts else made
        lines.append(f"h = {'h + ' * config.skipped[index]}self.activations[{index}]({made}) * factors[{index}]")
    lines.append(f"return self.layers[{len(sizes)}](h){'.tanh()' if config.output_activation == 'tanh' else ''}")
    ours, sums = activation.defined(names), "norm(W h + b)" if "norms" in parts else "W h + b"
    added = "; with a skip h is added" * any(config.skipped)
    return f'''

{ours}class Network(nn.Module):
    """A hidden layer gives f({sums}), while it trains times dropout's factors{added}."""

    def __init__(self):
        super().__init__()
{"".join(_modules(name, calls) for name, calls in parts.items())}
    def forward(self, h, kept=None):
        """Outputs (N, {config.outputs}) for features (N, {config.sizes[0]}), ``kept`` (N, {sum(sizes)})."""
{indent(chr(10).join(lines), " " * 8)}


model = Network()
layers = model.layers
'''


def _modules(name: str, calls: list[str]) -> str:
    """A list of modules of a class, each in a line."""
    inside = "".join(f"            {call},\n" for call in calls)
    return f"        self.{name} = nn.ModuleList([\n{inside}        ])\n"


def drawn(config: MLPConfig, seed: int) -> str:
    """Its weights drawn with ``seed``, and all of them as one vector ``w``, which the network follows."""
    entry = INITIALIZERS[config.initializer]
    arguments = ", ".join(f"{name}={value!r}" for name, value in entry.arguments.items())
    generator = "" if config.initializer == "zeros" else "generator=chance"
    scale = ""
    if config.initial_scale != 1:
        scale = f"    with torch.no_grad():\n        layer.weight *= {config.initial_scale!r}\n"
    fill = ", ".join(part for part in ("layer.weight", arguments, generator) if part)
    chance = f"chance = torch.Generator().manual_seed({seed})\n" if generator else ""
    return f"""{chance}for layer in layers:
    {entry.torch.replace("torch.nn", "nn")}({fill})
{scale}    nn.init.constant_(layer.bias, {INITIAL_BIAS.get(config.initializer, 0.0)})
w = nn.utils.parameters_to_vector(model.parameters()).detach()  # all weights and biases, layer by layer
nn.utils.vector_to_parameters(w, model.parameters())  # the network's own are views of it: it follows w
"""


def loss(config: MLPConfig) -> str:
    """The function that training makes small."""
    formula, meaning = {
        "squared_error": ("0.5 * (outputs - targets).square().mean()", "half the squared error"),
        "cross_entropy": ("nn.functional.cross_entropy(outputs, targets)", "-log softmax(outputs)[target]"),
        "logistic": ("nn.functional.softplus(-targets * outputs).mean()", "log(1 + exp(-target * output))"),
        "hinge": ("nn.functional.relu(1 - targets * outputs).mean()", "max(0, 1 - target * output)"),
        "absolute_error": ("(outputs - targets).abs().mean()", "the absolute error"),
    }[config.loss]
    return f'''
def loss_of(outputs, targets):
    """The mean over some rows, each (N, {config.outputs}), of {meaning}."""
    return {formula}
'''
