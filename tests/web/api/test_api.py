"""The API: what it gives and takes, and what it says when something is amiss."""

import httpx
import pytest

GAME = "QUI202506100"


@pytest.fixture
def api(visit, own_desk):
    return visit(own_desk)


def test_games_in_pages(visit, sample_desk):
    visitor = visit(sample_desk)
    first = visitor.get("/api/v1/games", params={"season": 2025, "limit": 40}).json()
    assert (len(first["items"]), first["total"]) == (40, 48)
    rest = visitor.get(first["next"]).json()
    assert (len(rest["items"]), rest["next"]) == (8, None)
    game = visitor.get(f"/api/v1/games/{GAME}").json()
    assert game in rest["items"] + first["items"]
    assert (game["date"], game["start_time"], game["attendance"]) == ("2025-06-10", "18:35", None)
    assert game["further"]["price"] == 15.5
    days = visitor.get("/api/v1/games", params={"from": "2025-06-10", "to": "2025-06-12"}).json()
    assert days["total"] == 3


def test_a_next_page_is_linked(visit, sample_desk):
    answer = visit(sample_desk).get("/api/v1/forecasts", params={"limit": 10})
    assert answer.headers["link"] == f'<{answer.json()["next"]}>; rel="next"'


def test_forecasts_as_they_were_issued(visit, sample_desk):
    visitor = visit(sample_desk)
    told = visitor.get("/api/v1/forecasts", params={"game_id": GAME}).json()["items"]
    stored = sample_desk.store.forecasts([GAME])
    assert [each["q50"] for each in told] == stored["q50"].to_list()
    (last,) = visitor.get("/api/v1/forecasts", params={"game_id": GAME, "latest": True}).json()["items"]
    assert last == told[-1]
    assert last["further"]["capacity"] == 6200


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
        {"date": "2025-09-01", "home": "Quillport Lanterns", "visitor": "Kites", "capacity": 6200},
        {"date": "2025-09-02", "home": "Quillport Lanterns", "temperature_c": "warm"},
    ]
    tried = api.post("/api/v1/games", params={"dry_run": True}, json=rows).json()
    assert (tried["import_id"], tried["added"]) == (None, 1)
    told = api.post("/api/v1/games", json=rows).json()
    assert told["added"] == 1
    assert [(each["row"], each["column"], each["got"]) for each in told["refused"]] == [(3, "temperature_c", "'warm'")]
    assert api.post("/api/v1/games", json=rows[:1]).json()["unchanged"] == 1
    undone = api.post(f"/api/v1/imports/{told['import_id']}/undo")
    assert undone.json()["withdrawn"] == 1
    assert api.post(f"/api/v1/imports/{told['import_id']}/undo").status_code == 409
    assert api.post("/api/v1/imports/999/undo").status_code == 404


def test_tickets(api):
    told = api.post("/api/v1/tickets", json=[{"game_id": GAME, "as_of": "2025-06-08", "tickets": 2500}]).json()
    assert told["added"] == 1
    rows = api.get("/api/v1/tickets", params={"limit": 500, "offset": 0}).json()
    assert {"game_id": GAME, "as_of": "2025-06-08", "tickets": 2500} in rows["items"] or rows["total"] > 500


def test_forecast_plan_and_what_if(api, own_desk):
    issued = api.post("/api/v1/forecasts").json()
    assert issued["rows"] == 18
    assert own_desk.store.forecasts()["issue_id"].max() == issued["issue_id"]
    plan = api.post("/api/v1/plans/preview").json()
    assert plan["format"] == "gatecast plan"
    kept = api.post("/api/v1/plans").json()
    assert kept["plan"]["decisions"] == plan["decisions"]
    assert api.get(f"/api/v1/plans/{kept['plan_id']}").json() == kept["plan"]
    asked = {"changes": {GAME: {"precipitation": "rain", "temperature_c": 8}}}
    told = api.post("/api/v1/what-if", json=asked).json()
    assert told["before"][0]["game_id"] == told["after"][0]["game_id"] == GAME
    assert told["after"][0]["mean"] < told["before"][0]["mean"]


def test_operations(api):
    operations = api.get("/api/v1/operations").json()
    operations["staff"][0]["cost"] = 99
    assert api.ask("PUT", "/api/v1/operations", json=operations).json() == operations
    assert api.get("/api/v1/operations").json() == operations
    operations["staff"][0]["cost"] = "ninety"
    refused = api.ask("PUT", "/api/v1/operations", json=operations)
    assert refused.status_code == 422
    assert "ninety" in refused.json()["detail"]


def test_the_track_record(visit, sample_desk):
    told = visit(sample_desk).get("/api/v1/track").json()
    assert told["overall"]["games"] == 102
    assert [row["days"] for row in told["by_days_before"]] == ["1 to 3", "4 to 10", "11 to 40", "41 or more"]
    assert told["drift"]["told"]


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
        ("POST", "/api/v1/games", {"content": b"{", "headers": {"content-type": "application/json"}}, 422),
        ("POST", "/api/v1/outcomes", {"json": [{"game_id": GAME, "attendance": -5}]}, 422),
        ("POST", "/api/v1/what-if", {"json": {"changes": {"x": {"sky": "sunny"}}}}, 422),
        ("POST", "/api/v1/what-if", {"json": {"changes": {GAME: {"attendance": 5}}}}, 422),
        ("POST", "/api/v1/plans/preview", {"json": {"operations": {}}}, 422),
        ("POST", "/api/v1/forecasts?club=Velmora Kites", {}, 409),
        ("PUT", "/api/v1/operations", {"json": {}}, 422),
    ],
)
def test_problems_are_told_as_documents(visit, sample_desk, method, path, more, status):
    answer = visit(sample_desk).ask(method, path, **more)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status
    assert answer.json()["detail"]


def test_the_page_shows_every_operation(visit, sample_desk):
    visitor = visit(sample_desk)
    document = visitor.get("/api/v1/openapi.json").json()
    page = visitor.get("/api/v1/docs").text
    for path, operations in document["paths"].items():
        for method in operations:
            assert f"{method.upper()} {path}" in page
