from collections.abc import Iterator
from pathlib import Path

import pytest

from gatecast.service import ClubService

from .filled import copied, filled_folder, opened


@pytest.fixture(scope="session")
def sample_club() -> Iterator[ClubService]:
    """The sample league's service, to read from."""
    with opened(filled_folder()) as service:
        yield service


@pytest.fixture
def own_service(tmp_path: Path) -> Iterator[ClubService]:
    """The sample league's service, to write to."""
    with opened(copied(tmp_path)) as service:
        yield service


@pytest.fixture
def empty_service(tmp_path: Path) -> Iterator[ClubService]:
    """A service with nothing on it."""
    with opened(tmp_path) as service:
        yield service
