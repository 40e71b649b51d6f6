"""The pure update of a multilayer perceptron, compiled ahead of time as a loop of any number of updates.

The program is the same ``make_update`` as the plain step: traced, put into a ``while_loop``, exported, compiled
to machine code by Inductor (docs.pytorch.org, AOTInductor). A ``Structure`` decides what it is; data,
hyperparameters and the number of updates are inputs. Compiling takes about 15 s of one core, so that another
process does it, and the package is kept on disk::

    loop = load(structure, cache)                  # milliseconds; None where it was never compiled
    compilation = compile_aside(structure, cache)  # and meanwhile train on with the traced loop

Compiled and plain updates differ in their last bits. A compiled loop repeats itself bit for bit on one machine.
"""

import contextlib
import functools
import json
import logging
import os
import platform
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, ClassVar
from unittest import mock

import torch
from torch import Tensor, nn
from torch.fx.experimental.proxy_tensor import make_fx

from playground import catalog
from playground.models import mlp
from playground.training import losses, optimizers, update
from playground.training.cache import Cache, digest
from playground.training.optimizers import State
from playground.training.update import Batch, Hyperparameters

HYPERPARAMETERS = ("l1_strength", "learning_rate", "weight_decay")
COMPILE_LIMIT_S = 900  # then the compiling process ends itself
SMALL_PRODUCT = 2**17  # multiply-adds up to which a fused loop beats a call of the matrix library

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Structure:
    """What a compiled program depends on. ``sizes`` = (D, hidden…, outputs); the names are the catalog's, and
    ``output`` is one of ``losses.OUTPUT_ACTIVATIONS``."""

    sizes: tuple[int, ...]
    activation: str
    loss: str
    output: str
    optimizer: str
    batch_size: int

    def json(self) -> str:
        return json.dumps(asdict(self), sort_keys=True)

    def key(self) -> str:
        """A hash of all that the machine code depends on: this structure, torch, the processor, and our source."""
        return digest("\0".join([self.json(), torch.__version__, _processor(), _source()]).encode())

    def state(self) -> dict[str, Tensor]:
        """The optimizer state before the first update, ``alive`` included, in the program's order."""
        size = sum((m + 1) * n for m, n in pairwise(self.sizes))
        alive = torch.ones(size)
        state = {**optimizers.initial_state(self.optimizer, alive), "alive": alive}
        return {name: state[name].clone() for name in sorted(state)}

    def inputs(self, rows: int) -> list[Tensor]:
        """An example of the program's inputs for ``rows`` rows of data, each a tensor of its own: parameters,
        state, features, targets, hyperparameters; then the first batch's row, the data's size, the updates."""
        state = self.state()
        data = (torch.zeros(rows, self.sizes[i]) for i in (0, -1))
        constants = (torch.zeros(()) for _ in HYPERPARAMETERS)
        return [state["alive"].clone(), *state.values(), *data, *constants, *map(torch.tensor, (0, rows, 1))]


