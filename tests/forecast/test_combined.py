import datetime as dt
import json
import pickle
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from gatecast.collect.sample import sample_league
from gatecast.errors import InputError, ModelError
from gatecast.evaluate import QUANTILE_COLUMNS
from gatecast.forecast import Forecaster
from gatecast.games import Column, Games, Knowability, Role
from gatecast.games import columns as c
from gatecast.games.forecast_columns import MEAN, P_SELLOUT
from gatecast.networks import SINGLE_METHODS
from gatecast.prepare import Preparation

LEAGUE = sample_league()
CLUB = LEAGUE.club


def own(rows=None, *, seats=True, columns=()):
    """Past games of one club alone, and those to come."""
    past = LEAGUE.games.table.filter(pl.col(c.HOME) == CLUB, pl.col(c.DATE) <= LEAGUE.as_of)
    past = past if rows is None else past.head(rows)
    coming = LEAGUE.upcoming.table
    if not seats:
        past, coming = (table.with_columns(pl.lit(None, pl.Int32).alias(c.CAPACITY)) for table in (past, coming))
    kept = [name for name in past.columns if name in c.CANONICAL or name in {column.name for column in columns}]
    return Games.from_frame(past.select(kept), columns), Games.from_frame(
        coming.select(name for name in kept if name in coming.columns), columns
    )


def quantiles(forecast):
    return forecast.select(QUANTILE_COLUMNS).to_numpy()


@pytest.mark.parametrize("rows", [2, 6, 20, 81, None])
def test_any_number_of_past_games_gives_a_sound_forecast(rows):
    past, coming = own(rows)
    as_of = past.table[c.DATE].max() if rows else LEAGUE.as_of
    forecast = Forecaster.pretrained().forecast(past, coming, as_of)
    values = quantiles(forecast)
    assert forecast.height == len(coming)
    assert (np.diff(values, axis=1) >= 0).all()
    assert (values[:, 1] < values[:, 5]).all()
    assert (values <= forecast[c.CAPACITY].to_numpy()[:, None]).all()
    assert ((values[:, 0] <= forecast[MEAN].to_numpy()) & (forecast[MEAN].to_numpy() <= values[:, -1])).all()
    assert forecast[P_SELLOUT].is_between(0, 1).all()
    usual = past.table[c.ATTENDANCE].mean()
    assert 0.4 * usual < np.median(values[:, 3]) < 2.5 * usual


def test_a_game_has_much_the_same_forecast_whatever_stands_beside_it():
    past, coming = own()
    whole = Forecaster.pretrained().forecast(past, coming, LEAGUE.as_of)
    one = Forecaster.pretrained().forecast(
        past, coming.filter(pl.col(c.GAME_ID) == coming.table[c.GAME_ID][0]), LEAGUE.as_of
    )
    assert np.allclose(quantiles(whole)[0], quantiles(one)[0], rtol=0.02)


def test_results_after_the_day_change_nothing():
    past, coming = own()
    as_of = past.table[c.DATE].sort()[-30]
    later = pl.col(c.DATE) > as_of
    changed = Games(
        past.table.with_columns(
            pl.when(later).then(pl.col(c.ATTENDANCE) * 3).otherwise(c.ATTENDANCE).alias(c.ATTENDANCE)
        )
    )
    first, second = (Forecaster.pretrained().forecast(games, coming, as_of) for games in (past, changed))
    assert first.equals(second)


def test_unknown_seats_are_no_ceiling():
    past, coming = own(seats=False)
    forecast = Forecaster.pretrained().forecast(past, coming, LEAGUE.as_of)
    assert forecast[c.CAPACITY].null_count() == forecast.height
    assert forecast[P_SELLOUT].null_count() == forecast.height
    low = past.table.with_columns(pl.col(c.ATTENDANCE).clip(upper_bound=int(past.table[c.ATTENDANCE].quantile(0.3))))
    assert quantiles(Forecaster.pretrained().forecast(Games(low), coming, LEAGUE.as_of)).max() > low[c.ATTENDANCE].max()


