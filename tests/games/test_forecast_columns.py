from gatecast.games.forecast_columns import FORECAST_COLUMNS, QUANTILE_COLUMNS, QUANTILE_LEVELS, quantile_column


def test_forecast_columns_stand_in_the_order_that_the_command_line_promises():
    promised = "game_id, season, lead, as_of, mean, q05, q10, q25, q50, q75, q90, q95, p_sellout"
    assert ", ".join(FORECAST_COLUMNS) == promised


def test_levels_rise_and_each_has_its_column():
    assert list(QUANTILE_LEVELS) == sorted(QUANTILE_LEVELS)
    assert [float(f"0.{name[1:]}") for name in QUANTILE_COLUMNS] == list(QUANTILE_LEVELS)


def test_a_level_that_is_not_exact_in_binary_still_names_its_column():
    assert quantile_column(0.1 + 0.2 - 0.01) == "q29"
