"""Our own functions as a script has them: as they stand in our source, less their types."""

import inspect
import re
import sys
from collections.abc import Callable


def source(function: Callable[..., object]) -> str:
    """The text of a function of a module, after that of the private functions that it calls there."""
    text, module = inspect.getsource(function), vars(sys.modules[function.__module__])
    helpers = [name for name in module if name.startswith("_") and f"{name}(" in text]
    parts = [*(inspect.getsource(module[name]) for name in helpers), text]
    untyped = (re.sub(r"^def (\w+)\((.*?)\) -> .*?:$", _without_types, part, flags=re.M) for part in parts)
    return "\n\n".join(part.strip("\n") + "\n" for part in untyped).strip("\n")


def _without_types(match: "re.Match[str]") -> str:
    names = (argument.partition(":")[0].strip() for argument in match[2].split(","))
    return f"def {match[1]}({', '.join(names)}):"
