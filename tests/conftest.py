"""What tests share."""

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real games; the test is skipped where it is absent."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    folder = Path(os.environ.get("GATECAST_DATA", beside))
    if not folder.is_dir():
        pytest.skip("real games are absent: set GATECAST_DATA to their folder")
    return folder
