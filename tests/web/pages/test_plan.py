import datetime as dt
import re

import polars as pl
import pytest

from gatecast.formatting import money, number, rounded_people
from gatecast.plan.operations.toml import operations_from_dict, operations_to_dict
from gatecast.service.homestands import homestand_view
from gatecast.service.operations_form import edited
from gatecast.service.overrides import set_number

from .test_game import tags, text_of

PLAN = "/plan?season=2025&stand=5"
TUESDAY = "QUI202506100"


@pytest.fixture
def visitor(sample_club, visit):
    return visit(sample_club)


@pytest.fixture
def owner(own_service, visit):
    return visit(own_service)


def plan_of(service, typed=None):
    """The plan of the next homestand, with settings typed."""
    return homestand_view(service, operations=edited(service.operations(), typed or {}).operations).plan


def total_with(service, typed):
    """How a page tells what settings make of the expected cost."""
    before, after = plan_of(service).expected_cost, plan_of(service, typed).expected_cost
    return f"expected cost {cash(after)} instead of {cash(before)} ({cash(after - before, signed=True)})"


def cash(amount, *, signed=False):
    return money(amount, "$", signed=signed)


def inputs(page):
    return {a["name"]: a for tag, a in tags(page.text) if tag == "input" and "name" in a and a.get("type") != "hidden"}


def mark_of(page):
    return re.search(r'name="mark" value="(\w+)"', page.text)[1]


def test_a_manager_sees_whom_to_hire_what_to_order_by_when_and_what_it_costs(visitor):
    page = visitor.get("/plan")
    assert page.status_code == 200
    text = text_of(page)
    plan = homestand_view(visitor.app.state.service).plan
    people, first = sum(rounded_people(game["people_mean"]) for game in plan.games), plan.by_game("staff")[0]
    for words in (
        "Homestand, Tue 3 June to Sun 15 June 2025",
        f"6 upcoming games, attendance of {number(plan.tickets)} expected in all. That counts tickets, as reported; {number(people)} people are expected through the gates, and the plan serves those. 1 deadline overdue",
        f"{plan.engaged} people to hire, for {plan.units_of('staff')} shifts: {cash(plan.spend_of('staff'))} in wages",
        "of goods to order, in 6 deliveries; next by Mon 9 June",
        f"{cash(plan.expected_cost)} expected cost",
        f"Sun 8 June overdue Hire {first} shifts for Tue 10 June, 18:35, Oxbarrow Plowmen",
        "Mon 9 June next Order 8 items for the delivery of Tue 10 June",
        "Based on the forecast of Mon 9 June",
        "Details Forecast issued Mon 9 June 2025, 06:00 UTC",
        "Not issued yet",
    ):
        assert words in text, words


def test_every_game_role_item_and_service_stands_on_the_page(visitor):
    page = visitor.get(PLAN)
    assert re.search(r'class="now risk">\s*call-in \d+%', page.text)
    # Below each number stands how likely it falls short; the numbers themselves stand in one row.
    numbers = re.sub(r'<span class="now risk[^<]*</span>', "", page.text)
    text = " ".join(re.sub(r"<[^>]+>", " ", numbers).replace("\u00a0", " ").split())
    plan = homestand_view(visitor.app.state.service).plan
    for kind in ("staff", "stock", "transport"):
        for each in plan.decided[kind]:
            row = " ".join(f"{choice}" for choice in each.choices)
            assert row in text, each.name
            assert each.reasons[0] in text
    for game in plan.games:
        assert f'href="/games/{game["game_id"]}"' in page.text
    assert "Ushers: reasons and settings" in text


def test_games_played_stand_with_their_gate_beside_the_forecast(visitor):
    text = text_of(visitor.get(PLAN))
    assert "Thu 5 June, 15:35" in text
    assert "No plan was issued before these games" in text
    past = text_of(visitor.get("/plan?season=2025&stand=1"))
    assert "Results" in past
    assert "Summary" not in past


