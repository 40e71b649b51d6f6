"""The compiled loop against the plain update and torch.optim, its repeatability, and the cache it comes from."""

import json
import logging
import os
import subprocess
import sys
import time
from functools import partial
from itertools import product
from pathlib import Path

import psutil
import pytest
import torch
from torch import Tensor
from torch.nn.utils import parameters_to_vector, vector_to_parameters

from playground.catalog import ACTIVATIONS, OPTIMIZERS, resolve
from playground.labs.mlp.model import MLP
from playground.labs.mlp.structure import Structure
from playground.training import compiled
from playground.training.build import traced
from playground.training.cache import Cache
from playground.training.compiled import CompiledLoop, Upgrade, compile_aside, load
from playground.training.losses import LOSSES
from playground.training.optimizers import initial_state
from playground.training.update import Batch, Update, all_alive, flatten, hyperparameter_tensors, make_update

CPU = torch.device("cpu")
OUTPUTS = [("squared_error", "tanh", 1), ("squared_error", "linear", 1), ("cross_entropy", "softmax", 3)]
STRUCTURES = [
    Structure((2, 4, 2, 1), "tanh", "squared_error", "tanh", "momentum", 10),
    Structure((4, 7, 5, 3), "gelu", "cross_entropy", "softmax", "adam", 16, drops=True),
]
REGULARIZATION = [{}, {"weight_decay": 0.01}, {"l1_strength": 0.02}, {"weight_decay": 0.1, "l1_strength": 0.01}]


@pytest.fixture(scope="module")
def loops() -> dict[Structure, CompiledLoop]:
    found = {structure: loop for structure in STRUCTURES if (loop := Upgrade(structure).wait())}
    assert [*found] == STRUCTURES
    folder = Cache().folder
    assert folder is not None
    assert {path.suffix for path in folder.iterdir()} == {"", ".pt2"}  # "" is the lock
    return found


def setting(structure: Structure) -> tuple[MLP, Update, Tensor, Batch]:
    """A network with its update and parameters, and 53 rows of data: no multiple of a batch."""
    generator = torch.Generator().manual_seed(3)
    model = MLP(structure.sizes, structure.activation)
    with torch.no_grad():
        model.initialize("xavier", generator)
    features = torch.randn(53, structure.sizes[0], generator=generator)
    targets = features[:, :1].sign()
    if structure.sizes[-1] > 1:
        targets = torch.eye(structure.sizes[-1])[torch.randint(structure.sizes[-1], (53,), generator=generator)]
    loss = partial(LOSSES[structure.loss], output=structure.output)
    factors = [(torch.rand(53, 12, generator=generator) > 0.5) * 2.0] if structure.drops else []
    return model, make_update(model, loss, structure.optimizer), flatten(model), (features, targets, *factors)


def batch(data: Batch, structure: Structure, k: int) -> Batch:
    rows = (k * structure.batch_size + torch.arange(structure.batch_size)) % len(data[0])
    return tuple(part[rows] for part in data)


@pytest.mark.compiler
@pytest.mark.parametrize("structure", STRUCTURES)
@pytest.mark.parametrize("strengths", REGULARIZATION)
def test_it_is_the_plain_update(
    loops: dict[Structure, CompiledLoop], structure: Structure, strengths: dict[str, float]
) -> None:
    _, update, parameters, data = setting(structure)
    hyperparameters = hyperparameter_tensors({"learning_rate": 0.02, **strengths}, CPU)
    state = initial_state(structure.optimizer, parameters)
    if "l1_strength" in strengths:
        state["alive"] = all_alive(parameters)
    before = [tensor.clone() for tensor in (parameters, *state.values())]
    arguments = {"batch_size": structure.batch_size, "first": 4, "count": 50}
    moved, moved_state = loops[structure].run(parameters, state, data, hyperparameters, **arguments)
    for tensor, was in zip((parameters, *state.values()), before, strict=True):
        assert torch.equal(tensor, was)
    for k in range(4, 54):
        parameters, state, _ = update(parameters, state, batch(data, structure, k), hyperparameters)
    torch.testing.assert_close(moved, parameters, rtol=0, atol=2e-6)
    torch.testing.assert_close(moved_state, dict(state), rtol=1e-4, atol=2e-6)


@pytest.mark.compiler
@pytest.mark.parametrize("structure", STRUCTURES)
def test_it_is_autograd_and_torch_optim(loops: dict[Structure, CompiledLoop], structure: Structure) -> None:
    model, _, parameters, data = setting(structure)
    vector_to_parameters(parameters.clone(), model.parameters())
    entry = OPTIMIZERS[structure.optimizer]
    optimizer = resolve(entry.torch)(model.parameters(), lr=0.02, **entry.arguments)
    for k in range(300):
        features, targets, *factors = batch(data, structure, k)
        optimizer.zero_grad()
        LOSSES[structure.loss](model(features, *factors), targets, output=structure.output).backward()
        optimizer.step()
    moved, _ = loops[structure].run(
        parameters,
        initial_state(structure.optimizer, parameters),
        data,
        hyperparameter_tensors({"learning_rate": 0.02}, CPU),
        batch_size=structure.batch_size,
        first=0,
        count=300,
    )
    torch.testing.assert_close(moved, parameters_to_vector(model.parameters()).detach(), rtol=0, atol=1e-4)


