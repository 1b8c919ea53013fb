"""Rows through a compiled network, in blocks of few sizes, so that it compiles for those only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from gatecast.prepare.encoding import Inputs

__all__ = ["in_blocks"]

LARGEST_BLOCK = 4096
SMALLEST_BLOCK = 64


def in_blocks(apply: Callable[[Inputs], Any], inputs: Inputs) -> npt.NDArray[np.float32]:
    """Apply a row-wise function to all rows.

    Parameters
    ----------
    apply : callable
        dict of arrays of one block -> array, shape (block, columns).
    inputs : dict of ndarray, shape (rows, ...)
        At least one row.

    Returns
    -------
    ndarray of float32, shape (rows, columns)
    """
    rows = len(next(iter(inputs.values())))
    block = min(max(SMALLEST_BLOCK, 1 << (rows - 1).bit_length()), LARGEST_BLOCK)
    parts = []
    for begin in range(0, rows, block):
        part = {name: _filled(values[begin : begin + block], block) for name, values in inputs.items()}
        parts.append(np.asarray(apply(part)))
    return np.concatenate(parts)[:rows]


def _filled(values: npt.NDArray[Any], rows: int) -> npt.NDArray[Any]:
    """`values` with rows of zeros added up to `rows`."""
    return np.concatenate([values, np.zeros((rows - len(values), *values.shape[1:]), values.dtype)])
