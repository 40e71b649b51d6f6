"""The walls between the folders, read from the imports, and from a process that imports the web side."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "playground"
WEB = ("pages", "stream", "catalog", "run", "configs", "data", "headless", "engine/process", "engine/__init__")
WEB += ("runfile", "link", "store", "export", "engine/exports", "engine/spawn")
WEB += ("outcomes", "statistics", "memory")
# A folder may import those before it, and itself.
ORDER = ["catalog", "run", "data", "configs", "runfile", "link", "store", "export"]
ORDER += ["models", "training", "labs", "engine", "stream", "pages"]
MAY_NOT = {"stream": {"models", "training", "labs"}, "pages": {"models", "training", "labs"}}


def imports(path: Path) -> set[str]:
    """The modules that a file imports when it is imported (not inside its functions)."""
    found = set()
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
            found.add(node.module or "")
        pending += ast.iter_child_nodes(node)
    return found


def files(*names: str) -> list[Path]:
    found = [path for name in names for path in [*PACKAGE.glob(f"{name}.py"), *PACKAGE.glob(f"{name}/*.py")]]
    assert found
    return found


def place(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", files(*WEB), ids=str)
def test_the_web_side_does_not_import_torch(path: Path) -> None:
    assert not {name for name in imports(path) if name.split(".")[0] == "torch"}


@pytest.mark.parametrize("path", files("data", "models", "training", "labs", "configs"), ids=str)
def test_the_training_side_does_not_import_streamlit(path: Path) -> None:
    assert not {name for name in imports(path) if name.split(".")[0] == "streamlit"}


@pytest.mark.parametrize("path", files(*ORDER), ids=str)
def test_arrows_run_one_way(path: Path) -> None:
    here = place(path)
    for name in imports(path):
        parts = name.split(".")
        if parts[0] != "playground" or len(parts) < 2 or parts[1] not in ORDER:
            continue
        assert ORDER.index(parts[1]) <= ORDER.index(here), f"{path} imports {name}"
        assert parts[1] not in MAY_NOT.get(here, set()), f"{path} imports {name}"
        if here == parts[1] == "labs" and len(parts) > 2:
            is_lab = parts[2] not in ("population", "failures")  # of which the labs of many networks are made
            assert path.name == "__init__.py" or not is_lab, f"{path} imports {name}: labs never import each other"


def test_the_web_process_is_free_of_torch_and_of_what_only_exports_need() -> None:
    code = (
        "import sys, playground, playground.stream.socket, playground.stream.hub, playground.pages.mlp\n"
        "heavy = {'torch', 'matplotlib', 'onnx', 'onnxscript', 'safetensors'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=True, cwd=ROOT)


@pytest.mark.parametrize("path", [*PACKAGE.glob("**/*.py"), ROOT / "app.py"], ids=str)
def test_what_comes_in_stays_data_and_no_wall_clock_is_read(path: Path) -> None:
    tree = ast.parse(path.read_text())
    assert not {name.split(".")[0] for name in imports(path)} & {"pickle", "marshal", "shelve", "datetime"}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            call = ast.unparse(node.func)
            assert call not in {"eval", "exec", "compile", "os.system", "torch.load", "time.time"}, f"{path}: {call}"
            assert "shell=True" not in ast.unparse(node), f"{path}: {call}"
