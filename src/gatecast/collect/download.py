"""Seasons of Retrosheet's game logs, downloaded once and kept in a folder."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gatecast.collect.archive import is_whole_zip
from gatecast.errors import DownloadError, InputError, MissingExtraError
from gatecast.files import write_text, written_whole
from gatecast.progress import Progress, silent

if TYPE_CHECKING:
    import httpx

__all__ = ["DEFAULT_URL", "download_seasons"]

DEFAULT_URL = "https://www.retrosheet.org/gamelogs"
FIRST_SEASON = 1871
ATTEMPTS = 4
LONGEST_WAIT = 30.0
TIMEOUT = 20.0
LARGEST_DOWNLOAD = 50_000_000
"""Bytes. A season's zip is under one million."""
BUSY = (429, 500, 502, 503, 504)
CONDITIONS = {"ETag": "If-None-Match", "Last-Modified": "If-Modified-Since"}
"""Headers of a file's version in a response, and the request headers that ask if it is still current."""


class _BusyError(Exception):
    """The server answers that it cannot serve now."""


@dataclass(frozen=True)
class _Season:
    """One season's zip: where it is published, and where it is kept."""

    year: int
    url: str
    kept: Path

    @property
    def versions(self) -> Path:
        return self.kept.with_name(f"{self.kept.name}.version.json")

    @property
    def over(self) -> bool:
        return self.year < dt.date.today().year

    def error(self, got: str, expected: str = "a zip with the season's game log") -> DownloadError:
        place = self.url.split("/")[2] if "://" in self.url else self.url
        remedy = f"fetch {self.url} by other means and put it as {self.kept.name} in {self.kept.parent}"
        return DownloadError(f"{place}, season {self.year}: got {got}, expected {expected}; {remedy}")


def download_seasons(
    seasons: Iterable[int],
    folder: str | Path,
    *,
    url: str = DEFAULT_URL,
    progress: Progress = silent,
    wait: float = 1.0,
) -> list[Path]:
    """Download Retrosheet's game logs of some seasons, unless the folder has them.

    A season that is over is fetched once. The current one is fetched again when the server has a newer version; if
    the server cannot be reached, the copy in the folder serves.

    Parameters
    ----------
    seasons : iterable of int
        Years.
    folder : path
        Where the zips are kept; made if absent.
    url : str
        The address below which `glYEAR.zip` stands.
    progress : Progress
        Told of each season.
    wait : float
        Seconds before the first repeated request; doubled before each further one.

    Returns
    -------
    list of Path
        The zips, in the order of `seasons`, for `retrosheet` to read.

    Raises
    ------
    DownloadError
        Where a season cannot be fetched: what came instead, and where to put the file by hand.
    MissingExtraError
        Where the `download` extra is not installed.
    """
    try:
        import httpx
        import tenacity  # noqa: F401
    except ImportError as absent:
        raise MissingExtraError("download", "downloading published seasons") from absent
    kept = Path(folder)
    wanted = [
        _Season(_checked_year(year), f"{url.rstrip('/')}/gl{year}.zip", kept / f"gl{year}.zip") for year in seasons
    ]
    try:
        kept.mkdir(parents=True, exist_ok=True)
        with httpx.Client(follow_redirects=True, timeout=TIMEOUT) as client:
            for done, season in enumerate(wanted):
                progress(f"season {season.year}", done, len(wanted))
                if not (season.over and is_whole_zip(season.kept)):
                    _fetch(client, season, wait)
    except DownloadError:
        raise
    except OSError as problem:
        raise InputError(f"{kept}: got {problem.strerror!r}, expected a folder to keep the seasons in") from problem
    progress("seasons", len(wanted), len(wanted))
    return [season.kept for season in wanted]


def _checked_year(year: int) -> int:
    latest = dt.date.today().year
    if not FIRST_SEASON <= year <= latest:
        raise InputError(f"season: got {year}, expected a year from {FIRST_SEASON} to {latest}")
    return year


def _fetch(client: httpx.Client, season: _Season, wait: float) -> None:
    """Put the season's zip in its place, asking again while the server or the network fails for the moment."""
    import httpx
    import tenacity

    again = tenacity.Retrying(
        stop=tenacity.stop_after_attempt(ATTEMPTS),
        wait=tenacity.wait_exponential(multiplier=wait, max=LONGEST_WAIT),
        retry=tenacity.retry_if_exception_type((httpx.TransportError, _BusyError)),
        reraise=True,
    )
    usable = is_whole_zip(season.kept)
    try:
        again(_request, client, season, _conditions(season) if usable else {})
    except (httpx.TransportError, _BusyError) as problem:
        if not usable:
            raise season.error(f"no answer to use after {ATTEMPTS} attempts ({problem})") from problem
    except (httpx.HTTPError, httpx.InvalidURL) as problem:
        raise season.error(f"an address that leads nowhere ({problem})") from problem


def _request(client: httpx.Client, season: _Season, conditions: dict[str, str]) -> None:
    import httpx

    with client.stream("GET", season.url, headers=conditions) as answer:
        if answer.status_code == httpx.codes.NOT_MODIFIED:
            return
        if answer.status_code in BUSY:
            raise _BusyError(f"the server answers {answer.status_code} {answer.reason_phrase}")
        if answer.status_code == httpx.codes.NOT_FOUND:
            raise season.error("'not found' (404)", "a season that is published")
        if not answer.is_success:
            raise season.error(f"the answer {answer.status_code} {answer.reason_phrase}")
        with written_whole(season.kept) as draft:
            _write_body(answer, draft, season)
            if not is_whole_zip(draft):
                raise season.error(
                    f"a file that is no whole zip ({answer.headers.get('Content-Type', 'of no stated type')})"
                )
        versions = {name: answer.headers[name] for name in CONDITIONS if name in answer.headers}
    write_text(json.dumps(versions), season.versions)


def _write_body(answer: httpx.Response, draft: Path, season: _Season) -> None:
    """Write the body as it arrives, and stop where it is too large to be a season."""
    size = 0
    with draft.open("wb") as file:
        for chunk in answer.iter_bytes():
            size += len(chunk)
            if size > LARGEST_DOWNLOAD:
                raise season.error(f"more than {LARGEST_DOWNLOAD // 1_000_000} MB")
            file.write(chunk)


def _conditions(season: _Season) -> dict[str, str]:
    """Return the headers that ask for the file only if it is newer than the one kept."""
    try:
        versions = json.loads(season.versions.read_text(encoding="utf-8"))
        return {CONDITIONS[name]: str(value) for name, value in versions.items() if name in CONDITIONS}
    except (OSError, ValueError, AttributeError):
        return {}
