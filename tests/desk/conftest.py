from collections.abc import Iterator
from pathlib import Path

import pytest

from gatecast.desk import Desk

from .filled import copied, filled_folder, opened


@pytest.fixture(scope="session")
def sample_desk() -> Iterator[Desk]:
    """The sample league's desk, to read from."""
    with opened(filled_folder()) as desk:
        yield desk


@pytest.fixture
def own_desk(tmp_path: Path) -> Iterator[Desk]:
    """The sample league's desk, to write to."""
    with opened(copied(tmp_path)) as desk:
        yield desk


@pytest.fixture
def empty_desk(tmp_path: Path) -> Iterator[Desk]:
    """A desk with nothing on it."""
    with opened(tmp_path) as desk:
        yield desk
