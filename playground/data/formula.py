"""A person's own formula of a point, as ``x*y + sin(2*x)``: a small grammar, read by Python's parser and walked here.

There are numbers, ``x``, ``y``, ``pi``, ``+ - * /``, whole powers up to 6 and the functions below; nothing else is
ever evaluated. Length and depth are bounded, and so are the values over the plane.
"""

import ast
import math
import operator
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from playground.kinds import ConfigError, Text, shown

FUNCTIONS = ("sin", "cos", "tanh", "exp", "abs", "sqrt")
MOST_CHARACTERS, MOST_NODES, MOST_POWER, MOST_VALUE = 80, 80, 6, 1000.0
USUAL, USUAL_CURVE = "x*y + sin(2*x)", "sin(x)"
_SIGNS = {
    "x₁": "x",
    "x₂": "y",
    "x1": "x",
    "x2": "y",
    "π": "pi",
    "^": "**",
    "·": "*",
    "×": "*",
    "−": "-",
    "²": "**2",
    "³": "**3",
}
_OPERATIONS: dict[type[ast.operator], tuple[str, Callable[[Any, Any], Any]]] = {
    ast.Add: ("+", operator.add),
    ast.Sub: ("-", operator.sub),
    ast.Mult: ("*", operator.mul),
    ast.Div: ("/", operator.truediv),
}
_ALLOWED = f"use x, y, numbers, pi, + - * /, powers up to {MOST_POWER} and {', '.join(FUNCTIONS)}"

Floats = NDArray[np.float64]


