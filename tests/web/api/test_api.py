"""The API: what it gives and takes, and what it says when something is amiss."""

import time
from pathlib import Path

import httpx
import polars as pl
import pytest

GAME, CLUB = "QUI202506100", "Quillport Lanterns"
DOCS = Path(__file__).parents[3] / "docs" / "api.md"
JSON = {"content-type": "application/json"}


@pytest.fixture
def api(visit, own_service):
    return visit(own_service)


def test_games_in_pages(visit, sample_club):
    visitor = visit(sample_club)
    first = visitor.get("/api/v1/games", params={"season": 2025, "limit": 40}).json()
    assert (len(first["items"]), first["total"]) == (40, 48)
    rest = visitor.get(first["next"]).json()
    assert (len(rest["items"]), rest["next"]) == (8, None)
    game = visitor.get(f"/api/v1/games/{GAME}").json()
    assert game in rest["items"] + first["items"]
    assert (game["date"], game["start_time"], game["attendance"]) == ("2025-06-10", "18:35", None)
    assert game["price"] == 15.5
    days = visitor.get("/api/v1/games", params={"from": "2025-06-10", "to": "2025-06-12"}).json()
    assert days["total"] == 3


def test_a_next_page_is_linked(visit, sample_club):
    answer = visit(sample_club).get("/api/v1/forecasts", params={"limit": 10})
    assert answer.headers["link"] == f'<{answer.json()["next"]}>; rel="next"'


def test_forecasts_as_they_were_issued(visit, sample_club):
    visitor = visit(sample_club)
    told = visitor.get("/api/v1/forecasts", params={"game_id": GAME}).json()["items"]
    stored = sample_club.store.forecasts([GAME])
    assert [each["q50"] for each in told] == stored["q50"].to_list()
    (last,) = visitor.get("/api/v1/forecasts", params={"game_id": GAME, "latest": True}).json()["items"]
    assert last == told[-1]
    assert last["capacity"] == 6200


