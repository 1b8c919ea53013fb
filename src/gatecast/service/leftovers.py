"""Delete what processes left half done when they were killed: drafts of models and backups, and old checkpoints."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

__all__ = ["DRAFTS", "delete_leftovers"]

DRAFTS = (
    ".model-*",
    ".restore-*",
    ".gatecast-backup-*",
    "models/.draft-*",
    "models/.damaged-*",
    "backups/.*",
    "training/*",
)
"""Patterns of the names that drafts have in a service's folder."""
KEPT_S = 3 * 24 * 3600.0
"""Seconds after which nobody works on a draft any more, or resumes a training from its checkpoints."""


def delete_leftovers(folder: Path, kept_s: float = KEPT_S) -> list[Path]:
    """Delete drafts in a service's folder that nothing has changed for some days.

    Parameters
    ----------
    folder : path
    kept_s : float
        Seconds since the last change.

    Returns
    -------
    list of path
        What was deleted.
    """
    now, deleted = time.time(), []
    for each in (found for pattern in DRAFTS for found in folder.glob(pattern)):
        # A time in the future, left by a clock that was ahead, says nothing of when the draft was changed.
        if 0 <= now - _changed_at(each) < kept_s:
            continue
        if each.is_dir() and not each.is_symlink():
            shutil.rmtree(each, ignore_errors=True)
        else:
            each.unlink(missing_ok=True)
        deleted.append(each)
    return deleted


def _changed_at(path: Path) -> float:
    """Return when a file, or anything in a folder, was changed, in seconds since 1970; now if it is gone."""
    try:
        return max(each.lstat().st_mtime for each in (path, *path.rglob("*")))
    except OSError:
        return time.time()
