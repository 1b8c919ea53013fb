"""A game is changed on its page: moved, postponed, cancelled, played as a doubleheader, undone; by two people at once."""

import datetime as dt
import re

import polars as pl
import pytest

from gatecast.games import columns as c
from gatecast.service.game import game_row
from gatecast.service.homestands import risks_if_by_hand, view_of_game
from gatecast.service.overrides import override_score

MOVED = "moved"


@pytest.fixture
def club(visit, own_service):
    return visit(own_service), own_service


def coming(service, place=0):
    return service.upcoming(service.club()).table.row(place, named=True)


def form_of(page):
    """The fields of the form of details, as a browser would send them."""
    form = page.split('/edit" autocomplete')[1].split("</form>")[0]
    fields = dict(re.findall(r'<input[^>]* name="([^"]+)" value="([^"]*)"', form))
    for name, options in re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options)
        fields[name] = chosen[1] if chosen else ""
    return fields


def test_a_game_is_postponed_played_as_a_doubleheader_and_undone(club):
    visitor, service = club
    first, other = coming(service), coming(service, 3)
    page = f"/games/{first[c.GAME_ID]}"
    assert visitor.post(f"{page}/aside", data={"status": "postponed"}).status_code == 303
    aside = visitor.get(page)
    assert aside.status_code == 200
    assert "has no new day yet" in aside.text
    assert "Postponed and cancelled" in visitor.get("/").text
    assert visitor.post(f"{page}/move", data={"together": other[c.GAME_ID], "place": "2"}).status_code == 303
    assert game_row(service, first[c.GAME_ID])[c.DATE] == other[c.DATE]
    assert game_row(service, other[c.GAME_ID])[c.NUMBER] == 1
    shown = visitor.get(f"{page}/edit?done=moved").text
    assert "The game is moved." in shown
    for _ in range(2):
        undo = re.search(rf'action="({page}/undo/\d+)"', visitor.get(f"{page}/edit").text)
        assert visitor.post(undo[1]).status_code == 303
    assert game_row(service, first[c.GAME_ID]) == first
    assert game_row(service, other[c.GAME_ID]) == other


def test_the_page_of_a_moved_game_its_plan_and_files_say_that_the_forecast_is_out_of_date(club):
    visitor, service = club
    game = coming(service)
    assert "out of date" not in visitor.get("/").text + visitor.get("/plan").text
    visitor.post(f"/games/{game[c.GAME_ID]}/move", data={"date": str(game[c.DATE]), "start_time": "12:05"})
    for page in ("/", "/plan", f"/games/{game[c.GAME_ID]}"):
        text = visitor.get(page).text
        assert re.search(r"out of date|Changed since this forecast", text), page
        assert "Update forecast" in text
    assert "The forecast is out of date" in visitor.get("/plan.json").json()["notice"]


def test_details_are_saved_and_two_tabs_that_change_different_fields_both_count(club):
    visitor, service = club
    game = coming(service)
    page = f"/games/{game[c.GAME_ID]}/edit"
    one = two = form_of(visitor.get(page).text)
    assert visitor.post(page, data={**one, c.PROMOTION: "fireworks"}).status_code == 303
    assert visitor.post(page, data={**two, c.CAPACITY: "6100"}).status_code == 303
    stored = game_row(service, game[c.GAME_ID])
    assert (stored[c.PROMOTION], stored[c.CAPACITY]) == ("fireworks", 6100)
    clash = visitor.post(page, data={**two, c.PROMOTION: "bobblehead"})
    assert clash.status_code == 409
    assert "somebody else" in clash.text
    assert "stored now: fireworks" in clash.text
    assert 'value="bobblehead"' in clash.text
    assert game_row(service, game[c.GAME_ID])[c.PROMOTION] == "fireworks"