def test_answers_carry_an_etag_until_something_changes(api):
    first = api.get("/api/v1/outcomes")
    again = api.get("/api/v1/outcomes", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    told = api.post("/api/v1/outcomes", json=[{"game_id": GAME, "attendance": 3100, "scanned": 2600}]).json()
    assert (told["changed"], told["refused"]) == (1, [])
    api.cookies = httpx.Cookies()
    answer = api.get("/api/v1/outcomes", headers={"if-none-match": first.headers["etag"]})
    assert answer.status_code == 200
    assert answer.json()["total"] == first.json()["total"] + 1


def test_games_are_imported_once_and_refused_by_cell(api):
    rows = [
        {"date": "2025-09-01", "home": CLUB, "visitor": "Kites", "capacity": 6200, "price": 18.5},
        {"date": "2025-09-02", "visitor": "Kites"},
        {"date": "2025-09-02", "home": CLUB, "capacity": 100, "attendance": 5000},
    ]
    tried = api.post("/api/v1/games", params={"dry_run": True}, json=rows).json()
    assert (tried["import_id"], tried["added"]) == (None, 1)
    told = api.post("/api/v1/games", json=rows).json()
    assert told["added"] == 1
    assert [(each["row"], each["column"]) for each in told["refused"]] == [(2, "home"), (3, "attendance")]
    (listed,) = [each for each in api.get("/api/v1/imports").json()["items"] if each["import_id"] == told["import_id"]]
    assert (listed["added"], listed["undone_at"]) == (1, None)
    again = api.post("/api/v1/games", json=rows[:1]).json()
    assert (again["import_id"], again["unchanged"]) == (None, 1)
    undone = api.post(f"/api/v1/imports/{told['import_id']}/undo")
    assert undone.json()["withdrawn"] == 1
    assert api.post(f"/api/v1/imports/{told['import_id']}/undo").status_code == 409
    assert api.post("/api/v1/imports/999/undo").status_code == 404


def test_tickets(api):
    told = api.post("/api/v1/tickets", json=[{"game_id": GAME, "as_of": "2025-06-08", "tickets": 2500}]).json()
    assert told["added"] == 1
    rows = api.get("/api/v1/tickets", params={"limit": 500, "offset": 0}).json()
    assert {"game_id": GAME, "as_of": "2025-06-08", "tickets": 2500} in rows["items"] or rows["total"] > 500


def test_forecast_plan_and_what_if(api, own_service):
    issued = api.post("/api/v1/forecasts").json()
    assert issued["games"] == 18
    assert own_service.store.forecasts()["issue_id"].max() == issued["issue_id"]
    assert api.post("/api/v1/forecasts").json() == {**issued, "new": False}
    plan = api.post("/api/v1/plans/preview").json()
    assert plan["format"] == "gatecast plan"
    kept = api.post("/api/v1/plans").json()
    assert (kept["new"], kept["plan"]) == (True, plan)
    assert api.post("/api/v1/plans").json() == {**kept, "new": False}
    assert [each["plan_id"] for each in api.get("/api/v1/plans").json()["items"]] == [kept["plan_id"]]
    assert api.get(f"/api/v1/plans/{kept['plan_id']}").json() == kept["plan"]
    asked = {"changes": {GAME: {"precipitation": "rain", "temperature_c": 8}}}
    told = api.post("/api/v1/what-if", json=asked).json()
    (game,) = told["games"]
    assert game["game_id"] == GAME
    assert game["after"]["mean"] < game["before"]["mean"]


def test_another_home_stand_on_other_operations(visit, sample_club):
    visitor = visit(sample_club)
    usher = {"name": "ushers", "people_per_shift": 100, "cost": 50, "shortage_cost": 400}
    asked = {"season": 2025, "operations": {"crowd": {"show_rate": 0.9}, "staff": [usher]}}
    plans = [visitor.post("/api/v1/plans/preview", json={**asked, "stand": stand}) for stand in range(1, 20)]
    stands = {tuple(game["game_id"] for game in plan.json()["games"]) for plan in plans if plan.status_code == 200}
    assert len(stands) > 1
    assert {plan.status_code for plan in plans} == {200, 404, 409}
    assert {each["name"] for plan in plans for each in plan.json().get("decisions", [])} == {"ushers"}


def test_operations(api):
    operations = api.get("/api/v1/operations").json()
    operations["staff"][0]["cost"] = 99
    assert api.ask("PUT", "/api/v1/operations", json=operations).json() == operations
    assert api.get("/api/v1/operations").json() == operations
    operations["staff"][0]["cost"] = "ninety"
    refused = api.ask("PUT", "/api/v1/operations", json=operations)
    assert refused.status_code == 422
    assert "ninety" in refused.json()["detail"]


def test_the_track_record(visit, sample_club):
    told = visit(sample_club).get("/api/v1/track").json()
    assert told["overall"]["games"] == 102
    assert [row["first_day"] for row in told["by_lead"]] == [1, 4, 11, 41]
    assert [row["season"] for row in told["by_season"]] == [2024, 2025]
    assert told["watch"]["told"]


def test_clubs(visit, sample_club):
    told = visit(sample_club).get("/api/v1/clubs").json()
    (own,) = [each for each in told["items"] if each["own"]]
    assert (own["club"], own["to_come"], own["as_of"]) == (CLUB, 18, "2025-06-08")
    assert told["model"] == sample_club.model_id()


def test_a_game_whose_id_holds_a_slash(api):
    row = {"game_id": "2025/09/01?1", "date": "2025-09-01", "start_time": "19:05", "home": CLUB}
    assert api.post("/api/v1/games", json=[row]).json()["added"] == 1
    game = api.get("/api/v1/games/2025%2F09%2F01%3F1").json()
    assert {name: game[name] for name in row} == row
    assert api.get("/api/v1/games/2025/09/01%3F1").json() == game


def test_answers_are_never_from_before_a_change(api):
    for day in ("2024-12-05", "2024-12-06"):
        before = api.get("/api/v1/tickets").json()["total"]
        assert api.post("/api/v1/tickets", json=[{"game_id": GAME, "as_of": day, "tickets": 9}]).json()["added"] == 1
        assert api.get("/api/v1/tickets").json()["total"] == before + 1
    imports = api.get("/api/v1/imports").json()["total"]
    assert api.post("/api/v1/outcomes", json=[{"game_id": GAME, "attendance": 1}]).status_code == 200
    assert api.get("/api/v1/imports").json()["total"] == imports + 1


def test_what_another_process_writes_shows_soon(api, own_service):
    before = api.get("/api/v1/tickets").json()["total"]
    frame = pl.DataFrame({"game_id": [GAME], "as_of": ["2025-06-08"], "tickets": [2500]})
    own_service.store.record_tickets(frame)
    time.sleep(0.3)
    assert api.get("/api/v1/tickets").json()["total"] == before + 1


@pytest.mark.parametrize(
    ("path", "body", "row", "column"),
    [
        ("games", [{}, {"temperature_c": "warm"}], 2, "temperature_c"),
        ("games", [{"date": "2025-02-30"}], 1, "date"),
        ("games", [{"rain": "much"}], 1, ""),
        ("outcomes", [{"game_id": GAME, "attendance": 3100.5}], 1, "attendance"),
        ("outcomes", [{"game_id": GAME, "gate": 3100}], 1, "gate"),
        ("tickets", [{"game_id": GAME, "tickets": 5}], 1, "as_of"),
        ("what-if", {"changes": {GAME: {}}}, None, f"changes.{GAME}"),
        ("plans/preview", {"stand": 0}, None, "stand"),
    ],
)
def test_what_is_amiss_has_a_place(visit, sample_club, path, body, row, column):
    answer = visit(sample_club).post(f"/api/v1/{path}", json=body)
    assert answer.status_code == 422
    first = answer.json()["errors"][0]
    assert (first["row"], first["column"]) == (row, column)


@pytest.mark.parametrize(
    ("method", "path", "more", "status"),
    [
        ("GET", "/api/v1/games/nowhere", {}, 404),
        ("GET", "/api/v1/games?club=Nobody", {}, 404),
        ("GET", "/api/v1/games?limit=0", {}, 422),
        ("GET", "/api/v1/games?season=99999999999999999999", {}, 422),
        ("GET", "/api/v1/plans/5", {}, 404),
        ("GET", "/api/v1/plans/99999999999999999999", {}, 422),
        ("GET", "/api/v1/nothing", {}, 404),
        ("DELETE", "/api/v1/games", {}, 405),
        ("POST", "/api/v1/games", {"json": []}, 422),
        ("POST", "/api/v1/games", {"json": [{"nothing": 1}]}, 422),
        ("POST", "/api/v1/games", {"content": b"{", "headers": JSON}, 400),
        ("POST", "/api/v1/games", {"content": b"[NaN]", "headers": JSON}, 400),
        ("POST", "/api/v1/games", {"content": b"[" * 100_000, "headers": JSON}, 400),
        ("POST", "/api/v1/games", {"content": b"date\n2025-09-01", "headers": {"content-type": "text/csv"}}, 415),
        ("GET", "/api/v1/games?seasons=2025", {}, 422),
        ("POST", "/api/v1/outcomes", {"json": [{"game_id": GAME, "attendance": -5}]}, 422),
        ("POST", "/api/v1/what-if", {"json": {"changes": {"x": {"sky": "sunny"}}}}, 422),
        ("POST", "/api/v1/what-if", {"json": {"changes": {GAME: {"attendance": 5}}}}, 422),
        ("POST", "/api/v1/plans/preview", {"json": {"operations": {}}}, 422),
        ("POST", "/api/v1/forecasts?club=Velmora Kites", {}, 409),
        ("PUT", "/api/v1/operations", {"json": {}}, 422),
    ],
)
def test_problems_are_told_as_documents(visit, sample_club, method, path, more, status):
    answer = visit(sample_club).ask(method, path, **more)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status
    assert answer.json()["detail"]


def test_the_page_and_the_docs_show_every_operation(visit, sample_club):
    visitor = visit(sample_club)
    document = visitor.get("/api/v1/openapi.json").json()
    page, docs = visitor.get("/api/v1/docs").text, DOCS.read_text(encoding="utf-8")
    for path, operations in document["paths"].items():
        for method in operations:
            assert f"{method.upper()} {path}" in page
            assert f"`{method.upper()} {path.removeprefix('/api/v1')}`" in docs


def test_every_operation_asks_for_a_token_and_describes_its_problems(visit, sample_club):
    document = visit(sample_club).get("/api/v1/openapi.json").json()
    for operations in document["paths"].values():
        for operation in operations.values():
            assert operation["security"] == [{"HTTPBearer": []}]
            problems = [told for code, told in operation["responses"].items() if code != "200"]
            assert {tuple(told["content"]) for told in problems} == {("application/problem+json",)}
            (answer,) = operation["responses"]["200"]["content"].values()
            assert answer["schema"]["$ref"].startswith("#/components/schemas/")


def test_each_encoding_has_an_etag_of_its_own_and_either_is_known_again(api):
    plain = api.get("/api/v1/games?limit=50", headers={"accept-encoding": "identity"})
    zipped = api.get("/api/v1/games?limit=50", headers={"accept-encoding": "gzip"})
    assert (plain.content, zipped.headers["content-encoding"]) == (zipped.content, "gzip")
    assert plain.headers["etag"] != zipped.headers["etag"]
    for answer in (plain, zipped):
        again = api.get("/api/v1/games?limit=50", headers={"if-none-match": answer.headers["etag"]})
        assert again.status_code == 304


def test_games_that_come_in_while_a_list_is_read_repeat_none_and_hide_none(api):
    every = [each["game_id"] for each in api.get("/api/v1/games?limit=500").json()["items"]]
    first = api.get("/api/v1/games?limit=10").json()
    row = {"game_id": "EARLY", "home": api.get("/api/v1/clubs").json()["items"][0]["club"], "date": "1999-05-01"}
    assert api.post("/api/v1/games", json=[row]).json()["added"] == 1
    seen, following = [each["game_id"] for each in first["items"]], first["next"]
    while following and len(seen) < len(every):
        page = api.get(following).json()
        seen += [each["game_id"] for each in page["items"]]
        following = page["next"]
    assert seen == every[: len(seen)]


def test_a_cursor_that_no_page_gave_is_refused(api):
    for cursor in ("x", "W10", "bnVsbA", "%00", "é" * 50):
        assert api.get("/api/v1/games", params={"after": cursor}).status_code == 422


def test_operations_that_somebody_else_changed_are_not_replaced(api, own_service):
    read = api.get("/api/v1/operations")
    mine, theirs = read.json(), read.json()
    mine["currency"], theirs["currency"] = "EUR", "GBP"
    saved = api.ask("PUT", "/api/v1/operations", json=theirs, headers={"if-match": read.headers["etag"]})
    assert saved.status_code == 200
    refused = api.ask("PUT", "/api/v1/operations", json=mine, headers={"if-match": read.headers["etag"]})
    assert (refused.status_code, refused.headers["content-type"]) == (412, "application/problem+json")
    assert own_service.operations().currency == "GBP"
    again = api.ask("PUT", "/api/v1/operations", json=mine, headers={"if-match": saved.headers["etag"]})
    assert (again.status_code, own_service.operations().currency) == (200, "EUR")
