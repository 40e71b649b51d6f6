"""The walls of the house, read from the closure of its imports, and from a process that imports the web side.

An import inside a function counts for no wall: it is how a heavy library or a lab comes in only when it is used.
"""

import ast
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from playground.catalog import resolve
from playground.lab import FIRST, LABS

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "playground"
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted(PACKAGE.rglob("*.py"))
}
TOP = {"playground", "playground.__main__"}  # what a person imports or runs: above everything
[WRITTEN] = re.findall(r"^settings, .* → __main__$", (ROOT / "CONTRIBUTING.md").read_text(), re.MULTILINE)
ORDER = re.findall(r"\w+", WRITTEN)
TORCH_FREE = ("config", "page", "script", "look")
TRAINING = ("experiment", "model")


@cache
def imports(path: Path) -> frozenset[str]:
    """The modules that a file imports when it is imported, ours with the submodules that it names."""
    found: set[str] = set()
    pending: list[ast.AST] = list(ast.parse(path.read_text()).body)
    while pending:
        node = pending.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            names = {f"{module}.{alias.name}" for alias in node.names}
            found |= {name if name in MODULES else module for name in names}
        pending += ast.iter_child_nodes(node)
    return frozenset(found)


def closure(path: Path) -> set[str]:
    """All modules that come in with a file."""
    found: set[str] = set()
    pending = list(imports(path))
    while pending:
        name = pending.pop()
        if name not in found:
            found.add(name)
            pending += imports(MODULES[name]) if name in MODULES else ()
    return found


def reached(path: Path, library: str) -> set[str]:
    return {name for name in closure(path) if name.split(".")[0] == library}


def in_labs(*stems: str) -> list[Path]:
    found = [
        path for folder in ("labs", "studies") for path in (PACKAGE / folder).rglob("*.py") if path.stem in stems
    ]
    assert found
    return found


def home(name: str) -> tuple[str, ...]:
    """Where a module lives: its lab or study, or the room."""
    parts = name.split(".")[1:]
    return tuple(parts[:2]) if parts[:1] in (["labs"], ["studies"]) else tuple(parts[:1])


BENEATH = sorted(set(MODULES) - TOP)
IMPORTS = [(name, other) for name in BENEATH for other in BENEATH if other in imports(MODULES[name])]


def test_the_web_side_does_not_reach_torch() -> None:
    for path in (ROOT / "app.py", *in_labs(*TORCH_FREE)):
        assert not reached(path, "torch"), path


def test_the_training_side_does_not_reach_streamlit() -> None:
    for path in in_labs(*TRAINING):
        assert not reached(path, "streamlit"), path


def test_ray_comes_in_only_when_it_is_used() -> None:
    for path in MODULES.values():
        assert not {name for name in imports(path) if name.split(".")[0] == "ray"}, path


def test_no_shared_room_imports_a_lab_and_no_lab_another() -> None:
    for name, other in IMPORTS:
        here, there = home(name), home(other)
        if there[:1] == ("labs",):
            assert here[:1] == ("studies",) or here == there, f"{name} imports {other}"
        if there[:1] == ("studies",):
            assert here[:1] == ("studies",), f"{name} imports {other}"


def test_a_room_imports_those_before_it_in_the_written_order() -> None:
    for name, other in IMPORTS:
        here, there = home(name)[0], home(other)[0]
        if here in ORDER and there in ORDER:
            assert ORDER.index(there) <= ORDER.index(here), f"{name} imports {other}"


def test_there_is_no_circle() -> None:
    done: set[str] = set()

    def visit(name: str, way: tuple[str, ...]) -> None:
        assert name not in way, " → ".join([*way[way.index(name) :], name])
        if name not in done:
            for other in sorted(imports(MODULES[name]) & set(MODULES)):
                visit(other, (*way, name))
            done.add(name)

    for name in MODULES:
        visit(name, ())


# Of the lab from which the shared rooms have grown: its settings, and what can be looked at in it.
NAMES = {name for kind in (LABS[FIRST].config_class, LABS[FIRST].look_class) for name in kind.settings()}
SHARED = [path for room in ("stream", "runs", "engine", "export") for path in sorted((PACKAGE / room).rglob("*.py"))]


def test_the_shared_rooms_do_not_name_the_first_lab_nor_its_settings() -> None:
    for path in SHARED:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant):
                assert node.value not in {FIRST, *NAMES}, f"{path}, line {node.lineno}: {node.value!r}"
        assert not re.search(r"mlp|neuron|perceptron", path.read_text(), re.IGNORECASE), path


@pytest.mark.parametrize("name", LABS)
def test_every_dotted_name_of_a_lab_leads_somewhere(name: str) -> None:
    lab = LABS[name]
    assert lab.look_class()
    for dotted in (lab.config, lab.experiment, lab.page, *lab.forms.values()):
        assert callable(resolve(dotted)), dotted
    assert lab.config_class.lab == name
    assert (PACKAGE / lab.picture).is_file()


def test_the_web_process_is_free_of_torch_and_of_what_only_exports_need() -> None:
    code = (
        "import sys, numpy, playground, playground.app\n"
        "from playground.data import tables\n"
        "playground.app.arguments()\n"
        "[tables.whole(9, 0, numpy.random.default_rng(0), name) for name in tables.TABLES]\n"
        "heavy = {'torch', 'sklearn', 'matplotlib', 'onnx', 'onnxscript', 'safetensors'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=True, cwd=ROOT)


def test_what_comes_in_stays_data_and_no_wall_clock_is_read() -> None:
    for path in (*PACKAGE.glob("**/*.py"), ROOT / "app.py"):
        assert not {name.split(".")[0] for name in imports(path)} & {"pickle", "marshal", "shelve", "datetime"}, path
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                call = ast.unparse(node.func)
                assert call not in {"eval", "exec", "compile", "os.system", "torch.load", "time.time"}, (path, call)
                assert "shell=True" not in ast.unparse(node), (path, call)
