import json

import polars as pl

from gatecast.games import columns as c

from .conftest import left_in


def test_what_plans_were_worth(run, files, tmp_path, league):
    past = league.games.table.filter(pl.col(c.SEASON) == 2024)
    spread = {"q05": 0.8, "q10": 0.85, "q25": 0.93, "q50": 1.0, "q75": 1.07, "q90": 1.15, "q95": 1.2}
    gate = pl.col(c.ATTENDANCE).cast(pl.Float64)
    past.select(
        c.GAME_ID,
        c.SEASON,
        lead=pl.lit("7"),
        mean=gate,
        p_sellout=0.1,
        **{name: gate * s for name, s in spread.items()},
    ).write_parquet(tmp_path / "forecasts.parquet")
    ended = run(
        *("evaluate-plan", files / "games.parquet", "--forecasts", "forecasts.parquet"),
        *("--operations", files / "operations.toml", "--out", "value.json"),
    )
    assert ended.code == 0
    value = json.loads((tmp_path / "value.json").read_text())
    entry = next(e for e in value["results"] if (e["season"], e["decision"]) == ("all", "all"))
    assert entry["games"] == past.height
    row = next(line for line in ended.out.splitlines() if " all " in line)
    assert f"${entry['saved_over_naive']['estimate']:,.0f}" in row
    assert f"{entry['captured']['estimate'] * 100:.0f} %" in row
    assert left_in(tmp_path) == ["forecasts.parquet", "value.json"]