class CompiledLoop:
    """Runs many updates in one call of machine code; takes the place of ``update.Loop`` for one structure.

    Weight decay and L1 are always compiled in; at strength 0, with ``alive`` all ones, they change nothing.
    """

    tier = "compiled"

    def __init__(self, structure: Structure, package: Path) -> None:
        """Load ``package``, made for ``structure``. Raises RuntimeError where it cannot be loaded."""
        self.structure = structure
        self._state = structure.state()
        self._shapes = functools.lru_cache(lambda rows: _shapes(structure.inputs(rows)))
        # The loader itself: aoti_load_package would import all of Inductor first, for a second or two.
        self._program = torch._C._aoti.AOTIModelPackageLoader(str(package), "model", False, 1, -1)

    def run(
        self,
        parameters: Tensor,
        state: State,
        data: Batch,
        hyperparameters: Hyperparameters,
        *,
        batch_size: int,
        first: int,
        count: int,
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """Updates ``first`` … ``first + count`` - 1 (counted from the run's start) → new parameters and state.

        Float32 on the CPU. Raises ValueError where a shape or ``batch_size`` is not the structure's.
        """
        if batch_size != self.structure.batch_size:
            raise ValueError(f"compiled for batches of {self.structure.batch_size}, not {batch_size}")
        if count <= 0:
            return parameters, dict(state)
        size = len(data[0])
        rows = torch.arange(size + batch_size) % size  # the program reads on past the end; it does not wrap
        full = {**self._state, **state}
        constants = {"l1_strength": torch.zeros(()), "weight_decay": torch.zeros(()), **hyperparameters}
        inputs = [
            parameters,
            *(full[name] for name in sorted(full)),
            *(part[rows] for part in data),
            *(constants[name] for name in sorted(constants)),
            *map(torch.tensor, (first * batch_size % size, size, count)),
        ]
        have, need = _shapes(inputs), self._shapes(size + batch_size)
        if have != need:  # the machine code does not look: a wrong shape here is a wrong address there
            raise ValueError(f"compiled for {need}, not for {have}")
        moved = self._program.run([tensor.contiguous() for tensor in inputs])
        named = dict(zip(sorted(full), moved[1:], strict=True))
        return moved[0], {name: named[name] for name in state}


def _shapes(tensors: Sequence[Tensor]) -> list[tuple[torch.Size, torch.dtype, torch.device]]:
    return [(tensor.shape, tensor.dtype, tensor.device) for tensor in tensors]


@functools.cache
def _processor() -> str:
    """The processor's kind and abilities: code made for it may not run, or not round alike, on another."""
    with contextlib.suppress(OSError), open("/proc/cpuinfo") as lines:
        return platform.machine() + next((line for line in lines if line.startswith(("flags", "Features"))), "")
    return platform.machine() + platform.processor()


@functools.cache
def _source() -> str:
    """The source of all that takes part in the update and its compilation."""
    files = [module.__file__ for module in (catalog, mlp, losses, optimizers, update)]
    return "\0".join(Path(str(file)).read_text(encoding="utf-8") for file in [*files, __file__])


def load(structure: Structure, cache: Cache) -> CompiledLoop | None:
    """The compiled loop for ``structure`` if it is in the cache, within milliseconds; else None."""
    try:
        package = cache.get(structure.key())
        return CompiledLoop(structure, package) if package else None
    except (OSError, RuntimeError) as error:
        log.warning("A compiled training loop cannot be loaded: %s", error)
        return None


@functools.cache
def find_compiler() -> str | None:
    """$CXX, g++ or clang++: the first that takes C++20 with OpenMP and finds its headers. Tried once, for 0.1 s."""
    options = ["-std=c++20", "-fopenmp", "-fsyntax-only", "-x", "c++", "-"]
    source = b"#include <omp.h>\n#include <array>\n"
    for name in filter(None, (os.environ.get("CXX"), "g++", "clang++")):
        with contextlib.suppress(OSError, subprocess.SubprocessError):
            subprocess.run([name, *options], input=source, capture_output=True, check=True, timeout=10)
            return name
    return None


def compiler_available() -> bool:
    """Whether ``compile_aside`` can work here at all."""
    return find_compiler() is not None


class Compilation:
    """A compilation under way in another process, at the lowest priority. ``stop`` it when nobody waits for it."""

    def __init__(self, structure: Structure, cache: Cache, compiler: str) -> None:
        self.structure, self._cache = structure, cache
        path = os.pathsep.join([str(Path(__file__).parents[2]), *sys.path])  # also where it is not installed
        changes = {"PYTHONPATH": path, "PLAYGROUND_CACHE": str(cache.folder), "CXX": compiler}
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__, structure.json()],
            env=os.environ | changes,
            stdin=subprocess.PIPE,  # closed by the system when we die, however that comes
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # so that the compiler, its child, can be stopped with it
        )

    def is_over(self) -> bool:
        """Whether it has ended, well or not."""
        return self._process.poll() is not None

    def loop(self) -> CompiledLoop | None:
        """Wait for its end; then the loop, or None where it failed."""
        status = self._process.wait()
        assert self._process.stdin is not None
        self._process.stdin.close()
        if status == 0:
            return load(self.structure, self._cache)
        log.warning("Compiling failed; to see why: python -m %s '%s'", __name__, self.structure.json())
        return None

    def stop(self) -> None:
        """End it now. What it leaves behind, the next one clears away."""
        if not self.is_over():
            os.killpg(self._process.pid, signal.SIGKILL)  # not yet waited for, so that the group exists
            self._process.wait()
            assert self._process.stdin is not None
            self._process.stdin.close()


