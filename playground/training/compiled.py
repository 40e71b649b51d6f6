"""A lab's pure update, compiled ahead of time as a loop of any number of updates.

``build.py`` compiles it; this module requests, loads and runs it. A ``Program`` specifies it, for one network or for
many trained at once. Data, hyperparameters and the number of updates are inputs.
Compiling takes about 15 s of one core, so it runs in another process, and the package is kept on disk::

    loop = load(program, cache)                  # milliseconds; None where it was never compiled
    compilation = compile_aside(program, cache)  # meanwhile continue with the traced loop

Compiled and plain updates differ in their last bits. A compiled loop is deterministic on one machine.
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
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import ClassVar

import torch
from torch import Tensor

from playground import catalog
from playground.catalog import resolve
from playground.training import losses, optimizers, update
from playground.training.cache import Cache, digest
from playground.training.optimizers import State
from playground.training.update import Batch, Hyperparameters, Update

BUILD = "playground.training.build"  # module run by the compiling process
COMPILE_AFTER_S, COMPILE_POLL_S = 2.0, 0.5  # of training

log = logging.getLogger(__name__)


class Program:
    """Specification of a compiled loop, as a value: a lab's frozen dataclass inherits it.

    ``networks`` = S networks are trained at once, each with its own parameters, data and hyperparameters: all inputs
    but the last three start with a dimension S. None means one network without that dimension.
    ``sources`` are the lab's source files that define the update.
    """

    __slots__ = ()
    sources: ClassVar[tuple[str, ...]] = ()
    batch_size: int
    networks: int | None

    @property
    def parts(self) -> int:
        """The number of tensors of a batch: features, targets, and what else the model gets for each row."""
        return 2

    @property
    def hyperparameters(self) -> tuple[str, ...]:
        """Names of the hyperparameters, in the order of the inputs."""
        raise NotImplementedError

    def state(self) -> dict[str, Tensor]:
        """Returns the optimizer state before the first update, in the order of the inputs."""
        raise NotImplementedError

    def inputs(self, rows: int) -> list[Tensor]:
        """Returns example inputs for ``rows`` rows of data, each a separate tensor: parameters, state, the ``parts``
        of the data, hyperparameters; then the first batch's row, the size of the data, the number of updates."""
        raise NotImplementedError

    def update(self) -> Update:
        """Returns the pure step of one network, to be compiled."""
        raise NotImplementedError

    @property
    def leading(self) -> tuple[int, ...]:
        """Leading dimensions of all tensors: (S,), or () for one network."""
        return () if self.networks is None else (self.networks,)

    def json(self) -> str:
        """Returns the program as text; ``program_from`` reads it."""
        kind = f"{type(self).__module__}.{type(self).__qualname__}"
        return json.dumps({"program": kind, **asdict(self)}, sort_keys=True)  # type: ignore[call-overload]

    def key(self) -> str:
        """Returns a hash of everything that determines the machine code: program, torch, processor, source."""
        return digest("\0".join([self.json(), torch.__version__, _processor(), _source(self.sources)]).encode())


def program_from(text: str) -> Program:
    """Returns the program that ``Program.json`` wrote."""
    content = json.loads(text)
    kind = content.pop("program")
    found: Program = resolve(kind)(**{name: tuple(v) if isinstance(v, list) else v for name, v in content.items()})
    return found


