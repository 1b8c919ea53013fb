"""What tests share."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from gatecast.service import ClubService

# Speed lives in benchmarks: a slow machine is no failing test.
settings.register_profile("gatecast", deadline=None, derandomize=True)
settings.load_profile("gatecast")

MOST_COMPILED = 1 << 30
"""Bytes of compiled networks from which on they are thrown away before a run."""


def pytest_configure(config: pytest.Config) -> None:
    """Have JAX keep what it compiles, for all workers, the processes they start, and the next run."""
    if "JAX_COMPILATION_CACHE_DIR" not in os.environ:
        folder = config.cache.mkdir("compiled")
        if sum(file.stat().st_size for file in folder.iterdir()) > MOST_COMPILED:
            shutil.rmtree(folder)
        os.environ["JAX_COMPILATION_CACHE_DIR"] = str(folder)
    os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0.05")
    os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES", "-1")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files of slow tests, so that no worker is left with one of them at the end."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real games; the test is skipped where it is absent."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    folder = Path(os.environ.get("GATECAST_DATA", beside))
    if not folder.is_dir():
        pytest.skip("real games are absent: set GATECAST_DATA to their folder")
    return folder


@pytest.fixture(scope="session")
def compiled_once() -> Path:
    """The folder in which all tests keep what JAX compiles: networks of one shape are compiled once."""
    return Path(os.environ["JAX_COMPILATION_CACHE_DIR"])


@pytest.fixture(scope="session")
def sample_club() -> Iterator[ClubService]:
    """The sample league's service, to read from."""
    from .service.filled import filled_folder, opened

    with opened(filled_folder()) as service:
        yield service


@pytest.fixture
def own_service(tmp_path: Path) -> Iterator[ClubService]:
    """The sample league's service, to write to."""
    from .service.filled import copied, opened

    with opened(copied(tmp_path)) as service:
        yield service


@pytest.fixture
def empty_service(tmp_path: Path) -> Iterator[ClubService]:
    """A service with nothing on it."""
    from .service.filled import opened

    with opened(tmp_path) as service:
        yield service
