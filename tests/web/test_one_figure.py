"""One figure for each quantity: every page, the workbook, the API and the files of one homestand say the same."""

import io
import re

import openpyxl
import polars as pl
import pytest

from gatecast.formatting import money, number, percent, rounded, rounded_people
from gatecast.service.overrides import set_forecast
from gatecast.service.season import season_view

from .pages.test_game import text_of

GAME = "games/{}"


@pytest.fixture(scope="module")
def stand(sample_club):
    """The last homestand of the season: none of its games is played."""
    return season_view(sample_club, sample_club.club()).homestands[-1]


@pytest.fixture(scope="module")
def games(stand):
    return {game.row["game_id"]: game.forecast for game in stand.games}


@pytest.fixture
def visitor(sample_club, visit):
    return visit(sample_club)


@pytest.fixture
def address(stand):
    return f"season=2025&stand={stand.number}"


def shown(games):
    """The figure of each game, and their total."""
    figures = {game: rounded_people(forecast["mean"]) for game, forecast in games.items()}
    return figures, sum(figures.values())


def sheet_of(content, name):
    """A sheet of a workbook as rows by header, the last of them its totals."""
    rows = [list(row) for row in openpyxl.load_workbook(io.BytesIO(content))[name].iter_rows(values_only=True)]
    head = [str(cell).replace("\n", " ") for cell in rows[3]]
    return [dict(zip(head, row, strict=True)) for row in rows[4:] if row[-1] is not None or row[0] == "Total"]


def test_expected_attendance_is_the_same_on_every_page_and_adds_up(visitor, games, stand, address):
    figures, total = shown(games)
    calendar, plan = text_of(visitor.get("/?season=2025")), text_of(visitor.get(f"/plan?{address}"))
    assert f"{number(total)} expected" in calendar
    for game, forecast in games.items():
        figure = number(figures[game])
        date = stand.games[list(games).index(game)].row["date"]
        assert re.search(rf'{date.day} [A-Z][a-z]+, [^"]*: {figure} expected"', visitor.get("/?season=2025").text)
        assert f"{figure} expected" in text_of(visitor.get(f"/games/{game}"))
        low, high = rounded(forecast["q10"]), rounded(forecast["q90"])
        assert f"{figure} {low}–{high}" in plan
        assert f"{percent(forecast['p_sellout'])}" in plan


def test_expected_attendance_is_the_same_in_the_files_and_the_api(visitor, games, address):
    figures, total = shown(games)
    written = pl.read_csv(visitor.get("/forecast.csv").content).filter(pl.col("game_id").is_in(list(games)))
    assert dict(written.select("game_id", "expected").iter_rows()) == figures
    assert dict(written.select("game_id", "mean").iter_rows()) == {game: each["mean"] for game, each in games.items()}
    listed = visitor.get("/api/v1/forecasts", params={"latest": True, "limit": 200}).json()["items"]
    assert {each["game_id"]: each["expected"] for each in listed if each["game_id"] in games} == figures
    *rows, totals = sheet_of(visitor.get(f"/plan.xlsx?{address}").content, "Summary")
    assert [row["Tickets expected"] for row in rows] == list(figures.values())
    assert totals["Tickets expected"] == total
    book = sheet_of(visitor.get("/forecast.xlsx").content, "Forecast")
    assert [row["Expected"] for row in book[-1 - len(games) : -1]] == list(figures.values())
    assert book[-1]["Expected"] == sum(row["Expected"] for row in book[:-1])


def test_what_if_and_reasons_start_from_the_same_figure(visitor, games, compiled_once):
    figures, _ = shown(games)
    game = next(iter(games))
    answer = text_of(visitor.get(f"/games/{game}/what-if", params={"promotion": "bobblehead"}))
    assert f"Expected {number(figures[game])} " in answer
    reasons = text_of(visitor.get(f"/games/{game}/reasons"))
    assert f"and {number(figures[game])} at this one" in reasons