def test_tickets_sold_are_heeded_and_noise_is_not():
    sold = Column("sold", pl.Float64, Role.NUMBER, Knowability.parse("7 days"))
    noise = Column("noise", pl.Float64, Role.NUMBER, Knowability.parse("always"))
    past, coming = own()
    draw = np.random.default_rng(0)
    usual = past.table[c.ATTENDANCE].mean()

    def with_column(games, column, values):
        return Games.from_frame(games.table.with_columns(pl.Series(column.name, values, pl.Float64)), [column])

    told = 0.7 * past.table[c.ATTENDANCE].to_numpy() * draw.normal(1, 0.03, len(past))
    much = with_column(past, sold, told)
    near = coming.filter(pl.col(c.DATE) <= LEAGUE.as_of + dt.timedelta(days=7))
    for size in (0.5, 1.0):
        asked = with_column(near, sold, np.full(len(near), 0.7 * usual * size))
        forecast = Forecaster.pretrained().forecast(much, asked, LEAGUE.as_of)
        assert np.allclose(quantiles(forecast)[:, 3], usual * size, rtol=0.12)
    session = Forecaster.pretrained().session(much, asked, LEAGUE.as_of)
    assert session.basis().startswith("mostly your column sold, known 7 days before (")
    assert next(iter(session.rests_on())) == "columns"
    plain = Forecaster.pretrained().forecast(past, coming, LEAGUE.as_of)
    random = Forecaster.pretrained().forecast(
        with_column(past, noise, draw.normal(50, 10, len(past))),
        with_column(coming, noise, draw.normal(50, 10, len(coming))),
        LEAGUE.as_of,
    )
    assert np.allclose(quantiles(plain)[:, 3], quantiles(random)[:, 3], rtol=0.08)


def test_ten_games_are_enough_to_use_tickets_sold_and_their_range_is_narrower():
    sold = Column("sold", pl.Float64, Role.NUMBER, Knowability.parse("7 days"))
    past, coming = own(10)
    as_of = past.table[c.DATE].max()
    draw = np.random.default_rng(2)
    usual = past.table[c.ATTENDANCE].mean()

    def with_sold(games, values):
        return Games.from_frame(games.table.with_columns(pl.Series("sold", values, pl.Float64)), [sold])

    days = pl.Series(c.DATE, [as_of + dt.timedelta(days=1 + i) for i in range(5)])
    near = Games.from_frame(coming.table.head(5).with_columns(days).drop(c.SEASON, c.GAME_ID))
    told = with_sold(past, 0.7 * past.table[c.ATTENDANCE].to_numpy() * draw.normal(1, 0.02, len(past)))
    plain = quantiles(Forecaster.pretrained().forecast(past, near, as_of))
    for size in (0.6, 1.0):
        asked = with_sold(near, np.full(len(near), 0.7 * usual * size))
        values = quantiles(Forecaster.pretrained().forecast(told, asked, as_of))
        assert np.allclose(values[:, 3], usual * size, rtol=0.15)
        assert (np.log(values[:, 5] / values[:, 1]) < 0.7 * np.log(plain[:, 5] / plain[:, 1])).all()


def test_where_no_column_is_known_yet_a_forecast_is_as_without_it():
    sold = Column("sold", pl.Float64, Role.NUMBER, Knowability.parse("7 days"))
    past, coming = own()
    told = Games.from_frame(
        past.table.with_columns((pl.col(c.ATTENDANCE) * 0.7).alias("sold").cast(pl.Float64)), [sold]
    )
    far = coming.filter(pl.col(c.DATE) > LEAGUE.as_of + dt.timedelta(days=7))
    with_column, without = (
        quantiles(Forecaster.pretrained().forecast(games, far, LEAGUE.as_of)) for games in (told, past)
    )
    assert len(far) > 10
    assert np.array_equal(with_column, without)


def test_a_model_saved_before_the_network_read_columns_still_forecasts(tmp_path):
    past, coming = own()
    model = Forecaster("pretrained").fit(past).model
    before = replace(
        model.chosen,
        members=tuple(
            {name: value for name, value in member.items() if not name.startswith("columns.")}
            for member in model.chosen.members
        ),
    )
    replace(model, chosen=before).save(tmp_path)
    again = Forecaster.load(tmp_path)
    assert np.isfinite(quantiles(again.forecast(past, coming, LEAGUE.as_of))).all()