def test_tickets_sold_show_the_next_orders(visitor):
    plain, sold = text_of(visitor.get(PLAN)), text_of(visitor.get(f"{PLAN}&sold=9000"))
    assert "Next orders" in plain
    assert "rolling program (the plan made anew after each result): in 1,134 homestands of 2018, 2019 and 2022" in plain
    assert "9,000 sold" not in plain
    assert "9,000 sold" in sold
    assert "Next orders" in text_of(visitor.get(f"{PLAN}&sold=many"))


@pytest.mark.parametrize("path", [PLAN, f"{PLAN}&staff.ushers.cost=150", f"{PLAN}&staff.ushers.cost=x"])
def test_the_page_keeps_its_policy_and_is_small(visitor, path):
    page = visitor.get(path)
    assert len(page.content) < 200_000
    found = tags(page.text)
    for tag, attributes in found:
        assert tag != "style"
        assert "style" not in attributes
        assert not [name for name in attributes if name.startswith("on")]
    ids = [attributes["id"] for _, attributes in found if "id" in attributes]
    assert len(ids) == len(set(ids))
    labels = {attributes["for"] for tag, attributes in found if tag == "label" and "for" in attributes}
    for name, attributes in inputs(page).items():
        assert attributes.get("type") == "checkbox" or attributes["id"] in labels, name
        assert set(attributes.get("aria-describedby", "").split()) <= set(ids)


def test_every_number_has_its_unit_and_its_source(visitor):
    page = visitor.get(PLAN)
    cost = inputs(page)["staff.ushers.cost"]
    assert (cost["value"], cost["inputmode"]) == ("100", "decimal")
    text = text_of(page)
    assert "$ a shift assumption" in text
    assert "NHDSC totals over attendance" in text


def test_trying_a_number_tells_what_it_changes_and_stores_nothing(visitor):
    service = visitor.app.state.service
    before = service.revision()
    page = visitor.get(f"{PLAN}&staff.ushers.cost=120,5&staff.ushers.minimum=2")
    assert page.status_code == 200
    text = text_of(page)
    assert "Preview: Ushers: cost $120.50 a shift instead of $100" in text
    ushers = plan_of(service).decided["staff"][1]
    assert re.search(
        rf"Ushers: \d+ shifts instead of {ushers.total}, \d+ people to hire instead of {ushers.engaged};"
        r" expected cost \$[\d,]+ more",
        text,
    )
    assert total_with(service, {"staff.ushers.cost": "120.5"}) in text
    assert "Issue plan" not in text
    assert page.headers["hx-push-url"] == f"{PLAN}&staff.ushers.cost=120.5"
    assert service.revision() == before


def test_a_second_number_is_tried_with_the_first(visitor):
    page = visitor.get(f"{PLAN}&staff.ushers.cost=150")
    form = page.text[page.text.index("Cleaning: reasons and settings") :]
    assert '<input type="hidden" name="staff.ushers.cost" value="150">' in form[: form.index("</form>")]
    assert "staff.ushers.cost=150" in page.text[page.text.index("/plan.xlsx") :][:200]
    both = text_of(visitor.get(f"{PLAN}&staff.ushers.cost=150&staff.cleaning.cost=120"))
    assert "Preview: Ushers: cost $150 a shift instead of $100; Cleaning: cost $120" in both


def test_weekdays_are_ticked(visitor):
    page = visitor.get(
        f"{PLAN}&stock.hot dogs.delivery_days=&stock.hot dogs.delivery_days=mon&stock.hot dogs.delivery_days=thu"
    )
    assert "Hot dogs: delivery days Mon, Thu instead of every day" in text_of(page)
    assert "nothing to sell" in text_of(page)
    assert page.text.count('name="stock.hot dogs.delivery_days" value="mon" checked') == 1


