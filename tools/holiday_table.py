"""Write the table of holidays of the United States that gatecast reads, from the package `holidays`.

    python tools/holiday_table.py

Run it when `tests/prepare/test_holiday_dates.py` says that the package has changed its mind.
"""

from __future__ import annotations

import json

import holidays
import numpy as np

from gatecast.files import write_text
from gatecast.prepare.holiday_dates import EPOCH, HOME_OF_SUMMER_HOLIDAYS, TABLE, from_package

FIRST, LAST = 1950, 2060


def main() -> None:
    """Write the table."""
    years: dict[str, list[object]] = {}
    for year in range(FIRST, LAST + 1):
        dates = from_package([year], HOME_OF_SUMMER_HOLIDAYS)
        own = [of[_year_of(of) == year].tolist() for of in (*dates.near, dates.public)]
        years[str(year)] = [dates.named[:, 0].tolist(), own[:-1], own[-1]]
    lines = ",\n".join(f"{json.dumps(year)}: {json.dumps(days, separators=(',', ':'))}" for year, days in years.items())
    source = json.dumps(f"holidays {holidays.__version__}, days since {EPOCH}")
    write_text(f'{{"source": {source}, "years": {{\n{lines}\n}}}}\n', TABLE)


def _year_of(days: np.ndarray) -> np.ndarray:
    return days.astype("datetime64[D]").astype("datetime64[Y]").astype(int) + EPOCH.year


if __name__ == "__main__":
    main()
