"""A homestand's forecast and small operations, for the tests of plans."""

import datetime as dt

import polars as pl
import pytest

from gatecast.plan import CrowdSettings, Operations, StaffRole, StockItem, TransportService

from .normal import normal_forecast


@pytest.fixture
def forecast() -> pl.DataFrame:
    """Three games of one club, as `gatecast forecast` writes them."""
    dates = [dt.date(2019, 6, 1), dt.date(2019, 5, 30), dt.date(2019, 5, 31)]
    return normal_forecast(
        [9000, 5000, 7000],
        1000,
        lead="7",
        as_of=dt.date(2019, 5, 23),
        p_sellout=[0.2, 0.0, 0.01],
        date=dates,
        start_time=dt.time(19, 5),
        home="Riverside",
        visitor=["Gulls", "Lakers", "Gulls"],
        capacity=[10_000] * 3,
    )


@pytest.fixture
def operations() -> Operations:
    """One role, item and service whose needs are simple sums; every ticket is used."""
    return Operations(
        crowd=CrowdSettings(show_rate=1.0),
        staff=(StaffRole(name="ushers", people_per_shift=100, cost=100, shortage_cost=400),),
        stock=(StockItem(name="hot dogs", sold_per_head=0.5, price=7, unit_cost=2, case_size=50),),
        transport=(TransportService(name="shuttles", share=0.1, seats=50, cost=300, penalty=20, fleet=100),),
    )
