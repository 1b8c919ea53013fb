from gatecast.service.accounts import save_account
from gatecast.service.clubs import open_clubs
from gatecast.web.clubs import build_clubs

from ..conftest import Visitor
from .conftest import NAMES, PASSWORD

OWN = {"sec-fetch-site": "same-origin"}


def test_the_list_shows_the_clubs_one_may_see(signed_in, app):
    assert NAMES["ants"] in signed_in("ann").get("/").text
    assert NAMES["bees"] not in signed_in("ann").get("/").text
    both = signed_in("all").get("/").text
    assert all(f'href="/clubs/{slug}/"' in both for slug in NAMES)
    assert Visitor(app).get("/").headers["location"] == "/login"


def test_signing_in_leads_to_the_page_that_was_asked_for(app):
    visitor = Visitor(app)
    asked = visitor.get("/clubs/ants/games?season=2025")
    assert asked.headers["location"] == "/login?next=/clubs/ants/games%3Fseason%3D2025"
    form = visitor.get(asked.headers["location"]).text
    assert 'value="/clubs/ants/games?season=2025"' in form
    sent = {"name": " ANN ", "password": PASSWORD, "next": "/clubs/ants/games?season=2025"}
    assert visitor.post("/login", data=sent).headers["location"] == "/clubs/ants/games?season=2025"
    assert visitor.get("/clubs/ants/games?season=2025").status_code == 200


def test_a_wrong_name_is_told_like_a_wrong_password(app):
    for name in ("ann", "nobody"):
        answer = Visitor(app).post("/login", data={"name": name, "password": "not this password"})
        assert answer.status_code == 401
        assert "Wrong name or password." in answer.text


def test_signing_out_in_a_club_ends_the_session(clubs, app):
    save_account(clubs.registry, "sam", PASSWORD)
    sam = Visitor(app)
    sam.post("/login", data={"name": "sam", "password": PASSWORD})
    secret = sam.cookies["gc_session"]
    assert sam.post("/logout", headers=OWN).headers["location"] == "/login"
    again = Visitor(app)
    again.cookies.set("gc_session", secret)
    assert again.get("/").headers["location"] == "/login"


def test_a_changed_password_ends_other_sessions_only(clubs, app):
    save_account(clubs.registry, "pat", PASSWORD)
    here, there = Visitor(app), Visitor(app)
    for visitor in (here, there):
        visitor.post("/login", data={"name": "pat", "password": PASSWORD})
    sent = {"current": PASSWORD, "chosen": "another long password", "again": "another long password"}
    wrong = here.post("/account/password", data={**sent, "current": "no"}, headers=OWN)
    assert "Wrong password." in wrong.text
    assert here.post("/account/password", data=sent, headers=OWN).status_code == 303
    assert "Password changed." in here.get("/account?done=password").text
    assert there.get("/").headers["location"] == "/login"


def test_the_account_says_what_one_may_do(signed_in):
    assert f"{NAMES['ants']}: see and change" in signed_in("ann").get("/account").text
    assert f"{NAMES['ants']}: see</li>" in signed_in("rob").get("/account").text


def test_the_access_page_of_a_club_has_its_tokens_but_no_password(signed_in):
    text = signed_in("ann").get("/clubs/ants/account").text
    assert "API tokens" in text
    assert "/account/password" not in text


def test_without_an_account_this_computer_sees_every_club(tmp_path):
    with open_clubs(tmp_path) as clubs:
        for slug, name in NAMES.items():
            clubs.add(slug, name)
        app = build_clubs(clubs)
        visitor = Visitor(app)
        assert NAMES["bees"] in visitor.get("/").text
        assert visitor.get("/clubs/bees/").status_code == 200
        assert visitor.get("/clubs/cats/").status_code == 404
        assert visitor.get("/", headers={"host": "elsewhere.example"}).status_code == 400
        assert visitor.get("/clubs/bees/", headers={"host": "elsewhere.example"}).status_code == 400
        assert visitor.get("/healthz").text == "ok"
        app.close()
