import datetime as dt

import numpy as np
import polars as pl
import pytest

from gatecast.collect.sample import sample_league
from gatecast.errors import InputError
from gatecast.evaluate import FORECAST_COLUMNS
from gatecast.evaluate.backtesting import backtest, parse_lead
from gatecast.evaluate.baselines import RuleOfThumb
from gatecast.evaluate.scores import SMALLEST_SCORED_ATTENDANCE
from gatecast.games import PRESEASON, Games
from gatecast.games import columns as c
from gatecast.games.forecast_columns import AS_OF, LEAD, MEAN, MODEL

LEADS = (7, PRESEASON)


@pytest.fixture(scope="module")
def games():
    """Two games of the sample league have gates too small to score, and one has none."""
    table = sample_league().games.table
    gates = table[c.ATTENDANCE].to_list()
    gates[-1], gates[-2], gates[3] = SMALLEST_SCORED_ATTENDANCE, 1, None
    return Games(table.with_columns(pl.Series(c.ATTENDANCE, gates, pl.Int32)))


class Recorder(RuleOfThumb):
    """A rule that remembers what it was given to learn from and to forecast."""

    def __init__(self, season, made):
        super().__init__("gate_last1")
        self.season, self.learned, self.asked = season, [], []
        made.append(self)

    def fit_rows(self, preparation, rows):
        self.learned.append(preparation.games.table[rows])
        return super().fit_rows(preparation, rows)

    def forecast_rows(self, preparation, rows, lead):
        self.asked.append((lead, preparation.games.table[rows]))
        return super().forecast_rows(preparation, rows, lead)


@pytest.fixture(scope="module")
def run(games):
    """A backtest of two seasons with a remembering method beside a rule: its table, the methods made, what was told."""
    made, told = [], []
    methods = {"recorder": lambda season: Recorder(season, made), "mean": lambda season: RuleOfThumb("gate_season")}
    table = backtest(games, [2024, 2025], LEADS, methods, progress=lambda *step: told.append(step))
    return table, made, told


def test_each_season_is_learned_from_the_seasons_before_by_a_method_made_anew(games, run):
    _, made, _ = run
    assert [method.season for method in made] == [2024, 2025]
    for method in made:
        (learned,) = method.learned
        before = games.table.filter((pl.col(c.SEASON) < method.season) & (pl.col(c.ATTENDANCE) > 0))
        assert learned.equals(before)


def test_every_scored_game_of_the_season_is_forecast_at_every_lead(games, run):
    _, made, _ = run
    scored = games.table.filter(pl.col(c.ATTENDANCE) > SMALLEST_SCORED_ATTENDANCE)
    for method in made:
        assert [lead for lead, _ in method.asked] == list(LEADS)
        for _, asked in method.asked:
            assert asked.equals(scored.filter(pl.col(c.SEASON) == method.season))


def test_the_table_has_a_row_for_each_method_game_and_lead(games, run):
    table, _, _ = run
    assert table.columns == [MODEL, *FORECAST_COLUMNS]
    assert not table.select(MODEL, c.GAME_ID, LEAD).is_duplicated().any()
    scored = games.table.filter(pl.col(c.ATTENDANCE) > SMALLEST_SCORED_ATTENDANCE, pl.col(c.SEASON) >= 2024)
    assert table.height == 2 * len(LEADS) * scored.height
    assert set(table[MODEL]) == {"recorder", "mean"}
    assert set(table[LEAD]) == {"7", PRESEASON}
    assert set(table[c.SEASON]) == {2024, 2025}
    assert table[MEAN].is_between(SMALLEST_SCORED_ATTENDANCE, 12_000).all()


def test_the_cut_off_of_each_row_is_that_of_its_lead(games, run):
    table = run[0].join(games.table.select(c.GAME_ID, c.DATE), on=c.GAME_ID, maintain_order="left")
    week = table.filter(pl.col(LEAD) == "7")
    assert ((week[c.DATE] - week[AS_OF]).dt.total_days() == 7).all()
    spring = table.filter(pl.col(LEAD) == PRESEASON)
    assert set(spring[AS_OF]) == {dt.date(2024, 2, 29), dt.date(2025, 2, 28)}


def test_progress_counts_methods_and_seasons(run):
    assert run[2] == [
        ("backtest of 2024, recorder", 0, 4),
        ("backtest of 2024, mean", 1, 4),
        ("backtest of 2025, recorder", 2, 4),
        ("backtest of 2025, mean", 3, 4),
        ("backtest", 4, 4),
    ]