@lru_cache(maxsize=256)
def read(text: str) -> ast.expr:
    """Returns the tree of a formula, all of whose nodes are allowed. Raises ConfigError, which names what is not."""
    if len(text) > MOST_CHARACTERS:
        raise ConfigError(f"{shown(text)} has {len(text)} characters; use at most {MOST_CHARACTERS}")
    plain = text.strip()
    for sign, meaning in _SIGNS.items():
        plain = plain.replace(sign, meaning)
    try:
        tree = ast.parse(plain, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ConfigError(f"{shown(text)} is not a formula; {_ALLOWED}") from None
    nodes = list(ast.walk(tree))
    if len(nodes) > MOST_NODES * 2:
        raise ConfigError(f"{shown(text)} has too many parts")
    _check(tree)
    return tree


def _check(node: ast.expr, power_of: int = 1) -> None:
    """Raises ConfigError where a node is not of the grammar; it is part of a base raised to ``power_of``."""
    match node:
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            if not abs(value) <= 1e6:
                raise ConfigError(f"{shown(value)} is not a number from -1000000 to 1000000")
        case ast.Name(id="x" | "y" | "pi"):
            pass
        case ast.UnaryOp(op=ast.UAdd() | ast.USub(), operand=operand):
            _check(operand, power_of)
        case ast.BinOp(op=ast.Pow(), left=left, right=ast.Constant(value=int() as power)):
            if isinstance(power, bool) or not 0 <= power <= MOST_POWER:
                raise ConfigError(f"{shown(power)} is not a power from 0 to {MOST_POWER}")
            if power_of * max(power, 1) > MOST_POWER**2:
                raise ConfigError(f"a power of a power is more than {MOST_POWER**2}")
            _check(left, power_of * max(power, 1))
        case ast.BinOp(op=kind, left=left, right=right) if type(kind) in _OPERATIONS:
            _check(left, power_of)
            _check(right, power_of)
        case ast.Call(func=ast.Name(id=name), args=[argument], keywords=[]) if name in FUNCTIONS:
            if isinstance(argument, ast.Starred):
                raise ConfigError(f"'{ast.unparse(node)[:40]}' is not allowed; {_ALLOWED}")
            _check(argument, power_of)
        case _:
            raise ConfigError(f"'{ast.unparse(node)[:40]}' is not allowed; {_ALLOWED}")


def code(text: str) -> str:
    """Returns the formula as NumPy code of the arrays ``x`` and ``y``."""
    return f"0 * x + {_code(read(text))}"


def _code(node: Any) -> str:
    match node:
        case ast.Constant(value=number):
            return repr(float(str(number)))
        case ast.Name(id=name):
            return "np.pi" if name == "pi" else str(name)
        case ast.UnaryOp(op=ast.USub()):
            return f"(-{_code(node.operand)})"
        case ast.UnaryOp():
            return _code(node.operand)
        case ast.BinOp(op=ast.Pow(), right=ast.Constant(value=int() as power)):
            return f"({' * '.join([_code(node.left)] * power) or '1.0'})"
        case ast.BinOp():
            return f"({_code(node.left)} {_OPERATIONS[type(node.op)][0]} {_code(node.right)})"
    return f"np.{node.func.id}({_code(node.args[0])})"


def evaluated(text: str, x: Any, y: Any, library: Any = np) -> Any:
    """Returns the formula's values for arrays of a ``library`` with NumPy's functions: NumPy itself, or torch."""
    with np.errstate(all="ignore"):  # what is not finite is seen by whoever takes the values
        return 0 * x + _value(read(text), x, y, library)


def _value(node: Any, x: Any, y: Any, library: Any) -> Any:
    match node:
        case ast.Constant(value=number):
            return float(str(number))
        case ast.Name(id=name):
            return {"x": x, "y": y, "pi": math.pi}[name]
        case ast.UnaryOp():
            value = _value(node.operand, x, y, library)
            return -value if isinstance(node.op, ast.USub) else value
        case ast.BinOp(op=ast.Pow(), right=ast.Constant(value=int() as power)):
            base, product = _value(node.left, x, y, library), None
            for _ in range(power):
                product = base if product is None else product * base
            return 1.0 if product is None else product
        case ast.BinOp():
            left, right = (_value(each, x, y, library) for each in (node.left, node.right))
            is_plain = isinstance(left, float) and isinstance(right, float)  # a number by 0 is an error in Python
            return _OPERATIONS[type(node.op)][1](np.float64(left) if is_plain else left, right)
    argument = _value(node.args[0], x, y, library)
    is_plain = isinstance(argument, float)
    return getattr(np if is_plain else library, node.func.id)(argument)


@dataclass(frozen=True)
class FormulaText:
    """The kind of a setting that holds a formula, which must be finite and not too large over the plane."""

    def parse(self, text: str) -> str:
        return self.check(text)

    def format(self, value: str) -> str:
        return value

    def check(self, value: Any) -> str:
        text = Text(MOST_CHARACTERS).check(value)
        axis = np.linspace(-6, 6, 49)
        x, y = (part.ravel() for part in np.meshgrid(axis, axis))
        values = evaluated(text, x, y)
        bad = ~(np.isfinite(values) & (np.abs(values) <= MOST_VALUE))
        if bad.any():
            place = int(np.flatnonzero(bad)[0])
            size = "more than 1000" if np.isfinite(values[place]) else "not a number"
            raise ConfigError(f"{shown(text)} is {size} at x = {x[place]:g}, y = {y[place]:g}")
        return text


@dataclass(frozen=True)
class CurveText(FormulaText):
    """The kind of a setting that holds a formula of x alone, with values from -1 to 1 for x from -6 to 6."""

    def check(self, value: Any) -> str:
        text = super().check(value)
        if any(isinstance(node, ast.Name) and node.id == "y" for node in ast.walk(read(text))):
            raise ConfigError(f"{shown(text)} has a y; a curve is a formula of x alone")
        x = np.linspace(-6, 6, 1201)
        values = evaluated(text, x, 0 * x)
        place = int(np.abs(values).argmax())
        if abs(values[place]) > 1 + 1e-9:
            here = f"{values[place]:.3g} at x = {x[place]:g}"
            raise ConfigError(f"{shown(text)} is {here}; a curve is from -1 to 1 for x from -6 to 6")
        return text
