"""Estimate the memory of many networks, before any is made."""

import contextlib
from collections.abc import Sequence
from math import prod
from pathlib import Path

from playground.kinds import ConfigError
from playground.run import RunConfig

WORKSPACE_BYTES = 192 * 2**20  # activations of one block (bounded) and of one measurement
UNKNOWN_BYTES = 4 * 2**30  # assumed where the system does not report free memory


def population_bytes(configs: Sequence[RunConfig], *, padded: bool = False) -> int:
    """Returns an estimate of the bytes to train the networks of ``configs`` together, each at its size or, where the
    lab supports it, all ``padded`` to the largest."""
    most = {"padded_to": max(config.demands()["parameters"] for config in configs)} if padded else {}
    return WORKSPACE_BYTES + sum(config.training_bytes(**most) for config in configs)


def available_bytes() -> int:
    """Returns the free memory of the machine, or of its container where that is less (Linux)."""
    found = [UNKNOWN_BYTES]
    with contextlib.suppress(OSError, ValueError, StopIteration):
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        found = [1024 * next(int(line.split()[1]) for line in lines if line.startswith("MemAvailable"))]
    with contextlib.suppress(OSError, ValueError):  # "max" where there is no limit
        group = Path("/sys/fs/cgroup")
        limit, used = (int((group / name).read_text(encoding="ascii")) for name in ("memory.max", "memory.current"))
        found.append(max(limit - used, 0))
    return min(found)


def check_memory(configs: Sequence[RunConfig], limit_bytes: int | None = None, *, padded: bool = False) -> None:
    """Raises ConfigError, with the numbers, where ``configs`` need more than ``limit_bytes`` (default: half of the
    free memory)."""
    need = population_bytes(configs, padded=padded)
    limit = available_bytes() // 2 if limit_bytes is None else limit_bytes
    if need > limit:
        raise ConfigError(
            f"{len(configs)} networks of up to {max(map(_parameters, configs)):,} parameters"
            f" need about {need / 2**20:,.0f} MB of memory; {limit / 2**20:,.0f} MB may be used."
            " Take fewer or smaller networks"
        )


def _parameters(config: RunConfig) -> int:
    return sum(map(prod, config.shapes().values()))
