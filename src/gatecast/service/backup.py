"""Back a service up in one file, with its models and settings, and restore it from one.

A backup is a ZIP archive of the database, as SQLite's backup interface copies it at one moment, the models, and
checksums of them all. It is read back and checked before it counts as made.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
import shutil
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from gatecast.errors import GatecastError, InputError, StoreError, StoreUnavailableError
from gatecast.files import written_whole
from gatecast.service.club_service import ClubService, open_service
from gatecast.service.leftovers import delete_leftovers
from gatecast.service.models import MODELS, load_model, place_model
from gatecast.store.backup import check_copy, copy_database, restore_database
from gatecast.store.database import FILE_NAME, migrate
from gatecast.store.schema import utc_now

__all__ = [
    "BACKUPS",
    "KEPT",
    "Backup",
    "Restored",
    "back_up",
    "back_up_if_due",
    "back_up_now",
    "back_up_on_schedule",
    "backup_files",
    "backups_of",
    "check_backup",
    "restore",
]

BACKUPS = "backups"
"""Folder of the backups made on a schedule, beside the database."""
MANIFEST = "manifest.json"
FORMAT = 1
EVERY = dt.timedelta(days=1)
KEPT = 14
"""Backups made on a schedule that are kept."""
PATTERN = "gatecast-*.zip"
MODEL_FILE = re.compile(rf"{MODELS}/[a-z]+-[0-9a-f]+/[A-Za-z0-9_][A-Za-z0-9._-]*")
WAIT_S = 60.0
BLOCK = 1 << 20


def back_up(service: ClubService, target: Path) -> None:
    """Write database, models and settings to one file, whole or not at all, while the service is in use.

    Parameters
    ----------
    service : ClubService
        With its database in SQLite.
    target : path
        Ends in .zip; replaced if it exists.

    Raises
    ------
    InputError
        Another ending, or a folder that does not exist.
    StoreError
        PostgreSQL, or a database that is damaged.
    """
    if target.suffix.lower() != ".zip":
        raise InputError(f"{target.name}: got ending {target.suffix!r}, expected .zip")
    if not target.parent.is_dir():
        raise InputError(f"{target}: got a folder that does not exist, expected one that does; create it first")
    with TemporaryDirectory(dir=target.parent, prefix=".gatecast-backup-") as draft, written_whole(target) as archive:
        copy = Path(draft) / FILE_NAME
        copy_database(service.store.database, copy)
        _pack({FILE_NAME: copy, **_model_files(service.folder)}, archive)
        check_backup(archive)


def check_backup(file: Path) -> None:
    """Check that a backup can be restored: its list of files, every checksum, and the database.

    Raises
    ------
    InputError
        It is not a backup of gatecast, or damaged.
    StoreError
        Its database is damaged or of a newer version.
    """
    with TemporaryDirectory(dir=file.parent, prefix=".gatecast-check-") as folder:
        _unpack(file, Path(folder))
        check_copy(Path(folder) / FILE_NAME)


@dataclass(frozen=True)
class Restored:
    """Path of the data that a restore replaced: a backup or a damaged database set aside; None if none."""

    before: Path | None
    damaged: Path | None


def restore(file: Path, folder: Path) -> Restored:
    """Replace the games, forecasts, plans, settings and models in a folder by those of a backup.

    The backup is checked first. What the folder held before is kept: backed up in its folder `backups`, or, if its
    database is damaged, set aside.

    Parameters
    ----------
    file : path
        From `back_up`.
    folder : path
        Of a service with its database in SQLite, which may be in use; created if its parent exists.

    Raises
    ------
    InputError, StoreError
        As `check_backup` does; then nothing is changed.
    """
    if not file.is_file():
        raise InputError(f"{file}: got no such file, expected a backup")
    folder.mkdir(exist_ok=True)
    with TemporaryDirectory(dir=folder, prefix=".restore-") as draft:
        unpacked = Path(draft)
        _unpack(file, unpacked)
        check_copy(unpacked / FILE_NAME)
        before, damaged = _keep_present(folder)
        for model in sorted((unpacked / MODELS).glob("*")):
            place_model(folder, model.name, model)
        with open_service(folder) as service:
            restore_database(service.store.database, unpacked / FILE_NAME)
            migrate(service.store.database)
            service.store.interrupt_jobs(0)
    return Restored(before, damaged)


def _keep_present(folder: Path) -> tuple[Path | None, Path | None]:
    """Back up what a folder holds, or set its database aside if it is damaged."""
    database = folder / FILE_NAME
    if not database.exists():
        return None, None
    try:
        with open_service(folder) as service:
            return back_up_now(service, prefix="before-restore"), None
    except StoreUnavailableError:
        raise
    except StoreError:
        aside = folder / f"{FILE_NAME}.damaged-{utc_now():%Y%m%d-%H%M%S}"
        for ending in ("-wal", "-shm", ""):
            part = folder / f"{FILE_NAME}{ending}"
            if part.exists():
                part.rename(f"{aside}{ending}")
        return None, aside


def backup_files(service: ClubService) -> list[Path]:
    """Return the backups in the service's folder, newest first."""
    folder = service.folder / BACKUPS
    return sorted(folder.glob("*.zip"), key=lambda each: each.stat().st_mtime, reverse=True) if folder.is_dir() else []


