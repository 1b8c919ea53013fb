from gatecast.web.forms import LONGEST_TYPED, texts_of


def test_boxes_of_one_name_stand_side_by_side():
    assert texts_of([("days", ""), ("days", "mon"), ("days", "thu"), ("cost", " 3 ")]) == {
        "days": "mon thu",
        "cost": "3",
    }


def test_what_is_too_long_is_cut():
    assert len(texts_of([("cost", "9" * 10_000)])["cost"]) == LONGEST_TYPED


def test_only_fields_with_a_beginning():
    assert texts_of([("was.staff.ushers.cost", "1"), ("season", "2")], "was.") == {"staff.ushers.cost": "1"}
