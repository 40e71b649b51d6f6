"""What a page of the lab costs its worker in memory, measured in a process of its own."""

import subprocess
import sys

MOST_MB = 80
PAGE = """
import psutil
import torch
from playground.lab import LABS
from playground.labs.gpt.config import PANELS, GPTConfig, Look
from playground.run import Run, View
from playground.runs.timeline import Timeline

torch.set_num_threads(1)  # as in a worker
EVERYTHING = frozenset(("stage", "scene", "curves", "thumbnail"))

def page(config, steps):
    timeline = Timeline(Run(config=config))
    for panel in PANELS:
        timeline.advance(steps=steps)
        timeline.experiment.observe("run", View(look=Look(panel=panel), panels=EVERYTHING))
        timeline.experiment.record()
    return timeline

def memory():
    return psutil.Process().memory_info().rss / 1e6

first = page(GPTConfig(**LABS["gpt"].small), 2)  # brings what every page of a worker shares
before = memory()
second = page(GPTConfig(), 5)
print(memory() - before)
"""


def test_a_page_is_small_in_its_worker() -> None:
    """Measured: 25 to 27 MB after 30 updates, as after 120, every panel seen. PyTorch is 240 MB, once a worker."""
    made = subprocess.run([sys.executable, "-c", PAGE], capture_output=True, text=True, check=True)
    assert 0 < float(made.stdout) < MOST_MB