@pytest.mark.parametrize("name", SINGLE_METHODS)
def test_any_member_can_be_chosen_alone(tmp_path, name):
    past, coming = own(81)
    Forecaster(name).fit(past).save(tmp_path)
    session = Forecaster.load(tmp_path).session(past, coming, past.table[c.DATE].max())
    values = quantiles(session.forecast())
    assert session.rests_on() == {SINGLE_METHODS[name]: pytest.approx(1.0)}
    assert (np.diff(values, axis=1) >= 0).all()
    assert (values[:, 1] < values[:, 5]).all()
    if name == "weekday-mean":
        weekday, gates = pl.col(c.DATE).dt.weekday(), past.table[c.ATTENDANCE]
        asked = coming.table[c.DATE].dt.weekday()[0]
        mean = past.table.filter(weekday == asked)[c.ATTENDANCE].mean() or gates.mean()
        assert values[0, 3] == pytest.approx(mean, rel=0.01)


@pytest.mark.parametrize(("filled", "passes"), [(1.04, True), (0.9, False)])
def test_only_where_others_held_more_than_their_seats_a_new_ballpark_may(filled, passes):
    table = LEAGUE.games.table.filter((pl.col(c.HOME) != CLUB) & (pl.col(c.DATE) <= LEAGUE.as_of))
    largest = pl.col(c.ATTENDANCE).max().over(c.HOME, c.VENUE)
    past = Games(table.with_columns((largest / filled).cast(pl.Int32).alias(c.CAPACITY)))
    seats = int(0.7 * table[c.ATTENDANCE].mean())
    coming = Games(LEAGUE.upcoming.table.with_columns(pl.lit(seats, pl.Int32).alias(c.CAPACITY)))
    values = quantiles(Forecaster.pretrained().forecast(past, coming, LEAGUE.as_of))
    assert (values.max() > seats) == passes
    assert values.max() <= 1.15 * seats
    assert (values[:, 1] < values[:, 5]).all()


def test_a_model_is_saved_and_read_again(tmp_path):
    past, coming = own()
    forecaster = Forecaster("pretrained").fit(past)
    forecaster.save(tmp_path / "model")
    again = Forecaster.load(tmp_path / "model")
    assert again.settings.network == "pretrained"
    assert again.forecast(past, coming, LEAGUE.as_of).equals(forecaster.forecast(past, coming, LEAGUE.as_of))


@pytest.mark.parametrize("damage", ["{", '{"format": 4}', None])
def test_a_damaged_model_is_refused(tmp_path, damage):
    Forecaster("pretrained").fit(own()[0]).save(tmp_path)
    about = json.loads((tmp_path / "model.json").read_text())
    about["pretrained"]["members"] = 0
    (tmp_path / "model.json").write_text(damage or json.dumps(about))
    with pytest.raises(ModelError):
        Forecaster.load(tmp_path)


def test_auto_is_the_pretrained_network_on_few_games():
    assert Forecaster("auto").fit(own()[0]).settings.network == "pretrained"


def test_one_game_is_too_few():
    with pytest.raises(InputError, match="at least 2"):
        Forecaster("pretrained").fit(own(1)[0])


def test_six_games_of_a_tutorial_left_out_in_turn():
    """The middle forecast is no worse than the mean of the other games, and the range is neither empty nor boundless."""
    gates, draws = [32000, 25000, 41000, 28000, 22000, 35000], [1, 2, 3, 1, 4, 2]
    table = pl.DataFrame({c.VISITOR: [f"team {each}" for each in draws], c.ATTENDANCE: gates})
    missed = []
    for i in range(len(gates)):
        inside = pl.int_range(pl.len()) != i
        past, coming = (
            Games.from_frame(
                part.with_columns(pl.format("game {}", pl.int_range(first, first + len(part))).alias(c.GAME_ID))
            )
            for part, first in ((table.filter(inside), 1), (table.filter(~inside), 99))
        )
        low, middle, high = quantiles(Forecaster.pretrained().forecast(past, coming))[0, [1, 3, 5]]
        assert 10_000 < low < middle < high < 60_000
        missed.append((abs(middle - gates[i]), abs((sum(gates) - gates[i]) / 5 - gates[i])))
    ours, mean = np.mean(missed, axis=0)
    assert ours <= mean * (1 + 1e-6)