def compile_aside(structure: Structure, cache: Cache) -> Compilation | None:
    """Start to compile; None where there is no compiler or cache, and while another compilation runs: ask again."""
    compiler = None if cache.folder is None or cache.is_busy() else find_compiler()
    return Compilation(structure, cache, compiler) if compiler else None


class Upgrade:
    """Brings the compiled loop for one structure, from the cache or by a compilation beside the training.

    A structure that could not be compiled in this process is not tried again.
    """

    _failed: ClassVar[set[Structure]] = set()

    def __init__(self, structure: Structure) -> None:
        self.structure = structure
        self._cache = Cache()
        self._compilation: Compilation | None = None

    def kept(self) -> CompiledLoop | None:
        """The loop if it is on disk already; takes some milliseconds."""
        return load(self.structure, self._cache) if compiling_is_allowed() else None

    def poll(self) -> CompiledLoop | None:
        """The loop once it is there; the first call starts to make it. Call it now and then: it never waits."""
        if self.structure in self._failed or not compiling_is_allowed():
            return None
        if self._compilation is None:
            loop = self.kept()
            self._compilation = None if loop else compile_aside(self.structure, self._cache)
            return loop
        return self._finished() if self._compilation.is_over() else None

    @property
    def is_hopeless(self) -> bool:
        """Whether ``poll`` will never bring a loop that is not there yet."""
        impossible = self._cache.folder is None or not compiling_is_allowed() or not compiler_available()
        return impossible or self.structure in self._failed

    def wait(self) -> CompiledLoop | None:
        """The loop, however long it takes (about 20 s); None where it cannot be made here."""
        loop = load(self.structure, self._cache)
        while loop is None and compiler_available() and self._cache.folder is not None:
            self._compilation = self._compilation or compile_aside(self.structure, self._cache)
            if self._compilation is not None:
                return self._finished()
            time.sleep(0.1)  # another process compiles, perhaps the very same
            loop = load(self.structure, self._cache)
        return loop

    def stop(self) -> None:
        """End a compilation that nobody waits for any more."""
        if self._compilation is not None:
            self._compilation.stop()

    def _finished(self) -> CompiledLoop | None:
        assert self._compilation is not None
        loop = self._compilation.loop()
        if loop is None:
            self._failed.add(self.structure)
        return loop


def compiling_is_allowed() -> bool:
    """Whether runs on a page may be compiled: $PLAYGROUND_COMPILE is not ``off``."""
    return os.environ.get("PLAYGROUND_COMPILE", "on") != "off"


def _end_with_parent() -> None:
    """Wait until whoever started us closes our input; then end, with the compiler that we started."""
    os.read(sys.stdin.fileno(), 1)
    os.killpg(0, signal.SIGKILL)


def main(text: str) -> None:
    """Compile the structure given as JSON into the cache, unless it is there already."""
    os.nice(19)
    if hasattr(os, "SCHED_IDLE"):  # Linux: only what nobody else wants, and gone at once when somebody does
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    if not sys.stdin.isatty():
        threading.Thread(target=_end_with_parent, daemon=True).start()
    torch.set_num_threads(1)
    fields = json.loads(text)
    structure, cache = Structure(**{**fields, "sizes": tuple(fields["sizes"])}), Cache()
    with cache.workshop() as folder:
        if cache.get(structure.key()) is None:
            signal.alarm(COMPILE_LIMIT_S)
            os.environ |= {"TORCHINDUCTOR_CACHE_DIR": str(folder), "TMPDIR": str(folder)}
            build(structure, folder / "loop.pt2")
            cache.put(structure.key(), folder / "loop.pt2")


def build(structure: Structure, path: Path) -> None:
    """Compile the loop for ``structure`` into the package ``path``, here and now."""
    from torch._inductor import aoti_compile_and_package

    examples = tuple(structure.inputs(3 * structure.batch_size + 7))
    # Features and targets, the only matrices, have any number of rows.
    dynamic = tuple({0: torch.export.Dim.AUTO} if tensor.dim() == 2 else None for tensor in examples)
    with torch.no_grad():
        program = torch.export.export(_ManyUpdates(structure), examples, dynamic_shapes=(dynamic,))
    options = {
        # Half of an update's time would go into taking its small arrays from the heap and giving them back.
        "aot_inductor.allow_stack_allocation": True,
        "allow_buffer_reuse": False,
        "inplace_buffers": False,
        "cpp.threads": 1,
        "compile_threads": 1,
        "cpp.vec_isa_ok": True,  # this and what follows costs seconds, and saves nothing in a single compilation
        "cpp_cache_precompile_headers": False,
        "aot_inductor.precompile_headers": False,
        "aot_inductor.enable_line_tables": False,
    }
    with _results_of_loops_on_the_heap():
        aoti_compile_and_package(program, package_path=str(path), inductor_configs=options)