def test_wrong_values_are_told_beside_their_fields_and_nothing_is_saved(club):
    visitor, service = club
    game = coming(service)
    page = f"/games/{game[c.GAME_ID]}/edit"
    answer = visitor.post(page, data={**form_of(visitor.get(page).text), c.DATE: "soon", c.CAPACITY: "7000"})
    assert answer.status_code == 422
    assert "expected" in answer.text.split('id="edit-date-error"')[1][:200]
    assert game_row(service, game[c.GAME_ID]) == game
    assert visitor.post(f"/games/{game[c.GAME_ID]}/move", data={}).status_code == 422


def test_a_figure_set_by_hand_is_planned_with_shown_everywhere_and_scored_after_the_game(club):
    visitor, service = club
    game = coming(service)[c.GAME_ID]
    page = f"/games/{game}/by-hand"
    assert visitor.post(page, data={"people": "5200", "reason": "school trip"}).status_code == 303
    shown = visitor.get(page).text
    assert 'name="people" value="5200"' in shown
    assert 'name="reason" value="school trip"' in shown
    # The numbers in force are those of the plan, and the model's say for how many people they are.
    here, made = view_of_game(service, game).plan, {}
    for name, plan in (("model", here.model.decisions), ("in force", here.decisions)):
        rows = plan.table.filter(pl.col("game_id") == game, pl.col("name") == "ushers")
        made[name] = rows["choice"][0]
    assert made["in force"] > made["model"]
    row = shown[shown.index(">Ushers") :].split("</tr>")[0]
    at = round(service.latest(service.club()).filter(pl.col(c.GAME_ID) == game)["mean"][0], -1)
    assert f'data-label="Model, at {at:,.0f}" class="right quiet">{made["model"]}<' in row
    assert f'data-label="In force, at 5,200" class="right figure">{made["in force"]}<' in row
    both = {"people": "5200", "number:staff:ushers": "25", "reason": "training"}
    assert visitor.post(page, data=both).status_code == 303
    shown = visitor.get(page).text
    assert "If the model is right" in shown
    assert "chances and costs of both numbers assume the 5,200 people that you expect" in shown
    view = view_of_game(service, game)
    ushers = view.plan.decisions.table.row(
        by_predicate=(pl.col("game_id") == game) & (pl.col("name") == "ushers"), named=True
    )
    assert risks_if_by_hand(service, view, game)["staff", "ushers"].alone > ushers["risk_alone"]
    assert "5,200" in visitor.get("/").text
    plan = visitor.get("/plan").text.split('id="hand"')[1]
    assert "school trip" in plan
    assert "training" in plan
    document = visitor.get("/plan.json").json()
    assert {(row["kind"], row["by_hand"]) for row in document["by_hand"]} == {("forecast", 5200), ("staff", 25)}
    chosen = next(row for row in document["decisions"] if (row["game_id"], row["name"]) == (game, "ushers"))
    assert chosen["choice"] == 25
    assert "By hand: ushers: 25 instead of" in visitor.get("/plan.ics").text.replace("\r\n ", "")
    model = service.latest(service.club()).filter(pl.col(c.GAME_ID) == game)["mean"][0]
    service.store.record_outcomes(pl.DataFrame({c.GAME_ID: [game], c.ATTENDANCE: [5100]}))
    after = visitor.get(f"/games/{game}").text
    assert f"closer by {round(5100 - model) - 100:,}" in after
    assert "Ushers: 25 by hand" in after
    track = visitor.get("/track").text
    assert "you were closer 1 time, the model 0 times" in track
    assert "Numbers set by hand in 1 decision" in track
    scores = visitor.get("/api/v1/overrides/scores").json()
    assert (scores["forecasts"][0]["hand_error"], scores["numbers"][0]["by_hand"]) == (100, 25)


