import datetime as dt

import numpy as np
import polars as pl
import pytest

from gatecast.collect.sample import sample_league
from gatecast.games import ALWAYS, Column, Games, Role
from gatecast.plan import CrowdSettings
from gatecast.plan.demand.show_rate import DEFAULT, GAMES_TO_TRUST, ShowRate

PRICE = Column("price", pl.Float64, Role.NUMBER, ALWAYS, "dollars", low=0)
LATE_SALES = Column("late_sales", pl.Float64, Role.RESULT, ALWAYS, low=0)


def season(games, *, seed=0, noise=0.05, home="Riverside", first=dt.date(2018, 4, 2)):
    """Gates of one club whose used share is known: fewer come in rain and cold, more on Saturdays and at a price."""
    draw = np.random.default_rng(seed)
    table = pl.DataFrame(
        {
            "date": [first + dt.timedelta(days=i) for i in range(games)],
            "home": home,
            "visitor": "Gulls",
            "day_night": draw.choice(["day", "night"], games),
            "temperature_c": draw.uniform(5, 35, games),
            "precipitation": draw.choice(["none", "rain"], games, p=[0.8, 0.2]),
            "price": draw.uniform(10, 30, games),
            "attendance": draw.integers(20_000, 40_000, games),
        }
    ).with_columns(
        logit=1.5
        + 0.4 * (pl.col("date").dt.weekday() == 6)
        - 0.8 * (pl.col("precipitation") == "rain")
        - 0.2 * ((pl.col("temperature_c") - 22) / 10) ** 2
        + 0.03 * (pl.col("price") - 20)
        + 0.1 * (pl.col("day_night") == "night")
        + noise * pl.Series(draw.standard_normal(games))
    )
    return table.with_columns(scanned=(pl.col("attendance") / (1 + (-pl.col("logit")).exp())).round().cast(pl.Int32))


def as_games(table, custom_columns=(PRICE,)):
    return Games.from_frame(table.drop("logit"), custom_columns)


def true_share(table):
    return 1 / (1 + np.exp(-table["logit"].to_numpy()))


def test_the_default_is_the_same_for_every_game():
    mean, spread = ShowRate.default(CrowdSettings(show_rate=0.7, show_rate_spread=0.1)).of(season(3))
    assert mean.tolist() == [0.7] * 3
    assert spread.tolist() == [0.1] * 3
    assert (DEFAULT.show_rate, DEFAULT.show_rate_spread) == (0.83, 0.05)


def test_a_club_that_scans_nothing_has_the_default():
    games = Games.from_frame(season(30).drop("scanned", "logit"))
    model = ShowRate.fit(games)
    assert model.clubs == {}
    assert model.of(games.table)[0].tolist() == [0.83] * 30


def test_known_effects_are_found_again_on_other_games():
    past, coming = season(300), season(60, seed=1, noise=0, first=dt.date(2019, 4, 1))
    mean, _ = ShowRate.fit(as_games(past)).of(coming)
    assert np.abs(mean - true_share(coming)).max() < 0.02
    assert np.corrcoef(mean, true_share(coming))[0, 1] > 0.99


@pytest.mark.parametrize(
    ("change", "fewer"),
    [
        ({"precipitation": "rain"}, True),
        ({"temperature_c": 3.0}, True),
        ({"price": 35.0}, False),
        ({"date": dt.date(2019, 4, 6)}, False),
    ],
)
def test_each_effect_has_its_sign(change, fewer):
    model = ShowRate.fit(as_games(season(300)))
    plain = pl.DataFrame(
        {
            "date": [dt.date(2019, 4, 3)],
            "home": "Riverside",
            "day_night": "night",
            "temperature_c": 22.0,
            "precipitation": "none",
            "price": 20.0,
        }
    )
    other = plain.with_columns(**{name: pl.lit(value) for name, value in change.items()})
    assert (model.of(other)[0][0] < model.of(plain)[0][0] - 0.01) == fewer
    assert (model.of(other)[0][0] > model.of(plain)[0][0] + 0.01) != fewer


def test_the_spread_is_what_the_effects_leave_over():
    coming = season(60, seed=1, first=dt.date(2019, 4, 1))
    for noise in (0.05, 0.3):
        mean, spread = ShowRate.fit(as_games(season(300, noise=noise))).of(coming)
        assert spread == pytest.approx(noise * mean * (1 - mean), rel=0.2)


def test_effects_that_are_not_there_are_not_learned():
    draw = np.random.default_rng(0)
    table = season(120).with_columns(scanned=pl.col("attendance") * 0.8 * (1 + 0.02 * draw.standard_normal(120)))
    mean, _ = ShowRate.fit(as_games(table.with_columns(pl.col("scanned").round().cast(pl.Int32)))).of(table)
    assert mean.std() < 0.006
    assert mean.mean() == pytest.approx(0.8, abs=0.005)


