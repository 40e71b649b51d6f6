"""A lab's pure update, compiled ahead of time as a loop of any number of updates.

``build.py`` makes it; here it is asked for, kept and run. A ``Program`` decides what it is: of one network, or of
many that are trained at once. Data, hyperparameters and the number of updates are inputs.
Compiling takes about 15 s of one core, so that another process does it, and the package is kept on disk::

    loop = load(program, cache)                  # milliseconds; None where it was never compiled
    compilation = compile_aside(program, cache)  # and meanwhile train on with the traced loop

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

BUILD = "playground.training.build"  # what the compiling process runs
COMPILE_AFTER_S, COMPILE_POLL_S = 2.0, 0.5  # of training

log = logging.getLogger(__name__)


class Program:
    """What a compiled loop depends on, as a value: a lab's frozen dataclass inherits it.

    ``networks`` = S is how many are trained at once, each with its own parameters, data and hyperparameters, so
    that all tensors but the last three inputs start with a dimension S; None is one network without that dimension.
    ``sources`` are the files, beside those here, that the update is written in.
    """

    __slots__ = ()
    sources: ClassVar[tuple[str, ...]] = ()
    batch_size: int
    networks: int | None

    @property
    def hyperparameters(self) -> tuple[str, ...]:
        """The names of the program's hyperparameters, in its order."""
        raise NotImplementedError

    def state(self) -> dict[str, Tensor]:
        """Return the optimizer state before the first update, in the program's order."""
        raise NotImplementedError

    def inputs(self, rows: int) -> list[Tensor]:
        """Return an example of the program's inputs for ``rows`` rows of data, each a tensor of its own: parameters,
        state, features, targets, hyperparameters; then the first batch's row, the data's size, the updates."""
        raise NotImplementedError

    def update(self) -> Update:
        """Return the pure step of one network that is to be compiled."""
        raise NotImplementedError

    @property
    def leading(self) -> tuple[int, ...]:
        """The dimensions before those of one network: (S,) or none."""
        return () if self.networks is None else (self.networks,)

    def json(self) -> str:
        """Return the program as text; ``program_from`` reads it."""
        kind = f"{type(self).__module__}.{type(self).__qualname__}"
        return json.dumps({"program": kind, **asdict(self)}, sort_keys=True)  # type: ignore[call-overload]

    def key(self) -> str:
        """Return a hash of all that the machine code depends on: this program, torch, the processor, our source."""
        return digest("\0".join([self.json(), torch.__version__, _processor(), _source(self.sources)]).encode())


def program_from(text: str) -> Program:
    """The program that ``Program.json`` wrote."""
    content = json.loads(text)
    kind = content.pop("program")
    found: Program = resolve(kind)(**{name: tuple(v) if isinstance(v, list) else v for name, v in content.items()})
    return found


class CompiledLoop:
    """Runs many updates in one call of machine code; takes the place of ``update.Loop`` for one program.

    Weight decay and, where the program has it, L1 are always compiled in; at strength 0, with ``alive`` all
    ones, they change nothing.
    """

    tier = "compiled"

    def __init__(self, program: Program, package: Path) -> None:
        """Load ``package``, made for ``program``. Raises RuntimeError where it cannot be loaded."""
        self.program = program
        self._state, self._off = program.state(), torch.zeros(program.leading)
        self._shapes = functools.lru_cache(lambda rows: _shapes(program.inputs(rows)))
        # The loader itself: aoti_load_package would import all of Inductor first, for a second or two.
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
        """Make ``count`` updates from number ``first`` of the run on. Returns the new parameters and state.

        Float32 on the CPU. Raises ValueError where a shape or ``batch_size`` is not the program's.
        """
        if batch_size != self.program.batch_size:
            raise ValueError(f"compiled for batches of {self.program.batch_size}, not {batch_size}")
        if count <= 0:
            return parameters, dict(state)
        size = data[0].shape[-2]
        rows = torch.arange(size + batch_size) % size  # the program reads on past the end; it does not wrap
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
        if have != need:  # the machine code does not look: a wrong shape here is a wrong address there
            raise ValueError(f"compiled for {need}, not for {have}")
        moved = self._package.run([tensor.contiguous() for tensor in inputs])
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
def _source(files_of_the_lab: tuple[str, ...]) -> str:
    """The source of all that takes part in the update and its compilation."""
    files = [module.__file__ for module in (catalog, losses, optimizers, update)]
    files += [*files_of_the_lab, __file__, str(Path(__file__).with_name("build.py"))]
    return "\0".join(Path(str(file)).read_text(encoding="utf-8") for file in files)


