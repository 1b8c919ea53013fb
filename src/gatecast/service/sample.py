"""Fill a service with the sample club: simulated games, tickets sold, a model and the forecasts it issued.

The model and its forecasts come with the package (`tools/sample_club.py` makes them), so that pages are shown within
seconds.
"""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from importlib import resources

import polars as pl

from gatecast.collect import SIMULATED_NOTICE, SampleLeague, sample_league
from gatecast.collect.sample.clubs import CLUBS, YOURS
from gatecast.collect.sample.sales import TICKETS_SOLD
from gatecast.games import columns as c
from gatecast.games.forecast_columns import AS_OF, MODEL
from gatecast.plan.columns import TICKETS
from gatecast.plan.operations.toml import default_operations, operations_to_dict
from gatecast.service.club_service import CLUB, NOTICE, OPERATIONS, ClubService
from gatecast.service.freshness import forecast_inputs
from gatecast.service.models import model_settings, place_model

__all__ = ["FORECASTS_FILE", "MODEL_FOLDER", "SAMPLE_SOURCE", "fill_with_sample"]

FORECASTS_FILE, MODEL_FOLDER = "forecasts.parquet", "model"
SAMPLE_SOURCE = "the sample league"
"""Source of the imports of the sample club."""
ISSUED = dt.time(6, 0, tzinfo=dt.UTC)
"""The morning after the cutoff, when the sample's forecasts were issued."""


def fill_with_sample(service: ClubService) -> None:
    """Put the sample league, its model and its forecasts on an empty service.

    Parameters
    ----------
    service : ClubService
        With nothing in its store.
    """
    store, package = service.store, resources.files("gatecast.service") / "sample_club"
    with resources.as_file(package) as folder, ThreadPoolExecutor(1) as beside:
        forecasts = pl.read_parquet(folder / FORECASTS_FILE)
        # Its files take a while to get to the disk.
        model = beside.submit(place_model, service.folder, forecasts[MODEL][-1], folder / MODEL_FOLDER)
        league = sample_league()
        store.import_games(league.games.extended(league.upcoming), source=SAMPLE_SOURCE)
        store.record_tickets(_tickets(league), source=SAMPLE_SOURCE)
        settings = {
            CLUB: league.club,
            NOTICE: SIMULATED_NOTICE,
            OPERATIONS: operations_to_dict(default_operations(CLUBS[YOURS].capacity)),
            **model_settings(forecasts[MODEL][-1], placed=model.result()),
        }
        store.save_settings(settings)
    _record(service, forecasts)


def _tickets(league: SampleLeague) -> pl.DataFrame:
    """Return what the club had sold so many days before each of its games, as far as it is known."""
    table = league.games.extended(league.upcoming).table.filter(pl.col(c.HOME) == league.club)
    parts = [
        table.select(
            c.GAME_ID, (pl.col(c.DATE) - pl.duration(days=days)).alias(AS_OF), pl.col(column).alias(TICKETS)
        ).filter(pl.col(TICKETS).is_not_null(), pl.col(AS_OF) <= league.as_of)
        for days, column in TICKETS_SOLD.items()
    ]
    return pl.concat(parts)


def _record(service: ClubService, forecasts: pl.DataFrame) -> None:
    """Record the forecasts as they were issued, one issue a morning; of the latest, what it was made from as well."""
    issued = [
        (part.drop(MODEL), part[MODEL][0], dt.datetime.combine(part[AS_OF][0] + dt.timedelta(days=1), ISSUED))
        for part in forecasts.partition_by(AS_OF, maintain_order=True)
    ]
    service.store.record_forecasts(issued[:-1])
    frame, model, moment = issued[-1]
    service.store.record_forecast(frame, model, issued_at=moment, made_from=forecast_inputs(service, service.club()))
