"""Seasons, members and venues as tasks of a Ray cluster; the extra `cluster`."""

from __future__ import annotations

from gatecast.cluster.ray_engine import RayEngine, engine

__all__ = ["RayEngine", "engine"]