@pytest.mark.parametrize(
    ("seasons", "told"),
    [
        ([2024, 1999], "season 1999: got no game with an attendance above 500 among seasons 2022 to 2025"),
        ([2026], "season 2026: got no game with an attendance above 500"),
        ([2024, 2022], "season 2022: got no earlier game to learn from among seasons 2022 to 2025, expected at least"),
    ],
)
def test_a_season_that_cannot_be_forecast_is_refused_before_anything_is_learned(games, seasons, told):
    made = []
    with pytest.raises(InputError, match=told):
        backtest(games, seasons, LEADS, {"recorder": lambda season: Recorder(season, made)})
    assert made == []


def test_games_without_a_season_are_refused():
    undated = Games.from_frame(pl.DataFrame({c.ATTENDANCE: [1000, 2000, 3000]}))
    with pytest.raises(InputError, match=r"season 2019: got no game .* among games without a season"):
        backtest(undated, [2019], [1], {"last": lambda season: RuleOfThumb("gate_last1")})


@pytest.mark.parametrize(("seasons", "leads"), [([], LEADS), ([2024], [])], ids=["no seasons", "no leads"])
def test_a_backtest_of_nothing_is_refused(games, seasons, leads):
    with pytest.raises(InputError, match=r"backtest: got no (seasons|leads), expected at least one"):
        backtest(games, seasons, leads, {"last": lambda season: RuleOfThumb("gate_last1")})


@pytest.mark.parametrize(
    ("text", "lead"), [("1", 1), (" 30 ", 30), ("400", 400), ("preseason", PRESEASON), ("Preseason", PRESEASON)]
)
def test_leads_are_days_or_preseason(text, lead):
    assert parse_lead(text) == lead


@pytest.mark.parametrize("text", ["", "0", "-1", "401", "1.5", "week", "1,7", "٠", "1e2", "9" * 40])
def test_other_leads_are_refused(text):
    with pytest.raises(InputError, match="expected a number of days from 1 to 400, or preseason") as refused:
        parse_lead(text)
    assert repr(text) in str(refused.value)


def test_the_forecast_of_a_season_does_not_depend_on_its_own_gates_after_the_cut_off(games):
    """Before the season a rule sees none of its gates."""
    methods = {"mean": lambda season: RuleOfThumb("gate_season", "gate_last_season", "gate_last81")}
    halved = Games(
        games.table.with_columns(
            pl.when(pl.col(c.SEASON) == 2025)
            .then(pl.col(c.ATTENDANCE) // 2 + 501)
            .otherwise(c.ATTENDANCE)
            .alias(c.ATTENDANCE)
        )
    )
    before, after = (backtest(each, [2025], [PRESEASON], methods) for each in (games, halved))
    both = before.join(after, on=c.GAME_ID, suffix="_after")
    assert both.height == before.height
    np.testing.assert_array_equal(both[MEAN], both[MEAN + "_after"])


class Mean(RuleOfThumb):
    """A rule with arguments, which a backtest can make anew."""

    def __init__(self, feature="gate_season"):
        super().__init__(feature)
        self.feature = feature

    def get_params(self):
        return {"feature": self.feature}


def test_a_method_is_made_anew_from_its_arguments(games):
    method = Mean("gate_last1")
    rows = backtest(games, 2024, 7, {"last": method})
    assert not hasattr(method, "otherwise")
    assert rows.equals(backtest(games, [2024], [7], {"last": lambda season: RuleOfThumb("gate_last1")}))
    assert backtest(games, "2024", "7", method)[MODEL].unique().to_list() == ["Mean"]


def test_forecasts_are_of_the_kind_of_the_games(games):
    rows = backtest(games, 2024, 7, Mean())
    pandas = backtest(games.table.drop("price", strict=False).to_pandas(), 2024, 7, Mean())
    assert pandas["game_id"].tolist() == rows["game_id"].to_list()
    assert pandas[MEAN].tolist() == rows[MEAN].to_list()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("spring", 7, Mean()), "season: got 'spring', expected a year such as 2018, or 2018-19"),
        ((2024, 0, Mean()), "lead: got '0', expected a number of days from 1 to 400, or preseason"),
        ((2024, 7, {"rule": RuleOfThumb("gate_last1")}), "methods, rule: got .*, expected a Forecaster, or a function"),
        ((2024, 7, {}), "backtest: got no methods, expected at least one"),
    ],
)
def test_a_wrong_argument_is_refused_when_it_is_given(games, arguments, message):
    with pytest.raises(InputError, match=message):
        backtest(games, *arguments)


def test_seasons_over_new_year_are_tested_whole():
    dates = [dt.date(year, 10, 5) + dt.timedelta(days=day) for year in (2021, 2022) for day in range(0, 180, 3)]
    winter = Games.from_frame(pl.DataFrame({c.DATE: dates, c.ATTENDANCE: [4000 + day.day for day in dates]}))
    rows = backtest(winter, "2022-23", PRESEASON, Mean("gate_last1"))
    assert rows.height == 60
    assert rows[AS_OF].unique().to_list() == [dt.date(2022, 9, 5)]
