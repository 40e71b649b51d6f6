"""The faults of ``make soak``, fewer times each."""

import asyncio
import signal
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from playground.training.compiled import compiler_available
from tests.load import faults

needs_compiler = pytest.mark.skipif(not compiler_available(), reason="there is no C++ compiler")
needs_mounts = pytest.mark.skipif(not faults.may_mount(), reason="this user may not mount")


def survives(fault: Coroutine[Any, Any, None]) -> None:
    with ThreadPoolExecutor(1) as thread:  # the browser tests keep an event loop in this one
        thread.submit(asyncio.run, fault).result()


def test_pages_that_leave_leave_nothing() -> None:
    survives(faults.open_and_close(10))


def test_a_connection_may_break_at_any_time() -> None:
    survives(faults.drop(20))


def test_workers_may_die_in_the_middle_of_an_edit() -> None:
    survives(faults.kill_workers(2))


@needs_compiler
def test_a_compiler_may_die_and_its_worker_too() -> None:
    survives(faults.kill_in_a_compilation())


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_a_server_that_ends_ends_everything(how: signal.Signals) -> None:
    survives(faults.stop(how))


def test_training_needs_no_home() -> None:
    survives(faults.without_a_home())


@needs_mounts
@needs_compiler
def test_training_needs_no_disk() -> None:
    survives(faults.with_a_full_disk())


@needs_mounts
def test_training_needs_no_shared_memory() -> None:
    survives(faults.without_shared_memory())
