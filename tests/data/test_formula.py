"""The grammar of a person's own formula: against Python's own arithmetic, and what it refuses."""

import string

import numpy as np
import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st

from playground.data.formula import FUNCTIONS, MOST_CHARACTERS, FormulaText, code, evaluated, read
from playground.kinds import ConfigError
from playground.labs.mlp.config import MLPConfig
from playground.labs.mlp.export.predictor import Predictor
from playground.labs.mlp.model import MLP
from playground.run import Run
from tests.labs.mlp.export.test_script import agrees

KIND = FormulaText()
X, Y = np.random.default_rng(0).uniform(-6, 6, (2, 40))
PYTHON = {name: getattr(np, name) for name in FUNCTIONS} | {"pi": np.pi}


@st.composite
def formulas(draw: st.DrawFn, depth: int = 3) -> str:
    """A formula as Python writes it."""
    if depth == 0 or draw(st.booleans()):
        return draw(st.sampled_from(["x", "y", "pi", "2", "0.5", "1e-3"]))
    part = formulas(depth=depth - 1)
    kind = draw(st.integers(0, 3))
    if kind == 0:
        return f"{draw(st.sampled_from(FUNCTIONS))}({draw(part)})"
    if kind == 1:
        return f"({draw(formulas(depth=0))} + 1)**{draw(st.integers(0, 6))}"
    return f"({draw(part)} {draw(st.sampled_from('+-*/'))} -{draw(part)})"


@settings(max_examples=100, deadline=None)
@given(formulas())
@example("exp((pi + 1)**5)")
def test_values_code_and_torch_are_pythons(text: str) -> None:
    if len(text) > MOST_CHARACTERS:
        return
    with np.errstate(all="ignore"):
        try:
            expected = eval(text, {**PYTHON, "__builtins__": {}}, {"x": X, "y": Y}) + 0 * X
        except ZeroDivisionError:
            return
        found = evaluated(text, X, Y)
        written = eval(code(text), {"np": np, "x": X, "y": Y})
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)
    np.testing.assert_array_equal(found, written)
    tensors = evaluated(text, torch.tensor(X), torch.tensor(Y), torch).numpy()
    np.testing.assert_allclose(tensors, expected, rtol=1e-6, atol=1e-9)


REFUSED = r"""
x.real | ().__class__ | __import__('os') | open('f') | sin(x, y) | sin(*x) | sin(x=1) | lambda: x | x if x else y
[x] | x[0] | 'a' | x := 1 | x and y | x < y | x // y | x % y | x @ y | x ** y | x ** 7 | x ** -1 | x**2**3 | 2**True
True | 1j | z | sin | np.sin(x) | eval(x) | f'{x}' | x;y | 1e999 | ((tanh(x)**6)**6)**6 | x:=y | *x | {x} | ... | None
"""
MORE = ["", "x\ny", "9" * 70, "(" * 75, "-" * 80, "x" * 81, "\0", "x\u202e"]


@pytest.mark.parametrize(
    "text", [*(each.strip() for line in REFUSED.strip().splitlines() for each in line.split(" | ")), *MORE]
)
def test_what_is_not_of_the_grammar_is_refused(text: str) -> None:
    with pytest.raises(ConfigError):
        read(text)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=90) | st.text(string.ascii_letters + "xy()*+-./_ 0123456789,'[]", max_size=90))
def test_any_text_is_a_formula_or_refused(text: str) -> None:
    try:
        KIND.check(text)
    except ConfigError:
        return
    assert np.abs(evaluated(text, X, Y)).max() < 1e5


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1/x", "is not a number at x = 0, y = -6"),
        ("exp(x*x)", "is more than 1000 at x = -6"),
        ("sqrt(x)", "is not a number at x = -6"),
        ("x ** 9", "9 is not a power from 0 to 6"),
        ("foo(x)", r"'foo\(x\)' is not allowed; use x, y, numbers"),
        ("x +", r"'x \+' is not a formula"),
    ],
)
def test_refusals_name_what_is_wrong(text: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        KIND.check(text)


def test_as_people_write_it() -> None:
    np.testing.assert_allclose(evaluated("x₁² − 2·x₂ + π", X, Y), X * X - 2 * Y + np.pi)
    np.testing.assert_allclose(evaluated("x1^2 * x2", X, Y), X**2 * Y)


def test_it_is_an_input_in_training_script_and_predictor() -> None:
    config = MLPConfig(features=("x", "own"), formula="cos(x) * y/3 + 2", hidden_sizes=(3,))
    agrees(Run(config=config), 40)
    network = MLP(config.sizes, "tanh")
    with torch.no_grad():
        network.initialize("xavier", torch.Generator().manual_seed(0))
        points = torch.tensor(np.stack([X, Y], axis=1), dtype=torch.float32)
        own = torch.tensor(np.stack([X, np.cos(X) * Y / 3 + 2], axis=1), dtype=torch.float32)
        found = Predictor(config.features, network, "tanh", config.formula)(points)
        torch.testing.assert_close(found, torch.tanh(network(own)))
