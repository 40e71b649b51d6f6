"""Compile a training loop, in a separate process: ``python -m playground.training.build PROGRAM [awaited]``.

The program is the same ``make_update`` as the plain step: traced, put into a ``while_loop``, exported, compiled
to machine code by Inductor (docs.pytorch.org, AOTInductor). ``compiled.py`` starts this process and runs the result.
"""

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import torch
from torch import Tensor, nn
from torch.func import vmap
from torch.fx.experimental.proxy_tensor import make_fx

from playground.training.cache import Cache
from playground.training.compiled import Program, program_from

LIMIT_S = 900  # time limit of the process
# What a loop's C++ needs. Inductor's own header of arrays on the stack adds all of ATen, a third of the compile time.
HEADERS = "\n".join(
    f"#include <torch/csrc/inductor/{name}.h>"
    for name in (
        "aoti_include/common",
        "aoti_runtime/arrayref_tensor",
        "aoti_runtime/arrayref_tensor_conversion",
        "aoti_runtime/thread_local",
        "cpp_wrapper/device_internal/cpu",
    )
)
SMALL_PRODUCT = 2**17  # multiply-adds up to which a fused loop beats a call of the matrix library
SMALL_BATCHED_PRODUCT = 2**12  # the same for each of many networks: one call serves all of them


def main(text: str, awaited: bool = False) -> None:
    """Compile the program given as JSON into the cache, unless it is there already; at the lowest priority unless it
    is ``awaited``."""
    if not awaited:
        os.nice(19)
    if not awaited and hasattr(os, "SCHED_IDLE"):  # Linux: run only on otherwise idle cores
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    if not sys.stdin.isatty():
        threading.Thread(target=_end_with_parent, daemon=True).start()
    torch.set_num_threads(1)
    program, cache = program_from(text), Cache()
    with cache.workshop() as folder:
        if cache.get(program.key()) is None:
            signal.alarm(LIMIT_S)
            os.environ |= {"TORCHINDUCTOR_CACHE_DIR": str(folder), "TMPDIR": str(folder)}
            build(program, folder / "loop.pt2")
            cache.put(program.key(), folder / "loop.pt2")


def _end_with_parent() -> None:
    """Wait until the parent process closes stdin; then kill this process and its compiler."""
    os.read(sys.stdin.fileno(), 1)
    os.killpg(0, signal.SIGKILL)


def build(program: Program, path: Path) -> None:
    """Compile the loop for ``program`` into the package ``path``, in this process."""
    from torch._inductor import aoti_compile_and_package

    examples = tuple(program.inputs(3 * program.batch_size + 7))
    data = 1 + len(program.state())  # index of the features; all parts of the data have any number of rows
    rows = {len(program.leading): torch.export.Dim.AUTO}
    dynamic = tuple(rows if data <= index < data + program.parts else None for index in range(len(examples)))
    with torch.no_grad():
        exported = torch.export.export(_ManyUpdates(program), examples, dynamic_shapes=(dynamic,))
    options = {
        # Heap allocation of small arrays would take half of an update's time.
        "aot_inductor.allow_stack_allocation": True,
        "allow_buffer_reuse": False,
        "inplace_buffers": False,
        "cpp.threads": 1,
        "compile_threads": 1,
        "cpp.vec_isa_ok": True,  # skip the test of the instruction set; this and the next three save seconds
        "cpp_cache_precompile_headers": False,
        "aot_inductor.precompile_headers": False,
        "aot_inductor.enable_line_tables": False,
    }
    with _loop_results_on_heap(), _few_headers():
        aoti_compile_and_package(exported, package_path=str(path), inductor_configs=options)


@contextlib.contextmanager
def _loop_results_on_heap() -> Iterator[None]:
    """Keep the results of a loop's body on the heap; Inductor would put every array of the body on the stack."""
    from torch._inductor.codegen.cpp_wrapper_cpu_array_ref import CppWrapperCpuArrayRef

    fits = CppWrapperCpuArrayRef.can_stack_allocate_buffer

    def fits_and_stays(wrapper: Any, buffer: Any) -> Any:
        results = wrapper.get_codegened_graph().get_output_names()
        return buffer.get_name() not in results and fits(wrapper, buffer)  # type: ignore[no-untyped-call]

    with mock.patch.object(CppWrapperCpuArrayRef, "can_stack_allocate_buffer", fits_and_stays):
        yield


