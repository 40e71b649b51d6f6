"""Bundles of the stages' JavaScript modules with their imports. Paths are below ``playground/``.

A browser discovers a module's imports only after loading it, which costs a round trip per level; a recording has no
server at all. So a bundle is one text, in which each module is a function that is called once and returns its
exports. Every module keeps its own scope and follows its imports.

An import or export must be one line at the margin, in one of the forms below. Another form, a name that is not
exported, or a circular import raises ValueError.
"""

import posixpath
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parent.parent
_OTHERS = re.compile(
    r'^(?P<verb>import|export) (?:(?P<default>\w+)|\{ (?P<names>[^{}]+) \}) from "(?P<of>\.[\w./]+)";$', re.M
)
_NONE = re.compile(r"^export \{\};$", re.M)
_DEFAULT = re.compile(r"^export default (?:function (?P<name>\w+))?", re.M)
_DECLARED = re.compile(r"^export (?P<kind>(?:async )?function|class|const) (?P<name>\w+)\b", re.M)
_NOT_UNDERSTOOD = re.compile(r"^(?:import|export)\b.*", re.M)


def name_of(path: str) -> str:
    """Returns a module's name in a bundle: ``stage_dom`` for ``stage/dom.js``."""
    return re.sub(r"\W", "_", path.removesuffix(".js"))


@cache
def styles(picture: str) -> list[str]:
    """Returns the stylesheets of a lab's picture: the common one, then those in its module's folder."""
    beside = sorted((PACKAGE / picture).parent.glob("*.css"))
    return ["stage/stage.css", *(path.relative_to(PACKAGE).as_posix() for path in beside)]


@cache
def module(path: str) -> str:
    """Returns the module ``path`` bundled with its imports, to be served at its own address."""
    exports = list(_read(path).exports)
    taken = ", ".join(f"{name}: ${name}" for name in exports)
    given = ", ".join(f"${name} as {name}" for name in exports)
    root = f'new URL("{"../" * path.count("/") or "./"}", import.meta.url).href'
    return f"{bundle(root, path)}\nconst {{ {taken} }} = {name_of(path)};\nexport {{ {given} }};\n"


def bundle(root: str, *paths: str) -> str:
    """Returns the modules ``paths`` and their imports, each as a constant ``name_of(path)`` that holds its exports.

    ``root`` is an expression for the address of ``playground/``, which ends in a slash.
    """
    order: dict[str, None] = {}
    for path in paths:
        _visit(path, order, ())
    functions = [f"const {name_of(path)} = (() => {{\n{_read(path).as_function_body()}}})();" for path in order]
    return "\n".join([f"const playground = {root};", *functions])


@dataclass(frozen=True)
class _Module:
    """A module's ``body`` without its imports and exports: names of each other module; expressions by name."""

    body: str
    imports: dict[str, list[str]]
    exports: dict[str, str]

    def as_function_body(self) -> str:
        return f"{self.body}\nreturn {{ {', '.join(f'{name}: {value}' for name, value in self.exports.items())} }};\n"


def _visit(path: str, order: dict[str, None], above: tuple[str, ...]) -> None:
    """Add the imports of the module ``path`` to ``order``, then the module itself."""
    if path in above:
        raise ValueError(f"a circle of imports: {' imports '.join([*above, path])}")
    if path not in order:
        for other, names in _read(path).imports.items():
            _visit(other, order, (*above, path))
            if missing := [name for name in names if name not in _read(other).exports]:
                raise ValueError(f"{path} imports {missing[0]}, which {other} does not export")
        order[path] = None


@cache
def _read(path: str) -> _Module:
    imports: dict[str, list[str]] = {}
    exports: dict[str, str] = {}

    def others(match: re.Match[str]) -> str:
        of = posixpath.normpath(posixpath.join(posixpath.dirname(path), match["of"]))
        names = [f"default as {match['default']}"] if match["default"] else match["names"].split(", ")
        pairs = [(parts[0], parts[-1]) for parts in (name.split(" as ") for name in names)]
        imports[of] = [*imports.get(of, []), *(name for name, _ in pairs)]
        if match["verb"] == "export":
            exports.update({given: f"{name_of(of)}.{name}" for name, given in pairs})
            return ""
        return f"const {{ {', '.join(f'{name}: {here}' for name, here in pairs)} }} = {name_of(of)};"

    def default(match: re.Match[str]) -> str:
        exports["default"] = match["name"] or "$default"
        return f"function {match['name']}" if match["name"] else "const $default = "

    def declared(match: re.Match[str]) -> str:
        exports[match["name"]] = match["name"]
        return f"{match['kind']} {match['name']}"

    body = _NONE.sub("", (PACKAGE / path).read_text("utf-8"))
    for form, replacement in ((_OTHERS, others), (_DEFAULT, default), (_DECLARED, declared)):
        body = form.sub(replacement, body)
    if left := _NOT_UNDERSTOOD.search(body):
        raise ValueError(f"{path}: {left[0]} is not understood")
    address = f'new URL("{path}", playground).href'
    return _Module(body.replace("import.meta.url", address), imports, exports)