class CompiledLoop:
    """Runs many updates in one call of machine code; replaces ``update.Loop`` for one program.

    Weight decay and, where the program has it, L1 are always compiled in; they have no effect at strength 0 with
    ``alive`` all ones.
    """

    tier = "compiled"

    def __init__(self, program: Program, package: Path) -> None:
        """Load ``package``, made for ``program``. Raises RuntimeError where it cannot be loaded."""
        self.program = program
        self._state, self._off = program.state(), torch.zeros(program.leading)
        self._shapes = functools.lru_cache(lambda rows: _shapes(program.inputs(rows)))
        # The loader itself: aoti_load_package first imports all of Inductor, which takes a second or two.
        self._package = torch._C._aoti.AOTIModelPackageLoader(str(package), "model", False, 1, -1)

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
        """Make ``count`` updates, starting with update ``first`` of the run. Returns the new parameters and state.

        Float32 on the CPU. Raises ValueError where a shape or ``batch_size`` is not the program's.
        """
        if batch_size != self.program.batch_size:
            raise ValueError(f"compiled for batches of {self.program.batch_size}, not {batch_size}")
        if count <= 0:
            return parameters, dict(state)
        size = data[0].shape[-2]
        rows = torch.arange(size + batch_size) % size  # a batch may reach past the end: the program does not wrap
        full = {**self._state, **state}
        constants = {name: self._off for name in self.program.hyperparameters if name != "learning_rate"}
        constants |= hyperparameters
        inputs = [
            parameters,
            *(full[name] for name in sorted(full)),
            *(part[..., rows, :] for part in data),
            *(constants[name] for name in sorted(constants)),
            *map(torch.tensor, (first * batch_size % size, size, count)),
        ]
        have, need = _shapes(inputs), self._shapes(size + batch_size)
        if have != need:  # the machine code does not check shapes; a wrong one would read invalid memory
            raise ValueError(f"compiled for {need}, not for {have}")
        moved = self._package.run([tensor.contiguous() for tensor in inputs])
        named = dict(zip(sorted(full), moved[1:], strict=True))
        return moved[0], {name: named[name] for name in state}


def _shapes(tensors: Sequence[Tensor]) -> list[tuple[torch.Size, torch.dtype, torch.device]]:
    return [(tensor.shape, tensor.dtype, tensor.device) for tensor in tensors]


@functools.cache
def _processor() -> str:
    """Returns the processor's architecture and features: its code may not run, or round differently, on another."""
    with contextlib.suppress(OSError), open("/proc/cpuinfo") as lines:
        return platform.machine() + next((line for line in lines if line.startswith(("flags", "Features"))), "")
    return platform.machine() + platform.processor()


@functools.cache
def _source(files_of_the_lab: tuple[str, ...]) -> str:
    """Returns the source text of every file that defines the update or its compilation."""
    files = [module.__file__ for module in (catalog, losses, optimizers, update)]
    files += [*files_of_the_lab, __file__, str(Path(__file__).with_name("build.py"))]
    return "\0".join(Path(str(file)).read_text(encoding="utf-8") for file in files)


def load(program: Program, cache: Cache) -> CompiledLoop | None:
    """Returns the compiled loop for ``program`` from the cache, within milliseconds, or None."""
    try:
        package = cache.get(program.key())
        return CompiledLoop(program, package) if package else None
    except (OSError, RuntimeError) as error:
        log.warning("A compiled training loop cannot be loaded: %s", error)
        return None


@functools.cache
def find_compiler() -> str | None:
    """Returns the first of $CXX, g++ and clang++ that compiles C++20 with OpenMP, or None. Takes 0.1 s, once."""
    options = ["-std=c++20", "-fopenmp", "-fsyntax-only", "-x", "c++", "-"]
    source = b"#include <omp.h>\n#include <array>\n"
    for name in filter(None, (os.environ.get("CXX"), "g++", "clang++")):
        with contextlib.suppress(OSError, subprocess.SubprocessError):
            subprocess.run([name, *options], input=source, capture_output=True, check=True, timeout=10)
            return name
    return None


def compiler_available() -> bool:
    """Whether this machine has a compiler for ``compile_aside``."""
    return find_compiler() is not None


