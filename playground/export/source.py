"""Our own functions as a script has them: as they stand in our source, less their types."""

import inspect
import re
import sys
from collections.abc import Callable
from functools import partial


def called(function: Callable[..., object], *arguments: object) -> str:
    """The text of a call of a dataset's function, or of a ``partial`` of one, with ``arguments`` and ``rng``."""
    given = function.keywords.items() if isinstance(function, partial) else ()
    return (
        f"{_plain(function).__name__}({', '.join([*map(repr, arguments), 'rng', *(f'{k}={v!r}' for k, v in given)])})"
    )


def source(function: Callable[..., object]) -> str:
    """The text of a function of a module, or of a ``partial`` of one, after that of the private functions that it
    calls there."""
    function = _plain(function)
    text, module = inspect.getsource(function), vars(sys.modules[function.__module__])
    helpers = [name for name in module if name.startswith("_") and f"{name}(" in text]
    parts = [*(inspect.getsource(module[name]) for name in helpers), text]
    untyped = (re.sub(r"^def (\w+)\((.*?)\) -> .*?:$", _without_types, part, flags=re.M) for part in parts)
    return "\n\n".join(part.strip("\n") + "\n" for part in untyped).strip("\n")


def _plain(function: Callable[..., object]) -> Callable[..., object]:
    return function.func if isinstance(function, partial) else function


def _without_types(match: "re.Match[str]") -> str:
    names = (argument.partition(":")[0].strip() for argument in match[2].split(","))
    return f"def {match[1]}({', '.join(names)}):"