def test_a_change_is_answered_and_explained():
    past, coming = own()
    game = coming.table[c.GAME_ID][0]
    session = Forecaster.pretrained().session(past, coming, LEAGUE.as_of)
    before, after = session.forecast(), session.what_if({game: {c.VISITOR: None}})
    assert before.height == after.height
    (why,) = session.explain([game])
    assert why.baseline + sum(why.people.values()) == pytest.approx(why.expected, rel=1e-6)
    assert why.expected == pytest.approx(before.filter(pl.col(c.GAME_ID) == game)[MEAN].item(), rel=0.01)
    assert session.comparable(game)


def test_a_club_new_to_its_league_is_forecast_from_the_others():
    table = LEAGUE.games.table.filter((pl.col(c.HOME) != CLUB) & (pl.col(c.DATE) <= LEAGUE.as_of))
    forecast = Forecaster.pretrained().forecast(
        Games(table, LEAGUE.games.custom_columns), LEAGUE.upcoming, LEAGUE.as_of
    )
    values = quantiles(forecast)
    assert (values[:, 5] > 1.2 * values[:, 1]).all()


def test_backtest_rows_use_older_weights_for_older_games():
    forecaster = Forecaster.pretrained()
    last = (dt.date(2012, 6, 1) - dt.date(1970, 1, 1)).days
    assert forecaster.model is not None
    chosen = forecaster.model.pretrained_at(LEAGUE.games, last)
    assert chosen.through is None or chosen.through <= dt.date(2012, 6, 1)
    fixed = replace(forecaster.model, chosen=chosen)
    assert fixed.pretrained_at(LEAGUE.games, last + 5000) is chosen


def test_a_backtested_game_has_one_forecast_whatever_is_asked_beside_it_and_after_pickling():
    preparation = Preparation(own()[0])
    rows = np.arange(140, 160)
    model = Forecaster("pretrained").fit_rows(preparation, np.arange(120))
    week = model.forecast_rows(preparation, rows, 7)
    day = model.forecast_rows(preparation, rows, 1)
    copy = pickle.loads(pickle.dumps(model))
    some = copy.forecast_rows(preparation, rows[5:12], 1)
    np.testing.assert_allclose(quantiles(some), quantiles(day[5:12]), rtol=1e-5)
    assert copy.forecast_rows(preparation, rows, 7).equals(week)


@pytest.mark.parametrize("rows", [1, 2, 3])
def test_columns_of_hardly_any_games_are_no_fault(rows):
    columns = [Column(name, pl.Float64, Role.NUMBER, Knowability.parse("always")) for name in ("sold", "price")]
    past, coming = (
        Games.from_frame(part.table.with_columns(sold=pl.lit(900.0), price=pl.lit(20.0)), columns) for part in own(rows)
    )
    forecast = Forecaster.pretrained().forecast(past, coming, past.table[c.DATE].max())
    assert (np.diff(quantiles(forecast), axis=1) >= 0).all()


def test_each_of_two_clubs_that_play_on_the_same_days_uses_its_tickets_sold():
    """From 400 past games on a game is forecast again once; whose games are seen from nearby must not depend on order."""
    sold = Column("sold", pl.Float64, Role.NUMBER, Knowability.parse("7 days"))
    draw = np.random.default_rng(4)
    days = [dt.date(year, 4, 1) + dt.timedelta(days=2 * i) for year in (2021, 2022, 2023, 2024) for i in range(60)]
    came = np.round(np.exp(draw.normal(8.4, 0.25, 2 * len(days))))
    table = pl.DataFrame(
        {
            c.DATE: [day for day in days for _ in range(2)],
            c.HOME: ["Ants", "Bees"] * len(days),
            c.VISITOR: "Wasps",
            c.CAPACITY: 12_000,
            c.ATTENDANCE: came.astype(np.int64),
            "sold": 0.7 * came * draw.normal(1, 0.03, len(came)),
        }
    )
    past, coming = Games.from_frame(table.head(-2), [sold]), table.tail(2)
    asked = coming.with_columns(pl.lit(None, pl.Int64).alias(c.ATTENDANCE), sold=pl.lit(0.7 * 3000.0))
    forecast = Forecaster.pretrained().forecast(past, Games.from_frame(asked, [sold]), days[-2])
    assert np.allclose(quantiles(forecast)[:, 3], 3000, rtol=0.1)