@pytest.mark.compiler
@pytest.mark.parametrize("structure", STRUCTURES)
def test_how_the_updates_are_cut_into_calls_does_not_matter(
    loops: dict[Structure, CompiledLoop], structure: Structure
) -> None:
    _, _, start, data = setting(structure)
    hyperparameters = hyperparameter_tensors({"learning_rate": 0.02, "l1_strength": 0.001}, CPU)
    first_state = {**initial_state(structure.optimizer, start), "alive": all_alive(start)}
    results = []
    for counts in ((1000,), (1, 0, 7, 992)):
        parameters, state, first = start, first_state, 0
        for count in counts:
            parameters, state = loops[structure].run(
                parameters, state, data, hyperparameters, batch_size=structure.batch_size, first=first, count=count
            )
            first += count
        results.append([parameters, *state.values()])
    for one, other in zip(*results, strict=True):
        assert torch.equal(one, other)


@pytest.mark.compiler
def test_it_refuses_what_it_was_not_compiled_for(loops: dict[Structure, CompiledLoop]) -> None:
    structure = STRUCTURES[0]
    _, _, parameters, data = setting(structure)
    state = initial_state(structure.optimizer, parameters)
    rate = hyperparameter_tensors({"learning_rate": 0.02}, CPU)
    run = partial(loops[structure].run, first=0, count=1)
    for arguments in (
        (parameters[:-1], state, data, rate),
        (parameters.double(), state, data, rate),
        (parameters, {"mean": parameters, **state}, data, rate),
        (parameters, state, (data[0][:, :1], data[1]), rate),
        (parameters, state, data, {}),
        (parameters, state, data, {**rate, "max_gradient_norm": rate["learning_rate"]}),
    ):
        with pytest.raises(ValueError, match="compiled for"):
            run(*arguments, batch_size=10)
    with pytest.raises(ValueError, match="batches of 10"):
        run(parameters, state, data, rate, batch_size=11)


@pytest.mark.parametrize("optimizer", [*OPTIMIZERS])
@pytest.mark.parametrize(("loss", "output", "outputs"), OUTPUTS)
@pytest.mark.parametrize("activation", [*ACTIVATIONS])
def test_what_is_compiled_is_the_update_of_every_choice(
    activation: str, loss: str, output: str, outputs: int, optimizer: str
) -> None:
    structure = Structure((3, 5, outputs), activation, loss, output, optimizer, 10)
    _, update, parameters, data = setting(structure)
    state = structure.state()
    hyperparameters = hyperparameter_tensors({"l1_strength": 0.1, "learning_rate": 0.1, "weight_decay": 0.1}, CPU)
    rows = batch(data, structure, 0)
    graph = traced(structure)
    assert not {"addmm", "mm"} & {getattr(node.target, "__name__", "").split(".")[0] for node in graph.graph.nodes}
    moved = graph(parameters, *state.values(), *rows, *hyperparameters.values())
    expected, expected_state, _ = update(parameters, state, rows, hyperparameters)
    for one, other in zip(moved, (expected, *(expected_state[name] for name in state)), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-5, atol=1e-6)


def test_large_products_stay_matrix_products() -> None:
    graph = traced(Structure((2, 64, 64, 1), "relu", "squared_error", "tanh", "sgd", 100))
    names = [getattr(node.target, "__name__", "") for node in graph.graph.nodes]
    assert names.count("addmm.default") == 1
    assert names.count("mm.default") == 2


def test_a_structure_has_its_own_key_and_survives_json() -> None:
    varied = [
        Structure(sizes, activation, "squared_error", "tanh", optimizer, batch_size)
        for sizes, activation, optimizer, batch_size in product(
            [(2, 1), (2, 2, 1)], ["relu", "tanh"], ["sgd", "adam"], [1, 10]
        )
    ]
    assert len({structure.key() for structure in varied}) == len(varied)
    for structure in varied:
        assert json.loads(structure.json()) == {
            "program": "playground.labs.mlp.structure.Structure",
            "sizes": [*structure.sizes],
            "activation": structure.activation,
            "loss": structure.loss,
            "output": structure.output,
            "optimizer": structure.optimizer,
            "batch_size": structure.batch_size,
            "networks": None,
            "l1": True,
            "drops": False,
            "clips": False,
            "normalization": "none",
            "skips": False,
            "ages": False,
        }


# The cache


