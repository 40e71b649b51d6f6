"""Our own functions as a script has them: as they stand in our source, less their types."""

import ast
import inspect
import re
import sys
from collections.abc import Callable, Collection, Iterator
from functools import cache, partial
from itertools import pairwise

Place = tuple[int, int]  # a line, from 0, and a byte in it


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
    return "\n\n".join(untyped(part).strip("\n") + "\n" for part in parts).strip("\n")


def _plain(function: Callable[..., object]) -> Callable[..., object]:
    return function.func if isinstance(function, partial) else function


def gathered(*things: Callable[..., object], given: Collection[str] = ()) -> str:
    """The text of some functions and classes, after that of all functions, classes and constants of ours that they
    need, whichever module they are in. Names that are ``given`` the script has already."""
    found: dict[str, str] = {}
    for thing in things:
        _gather(thing.__module__, thing.__name__, found, given)
    return _spaced(list(dict.fromkeys(found.values())))


def _spaced(parts: list[str]) -> str:
    """Returns parts of a module, two empty lines around all but constants."""
    text = "\n\n\n".join(parts)
    for first, second in pairwise(parts):
        if not any(re.search(r"^(@|def |class )", part, flags=re.M) for part in (first, second)):
            text = text.replace(f"{first}\n\n\n{second}", f"{first}\n{second}")
    return text


def _gather(module: str, name: str, found: dict[str, str], given: Collection[str]) -> None:
    """Add what ``name`` stands for in a module, after what it needs; nothing for a name that is not ours."""
    definitions, imports = _names(module)
    if name in found or name in given:
        return
    if name not in definitions:
        if name in imports:
            _gather(*imports[name], found, given)
        return
    text = untyped(definitions[name])
    found[name] = ""  # it may need itself
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Name):
            _gather(module, node.id, found, given)
    del found[name]  # what it needs comes before
    found[name] = text


@cache
def _names(module: str) -> tuple[dict[str, str], dict[str, tuple[str, str]]]:
    """What a module of ours defines at its top, as text, and what it imports from others of ours."""
    text = inspect.getsource(sys.modules[module])
    lines = text.splitlines()
    definitions, imports = dict[str, str](), dict[str, tuple[str, str]]()
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
            definitions[node.name] = "\n".join(lines[first - 1 : node.end_lineno])
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            for name in ast.walk(target):
                if isinstance(name, ast.Name):
                    definitions[name.id] = "\n".join(lines[node.lineno - 1 : node.end_lineno])
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("playground."):
            imports |= {each.asname or each.name: (str(node.module), each.name) for each in node.names}
    return definitions, imports


def untyped(text: str) -> str:
    """Returns Python without the types of arguments, results and variables; fields of a class keep theirs."""
    lines = text.encode().split(b"\n")
    for (first, start), (last, end), instead in sorted(_types(ast.parse(text)), reverse=True):
        lines[first : last + 1] = [lines[first][:start] + instead + lines[last][end:]]
    return b"\n".join(lines).decode()


def _types(tree: ast.AST) -> Iterator[tuple[Place, Place, bytes]]:
    """Where types stand: from behind what they are of, to their ends; and what comes there instead."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            yield from _types_of_arguments(node.args)
            if node.returns is not None:
                start = (node.returns.lineno - 1, node.returns.col_offset - len(" -> "))
                yield start, _end(node.returns), b""
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            yield _end(node.target), _end(node.annotation), b""


def _types_of_arguments(given: ast.arguments) -> Iterator[tuple[Place, Place, bytes]]:
    plain = [*given.posonlyargs, *given.args]
    defaults = [None] * (len(plain) - len(given.defaults)) + given.defaults + given.kw_defaults
    rest = [each for each in (given.vararg, given.kwarg) if each is not None]
    for argument, default in zip([*plain, *given.kwonlyargs, *rest], [*defaults, *(None for _ in rest)], strict=True):
        if argument.annotation is not None:
            start = (argument.lineno - 1, argument.col_offset + len(argument.arg.encode()))
            if default is None:
                yield start, _end(argument.annotation), b""
            else:
                yield start, (default.lineno - 1, default.col_offset), b"="


def _end(node: ast.expr) -> Place:
    return (node.end_lineno or node.lineno) - 1, node.end_col_offset or node.col_offset
