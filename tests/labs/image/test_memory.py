"""What a page of LeNet costs its worker, in a process of its own: the worker's memory, checkpoints included."""

import json
import subprocess
import sys
from pathlib import Path

MOST_MB = 60
PAGES = 2
# Pages that look at several panels, one after the other; what all share was loaded by the first one.
CODE = f"""
import gc, json, psutil, torch
from playground.engine.inline import InlineEngine
from playground.labs.image.config import ImageConfig, Look
from playground.run import Run, View

torch.set_num_threads(1)
engine = InlineEngine()

def opened(name):
    engine.open(name, Run(config=ImageConfig(seed=len(name)))).result()
    for panel in ("inside", "mistakes", "shift", "weights"):
        for _ in range(8):  # each of them is kept as a checkpoint, as many as there is room for
            engine.advance(name, View(look=Look(panel=panel)), steps=2).result()

def memory():
    gc.collect()
    return psutil.Process().memory_info().rss / 1e6

def class_of(pages):
    for page in range(pages):
        opened("p" * (page + 1))
    full = memory()
    for page in range(pages):
        engine.close("p" * (page + 1))
    return full

class_of(1)
empty = memory()
print(json.dumps([empty, class_of({PAGES}), class_of({PAGES}), memory()]))
"""


def test_a_page_of_lenet_is_small_and_leaving_it_frees_it() -> None:
    root = Path(__file__).parents[3]
    done = subprocess.run([sys.executable, "-c", CODE], cwd=root, capture_output=True, text=True, check=True)
    empty, first, second, left = json.loads(done.stdout)
    assert (first - empty) / PAGES < MOST_MB, done.stdout
    assert second - first < MOST_MB / 4, done.stdout  # the second class has the room of the first
    assert left - empty < MOST_MB, done.stdout
