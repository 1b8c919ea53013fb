import csv
import datetime as dt
import io
import math
import re
import zipfile

import numpy as np
import polars as pl
import pytest
import scoringrules

from gatecast.errors import DataError, InputError
from gatecast.evaluate.scores import SCORE_COLUMNS, crps_weights, score, with_attendance
from gatecast.games import Games
from gatecast.games.forecast_columns import QUANTILE_COLUMNS, QUANTILE_LEVELS

LEVELS = dict(zip(QUANTILE_COLUMNS, QUANTILE_LEVELS, strict=True))


def some_games(count=60, **columns):
    rng = np.random.default_rng(4)
    gates = rng.integers(600, 8000, count)
    return Games.from_frame(
        pl.DataFrame(
            {
                "game_id": [f"g{i:03d}" for i in range(count)],
                "date": [dt.date(2024, 4, 1) + dt.timedelta(days=2 * (i % 80)) for i in range(count)],
                "home": ["HAR" if i % 3 else "BAY" for i in range(count)],
                "attendance": gates,
                "capacity": [8000 if i % 2 else int(gates[i]) for i in range(count)],
                **columns,
            }
        )
    )


def some_forecasts(games, leads=("1", "7", "30", "preseason")):
    rng = np.random.default_rng(5)
    rows = []
    for lead in leads:
        for game, gate in games.table.select("game_id", "attendance").rows():
            quantiles = np.sort((gate or 0) + rng.normal(0, 900, len(LEVELS)))
            rows.append(
                {
                    "game_id": game,
                    "lead": lead,
                    "mean": float(quantiles.mean()),
                    **dict(zip(LEVELS, quantiles.tolist(), strict=True)),
                    "p_sellout": float(rng.uniform()),
                }
            )
    return pl.DataFrame(rows)


def oracle(rows):
    """Every score by its definition, one game after another."""
    mean = lambda values: sum(values) / len(values)  # noqa: E731
    pinball = lambda y, q, level: level * (y - q) if y >= q else (1 - level) * (q - y)  # noqa: E731
    inside = lambda low, high: 100 * mean([row[low] - 1 <= row["attendance"] <= row[high] + 1 for row in rows])  # noqa: E731
    ends = [0, *LEVELS.values(), 1]
    widths = {name: (ends[i + 2] - ends[i]) / 2 for i, name in enumerate(LEVELS)}
    gates, errors = [row["attendance"] for row in rows], [row["attendance"] - row["q50"] for row in rows]
    return {
        "games": len(rows),
        "mae": mean([abs(error) for error in errors]),
        "rmse": math.sqrt(mean([(row["attendance"] - row["mean"]) ** 2 for row in rows])),
        "mape": 100 * mean([abs(error) / gate for error, gate in zip(errors, gates, strict=True)]),
        "wape": 100 * sum(abs(error) for error in errors) / sum(gates),
        "pinball": mean(
            [
                mean(
                    [
                        pinball(row["attendance"], row[name], LEVELS[name])
                        for name in ("q10", "q25", "q50", "q75", "q90")
                    ]
                )
                for row in rows
            ]
        ),
        "crps": mean(
            [
                2 * sum(pinball(row["attendance"], row[name], LEVELS[name]) * widths[name] for name in LEVELS)
                for row in rows
            ]
        ),
        "coverage_50": inside("q25", "q75"),
        "coverage_80": inside("q10", "q90"),
        "coverage_90": inside("q05", "q95"),
        "width_80": mean([row["q90"] - row["q10"] for row in rows]),
        "bias": mean(errors),
        "brier": mean([(row["p_sellout"] - (row["attendance"] >= row["capacity"])) ** 2 for row in rows]),
    }


@pytest.mark.parametrize(
    "by", [(), ("lead",), ("lead", "home"), ("weekday",), ("month", "lead"), ("season",), ("venue",)]
)
def test_scores_are_those_of_a_naive_oracle(by):
    games = some_games()
    forecasts = some_forecasts(games)
    known = {row["game_id"]: row for row in games.table.to_dicts()}
    groups = {}
    for row in forecasts.to_dicts():
        game = known[row["game_id"]]
        whole = {**row, **game, "weekday": game["date"].isoweekday(), "month": game["date"].month}
        groups.setdefault(tuple(whole[name] for name in by), []).append(whole)
    table = score(forecasts, games, by)
    assert table.columns == [*by, *SCORE_COLUMNS]
    assert table.height == len(groups)
    for row in table.to_dicts():
        expected = oracle(groups[tuple(row[name] for name in by)])
        assert {name: row[name] for name in SCORE_COLUMNS} == pytest.approx(expected)


