"""A cluster of two nodes on this machine, with one core each."""

import os

import pytest

from gatecast.cluster import engine as engine_at

NODE = {"num_cpus": 1, "object_store_memory": 100 << 20}


@pytest.fixture(scope="session")
def cluster():
    # By default Ray gives way to everything else on a machine, such as the other tests.
    os.environ |= {"RAY_USAGE_STATS_ENABLED": "0", "RAY_worker_niceness": "0"}
    from ray.cluster_utils import Cluster

    nodes = Cluster(initialize_head=True, head_node_args={**NODE, "include_dashboard": False})
    yield nodes
    nodes.shutdown()


@pytest.fixture(scope="module")
def engine(cluster):
    with engine_at(cluster.address) as joined:
        yield joined


@pytest.fixture
def second_node(cluster):
    """A second node, which a test may kill."""
    node = cluster.add_node(**NODE)
    yield node
    if node in cluster.worker_nodes:
        cluster.remove_node(node)