def test_what_cannot_be_used_is_told_beside_its_field_and_kept(visitor):
    page = visitor.get(f"{PLAN}&staff.ushers.cost=1,500&staff.ushers.pool=%3Cb%3E&staff.cleaning.cost=90")
    assert page.status_code == 422
    found = inputs(page)
    for name, typed in (("staff.ushers.cost", "1,500"), ("staff.ushers.pool", "<b>")):
        assert found[name]["value"] == typed
        assert found[name]["aria-invalid"] == "true"
    assert "aria-invalid" not in found["staff.cleaning.cost"]
    assert found["staff.cleaning.cost"]["value"] == "90"
    text = text_of(page)
    assert "write 1500 or 1.5, as a comma may mean either" in text
    assert f"{cash(plan_of(visitor.app.state.service).expected_cost)} expected cost" in text
    assert page.text.count("<details open>") == 1


def test_a_setting_of_a_role_that_is_gone_is_told(visitor):
    page = visitor.get(f"{PLAN}&staff.gone.cost=5")
    assert page.status_code == 422
    assert "it may have been taken out or renamed" in text_of(page)


def test_keeping_a_number_and_taking_it_back(owner, own_service):
    sent = {"season": "2025", "stand": "5", "staff.ushers.cost": "150", "staff.ushers.minimum": "2"}
    told = total_with(own_service, {"staff.ushers.cost": "150"})
    answer = owner.post("/plan/keep", data=sent)
    assert answer.status_code == 303
    assert own_service.operations().staff[1].cost == 150
    page = owner.get(answer.headers["location"])
    text = text_of(page)
    assert "Saved for every plan: Ushers: cost $150 a shift instead of $100" in text
    assert told in text
    back = owner.post("/plan/keep", data={"season": "2025", "stand": "5", "staff.ushers.cost": "100"})
    assert "was.staff.ushers.cost=150" in back.headers["location"]
    assert own_service.operations().staff[1].cost == 100


def test_keeping_what_cannot_be_used_stores_nothing(owner, own_service):
    before = own_service.revision()
    page = owner.post("/plan/keep", data={"season": "2025", "stand": "5", "staff.ushers.cost": "900"})
    assert page.status_code == 422
    assert "more than the cost of a shift, 900" in text_of(page)
    assert own_service.revision() == before


def test_issuing_and_what_has_changed_since(owner, own_service):
    page = owner.get(PLAN)
    answer = owner.post("/plan/issue", data={"season": "2025", "stand": "5", "mark": mark_of(page)})
    assert answer.status_code == 303
    page = owner.get(answer.headers["location"])
    assert "Plan issued." in text_of(page)
    assert re.search(r"Last issued \w+ \d+ \w+ \d{4} ?; no decision has changed since", text_of(page))
    told, before = total_with(own_service, {"staff.ushers.cost": "150"}), plan_of(own_service).decided["staff"][1]
    own_service.save_operations(edited(own_service.operations(), {"staff.ushers.cost": "150"}).operations)
    text = text_of(owner.get(f"{PLAN}&again=1"))
    assert f"6 decisions have changed since, {told}" in text
    after = plan_of(own_service).decided["staff"][1]
    assert f"Ushers: {after.total} shifts instead of {before.total}" in text


def test_a_plan_that_changed_meanwhile_is_shown_before_it_is_issued(owner, own_service):
    mark = mark_of(owner.get(PLAN))
    own_service.save_operations(edited(own_service.operations(), {"staff.ushers.cost": "150"}).operations)
    answer = owner.post("/plan/issue", data={"season": "2025", "stand": "5", "mark": mark})
    assert answer.status_code == 409
    assert "The plan has changed since you opened this page" in text_of(answer)
    assert own_service.store.plans().height == 0
    again = owner.post("/plan/issue", data={"season": "2025", "stand": "5", "mark": mark_of(answer)})
    assert again.status_code == 303


