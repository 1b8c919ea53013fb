"""The service: whose games, known until when, forecast with which model."""

import datetime as dt

import polars as pl
import pytest

from gatecast.errors import InputError, ModelError
from gatecast.games import columns as c
from gatecast.plan import default_operations
from gatecast.service import open_service, pinned_revisions
from gatecast.service.issued_forecasts import issue_forecast
from gatecast.service.models import keep_model, model_folder

CLUB = "Quillport Lanterns"


def games(days, gates, club="Riverton"):
    return pl.DataFrame({c.DATE: days, c.ATTENDANCE: gates, c.HOME: [club] * len(days)})


DAYS = [dt.date(2019, 5, day) for day in (1, 2, 3, 4)]


@pytest.mark.parametrize(
    ("today", "gates", "known", "coming"),
    [
        (dt.date(2019, 5, 3), [10_000, 11_000, None, None], dt.date(2019, 5, 2), 2),
        (dt.date(2019, 5, 4), [10_000, 11_000, None, None], dt.date(2019, 5, 3), 1),
        (dt.date(2026, 1, 1), [10_000, 11_000, None, None], dt.date(2019, 5, 2), 2),
        (dt.date(2026, 1, 1), [10_000, 11_000, 9_000, 8_000], dt.date(2019, 5, 4), 0),
        (dt.date(2019, 4, 1), [None, None, None, None], dt.date(2019, 3, 31), 4),
    ],
)
def test_the_last_day_known_and_the_games_to_come(tmp_path, today, gates, known, coming):
    with open_service(tmp_path, today=lambda: today) as service:
        service.store.import_games(games(DAYS, gates))
        assert service.as_of("Riverton") == known
        assert len(service.upcoming("Riverton")) == coming


def test_the_club_with_games_to_come_is_first_until_another_is_chosen(tmp_path):
    with open_service(tmp_path) as service:
        assert (service.clubs(), service.club(), service.as_of("")) == ([], "", None)
        service.store.import_games(games(DAYS, [1000, 2000, 3000, 4000], "Lakes"))
        service.store.import_games(games(DAYS[:2], [1000, None], "Riverton"))
        assert service.clubs() == ["Riverton", "Lakes"]
        service.choose_club("Lakes")
        assert service.club() == "Lakes"
        with pytest.raises(InputError, match="'Nowhere'"):
            service.choose_club("Nowhere")


def test_every_change_moves_the_revision(own_service):
    seen = {tuple(own_service.revision().values())}
    game = own_service.upcoming(CLUB).table[c.GAME_ID][0]
    own_service.store.record_tickets(pl.DataFrame({c.GAME_ID: [game], "as_of": [dt.date(2025, 6, 1)], "tickets": [5]}))
    seen.add(tuple(own_service.revision().values()))
    own_service.store.record_outcomes(pl.DataFrame({c.GAME_ID: [game], c.ATTENDANCE: [4321]}))
    seen.add(tuple(own_service.revision().values()))
    own_service.save_operations(default_operations())
    seen.add(tuple(own_service.revision().values()))
    assert len(seen) == 4


def test_operations_are_kept(own_service):
    assert len(own_service.operations().transport) == len(default_operations().transport) - 1
    own_service.save_operations(default_operations())
    assert own_service.operations() == default_operations()


@pytest.mark.parametrize(("seats", "trains"), [(6000, False), (41_000, True)])
def test_a_small_club_begins_without_extra_trains(empty_service, seats, trains):
    empty_service.store.import_games(
        pl.DataFrame({c.HOME: "Owls", c.CAPACITY: [seats] * 2, c.ATTENDANCE: [3000, 3100]})
    )
    assert ("extra trains" in [each.name for each in empty_service.operations().transport]) is trains
    assert empty_service.operations_at(0) == empty_service.operations()


def test_a_forecast_now_is_the_one_that_was_issued(own_service):
    before = own_service.latest(CLUB)
    issue, _ = issue_forecast(own_service, CLUB)
    latest = own_service.latest(CLUB).filter(pl.col("issue_id") == issue)
    assert len(latest) == 18
    assert set(latest["model"]) == {own_service.model_id()}
    both = latest.join(before, on=c.GAME_ID, suffix="_before")
    assert len(both) == 18
    assert (both["q50"] - both["q50_before"]).abs().max() < 1


def test_without_a_model_or_a_game_to_come(tmp_path, own_service):
    with open_service(tmp_path) as service:
        service.store.import_games(games(DAYS, [1000, 2000, None, None]))
        assert service.forecaster() is None
        with pytest.raises(InputError, match="no trained model"):
            issue_forecast(service, "Riverton")
    with pytest.raises(InputError, match="no game to come"):
        issue_forecast(own_service, "Velmora Kites")


@pytest.mark.parametrize(
    "name", ["../elsewhere", "transformer-", "", "a/b-0123456789ab", "transformer-0123456789AB", "x-0123456789ab\n"]
)
def test_a_model_is_looked_for_in_its_folder_only(tmp_path, name):
    with pytest.raises(ModelError):
        model_folder(tmp_path, name)


def test_a_model_kept_twice_is_there_once(own_service):
    name = own_service.model_id()
    again = keep_model(own_service.store, own_service.folder, model_folder(own_service.folder, name))
    assert again == name
    assert [path.name for path in (own_service.folder / "models").iterdir()] == [name]


def test_what_is_asked_in_one_moment_looks_at_the_store_once(own_service, monkeypatch):
    looks = []
    ask = own_service.store.revisions
    monkeypatch.setattr(own_service.store, "revisions", lambda: looks.append(1) or ask())
    with pinned_revisions():
        own_service.clubs()
        own_service.forecasts(CLUB)
        before = own_service.home_games(CLUB)
        game = own_service.upcoming(CLUB).table[c.GAME_ID][0]
        own_service.store.record_outcomes(pl.DataFrame({c.GAME_ID: [game], c.ATTENDANCE: [4321]}))
        assert own_service.home_games(CLUB) is before
    assert len(looks) == 1
    after = own_service.home_games(CLUB)
    assert after.table.filter(pl.col(c.GAME_ID) == game)[c.ATTENDANCE].item() == 4321
    with pinned_revisions():
        assert own_service.home_games(CLUB) is after
