"""Games are changed and figures set by hand through the API."""

import pytest

GAME, OTHER = "QUI202506100", "QUI202506110"


@pytest.fixture
def api(visit, own_service):
    return visit(own_service)


def test_a_game_is_changed_if_it_is_still_the_one_that_was_read(api):
    read = api.get(f"/api/v1/games/{GAME}")
    changed = api.ask(
        "PATCH", f"/api/v1/games/{GAME}", json={"promotion": None, "capacity": 6100}, headers={"if-match": read.headers["etag"]}
    )  # fmt: skip
    assert changed.status_code == 200
    assert (changed.json()["game"]["promotion"], changed.json()["game"]["capacity"]) == (None, 6100)
    assert api.get(f"/api/v1/games/{GAME}").headers["etag"].startswith(changed.headers["etag"][:10])
    late = api.ask("PATCH", f"/api/v1/games/{GAME}", json={"capacity": 1}, headers={"if-match": read.headers["etag"]})
    assert late.status_code == 412
    assert api.post(f"/api/v1/imports/{changed.json()['import_id']}/undo").status_code == 200
    assert api.get(f"/api/v1/games/{GAME}").json() == read.json()


def test_a_game_is_postponed_made_up_as_a_doubleheader_and_cancelled(api):
    aside = api.ask("PATCH", f"/api/v1/games/{GAME}", json={"status": "postponed"}).json()
    assert aside["status"] == api.get(f"/api/v1/games/{GAME}").json()["status"] == "postponed"
    assert GAME not in {each["game_id"] for each in api.get("/api/v1/games?season=2025").json()["items"]}
    made_up = api.ask("PATCH", f"/api/v1/games/{GAME}", json={"date": "2025-06-11", "start_time": "19:05"}).json()
    assert (made_up["status"], made_up["also_changed"], made_up["game"]["number"]) == (None, 1, 2)
    assert api.get(f"/api/v1/games/{OTHER}").json()["number"] == 1
    assert api.get("/api/v1/freshness").json()["games"][GAME]
    gone = api.ask("DELETE", f"/api/v1/games/{GAME}").json()
    assert (gone["status"], gone["also_changed"]) == ("cancelled", 1)
    assert api.get(f"/api/v1/games/{OTHER}").json()["number"] == 0


@pytest.mark.parametrize(
    ("body", "status"),
    [({"colour": "red"}, 422), ({"date": "soon"}, 422), ({"status": "lost"}, 422), ({"capacity": 0}, 422)],
)
def test_a_wrong_change_is_told(api, body, status):
    answer = api.ask("PATCH", f"/api/v1/games/{GAME}", json=body)
    assert answer.status_code == status
    assert answer.json()["detail"]


def test_a_game_that_is_not_stored_is_not_changed(api):
    assert api.ask("PATCH", "/api/v1/games/none", json={"capacity": 100}).status_code == 404
    assert api.ask("DELETE", "/api/v1/games/none").status_code == 404


def test_figures_are_set_by_hand_listed_and_given_back(api):
    body = {"game_id": GAME, "kind": "forecast", "value": 5200, "reason": "school trip"}
    number = api.post("/api/v1/overrides", json=body).json()["override_id"]
    assert (
        api.post("/api/v1/overrides", json={**body, "kind": "staff", "name": "ushers", "value": 25}).status_code == 200
    )
    plan = api.post("/api/v1/plans/preview", json={}).json()
    assert {each["by_hand"] for each in plan["by_hand"]} == {5200, 25}
    assert api.post("/api/v1/overrides", json={**body, "value": None}).status_code == 200
    listed = api.get("/api/v1/overrides").json()["items"]
    assert [(each["value"], each["in_effect"]) for each in listed] == [(5200, False), (25, True), (None, False)]
    assert listed[0]["override_id"] == number
    assert api.post("/api/v1/overrides", json={**body, "value": 7000}).status_code == 422