def test_few_games_are_drawn_towards_the_default():
    settings = CrowdSettings(show_rate=0.6, show_rate_spread=0.1)
    some = season(GAMES_TO_TRUST)
    learned = [ShowRate.fit(as_games(some[:n]), settings).of(some)[0].mean() for n in (1, 10, 20, GAMES_TO_TRUST)]
    assert learned == sorted(learned)
    assert learned[0] == pytest.approx(0.6, abs=0.02)
    assert learned[-1] == pytest.approx(true_share(some).mean(), abs=0.01)
    one = ShowRate.fit(as_games(some[:1]), settings).of(some)[1]
    assert one == pytest.approx(0.1, rel=0.05)


def test_games_after_the_cutoff_change_nothing():
    table = season(100)
    broken = table.with_columns(
        scanned=pl.when(pl.col("date") > dt.date(2018, 6, 1)).then(1).otherwise("scanned").cast(pl.Int32)
    )
    as_of = dt.date(2018, 6, 1)
    before, after = (ShowRate.fit(as_games(each), as_of=as_of).of(table) for each in (table, broken))
    np.testing.assert_array_equal(before, after)
    fits = ShowRate.fit(as_games(table), as_of=as_of).clubs
    assert {club: fit.games for club, fit in fits.items()} == {"Riverside": 61}


def test_each_club_learns_from_its_own_gates():
    other = season(80, home="Hilltop").with_columns(scanned=(pl.col("attendance") * 0.5).cast(pl.Int32))
    model = ShowRate.fit(as_games(pl.concat([season(80), other])))
    table = pl.DataFrame({"home": ["Hilltop", "Riverside", "Elsewhere", None]})
    mean, spread = model.of(table)
    assert mean[0] == pytest.approx(0.5, abs=0.01)
    assert mean[1] > 0.7
    assert (mean[2:].tolist(), spread[2:].tolist()) == ([0.83] * 2, [0.05] * 2)


def test_what_is_unknown_of_a_game_counts_as_usual():
    past = season(200)
    model = ShowRate.fit(as_games(past))
    mean, _ = model.of(pl.DataFrame({"game_id": ["x"]}))
    assert mean[0] == pytest.approx(true_share(past).mean(), abs=0.02)
    hour = pl.DataFrame({"home": "Riverside", "start_time": [dt.time(19, 5), dt.time(13, 5)]})
    night, day = model.of(hour)[0]
    assert night > day


def test_weather_that_is_not_known_adds_to_the_spread():
    past = season(300)
    model = ShowRate.fit(as_games(past))
    known = season(60, seed=1, first=dt.date(2019, 4, 1))
    bare = known.drop("temperature_c", "precipitation")
    (mean, spread), (_, narrow) = model.of(bare), model.of(known)
    missed = np.abs(known["scanned"] / known["attendance"] - mean).to_numpy()
    assert spread.min() > 2 * narrow.max()
    assert 0.5 < (missed < spread).mean() < 0.95


def test_only_what_is_known_with_the_schedule_is_learned_from():
    table = season(60).with_columns(late_sales=pl.col("scanned").cast(pl.Float64))
    plain, more = (ShowRate.fit(as_games(table, custom_columns)) for custom_columns in ((PRICE,), (PRICE, LATE_SALES)))
    np.testing.assert_array_equal(plain.of(table), more.of(table))


def test_a_broken_scanner_leaves_shares_between_0_and_1():
    table = season(50).with_columns(
        scanned=pl.when(pl.col("price") < 20).then(pl.col("attendance") * 2).otherwise(0).cast(pl.Int32)
    )
    mean, spread = ShowRate.fit(as_games(table)).of(table)
    assert ((mean > 0) & (mean < 1)).all()
    assert np.isfinite(spread).all()


def test_undated_games_are_learned_from():
    table = season(60).drop("date", "logit")
    mean, _ = ShowRate.fit(Games.from_frame(table, (PRICE,)), as_of=dt.date(2018, 6, 1)).of(table)
    assert mean.mean() == pytest.approx((table["scanned"] / table["attendance"]).mean(), abs=0.01)


def test_the_sample_league_tells_its_own_effects():
    league = sample_league()
    model = ShowRate.fit(league.games, as_of=league.as_of)
    assert set(model.clubs) == {league.club}
    mild = league.upcoming.table[:1].with_columns(temperature_c=pl.lit(22.0), precipitation=pl.lit("none"))
    wet = mild.with_columns(precipitation=pl.lit("rain"))
    assert model.of(mild)[0][0] - model.of(wet)[0][0] == pytest.approx(0.05, abs=0.02)
    _, spread = model.of(mild)
    assert spread == pytest.approx(0.01, abs=0.002)
