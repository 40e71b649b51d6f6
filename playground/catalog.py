"""The choices of activations, optimizers, losses, initializers, normalizations, devices: names, labels, formulas.

Menus, the command line, URLs, exported code and the tests all read these dicts, so one line here lists,
shares, exports and tests a new entry. Nothing in this file imports torch: the web process reads it too.
The torch class is a dotted string; ``resolve`` turns it into the class where torch may be imported. What PyTorch does
not have is one of ours.
"""

import importlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One choice: its ``label`` and ``formula`` for display, and its PyTorch name.

    ``arguments`` are the keyword arguments for ``torch``.
    """

    label: str
    formula: str
    torch: str
    arguments: Mapping[str, Any] = field(default_factory=dict)


def resolve(dotted: str) -> Any:
    """Returns the object with a dotted name such as ``"torch.nn.Tanh"``; imports its module."""
    module, _, name = dotted.rpartition(".")
    return getattr(importlib.import_module(module), name)


ACTIVATIONS = {
    "relu": Entry(label="ReLU", formula="max(0, z)", torch="torch.nn.ReLU"),
    "tanh": Entry(label="Tanh", formula="(eᶻ − e⁻ᶻ) / (eᶻ + e⁻ᶻ)", torch="torch.nn.Tanh"),
    "sigmoid": Entry(label="Sigmoid", formula="1 / (1 + e⁻ᶻ)", torch="torch.nn.Sigmoid"),
    "linear": Entry(label="Linear", formula="z", torch="torch.nn.Identity"),
    "leaky_relu": Entry(
        label="Leaky ReLU",
        formula="max(0.01 z, z)",
        torch="torch.nn.LeakyReLU",
        arguments={"negative_slope": 0.01},
    ),
    "elu": Entry(label="ELU", formula="z if z > 0 else eᶻ − 1", torch="torch.nn.ELU"),
    "gelu": Entry(label="GELU", formula="z Φ(z)", torch="torch.nn.GELU"),
    "silu": Entry(label="SiLU", formula="z / (1 + e⁻ᶻ)", torch="torch.nn.SiLU"),
    "softplus": Entry(label="Softplus", formula="log(1 + eᶻ)", torch="torch.nn.Softplus"),
    "step": Entry(
        label="Step",
        formula="1 if z ≥ 0, else 0; derivative taken as 1 where |z| ≤ 1, else 0",
        torch="playground.training.activations.Step",
    ),
}

# The pure update rules under the same names are in training/optimizers.py.
OPTIMIZERS = {
    "sgd": Entry(label="SGD", formula="w ← w − η g", torch="torch.optim.SGD"),
    "momentum": Entry(
        label="Momentum",
        formula="v ← 0.9 v + g;  w ← w − η v",
        torch="torch.optim.SGD",
        arguments={"momentum": 0.9},
    ),
    "adam": Entry(
        label="Adam",
        formula="w ← w − η m̂ / (√v̂ + ε)",
        torch="torch.optim.Adam",
        arguments={"betas": (0.9, 0.999), "eps": 1e-8},
    ),
    "nesterov": Entry(
        label="Nesterov",
        formula="v ← 0.9 v + g;  w ← w − η (g + 0.9 v)",
        torch="torch.optim.SGD",
        arguments={"momentum": 0.9, "nesterov": True},
    ),
    "rmsprop": Entry(
        label="RMSprop",
        formula="s ← 0.99 s + 0.01 g²;  w ← w − η g / (√s + ε)",
        torch="torch.optim.RMSprop",
        arguments={"alpha": 0.99, "eps": 1e-8},
    ),
    "adagrad": Entry(
        label="Adagrad",
        formula="s ← s + g²;  w ← w − η g / (√s + ε)",
        torch="torch.optim.Adagrad",
        arguments={"eps": 1e-10},
    ),
    "adamw": Entry(
        label="AdamW",
        formula="w ← w − η 0.01 w − η m̂ / (√v̂ + ε)",
        torch="torch.optim.AdamW",
        arguments={"betas": (0.9, 0.999), "eps": 1e-8, "weight_decay": 0.01},
    ),
}

# The functions under the same names are in training/losses.py.
LOSSES = {
    "squared_error": Entry(label="Squared error", formula="½ (output − target)²", torch="torch.nn.MSELoss"),
    "cross_entropy": Entry(
        label="Cross-entropy", formula="−log softmax(logits)[target]", torch="torch.nn.CrossEntropyLoss"
    ),
    "logistic": Entry(label="Logistic", formula="log(1 + e^(−target · logit))", torch="torch.nn.SoftMarginLoss"),
    "hinge": Entry(label="Hinge", formula="max(0, 1 − target · output)", torch="torch.nn.MarginRankingLoss"),
    "absolute_error": Entry(label="Absolute error", formula="|output − target|", torch="torch.nn.L1Loss"),
}

# The torch function fills the weights; biases get INITIAL_BIAS.
INITIALIZERS = {
    "uniform": Entry(
        label="Uniform",
        formula="w ~ U(−0.5, 0.5), b = 0.1",
        torch="torch.nn.init.uniform_",
        arguments={"a": -0.5, "b": 0.5},
    ),
    "xavier": Entry(
        label="Xavier",
        formula="w ~ U(±√(6 / (fan_in + fan_out))), b = 0",
        torch="torch.nn.init.xavier_uniform_",
    ),
    "kaiming": Entry(
        label="Kaiming",
        formula="w ~ U(±√(6 / fan_in)), b = 0",
        torch="torch.nn.init.kaiming_uniform_",
        arguments={"nonlinearity": "relu"},
    ),
    "normal": Entry(label="Normal", formula="w ~ N(0, 1) · scale, b = 0", torch="torch.nn.init.normal_"),
    "zeros": Entry(label="Zeros", formula="w = 0, b = 0", torch="torch.nn.init.zeros_"),
}
INITIAL_BIAS = {"uniform": 0.1}  # every other initializer starts biases at 0

# What a hidden layer does to its sums before the activation. The torch class takes the layer's width.
NORMALIZATIONS = {
    "none": Entry(label="None", formula="z", torch="torch.nn.Identity"),
    "batch": Entry(
        label="Batch norm",
        formula="γ (z − mean) / √(var + ε) + β, over the points of a batch",
        torch="torch.nn.BatchNorm1d",
    ),
    "layer": Entry(
        label="Layer norm",
        formula="γ (z − mean) / √(var + ε) + β, over the neurons of a layer",
        torch="torch.nn.LayerNorm",
    ),
}

# A factor on the learning rate in epoch e, with a length of n epochs; computed by training/schedules.py.
SCHEDULES = {
    "constant": Entry(label="Constant", formula="1", torch="torch.optim.lr_scheduler.ConstantLR"),
    "step": Entry(label="Step", formula="½ ^ ⌊e / n⌋", torch="torch.optim.lr_scheduler.StepLR"),
    "cosine": Entry(
        label="Cosine", formula="(1 + cos(π e / n)) / 2", torch="torch.optim.lr_scheduler.CosineAnnealingLR"
    ),
    "warm_up": Entry(label="Warm-up", formula="(e + 1) / n, up to 1", torch="torch.optim.lr_scheduler.LinearLR"),
}

DEVICES = {
    "auto": Entry(label="Automatic", formula="a GPU when there is one, else the CPU", torch="torch.device"),
    "cpu": Entry(label="CPU", formula="the processor", torch="torch.device"),
    "cuda": Entry(label="GPU", formula="an NVIDIA GPU through CUDA", torch="torch.device"),
}

LEARNING_RATES = (0.00001, 0.0001, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
REGULARIZATION_RATES = (0.0, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
BATCH_SIZES = (1, 2, 5, 10, 20, 30, 50, 100, 250)