def test_an_order_of_stock_that_keeps_is_set_by_hand_and_scored_with_the_orders_of_its_homestand(club):
    visitor, service = club
    operations = service.operations()
    item = operations.stock[0].model_copy(update={"shelf_life_days": 3})
    service.save_operations(operations.model_copy(update={"stock": (item,)}))
    stand = visitor.get("/plan.json").json()
    orders = {row["game_id"]: row["choice"] for row in stand["decisions"] if row["name"] == item.name}
    game = next(iter(orders))
    page, field = f"/games/{game}/by-hand", f"number:stock:{item.name}"
    assert "Stock that keeps is set for the game that its delivery comes for" in visitor.get(page).text
    assert visitor.post(page, data={field: str(orders[game] + 40), "reason": "free soda"}).status_code == 303
    told = visitor.get("/plan.json").json()["by_hand"][0]
    assert (told["by_hand"], told["model"]) == (orders[game] + 40, orders[game])
    assert told["cost"] > told["model_cost"]
    assert "free soda" in visitor.get(page).text
    assert f"{told['cost']:,.0f}" in visitor.get(page).text
    assert "free soda" in visitor.get("/plan").text.split('id="hand"')[1]
    assert f"By hand: {item.name}: {told['by_hand']:,.0f} instead of" in visitor.get("/plan.ics").text.replace(
        "\r\n ", ""
    )
    means = dict(service.latest(service.club()).select(c.GAME_ID, "mean").iter_rows())

    def played(games):
        service.store.record_outcomes(pl.DataFrame({c.GAME_ID: games, c.ATTENDANCE: [round(means[g]) for g in games]}))

    played([game])
    assert override_score(service, service.club()).numbers == ()  # what is left of the order is still to be sold
    played([each for each in orders if each != game])
    # Asked once: who did not send a change may be shown the answer of some seconds before.
    scored = visitor.get("/api/v1/overrides/scores").json()["numbers"]
    assert (scored[0]["by_hand"], scored[0]["model"]) == (orders[game] + 40, orders[game])
    assert scored[0]["hand_error"] >= scored[0]["model_error"]


def test_a_figure_is_given_back_to_the_model(club):
    visitor, service = club
    game = coming(service)[c.GAME_ID]
    before = visitor.get("/plan.json").json()
    visitor.post(f"/games/{game}/by-hand", data={"people": "5200"})
    assert visitor.get("/plan.json").json()["decisions"] != before["decisions"]
    visitor.post(f"/games/{game}/by-hand/back", data={"kind": "forecast", "name": ""})
    assert visitor.get("/plan.json").json() == before


@pytest.mark.parametrize("data", [{"people": "many"}, {"people": "7000"}, {"number:staff:ushers": "-3"}, {}])
def test_a_figure_that_cannot_be_is_refused_and_kept_in_the_form(club, data):
    visitor, service = club
    answer = visitor.post(f"/games/{coming(service)[c.GAME_ID]}/by-hand", data=data)
    assert answer.status_code == 422
    assert all(f'value="{text}"' in answer.text for text in data.values())
    assert service.store.overrides() == []


def test_games_that_a_schedule_has_on_another_day_are_shown_as_moved(club):
    visitor, service = club
    games = service.upcoming(service.club()).table.head(6).select(c.DATE, c.START_TIME, c.HOME, c.VISITOR, c.GAME_ID)
    moved = games.row(1, named=True)
    day = games[c.DATE][5] + dt.timedelta(days=1)
    table = games.with_columns(
        pl.when(pl.col(c.GAME_ID) == moved[c.GAME_ID]).then(pl.lit(day)).otherwise(c.DATE).alias(c.DATE)
    )
    content = table.drop(c.GAME_ID).write_csv().encode()

    def upload():
        answer = visitor.post("/data/uploads", files={"file": ("schedule.csv", content, "text/csv")})
        return answer.headers["location"]

    place = upload()
    shown = visitor.get(place).text
    assert "Games that moved" in shown
    fields = {"shown_move": re.search(r'name="shown_move" value="([^"]+)"', shown)[1]}
    assert visitor.post(place, data={**fields, "do": "check"}).status_code == 303
    assert "<b>1</b> games added" in visitor.get(place).text
    report = visitor.post(place, data={**fields, MOVED: fields["shown_move"], "do": "import"})
    assert "0 added, 1 changed" in report.text
    assert "Next:" in report.text
    assert game_row(service, moved[c.GAME_ID])[c.DATE] == day
    assert "0 added, 0 changed" in visitor.post(upload(), data={"do": "import"}).text