def put(cache: Cache, key: str, content: bytes, used_at: float | None = None) -> Path:
    assert cache.folder is not None
    package = cache.folder / "new"
    package.write_bytes(content)
    if used_at is not None:
        os.utime(package, (used_at, used_at))
    cache.put(key, package)
    path = cache.get(key)
    assert path is not None
    if used_at is not None:
        os.utime(path, (used_at, used_at))
    return path


def test_the_cache_keeps_what_was_used_last(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache", limit_bytes=250)
    put(cache, "old", b"a" * 100, used_at=1000)
    put(cache, "older", b"b" * 100, used_at=500)
    assert cache.get("older") is not None  # now it was used last
    put(cache, "new", b"c" * 100)
    assert cache.get("old") is None
    assert cache.get("older") is not None
    path = put(cache, "large", b"d" * 1000)  # the newest stays, whatever its size
    assert path.read_bytes() == b"d" * 1000
    assert [*path.parent.glob("*.pt2")] == [path]


def test_a_damaged_package_is_removed(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    cache = Cache(tmp_path / "cache")
    path = put(cache, STRUCTURES[0].key(), b"package")
    path.write_bytes(b"pack")
    assert load(STRUCTURES[0], cache) is None
    assert not path.exists()
    assert "damaged" in caplog.text


def test_a_package_that_does_not_load_is_none(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    cache = Cache(tmp_path / "cache")
    put(cache, STRUCTURES[0].key(), b"no package")
    assert load(STRUCTURES[0], cache) is None
    assert "cannot be loaded" in caplog.text


def test_the_folder_is_made_for_its_user_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PLAYGROUND_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    folder = Cache().folder
    assert folder == tmp_path / "neural-playground"
    assert folder.stat().st_mode & 0o777 == 0o700
    monkeypatch.setenv("PLAYGROUND_CACHE", str(tmp_path / "mine"))
    assert Cache().folder == tmp_path / "mine"


def unusable(tmp_path: Path, why: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "cache"
    if why == "others may write":
        folder.mkdir()
        folder.chmod(0o777)
    elif why == "a link":
        (tmp_path / "elsewhere").mkdir(mode=0o700)
        folder.symlink_to(tmp_path / "elsewhere")
    elif why == "somebody else's":
        folder.mkdir(mode=0o700)
        monkeypatch.setattr(os, "geteuid", lambda: 12345)
    elif why == "a file":
        folder.write_text("")
    elif why == "no room":
        monkeypatch.setattr(Path, "mkdir", lambda *_, **__: (_ for _ in ()).throw(OSError("no space left")))
    return folder


@pytest.mark.parametrize("why", ["others may write", "a link", "somebody else's", "a file", "no room"])
def test_a_folder_that_cannot_be_trusted_or_made_is_no_cache(
    why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    cache = Cache(unusable(tmp_path, why, monkeypatch))
    assert cache.folder is None
    assert "No cache" in caplog.text
    assert load(STRUCTURES[0], cache) is None
    assert compile_aside(STRUCTURES[0], cache) is None


def test_the_workshop_is_for_one_and_clears_what_was_left(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache")
    assert cache.folder is not None
    left = cache.folder / "build-killed"
    left.mkdir()
    assert not cache.is_busy()
    with cache.workshop() as folder:
        assert not left.exists()
        assert cache.is_busy()
        assert compile_aside(STRUCTURES[0], cache) is None
    assert not folder.exists()
    assert not cache.is_busy()


@pytest.mark.compiler
def test_a_compilation_can_be_stopped(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache")
    compilation = compile_aside(STRUCTURES[0], cache)
    assert compilation is not None
    deadline = time.monotonic() + 60
    while not cache.is_busy() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not compilation.is_over()
    compilation.stop()
    assert compilation.is_over()
    assert compilation.loop() is None
    assert not cache.is_busy()


def test_without_a_compiler_nothing_is_compiled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "find_compiler", lambda: None)
    assert not compiled.compiler_available()
    assert compile_aside(STRUCTURES[0], Cache(tmp_path / "cache")) is None


@pytest.mark.compiler
def test_a_compilation_ends_with_whoever_started_it(tmp_path: Path) -> None:
    code = (
        "import time\n"
        "from playground.training.cache import Cache\n"
        "from playground.labs.mlp.structure import Structure\n"
        "from playground.training.compiled import compile_aside\n"
        "structure = Structure((2, 3, 1), 'tanh', 'squared_error', 'tanh', 'sgd', 10)\n"
        "print(compile_aside(structure, Cache())._process.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    environment = os.environ | {"PLAYGROUND_CACHE": str(tmp_path)}
    with subprocess.Popen([sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        compilation = psutil.Process(int(parent.stdout.readline()))
        parent.kill()
    compilation.wait(30)
    assert not list(tmp_path.glob("*.pt2"))
    assert not Cache(tmp_path).is_busy()
