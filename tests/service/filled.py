"""A service with the sample league on it, filled once for all tests that look at one."""

import atexit
import datetime as dt
import shutil
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from gatecast.service import ClubService, open_service
from gatecast.service.sample import fill_with_sample

TODAY = dt.date(2025, 6, 9)
"""The day after the last one known to the sample league."""


def opened(folder: Path) -> ClubService:
    """The service of a folder, on the day the sample league stands at."""
    return open_service(folder, today=lambda: TODAY)


@cache
def filled_folder() -> Path:
    """A folder with the sample league's service in it."""
    folder = Path(mkdtemp(prefix="gatecast-sample-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    with opened(folder) as service:
        fill_with_sample(service)
    return folder


def copied(folder: Path) -> Path:
    """The sample league's service in a folder of one's own."""
    return Path(shutil.copytree(filled_folder(), folder / "service"))
