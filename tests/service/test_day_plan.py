"""The plan of one day: what is decided for one game of a homestand."""

from gatecast.service.day_plan import day_plan
from gatecast.service.homestands import homestand_view
from gatecast.service.overrides import set_number


def test_a_day_has_every_number_of_the_homestands_plan_for_its_game(sample_club):
    view = homestand_view(sample_club)
    for at, game in enumerate(view.plan.games):
        day = day_plan(view, game["game_id"])
        rows = [row for kind in view.plan.decided.values() for row in kind]
        assert [(row.name, row.choices[at], row.risks[at]) for row in rows] == [
            (row.name, row.choice, row.risk) for row in day.rows
        ]
        assert day.shifts == view.plan.by_game("staff")[at]
        assert day.vehicles == view.plan.by_game("transport")[at]
        decide_by = [row.decide_by for row in day.rows if row.choice and row.decide_by and not row.passed]
        assert day.next_deadline == min(decide_by, default=None)


def test_what_should_have_been_hired_by_now_is_late(sample_club):
    view = homestand_view(sample_club)
    days = [day_plan(view, game["game_id"]) for game in view.plan.games]
    assert any(day.late for day in days)
    assert all(decide_by <= view.as_of for day in days for decide_by in day.late)
    assert [len(day.late) for day in days if day.late] == [len([each for each in view.plan.deadlines if each.passed])]
    assert all(day.next_deadline is None or day.next_deadline > view.as_of for day in days)


def test_an_order_far_above_what_sells_says_that_unsold_ones_keep_their_value(sample_club):
    view = homestand_view(sample_club)
    day = day_plan(view, view.plan.games[3]["game_id"])
    water, beer = (next(row for row in day.rows if row.name == name) for name in ("bottled water", "draft beer"))
    assert water.sold == day.game["people_mean"] * 0.45
    assert water.spare and water.choice * water.case_size > 1.5 * water.sold
    assert not beer.spare
    assert all(row.sold is None and not row.spare for row in day.rows if row.kind != "stock")
    assert day.spend == day.spend_of("staff") + day.spend_of("stock") + day.spend_of("transport")


def test_an_order_set_by_hand_or_for_several_games_has_no_such_reason(own_service):
    game = homestand_view(own_service).plan.games[3]["game_id"]
    set_number(own_service, (game, "stock", "bottled water"), 220)
    by_hand = next(row for row in day_plan(homestand_view(own_service), game).rows if row.name == "bottled water")
    assert (by_hand.choice, by_hand.spare) == (220, False)


def test_a_number_set_by_hand_stands_beside_the_models(own_service):
    before = homestand_view(own_service)
    game = before.plan.games[-1]["game_id"]
    ushers = next(row for row in day_plan(before, game).rows if row.name == "ushers")
    set_number(own_service, (game, "staff", "ushers"), ushers.choice + 9)
    row = next(row for row in day_plan(homestand_view(own_service), game).rows if row.name == "ushers")
    assert (row.choice, row.model, ushers.model) == (ushers.choice + 9, ushers.choice, None)


def test_a_game_that_is_not_planned_has_none(sample_club):
    assert day_plan(homestand_view(sample_club), "no such game") is None
    assert day_plan(None, "no such game") is None
