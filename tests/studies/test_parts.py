"""Parts of many networks: the same wherever they are trained, and gone when nobody waits for them."""

from dataclasses import replace

import psutil
import pytest

from playground import MLPConfig
from playground.studies.many import train_all
from playground.studies.parts import PART, Trained

BASE = MLPConfig(dataset="xor", hidden_sizes=(3,))


def trained(engine: str, **arguments: object) -> Trained:
    batches = [[replace(BASE, seed=seed) for seed in range(count)] for count in (PART + 2, 3)]
    common = {"epochs": 2, "target_accuracy": 0.6, "tier": "traced", "engine": engine}
    return train_all(batches, **{**common, **arguments})  # type: ignore[arg-type]


def test_processes_give_what_this_process_gives() -> None:
    told: list[float] = []
    here, there = trained("inline"), trained("process", progress=told.append)
    assert here.outcomes == there.outcomes
    assert len(here.outcomes) == PART + 5
    assert here.updates == there.updates == 50 * (PART + 5)
    assert here.outcomes[0] == here.outcomes[PART + 2]  # the same run, in another part
    assert told == pytest.approx([2 / 3, 4 / 3, 2])


def test_interrupting_ends_the_processes_at_once() -> None:
    before = set(psutil.Process().children())

    def interrupt(epoch: float) -> None:
        raise KeyboardInterrupt

    quick = replace(BASE, batch_size=250)
    endless = replace(BASE, batch_size=1)  # trains longer than a test may take
    found = train_all(
        [[quick], [endless], [endless]],
        epochs=5000,
        target_accuracy=None,
        tier="traced",
        engine="process",
        progress=interrupt,
    )
    assert [outcome and outcome.epoch for outcome in found.outcomes] == [5000, None, None]
    _, alive = psutil.wait_procs(set(psutil.Process().children()) - before, timeout=10)
    assert not [each for each in alive if "spawn_main" in " ".join(each.cmdline())]