@dataclass(frozen=True)
class Backup:
    """A backup in the service's folder: its file name, when it was made (UTC), and its size in bytes."""

    name: str
    made_at: dt.datetime
    size: int


def backups_of(service: ClubService) -> list[Backup]:
    """Return the backups in the service's folder, newest first."""
    found = []
    for file in backup_files(service):
        try:
            about = file.stat()
        except FileNotFoundError:
            continue  # deleted as too old in the meantime
        found.append(Backup(file.name, dt.datetime.fromtimestamp(about.st_mtime, dt.UTC), about.st_size))
    return found


def back_up_now(service: ClubService, *, prefix: str = "gatecast") -> Path:
    """Back a service up in its folder `backups`, and return the file.

    Raises
    ------
    StoreError, OSError
        As `back_up` does.
    """
    folder = service.folder / BACKUPS
    folder.mkdir(exist_ok=True)
    target = folder / f"{prefix}-{utc_now():%Y%m%d-%H%M%S-%f}.zip"
    back_up(service, target)
    return target


def back_up_on_schedule(
    service: ClubService, note: Callable[[str], None], wait: Callable[[float], object] = time.sleep
) -> None:
    """Back a service up every day in its folder `backups`, keep the latest ones, and never return.

    What processes that were killed left in the folder is deleted first.

    Parameters
    ----------
    service : ClubService
    note : callable
        Takes a line that says why a backup could not be made; the next try is an hour later.
    wait : callable
        Waits for so many seconds; an exception from it ends this.
    """
    not_before = utc_now()
    delete_leftovers(service.folder)
    while service.store.database.sqlite:
        wait(WAIT_S)
        if utc_now() < not_before:
            continue
        try:
            back_up_if_due(service)
        except (GatecastError, OSError) as error:
            note(f"no backup was made: {error}")
            not_before = utc_now() + dt.timedelta(hours=1)


def back_up_if_due(service: ClubService) -> None:
    """Back a service up in its folder `backups` if it was not today, and keep the latest ones.

    Raises
    ------
    StoreError, OSError
        As `back_up` does.
    """
    if _is_due(service):
        back_up_now(service)
        for old in _scheduled(service)[KEPT:]:
            old.unlink(missing_ok=True)


def _is_due(service: ClubService) -> bool:
    latest = next(iter(_scheduled(service)), None)
    if latest is None:
        return True
    # A file from the future, left by a clock that was ahead, is no backup of today.
    age = utc_now() - dt.datetime.fromtimestamp(latest.stat().st_mtime, dt.UTC)
    return not -EVERY < age < EVERY


def _scheduled(service: ClubService) -> list[Path]:
    return [each for each in backup_files(service) if each.match(PATTERN)]


def _model_files(folder: Path) -> dict[str, Path]:
    """Return the files of every sound model by their names in the archive."""
    files: dict[str, Path] = {}
    for model in sorted((folder / MODELS).glob("*")) if (folder / MODELS).is_dir() else ():
        try:
            load_model(folder, model.name)
        except GatecastError:
            continue  # a draft, or a damaged model, which would be of no use
        files |= {
            f"{MODELS}/{model.name}/{each.name}": each
            for each in sorted(model.iterdir())
            if MODEL_FILE.fullmatch(f"{MODELS}/{model.name}/{each.name}")
        }
    return files


def _pack(files: dict[str, Path], archive: Path) -> None:
    checksums = {name: _checksum(path) for name, path in files.items()}
    about = {"format": FORMAT, "made_at": utc_now().isoformat(), "files": checksums}
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        packed.writestr(MANIFEST, json.dumps(about, indent=1))
        for name, path in files.items():
            packed.write(path, name)


def _unpack(file: Path, folder: Path) -> None:
    """Unpack the files that a backup lists, and check their checksums."""
    try:
        with zipfile.ZipFile(file) as packed:
            about = json.loads(packed.read(MANIFEST))
            if about["format"] != FORMAT:
                raise InputError(f"{file.name}: got a backup of format {about['format']!r}, expected {FORMAT}")
            for name, checksum in about["files"].items():
                target = folder / _safe(name)
                target.parent.mkdir(parents=True, exist_ok=True)
                with packed.open(name) as content, target.open("wb") as unpacked:
                    shutil.copyfileobj(content, unpacked, BLOCK)
                if _checksum(target) != checksum:
                    raise InputError(f"{file.name}: got a {name} that was changed, expected one as it was backed up")
    except InputError:
        raise
    except (
        zipfile.BadZipFile,
        KeyError,
        ValueError,
        TypeError,
        AttributeError,
        EOFError,
        NotImplementedError,
    ) as error:
        reason = " ".join(str(error).split())
        raise InputError(f"{file.name}: got no sound backup ({reason}), expected one that gatecast wrote") from error
    if not (folder / FILE_NAME).is_file():
        raise InputError(f"{file.name}: got a backup without {FILE_NAME}, expected one that gatecast wrote")


def _safe(name: str) -> PurePosixPath:
    """Return the path of a file of an archive after checking that it is the database or one of a model."""
    if name != FILE_NAME and not MODEL_FILE.fullmatch(name):
        raise ValueError(f"a file called {name!r}")
    return PurePosixPath(name)


def _checksum(path: Path) -> str:
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