class Compilation:
    """A compilation in another process, at the lowest priority unless it is ``awaited``. ``stop`` it when it is no
    longer needed."""

    def __init__(self, program: Program, cache: Cache, compiler: str, awaited: bool) -> None:
        self.program, self._cache = program, cache
        path = os.pathsep.join([str(Path(__file__).parents[2]), *sys.path])  # also where it is not installed
        changes = {"PYTHONPATH": path, "PLAYGROUND_CACHE": str(cache.folder), "CXX": compiler}
        self._process = subprocess.Popen(
            [sys.executable, "-m", BUILD, program.json(), *(["awaited"] if awaited else [])],
            env=os.environ | changes,
            stdin=subprocess.PIPE,  # the system closes it when this process ends, even by a crash
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # a process group, to stop its child, the compiler, with it
        )

    def is_over(self) -> bool:
        """Whether it has ended, with or without success."""
        return self._process.poll() is not None

    def loop(self) -> CompiledLoop | None:
        """Wait for its end. Returns the loop, or None where it failed."""
        status = self._process.wait()
        assert self._process.stdin is not None
        self._process.stdin.close()
        if status == 0:
            return load(self.program, self._cache)
        log.warning("Compiling failed; to see why: python -m %s '%s'", BUILD, self.program.json())
        return None

    def stop(self) -> None:
        """Kill it. The next compilation deletes its files."""
        if not self.is_over():
            os.killpg(self._process.pid, signal.SIGKILL)  # the group exists until we wait for the process
            self._process.wait()
            assert self._process.stdin is not None
            self._process.stdin.close()


def compile_aside(program: Program, cache: Cache, awaited: bool = False) -> Compilation | None:
    """Start a compilation. Returns None without a compiler or cache, and while another runs: then try again later.

    Nobody is slowed down by it, unless it is ``awaited``: it would last for ever where all cores are busy.
    """
    compiler = None if cache.folder is None or cache.is_busy() else find_compiler()
    return Compilation(program, cache, compiler, awaited) if compiler else None


class Upgrade:
    """Gets the compiled loop for one program, from the cache or by compiling it during training.

    Within one process, a failed compilation is not repeated.
    """

    _failed: ClassVar[set[Program]] = set()

    def __init__(self, program: Program) -> None:
        self.program = program
        self._cache = Cache()
        self._compilation: Compilation | None = None

    def kept(self) -> CompiledLoop | None:
        """Returns the loop if it is on disk, within milliseconds, or None."""
        return load(self.program, self._cache) if compiling_is_allowed() else None

    def poll(self) -> CompiledLoop | None:
        """Returns the loop once it is ready, else None. The first call starts the compilation; none waits for it."""
        if self.program in self._failed or not compiling_is_allowed():
            return None
        if self._compilation is None:
            loop = self.kept()
            self._compilation = None if loop else compile_aside(self.program, self._cache)
            return loop
        return self._finished() if self._compilation.is_over() else None

    @property
    def is_hopeless(self) -> bool:
        """Whether a compilation is impossible or has failed, so that ``poll`` can only find a loop on disk."""
        impossible = self._cache.folder is None or not compiling_is_allowed() or not compiler_available()
        return impossible or self.program in self._failed

    def wait(self) -> CompiledLoop | None:
        """Wait for the loop (about 20 s). Returns None where it cannot be compiled here."""
        loop = load(self.program, self._cache)
        while loop is None and compiler_available() and self._cache.folder is not None:
            self._compilation = self._compilation or compile_aside(self.program, self._cache, awaited=True)
            if self._compilation is not None:
                return self._finished()
            time.sleep(0.1)  # another process compiles, perhaps the same program
            loop = load(self.program, self._cache)
        return loop

    def stop(self) -> None:
        """Stop the compilation, if one runs."""
        if self._compilation is not None:
            self._compilation.stop()

    def _finished(self) -> CompiledLoop | None:
        assert self._compilation is not None
        loop = self._compilation.loop()
        if loop is None:
            self._failed.add(self.program)
        return loop


class Lookout:
    """Decides when a run looks for a compiled loop: on disk after its first slice, by compiling if training lasts."""

    def __init__(self) -> None:
        self._trained_s: float | None = None

    def look(self, slice_s: float) -> Callable[[Upgrade], CompiledLoop | None] | None:
        """Count a slice of ``slice_s`` seconds of training. Returns the ``Upgrade`` method to call now, or None."""
        if self._trained_s is None:
            self._trained_s = slice_s
            return Upgrade.kept
        self._trained_s += slice_s
        if self._trained_s <= COMPILE_AFTER_S:
            return None
        self._trained_s = COMPILE_AFTER_S - COMPILE_POLL_S
        return Upgrade.poll


def compiling_is_allowed() -> bool:
    """Whether runs on a page may be compiled: $PLAYGROUND_COMPILE is not ``off``."""
    return os.environ.get("PLAYGROUND_COMPILE", "on") != "off"