def test_people_through_the_gates_and_money_add_up(visitor, games, address):
    told = visitor.get(f"/plan.json?{address}").json()
    people = [rounded_people(game["people_mean"]) for game in told["games"]]
    costs = [game["expected_cost"] for game in told["games"]]
    assert all(cost == round(cost) for cost in costs)
    assert sum(costs) == sum(row["expected_cost"] for row in told["decisions"])
    page = visitor.get(f"/plan?{address}")
    text = text_of(page)
    assert f"{number(sum(people))} people are expected through the gates" in text
    assert f"{money(sum(costs), '$')} expected cost" in text
    for game, cost in zip(told["games"], costs, strict=True):
        assert f"{rounded(game['people_mean'])} {percent(game['p_sellout'])} {money(cost, '$')}" in text
    *rows, totals = sheet_of(visitor.get(f"/plan.xlsx?{address}").content, "Summary")
    assert [row["People in expected"] for row in rows] == people
    assert (totals["People in expected"], totals["Expected cost"]) == (sum(people), sum(costs))
    by_kind = dict.fromkeys(("staff", "stock", "transport"), 0.0)
    for row in told["decisions"]:
        by_kind[row["kind"]] += row["expected_cost"]
    for kind, cost in by_kind.items():
        assert money(cost, "$") in re.search(rf'aria-labelledby="{kind}">.*?</section>', page.text, re.DOTALL)[0]


def test_ranges_and_dots_stay_within_the_seats(visitor, games):
    for game in games:
        page = visitor.get(f"/games/{game}").text
        seats = [float(x) for x in re.findall(r'class="seats" x1="([\d.]+)"', page)]
        dots = [float(x) for x in re.findall(r'class="dot(?: full)?" cx="([\d.]+)"', page)]
        assert not seats or max(dots[:20]) <= seats[0] + 1


def test_games_without_stated_seats_have_no_fill_colour(own_service, visit):
    table = own_service.home_games(own_service.club()).table
    frame = table.select("game_id", "date", "home", "visitor", "attendance")
    own_service.store.import_games(frame.with_columns(pl.lit(None, pl.Int64).alias("capacity")), erase=True)
    page = visit(own_service).get("/").text
    days = re.findall(r'<a class="day ([^"]+)"', page)
    assert days
    assert all("fill-" not in each for each in days)


def test_an_attendance_set_by_hand_counts_on_every_page_beside_the_models(own_service, visit, games, address):
    game, *others = games
    model = rounded_people(games[game]["mean"])
    set_forecast(own_service, game, model + 500, "a group of 500")
    visitor = visit(own_service)
    total = model + 500 + sum(rounded_people(games[each]["mean"]) for each in others)
    by_hand, beside = number(model + 500), number(model)
    calendar = visitor.get("/?season=2025").text
    plan = text_of(visitor.get(f"/plan?{address}"))
    assert f"{number(total)} expected" in re.sub("<[^>]+>", "", calendar)
    assert f"{by_hand} expected by hand, {beside} by the model" in calendar
    assert f"attendance of {number(total)} expected in all" in plan
    assert f"Attendance {by_hand} {beside}" in plan
    assert f"{by_hand} by hand; model {beside}" in text_of(visitor.get("/games"))
    page = text_of(visitor.get(f"/games/{game}"))
    assert f"{by_hand} expected by hand" in page
    assert f"{beside} expected by the model" in page
    written = pl.read_csv(visitor.get("/forecast.csv").content)
    rows = {row["game_id"]: row for row in written.to_dicts()}
    assert [rows[game][name] for name in ("expected", "expected_by_hand", "by_hand_reason")] == [
        model,
        model + 500,
        "a group of 500",
    ]
    assert all(rows[each]["expected_by_hand"] is None for each in others)
    *_, totals = book = sheet_of(visitor.get("/forecast.xlsx").content, "Forecast")
    assert [row["Expected by hand"] for row in book if row["Reason"] == "a group of 500"] == [model + 500]
    assert totals["Expected by hand"] == totals["Expected"] + 500
    assert totals["Expected"] == written["expected"].sum()
    listed = visitor.get("/api/v1/forecasts", params={"latest": True, "game_id": game}).json()["items"]
    assert [(each["expected"], each["expected_by_hand"]) for each in listed] == [(model, model + 500)]
    summary = sheet_of(visitor.get(f"/plan.xlsx?{address}").content, "Summary")
    assert summary[0]["Tickets expected"] == model + 500
    assert summary[-1]["Tickets expected"] == total
