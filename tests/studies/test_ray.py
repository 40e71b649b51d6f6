"""A comparison on a Ray cluster of two nodes: the results of one process, also when a node dies under it."""

import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from playground import ConfigError, MapConfig, MLPConfig, compare, trainability_map, vary

ray = pytest.importorskip("ray")
VARIANTS = vary(MLPConfig(dataset="xor", hidden_sizes=(3,)), "learning_rate", "0.03,0.1,0.3,1")


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    from ray.cluster_utils import Cluster

    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    ray.init(address=cluster.address, log_to_driver=False)
    yield cluster
    ray.shutdown()
    cluster.shutdown()


def test_it_gives_what_one_process_gives_and_a_lost_node_loses_nothing(cluster: Any) -> None:
    arguments = {"seeds": 2, "epochs": 100, "target_accuracy": 0.9, "tier": "traced"}
    second = cluster.add_node(num_cpus=1)
    told: list[float] = []
    one_is_done = threading.Event()

    def tell(epoch: float) -> None:
        told.append(epoch)
        one_is_done.set()

    def kill() -> None:
        """End the second node while it trains: its first part or, right after that, its second."""
        one_is_done.wait(120)
        time.sleep(0.5)
        cluster.remove_node(second, allow_graceful=False)

    thread = threading.Thread(target=kill)
    thread.start()
    spread = compare(VARIANTS, **arguments, engine="ray", progress=tell)
    thread.join()
    alone = compare(VARIANTS, **arguments)
    assert spread.rows == alone.rows
    assert spread.sentence == alone.sentence
    assert told == [25, 50, 75, 100]


def test_a_map_is_the_same_too(cluster: Any) -> None:
    config = MapConfig(across="depth", across_from=1, across_to=3, cells=3)
    assert trainability_map(config, epochs=3, engine="ray").cells == trainability_map(config, epochs=3).cells


def test_without_ray_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(ConfigError, match="pip install 'neural-playground\\[ray\\]'"):
        compare(VARIANTS, seeds=1, epochs=1, engine="ray")
