"""A class for a few seconds. ``make soak`` does it for minutes, and prints how fast it was."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from tests.load.classroom import attend


def test_ten_people_train_lenet() -> None:
    with ThreadPoolExecutor(1) as thread:
        report = thread.submit(asyncio.run, attend(10, 3, lab="image")).result()
    assert report.errors == []
    assert len(report.rates) == 10
    assert min(report.rates) > 0
    assert report.health_ms


def test_thirty_people_at_once() -> None:
    with ThreadPoolExecutor(1) as thread:  # the browser tests keep an event loop in this one
        report = thread.submit(asyncio.run, attend(30, 5, large=3)).result()
    assert report.errors == []
    assert len(report.rates) == 30
    assert min(report.rates) > 0
    assert report.change_ms
    assert (
        report.memory_mb[-1] < report.memory_mb[len(report.memory_mb) // 2] + 90
    )  # checkpoints of 33 runs, kept grids