def test_a_deadline_is_marked_as_done_and_says_what_has_changed_since(owner, own_service):
    def mark(page, done):
        key = re.search(r'name="deadline" value="([^"]+)"', page.text)[1] if done else key_done
        form = {"season": "2025", "stand": "5", "mark": mark_of(page), "deadline": key, "done": "yes" if done else "no"}
        assert owner.post("/plan/deadline", data=form).status_code == 303
        return key

    assert "1 deadline overdue" in text_of(owner.get("/"))
    page = owner.get(PLAN)
    assert "Overdue: the last day" in text_of(page)
    assert "<p><b>Overdue:</b>" in page.text  # printed, too
    key_done = mark(page, done=True)
    assert "overdue" not in text_of(owner.get("/"))
    page = owner.get(PLAN)
    assert "Sun 8 June done Hire" in text_of(page)
    assert "overdue" not in text_of(page)
    game = plan_of(own_service).games[0]["game_id"]
    assert "Sun 8 June done" in text_of(owner.get(f"/games/{game}"))
    set_number(own_service, (game, "staff", "ushers"), 25)
    page = owner.get(f"{PLAN}&again=1")
    said = re.search(
        r"overdue Hire (\d+) shifts for Tue 10 June, .{,30} done for (\d+), (\d+) more now ushers", text_of(page)
    )
    now, then, more = (int(each) for each in said.groups())
    assert now == then + more
    assert re.search(rf"ushers {more} more \({25 - more} → 25\) shifts", text_of(page))
    # It stands by its day among those that are still to be done, as it is in part.
    assert re.search(r'class="deadlines">\s*<li class="open late"', page.text)
    assert ">done<" not in page.text
    at_game = text_of(owner.get(f"/games/{game}?again=1"))
    assert f"Sun 8 June done for {25 - more}, {more} more now" in at_game
    assert "Sun 8 June done" in at_game.replace(f"done for {25 - more}", "")
    assert "1 deadline overdue" in at_game
    set_number(own_service, (game, "staff", "ushers"), 25 - more - 2)
    assert f"{then} shifts" not in (fewer := text_of(owner.get(f"{PLAN}&again=2")))
    assert f"done for {then}, 2 fewer now" in fewer
    assert "deadline overdue" not in fewer
    calendar = text_of(owner.get("/?again=2"))
    assert re.search(rf"Changed since done: Hire .{{,60}}, by Sun 8 June \(done for {then}, 2 fewer now\)", calendar)
    assert "overdue" not in calendar
    set_number(own_service, (game, "staff", "ushers"), 25)
    page = owner.get(f"{PLAN}&again=3")
    stale = {"season": "2025", "stand": "5", "mark": "0", "deadline": key_done, "done": "no"}
    assert owner.post("/plan/deadline", data=stale).status_code == 409
    mark(page, done=False)
    assert "1 deadline overdue" in text_of(owner.get("/"))


def test_nothing_to_issue_or_to_keep_for(owner):
    assert owner.post("/plan/issue", data={"season": "2025", "stand": "1"}).status_code == 422
    assert owner.post("/plan/issue", data={"season": "2025", "stand": "99"}).status_code == 404
    assert (
        owner.post("/plan/keep", content=b"\xff\xfe", headers={"content-type": "multipart/form-data"}).status_code
        == 400
    )


def test_what_came_of_an_issued_plan(owner, own_service):
    expected = plan_of(own_service).games[0]["expected_cost"]
    owner.post("/plan/issue", data={"season": "2025", "stand": "5", "mark": mark_of(owner.get(PLAN))})
    own_service.store.record_outcomes(pl.DataFrame({"game_id": [TUESDAY], "attendance": [3000]}))
    text = text_of(owner.get(f"{PLAN}&again=1"))
    told = re.search(
        r"The plans issued for 1 game cost \$([\d,]+) with the actual attendance; \$([\d,]+) was expected,"
        r" and \$([\d,]+) would have been best in hindsight",
        text,
    )
    cost, believed, hindsight = (int(each.replace(",", "")) for each in told.groups())
    assert hindsight < cost
    assert believed == round(expected)