@contextlib.contextmanager
def _results_of_loops_on_the_heap() -> Iterator[None]:
    """Inductor would put all arrays of a loop's body on the stack, also those that the body hands on: not these."""
    from torch._inductor.codegen.cpp_wrapper_cpu_array_ref import CppWrapperCpuArrayRef

    fits = CppWrapperCpuArrayRef.can_stack_allocate_buffer

    def fits_and_stays(wrapper: Any, buffer: Any) -> Any:
        results = wrapper.get_codegened_graph().get_output_names()
        return buffer.get_name() not in results and fits(wrapper, buffer)  # type: ignore[no-untyped-call]

    with mock.patch.object(CppWrapperCpuArrayRef, "can_stack_allocate_buffer", fits_and_stays):
        yield


class _ManyUpdates(nn.Module):
    """The program. Its inputs are those of ``Structure.inputs``, its outputs the new parameters and state."""

    def __init__(self, structure: Structure) -> None:
        super().__init__()
        self.batch_size, self.moving = structure.batch_size, 1 + len(structure.state())
        self.update = traced(structure)

    def forward(self, *inputs: Tensor) -> tuple[Tensor, ...]:
        from torch._higher_order_ops import while_loop

        moving, (features, targets, *scalars) = inputs[: self.moving], inputs[self.moving :]
        *hyperparameters, start, size, count = scalars

        def more(done: Tensor, start: Tensor, *moving: Tensor) -> Tensor:
            return done < count

        def body(done: Tensor, start: Tensor, *moving: Tensor) -> tuple[Tensor, ...]:
            rows = start + torch.arange(self.batch_size)
            moved = self.update(*moving, features[rows], targets[rows], *hyperparameters)
            return done + 1, (start + self.batch_size) % size, *moved

        none = torch.zeros((), dtype=torch.int64)
        moved = while_loop(more, body, (none, start.clone(), *moving))  # type: ignore[no-untyped-call]
        return tuple(moved[2:])


def traced(structure: Structure) -> torch.fx.GraphModule:
    """``make_update``'s update as a graph over ``Structure.inputs`` less the last three, its data being one batch."""
    model = mlp.MLP(structure.sizes, structure.activation)
    loss = functools.partial(losses.LOSSES[structure.loss], output=structure.output)
    step = update.make_update(model, loss, structure.optimizer)
    names = list(structure.state())
    n = 1 + len(names)

    def flat(*tensors: Tensor) -> list[Tensor]:
        state = dict(zip(names, tensors[1:n], strict=True))
        hyperparameters = dict(zip(HYPERPARAMETERS, tensors[n + 2 :], strict=True))
        parameters, state, _ = step(tensors[0], state, (tensors[n], tensors[n + 1]), hyperparameters)
        return [parameters, *(state[name] for name in names)]

    products: dict[Any, Any] = {torch.ops.aten.mm.default: _mm, torch.ops.aten.addmm.default: _addmm}
    graph = make_fx(flat, decomposition_table=products)(*structure.inputs(structure.batch_size)[:-3])
    graph.graph.eliminate_dead_code()  # the value of the loss
    graph.recompile()
    return graph


def _mm(a: Tensor, b: Tensor) -> Tensor:
    """(N, K) · (K, M) → (N, M) as multiply and sum, which Inductor fuses with what stands around it."""
    if a.shape[0] * b.numel() > SMALL_PRODUCT:
        return NotImplemented  # type: ignore[no-any-return]  # the trace keeps the matrix product
    return (a.unsqueeze(-1) * b).sum(1)


def _addmm(bias: Tensor, a: Tensor, b: Tensor) -> Tensor:
    product = _mm(a, b)
    return product if product is NotImplemented else bias + product


if __name__ == "__main__":
    main(sys.argv[1])