def test_crps_is_the_pinball_losses_of_scoringrules_under_the_trapezoid_rule():
    games = some_games()
    forecasts = some_forecasts(games, ("1",))
    gates = games.table["attendance"].to_numpy().astype(float)
    losses = [
        scoringrules.crps_quantile(gates, forecasts.select(name).to_numpy(), np.array([level])) / 2
        for name, level in LEVELS.items()
    ]
    expected = np.average(losses, axis=0, weights=crps_weights(QUANTILE_LEVELS)) * sum(crps_weights(QUANTILE_LEVELS))
    assert score(forecasts, games)["crps"].item() == pytest.approx(expected.mean())


def test_crps_comes_near_the_exact_one_of_a_normal_forecast():
    from scipy.stats import norm

    rng = np.random.default_rng(3)
    count = 4000
    middle = rng.uniform(3000, 7000, count)
    gates = np.round(middle + rng.normal(0, 400, count))
    games = some_games(count, attendance=gates.astype(int), capacity=[9000] * count)
    forecasts = pl.DataFrame(
        {
            "game_id": [f"g{i:03d}" for i in range(count)],
            "lead": ["1"] * count,
            **{name: middle + 400 * norm.ppf(level) for name, level in LEVELS.items()},
        }
    )
    exact = scoringrules.crps_normal(gates, middle, np.full(count, 400.0)).mean()
    assert score(forecasts, games)["crps"].item() == pytest.approx(exact, rel=0.05)


def test_only_gates_above_500_are_scored():
    games = some_games(4, attendance=[500, 501, None, 3000], capacity=[None] * 4)
    assert set(with_attendance(some_forecasts(games), games)["attendance"]) == {501, 3000}
    assert score(some_forecasts(games, ("1",)), games)["games"].item() == 2


def test_a_point_forecast_has_no_scores_of_a_range():
    games = some_games()
    point = some_forecasts(games).select("game_id", "lead", "mean", "q50")
    table = score(point, games)
    known = {name for name in SCORE_COLUMNS if table[name].null_count() == 0}
    assert known == {"games", "mae", "rmse", "mape", "wape", "bias"}
    assert all(table[name].null_count() == table.height for name in SCORE_COLUMNS if name not in known)


def test_rows_without_a_quantile_do_not_count_as_missed_or_as_perfect():
    games = some_games()
    forecasts = some_forecasts(games, ("1",))
    absent = pl.int_range(pl.len()) % 2 == 0
    blanked = forecasts.with_columns(
        pl.when(~absent).then(pl.col(name)).otherwise(float("nan")).alias(name) for name in (*LEVELS, "p_sellout")
    )
    whole, half = score(forecasts.filter(~absent), games), score(blanked, games)
    judged = [name for name in SCORE_COLUMNS if name not in ("games", "rmse")]
    assert half.select(judged).row(0) == pytest.approx(whole.select(judged).row(0))


def test_a_gate_one_person_outside_a_bound_is_inside():
    games = some_games(2, attendance=[2001, 2002], capacity=[None, None])
    forecasts = pl.DataFrame(
        {"game_id": ["g000", "g001"], "lead": ["1", "1"], "q10": [1000, 1000], "q90": [2000, 2000]}
    )
    assert score(forecasts, games)["coverage_80"].item() == 50


def test_brier_leaves_out_games_of_unknown_capacity():
    games = some_games(3, attendance=[5000, 4000, 4000], capacity=[5000, 5000, None])
    forecasts = pl.DataFrame({"game_id": ["g000", "g001", "g002"], "lead": ["1"] * 3, "p_sellout": [0.9, 0.2, 1.0]})
    assert score(forecasts, games)["brier"].item() == pytest.approx((0.1**2 + 0.2**2) / 2)


def test_leads_stand_by_days_with_preseason_last():
    games = some_games()
    assert score(some_forecasts(games, ("preseason", "30", "7", "1")), games)["lead"].to_list() == [
        "1",
        "7",
        "30",
        "preseason",
    ]


def test_a_lead_read_as_a_number_is_the_same_lead():
    games = some_games()
    text = some_forecasts(games, ("1", "7"))
    assert score(text.with_columns(pl.col("lead").cast(pl.Int64)), games).equals(score(text, games))