@contextlib.contextmanager
def _few_headers() -> Iterator[None]:
    from torch._inductor.codegen.cpp_wrapper_cpu_array_ref import CppWrapperCpuArrayRef

    with mock.patch.object(CppWrapperCpuArrayRef, "get_device_include_path_aot", staticmethod(lambda _: HEADERS)):
        yield


class _ManyUpdates(nn.Module):
    """The program. Its inputs are those of ``Program.inputs``, its outputs the new parameters and state."""

    def __init__(self, program: Program) -> None:
        super().__init__()
        self.batch_size, self.parts, self.moving = program.batch_size, program.parts, 1 + len(program.state())
        self.many = program.networks is not None
        self.update = traced(program)

    def forward(self, *inputs: Tensor) -> tuple[Tensor, ...]:
        from torch._higher_order_ops import while_loop

        moving, data = inputs[: self.moving], inputs[self.moving : self.moving + self.parts]
        scalars = inputs[self.moving + self.parts :]
        *hyperparameters, start, size, count = scalars

        def more(done: Tensor, start: Tensor, *moving: Tensor) -> Tensor:
            return done < count

        def body(done: Tensor, start: Tensor, *moving: Tensor) -> tuple[Tensor, ...]:
            rows = start + torch.arange(self.batch_size)
            batch = [part[:, rows] if self.many else part[rows] for part in data]
            moved = self.update(*moving, *batch, *hyperparameters)
            return done + 1, (start + self.batch_size) % size, *moved

        none = torch.zeros((), dtype=torch.int64)
        moved = while_loop(more, body, (none, start.clone(), *moving))  # type: ignore[no-untyped-call]
        return tuple(moved[2:])


def traced(program: Program) -> torch.fx.GraphModule:
    """Returns ``make_update``'s update as a graph over one batch and ``Program.inputs`` without the last three."""
    step = program.update()
    names = list(program.state())
    n = 1 + len(names)
    end = n + program.parts

    def flat(*tensors: Tensor) -> list[Tensor]:
        state = dict(zip(names, tensors[1:n], strict=True))
        hyperparameters = dict(zip(program.hyperparameters, tensors[end:], strict=True))
        parameters, state, _ = step(tensors[0], state, tensors[n:end], hyperparameters)
        return [parameters, *(state[name] for name in names)]

    aten = torch.ops.aten
    products: dict[Any, Any] = {aten.mm.default: _mm, aten.addmm.default: _addmm, aten.bmm.default: _bmm}
    whole = flat if program.networks is None else vmap(flat)
    graph = make_fx(whole, decomposition_table=products)(*program.inputs(program.batch_size)[:-3])
    graph.graph.eliminate_dead_code()  # the value of the loss
    graph.recompile()
    return graph


def _mm(a: Tensor, b: Tensor) -> Tensor:
    """Returns (N, K) @ (K, M) as multiply and sum, which Inductor fuses with neighbouring operations."""
    if a.shape[0] * b.numel() > SMALL_PRODUCT:
        return NotImplemented  # type: ignore[no-any-return]  # the trace keeps the matrix product
    return (a.unsqueeze(-1) * b).sum(1)


def _addmm(bias: Tensor, a: Tensor, b: Tensor) -> Tensor:
    product = _mm(a, b)
    return product if product is NotImplemented else bias + product


def _bmm(a: Tensor, b: Tensor) -> Tensor:
    """Returns (S, N, K) @ (S, K, M) as multiply and sum, for S networks."""
    if a.shape[1] * b[0].numel() > SMALL_BATCHED_PRODUCT:
        return NotImplemented  # type: ignore[no-any-return]
    return (a.unsqueeze(-1) * b.unsqueeze(1)).sum(2)


if __name__ == "__main__":
    main(sys.argv[1], awaited="awaited" in sys.argv[2:])
