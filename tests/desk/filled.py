"""A desk with the sample league on it, filled once for all tests that look at one."""

import atexit
import datetime as dt
import shutil
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from gatecast.desk import Desk, open_desk
from gatecast.desk.sample import fill_with_sample

TODAY = dt.date(2025, 6, 9)
"""The day after the last one known to the sample league."""


def opened(folder: Path) -> Desk:
    """The desk of a folder, on the day the sample league stands at."""
    return open_desk(folder, today=lambda: TODAY)


@cache
def filled_folder() -> Path:
    """A folder with the sample league's desk in it."""
    folder = Path(mkdtemp(prefix="gatecast-sample-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    with opened(folder) as desk:
        fill_with_sample(desk)
    return folder


def copied(folder: Path) -> Path:
    """The sample league's desk in a folder of one's own."""
    return Path(shutil.copytree(filled_folder(), folder / "desk"))