def test_the_gate_is_that_of_the_games_whatever_the_forecasts_say():
    games = some_games()
    forecasts = some_forecasts(games)
    told = forecasts.with_columns(pl.lit(1).alias("attendance"), pl.lit(1900).alias("season"))
    assert score(told, games, ("season",)).equals(score(forecasts, games, ("season",)))


def test_forecasts_of_no_scored_game_give_no_rows():
    games = some_games(3, attendance=[None] * 3, capacity=[None] * 3)
    assert score(some_forecasts(games), games).height == 0


def test_a_game_and_lead_that_stands_twice_is_refused_but_two_models_are_not():
    games = some_games(3)
    forecasts = some_forecasts(games, ("7",))
    with pytest.raises(DataError, match="game_id g000, lead 7 a second time"):
        score(pl.concat([forecasts, forecasts]), games)
    models = pl.concat([forecasts.with_columns(pl.lit(name).alias("model")) for name in ("ridge", "last gate")])
    assert score(models, games, ("model",))["games"].to_list() == [3, 3]


def test_columns_that_are_not_there_are_named():
    games = some_games(3)
    with pytest.raises(DataError, match=r"'stadium'.*venue"):
        score(some_forecasts(games), games, ("stadium",))
    with pytest.raises(DataError, match="game_id"):
        score(pl.DataFrame({"lead": ["1"]}), games)


def real_games(folder, seasons):
    """The few columns of the game logs that scoring needs."""
    rows = []
    for season in seasons:
        with zipfile.ZipFile(folder / "retrosheet" / f"gl{season}.zip") as archive:
            text = archive.read(archive.namelist()[0]).decode("latin1")
        rows += [
            {
                "game_id": row[6] + row[0] + row[1],
                "date": dt.datetime.strptime(row[0], "%Y%m%d").date(),
                "home": row[6],
                "attendance": int(row[17] or 0),
            }
            for row in csv.reader(io.StringIO(text))
        ]
    return Games.from_frame(pl.DataFrame(rows))


def test_the_peers_published_figures_come_out_of_its_forecasts(shared_data):
    peers = shared_data.parent / "peers"
    if not (peers / "peer-forecasts.parquet").is_file():
        pytest.skip("the peer's forecasts are absent")
    published = re.findall(r"^\| (\w+) \| (\d{4}) \| (.+) \|$", (peers / "README.md").read_text(), re.MULTILINE)
    forecasts = pl.read_parquet(peers / "peer-forecasts.parquet").rename({"point": "mean"})
    games = real_games(shared_data, (2018, 2019, 2022))
    ranges = score(forecasts, games, ("lead", "season"))
    points = score(forecasts.with_columns(q50="mean"), games, ("lead", "season"))
    assert len(published) == 12
    for lead, season, figures in published:
        here = (pl.col("lead") == lead) & (pl.col("season") == int(season))
        count, mae, rmse, mape, wape, pinball, inside = map(float, figures.split(" | "))
        point, quantiles = points.row(by_predicate=here, named=True), ranges.row(by_predicate=here, named=True)
        assert (point["games"], round(point["mae"]), round(point["rmse"])) == (count, mae, rmse)
        assert (point["mape"], point["wape"]) == pytest.approx((mape, wape), abs=0.051)
        assert (quantiles["pinball"], quantiles["coverage_80"]) == pytest.approx((pinball, inside), abs=0.051)


def test_a_column_to_group_by_may_be_given_alone():
    games = some_games()
    forecasts = some_forecasts(games)
    assert score(forecasts, games, by="lead").equals(score(forecasts, games, by=("lead",)))


def test_a_column_that_is_in_neither_table_is_refused_with_the_choices():
    games = some_games()
    with pytest.raises(DataError, match=r"got a score by 'lead', expected columns of the forecasts .*: .*weekday"):
        score(some_forecasts(games, leads=("7",)).drop("lead"), games, by="lead")


def test_a_score_is_of_the_kind_of_the_forecasts():
    games = some_games()
    forecasts = some_forecasts(games)
    expected = score(forecasts, games)
    pandas = score(forecasts.to_pandas(), games.table.to_pandas())
    assert pl.from_pandas(pandas).equals(expected)
    assert pl.from_arrow(score(forecasts.to_arrow(), games)).equals(expected)
    assert score(forecasts.lazy(), games.table.lazy()).collect().equals(expected)
    with pytest.raises(InputError, match="forecasts: got list, expected games or a data frame"):
        score([1], games)