def load(program: Program, cache: Cache) -> CompiledLoop | None:
    """The compiled loop for ``program`` if it is in the cache, within milliseconds; else None."""
    try:
        package = cache.get(program.key())
        return CompiledLoop(program, package) if package else None
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

    def __init__(self, program: Program, cache: Cache, compiler: str) -> None:
        self.program, self._cache = program, cache
        path = os.pathsep.join([str(Path(__file__).parents[2]), *sys.path])  # also where it is not installed
        changes = {"PYTHONPATH": path, "PLAYGROUND_CACHE": str(cache.folder), "CXX": compiler}
        self._process = subprocess.Popen(
            [sys.executable, "-m", BUILD, program.json()],
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
            return load(self.program, self._cache)
        log.warning("Compiling failed; to see why: python -m %s '%s'", BUILD, self.program.json())
        return None

    def stop(self) -> None:
        """End it now. What it leaves behind, the next one clears away."""
        if not self.is_over():
            os.killpg(self._process.pid, signal.SIGKILL)  # not yet waited for, so that the group exists
            self._process.wait()
            assert self._process.stdin is not None
            self._process.stdin.close()


def compile_aside(program: Program, cache: Cache) -> Compilation | None:
    """Start to compile; None where there is no compiler or cache, and while another compilation runs: ask again."""
    compiler = None if cache.folder is None or cache.is_busy() else find_compiler()
    return Compilation(program, cache, compiler) if compiler else None


class Upgrade:
    """Brings the compiled loop for one program, from the cache or by a compilation beside the training.

    A program that could not be compiled in this process is not tried again.
    """

    _failed: ClassVar[set[Program]] = set()

    def __init__(self, program: Program) -> None:
        self.program = program
        self._cache = Cache()
        self._compilation: Compilation | None = None

    def kept(self) -> CompiledLoop | None:
        """The loop if it is on disk already; takes some milliseconds."""
        return load(self.program, self._cache) if compiling_is_allowed() else None

    def poll(self) -> CompiledLoop | None:
        """The loop once it is there; the first call starts to make it. Call it now and then: it never waits."""
        if self.program in self._failed or not compiling_is_allowed():
            return None
        if self._compilation is None:
            loop = self.kept()
            self._compilation = None if loop else compile_aside(self.program, self._cache)
            return loop
        return self._finished() if self._compilation.is_over() else None

    @property
    def is_hopeless(self) -> bool:
        """Whether ``poll`` will never bring a loop that is not there yet."""
        impossible = self._cache.folder is None or not compiling_is_allowed() or not compiler_available()
        return impossible or self.program in self._failed

    def wait(self) -> CompiledLoop | None:
        """The loop, however long it takes (about 20 s); None where it cannot be made here."""
        loop = load(self.program, self._cache)
        while loop is None and compiler_available() and self._cache.folder is not None:
            self._compilation = self._compilation or compile_aside(self.program, self._cache)
            if self._compilation is not None:
                return self._finished()
            time.sleep(0.1)  # another process compiles, perhaps the very same
            loop = load(self.program, self._cache)
        return loop

    def stop(self) -> None:
        """End a compilation that nobody waits for any more."""
        if self._compilation is not None:
            self._compilation.stop()

    def _finished(self) -> CompiledLoop | None:
        assert self._compilation is not None
        loop = self._compilation.loop()
        if loop is None:
            self._failed.add(self.program)
        return loop


class Lookout:
    """When a run looks for a compiled loop: after its first slice on disk; if it lasts, for one that is made now."""

    def __init__(self) -> None:
        self._trained_s: float | None = None

    def look(self, slice_s: float) -> Callable[[Upgrade], CompiledLoop | None] | None:
        """Count a slice of ``slice_s`` seconds of training. Returns how to ask the ``Upgrade`` now, or None."""
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
