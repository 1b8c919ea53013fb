"""Joining a cluster, and what is said where that cannot be."""

import sys

import pytest

from gatecast.cluster import engine as engine_at
from gatecast.errors import ClusterError, InputError, MissingExtraError
from gatecast.tasks import HERE


def test_without_ray_the_error_names_the_command_that_installs_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'gatecast\[cluster\]'"), engine_at("auto"):
        pass


def test_an_address_without_a_cluster_is_refused_in_one_line():
    with pytest.raises(ClusterError, match="ray start --head") as refused, engine_at("127.0.0.1:1"):
        pass
    assert "\n" not in str(refused.value)


def test_an_empty_address_is_refused():
    with pytest.raises(InputError, match="expected auto, local"), engine_at(" "):
        pass


def test_no_address_is_this_process():
    with engine_at(None) as here:
        assert here is HERE
