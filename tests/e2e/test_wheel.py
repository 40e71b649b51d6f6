"""What ``pip install .`` gives: a wheel, installed into an environment of its own and used from an empty folder."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import urllib.request
import venv
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Page

from playground import MLPConfig, __version__, train
from playground.export.modules import module
from playground.lab import LABS
from playground.stream.files import stage_address
from tests.browser import ROOT, free_port, opened, press, reaches, serving

SOURCE = ("playground", "pyproject.toml", "README.md", "LICENSE", "requirements.txt")
PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
TRAIN = ["train", "mlp", "--dataset", "xor", "--epochs", "2", "--json"]
OFFLINE = ["--no-deps", "--no-index"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy of the source so that nothing is left in the checkout."""
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for path in [ROOT / name for name in SOURCE] + [*ROOT.glob("requirements-*.txt")]:
        if path.is_dir():
            shutil.copytree(path, source / path.name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(path, source)
    subprocess.run([*PIP, "wheel", *OFFLINE, "--no-build-isolation", "-w", str(out), str(source)], check=True)
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def commands(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a fresh environment with the wheel has its commands. What the wheel needs is borrowed from this one."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, symlinks=os.name != "nt")
    places = {name: sysconfig.get_path(name, "venv", {"base": str(folder), "platbase": str(folder)})
              for name in ("purelib", "scripts")}  # fmt: skip
    scripts = Path(places["scripts"])
    subprocess.run([*PIP, "--python", str(scripts / "python"), "install", *OFFLINE, str(wheel)], check=True)
    borrowed = {sysconfig.get_path(name) for name in ("purelib", "platlib")}
    Path(places["purelib"], "borrowed.pth").write_text("\n".join(borrowed))
    return scripts


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, and a person who has never started Streamlit."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("PYTHONPATH", raising=False)
    monkeypatch.setenv("PLAYGROUND_WORKERS", "1")
    folder = tmp_path / "empty"
    folder.mkdir()
    return folder


def printed(*command: object, cwd: Path) -> str:
    return subprocess.run(list(map(str, command)), cwd=cwd, check=True, capture_output=True, text=True).stdout


def test_it_holds_the_whole_package_and_nothing_else(wheel: Path) -> None:
    package = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "playground").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    shipped = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert shipped == package


def test_its_command_is_the_command_line(commands: Path, elsewhere: Path) -> None:
    where = printed(commands / "python", "-c", "import playground; print(playground.__file__)", cwd=elsewhere)
    assert Path(where).is_relative_to(commands.parent)
    command = commands / "neural-playground"
    assert printed(command, "--version", cwd=elsewhere) == f"neural-playground {__version__}\n"
    assert printed(command, "--help", cwd=elsewhere).startswith("usage: neural-playground ")
    trained = printed(command, *TRAIN, cwd=elsewhere)
    expected = train(MLPConfig(dataset="xor"), epochs=2)
    assert json.loads(trained)["parameters_sha256"] == expected.parameters_sha256


@pytest.mark.browser
def test_it_opens_the_app_from_any_folder(commands: Path, elsewhere: Path, page: Page) -> None:
    port = free_port()
    command = [str(commands / "neural-playground"), "--port", str(port), "--base-path", "nn", "--no-browser"]
    address, log = f"http://localhost:{port}/nn", elsewhere.parent / "log"
    with log.open("w") as output, serving(command, address, cwd=elsewhere, stdout=output, stderr=output):
        picture = LABS["mlp"].picture
        with urllib.request.urlopen(f"{address}/{stage_address(picture)}") as served:
            assert served.read() == module(picture).encode()
        opened(page, address, "?dataset=xor")
        press(page, "Play")
        reaches(page, 50)
    assert "usage statistics" not in log.read_text()  # our settings for Streamlit hold
    assert list(elsewhere.iterdir()) == []


def test_the_checkout_has_the_settings_of_the_command() -> None:
    settings = Path(".streamlit", "config.toml")
    assert (ROOT / settings).samefile(ROOT / "playground" / "app" / settings)