@pytest.mark.parametrize(
    "path",
    [
        "/plan.exe",
        "/plan.csv?season=2025&stand=1",
        "/plan.csv?stand=99",
        "/plan.csv?staff.ushers.cost=x",
        "/plan?season=2025&stand=99",
        "/plan?stand=abc",
        "/plan?season=-1",
        "/plan?season=99999999999999999999",
    ],
)
def test_what_is_not_there(visitor, path):
    assert visitor.get(path).status_code == 404


def test_names_that_look_like_markup_or_formulas(owner, own_service):
    table = operations_to_dict(own_service.operations())
    table["staff"][0]["name"] = "=1+1<script>"
    table["stock"][0]["name"] = "\"><img src=x> 'a' & b.c"
    own_service.save_operations(operations_from_dict(table))
    page = owner.get(PLAN)
    assert "<script>alert" not in page.text
    assert "<img" not in page.text
    assert "=1+1&lt;script&gt;" in page.text
    name = next(name for name in inputs(page) if name.startswith('stock."'))
    tried = owner.get(PLAN, params={"season": 2025, "stand": 5, name.rpartition(".")[0] + ".price": "9"})
    assert "price $9 a unit instead of $7" in text_of(tried)


def test_without_games_and_without_forecasts(empty_service, visit):
    visitor = visit(empty_service)
    assert "Welcome to gatecast" in text_of(visitor.get("/plan"))
    assert visitor.get("/plan.csv").status_code == 404
    frame = {"game_id": ["x", "y"], "date": [dt.date(2025, 7, 1), dt.date(2025, 6, 1)], "home": ["Hens", "Hens"]}
    empty_service.store.import_games(pl.DataFrame({**frame, "attendance": [None, 900]}))
    page = visit(empty_service).get("/plan")
    assert page.status_code == 200
    assert "1 game without a forecast yet" in text_of(page)
    assert 'action="/jobs/forecast"' in page.text


def test_undated_games(empty_service, visit):
    empty_service.store.import_games(pl.DataFrame({"game_id": ["x", "y"], "attendance": [500, None]}))
    quantiles = {f"q{level:02d}": 410.0 + level for level in (5, 10, 25, 50, 75, 90, 95)}
    row = {"game_id": "y", "lead": "1", "mean": 460.0, **quantiles, "p_sellout": None}
    empty_service.store.record_forecast(pl.DataFrame([row]), "m")
    visitor = visit(empty_service)
    text = text_of(visitor.get("/plan"))
    assert "1 upcoming game" in text
    assert "deliveries need dates" in text
    assert "Deadlines" not in text
    assert visitor.get("/plan.csv").status_code == 200
    assert visitor.get("/plan.ics").status_code == 422


def test_an_address_that_was_kept_before_leads_to_the_plan(visitor):
    page = visitor.get(f"{PLAN}&was.staff.ushers.cost=x&was.staff.gone.cost=1")
    assert page.status_code == 200
    assert "Kept" not in text_of(page)


def test_saving_a_tried_number_over_another_one_shows_both(owner, own_service):
    page = owner.get(f"{PLAN}&staff.ushers.cost=150")
    version = re.search(r'name="version" value="(\d+)"', page.text)[1]
    form = {"season": "2025", "stand": re.search(r'name="stand" value="(\d+)"', page.text)[1], "version": version}
    assert owner.post("/plan/keep", data={**form, "staff.ushers.cost": "140"}).status_code == 303
    answer = owner.post("/plan/keep", data={**form, "staff.ushers.cost": "150"})
    assert answer.status_code == 409
    assert "saved 140, yours 150" in text_of(answer)
    assert "Preview: Ushers: cost $150 a shift instead of $140" in text_of(answer)
