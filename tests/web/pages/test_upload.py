"""The preview of an upload: what would change, every choice that can be made, and no dead end."""

import re
from importlib import resources

import polars as pl
import pytest

from gatecast.games import columns as c
from gatecast.service.issued_forecasts import issue_forecast
from gatecast.service.models import keep_model

from .test_game import text_of

DATED = "date,opponent,attendance\n2024-05-01,Lakes,5000\n2024-05-02,Lakes,5200\n2024-05-03,Hills,6100\n"
UNDATED = "opponent,attendance\n" + "".join(f"Lakes,{4000 + 37 * place % 900}\n" for place in range(60))


def send(visitor, content, name="club.csv"):
    answer = visitor.post("/data/uploads", files={"file": (name, content.encode())})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def choose(visitor, place, do="check", **fields):
    page = visitor.get(place).text
    now = {
        name: (re.search(r"<option selected>([^<]*)", options) or ["", ""])[1]
        for name, options in re.findall(r'<select id="c-[^"]*" name="([^"]*)">(.*?)</select>', page, re.DOTALL)
    }
    fields = {key.replace("__", ":"): value for key, value in fields.items()}
    return visitor.post(place, data={**now, "home": "Larks", "do": do, **fields}, files={"none": ("", b"")})


def stored(service):
    return service.games().table.sort(c.GAME_ID)


def test_each_changed_value_is_shown_before_and_after(visit, empty_service):
    visitor = visit(empty_service)
    choose(visitor, send(visitor, DATED), "import")
    place = send(visitor, DATED.replace("5200", "5950").replace("Hills", "Ridges"))
    text = text_of(visitor.get(place))
    assert "Thu 2 May 2024, v. Lakes Attendance 5,200 people 5,950 people" in text
    assert "Fri 3 May 2024, v. Hills Visitor Hills Ridges" in text
    assert "Ridges: no game of this visitor is known" in text
    assert stored(empty_service)[c.ATTENDANCE].to_list() == [5000, 5200, 6100]


def test_a_wrong_choice_locks_nothing(visit, empty_service):
    visitor = visit(empty_service)
    place = send(visitor, DATED)
    assert choose(visitor, place, column__date="opponent").status_code == 303
    page = visitor.get(place)
    assert "Lakes" in text_of(page)
    assert "disabled" in page.text
    assert re.search(r'name="column:date">.*?<option selected>opponent', page.text, re.DOTALL)
    choose(visitor, place, column__date="date")
    assert "3 games added" in text_of(visitor.get(place))
    choose(visitor, place, column__date="opponent", mapping="[columns]\nnonsense = 1")
    assert "nonsense" in text_of(visitor.get(place))
    choose(visitor, place, "restart")
    assert "3 games added" in text_of(visitor.get(place))


def test_a_mapping_says_what_the_choices_cannot(visit, empty_service):
    visitor = visit(empty_service)
    place = send(visitor, "Month,Day,Opp,Gate,Kind\nMay,1,Lakes,5000,regular\nMay,2,Lakes,300,exhibition\n")
    mapping = '[columns]\ndate = "{Month} {Day} 2024"\n[keep]\nKind = ["regular"]\n[aliases]\nLakers = ["Lakes"]\n'
    choose(visitor, place, mapping=mapping, seats="6500")
    page = visitor.get(place)
    assert "1 games added" in text_of(page)
    assert "{Month} {Day} 2024" in page.text
    choose(visitor, place, "import", mapping=mapping, seats="6500")
    table = stored(empty_service)
    assert table.select(c.DATE, c.VISITOR, c.CAPACITY).rows() == [
        (pl.Series(["2024-05-01"]).str.to_date()[0], "Lakers", 6500)
    ]


def test_a_mapping_file_can_be_uploaded(visit, empty_service):
    visitor = visit(empty_service)
    place = send(visitor, "When,Opp,Gate\n2024-05-01,Lakes,5000\n")
    mapping = ("m.toml", b'[columns]\ndate = "When"\nvisitor = "Opp"\nattendance = "Gate"\n')
    visitor.post(place, data={"home": "Larks", "do": "check"}, files={"mapping_file": mapping})
    page = visitor.get(place)
    assert 'visitor = "Opp"' in page.text.replace("&#34;", '"')
    assert "1 games added" in text_of(page)


@pytest.mark.parametrize(("order", "month"), [("day", 6), ("month", 5)])
def test_the_order_of_day_and_month_can_be_chosen(visit, empty_service, order, month):
    visitor = visit(empty_service)
    place = send(visitor, "date,opponent,attendance\n5/6/2024,Lakes,5000\n7/6/2024,Lakes,5100\n")
    assert "cannot be told" in text_of(visitor.get(place))
    choose(visitor, place, order=order)
    choose(visitor, place, "import", order=order)
    assert stored(empty_service)[c.DATE].dt.month().min() == month


def test_rows_with_errors_can_be_downloaded(visit, empty_service):
    visitor = visit(empty_service)
    place = send(visitor, DATED.replace("5200", "many").replace("Lakes", "=1+1", 1))
    answer = visitor.get(f"{place}/refused.csv")
    rows = answer.text.splitlines()
    assert answer.headers["content-type"].startswith("text/csv")
    assert len(rows) == 2
    assert "2024-05-02,Lakes,many,3," in rows[1]
    assert "attendance: got 'many'" in rows[1]
    choose(visitor, place, "import", home="Larks")
    assert empty_service.store.imports()["refused"].to_list() == [1]


def test_a_club_without_dates_adds_games_to_come_and_forecasts_them(visit, empty_service):
    visitor = visit(empty_service)
    choose(visitor, send(visitor, UNDATED), "import")
    before = stored(empty_service)
    place = send(visitor, "opponent\nHills\nHills\nLakes\n")
    assert "These games follow the 60 stored ones" in text_of(visitor.get(place))
    assert "3 games added" in text_of(visitor.get(place))
    choose(visitor, place, "import")
    table = stored(empty_service)
    assert table.height == 63
    assert table.head(60).equals(before)
    with resources.as_file(resources.files("gatecast.service") / "sample_club" / "model") as model:
        keep_model(empty_service.store, empty_service.folder, model)
    issue_forecast(empty_service, "Larks")
    assert empty_service.latest("Larks").height == 3


def test_the_grown_table_of_a_club_without_dates_repeats_its_games(visit, empty_service):
    visitor = visit(empty_service)
    choose(visitor, send(visitor, UNDATED), "import")
    place = send(visitor, UNDATED + "Hills,4444\n")
    text = text_of(visitor.get(place))
    assert "This table repeats 60 stored games and adds 1 after them." in text
    choose(visitor, place, "import")
    assert stored(empty_service)[c.ATTENDANCE].to_list()[-1] == 4444


def test_dated_games_after_undated_ones_say_how_to_go_on(visit, empty_service):
    visitor = visit(empty_service)
    choose(visitor, send(visitor, UNDATED), "import")
    assert "undo the imports of the stored games on the data page" in text_of(visitor.get(send(visitor, DATED)))


def test_clicking_import_again_imports_once(visit, empty_service):
    visitor = visit(empty_service)
    place = send(visitor, DATED)
    answers = [
        choose(visitor, place, "import") if not i else visitor.post(place, data={"do": "import"}) for i in range(4)
    ]
    assert [answer.status_code for answer in answers] == [200, 303, 303, 303]
    choose(visitor, send(visitor, DATED), "import")
    assert empty_service.store.imports().height == 1


def test_what_somebody_else_changed_since_the_preview_is_shown_before_it_is_imported(visit, empty_service):
    visitor = visit(empty_service)
    choose(visitor, send(visitor, DATED), "import")
    place = send(visitor, DATED.replace("5200", "5950"))
    mark = re.search(r'name="mark" value="([^"]+)"', visitor.get(place).text)[1]
    choose(visitor, send(visitor, DATED.replace("5200", "5700"), "other.csv"), "import")
    late = choose(visitor, place, "import", mark=mark)
    assert late.status_code == 409
    assert "somebody else has changed games since you opened this preview" in text_of(late)
    assert "Attendance 5,700 people 5,950 people" in text_of(late)
    assert stored(empty_service)[c.ATTENDANCE].to_list() == [5000, 5700, 6100]
    mark = re.search(r'name="mark" value="([^"]+)"', late.text)[1]
    assert choose(visitor, place, "import", mark=mark).status_code == 200
    assert stored(empty_service)[c.ATTENDANCE].to_list() == [5000, 5950, 6100]


def test_the_form_says_all_that_a_mapping_says(visit, empty_service):
    visitor = visit(empty_service)
    rows = (
        "May,1,Old Lakes,5000,30,regular,12.5\nMay,1,Old Lakes,400,30,regular,12.5\nMay,2,Hills,300,50,exhibition,9\n"
    )
    place = send(visitor, f"Month,Day,Opp,Gate,temp,Class,Ticket price\n{rows}")
    said = {
        **{"month": "Month", "day": "Day", "year": "2024", "temperature_unit": "F", "time_zone": "America/New_York"},
        **{"repeated": "sum", "keep_column": "Class", "keep_values": "regular, cup", "aliases": "Old Lakes = Lakers\n"},
        **{
            "custom1_header": "Ticket price",
            "custom1_name": "price",
            "custom1_known": "always",
            "custom1_type": "number",
        },
    }
    fields = {f"field__{name}": text for name, text in said.items()}
    choose(visitor, place, **fields)
    page = visitor.get(place)
    assert "1 games added" in text_of(page)
    assert 'value="America/New_York"' in page.text
    assert "Old Lakes = Lakers" in page.text
    choose(visitor, place, "import", **fields)
    names = [c.DATE, c.VISITOR, c.ATTENDANCE, c.TEMPERATURE, "price"]
    assert stored(empty_service).with_columns(pl.col(c.DATE).cast(str)).select(names).rows() == [
        ("2024-05-01", "Lakers", 5400, -1.1111, 12.5)
    ]


def test_a_field_that_cannot_be_is_told_and_can_be_changed(visit, empty_service):
    visitor = visit(empty_service)
    place = send(visitor, DATED)
    choose(visitor, place, field__time_zone="Nowhere/At_all")
    page = visitor.get(place)
    assert "expected a time zone such as America/New_York" in text_of(page)
    assert 'value="Nowhere/At_all"' in page.text
    choose(visitor, place, field__custom1_header="opponent")
    assert "say when its values become known" in text_of(visitor.get(place))
    choose(visitor, place, field__time_zone="")
    assert "3 games added" in text_of(visitor.get(place))


def test_playoffs_and_dates_without_a_year_have_fields(visit, empty_service):
    visitor = visit(empty_service)
    place = send(
        visitor, 'Date,Opponent,Attendance,Round\n"Thursday, Sep 7",Lakes,5000,3\n"Friday, Sep 8",Lakes,7000,Final\n'
    )
    assert "say the year" in text_of(visitor.get(place))
    choose(visitor, place, field__year="2023")
    assert "1 games added" in text_of(visitor.get(place))
    choose(visitor, place, field__year="2023", field__playoffs="keep")
    assert "2 games added" in text_of(visitor.get(place))


def test_a_schedule_that_calls_games_off_sets_them_aside_until_the_import_is_undone(visit, empty_service):
    visitor = visit(empty_service)
    days = [f"2034-06-{day:02d}" for day in range(1, 9)]
    schedule = "date,opponent,status\n" + "".join(f"{day},Lakes,Scheduled\n" for day in days)
    choose(visitor, send(visitor, schedule), "import")
    news = schedule.replace("06-03,Lakes,Scheduled", "06-03,Lakes,Postponed: Rain")
    place = send(visitor, news.replace("06-05,Lakes,Scheduled", "06-05,LAKES,Canceled"))
    preview = text_of(visitor.get(place))
    assert "Games called off" in preview
    assert "Sat 3 June, Lakes: postponed (row 4)" in preview
    assert "Mon 5 June, Lakes: cancelled (row 6)" in preview
    assert "2 changed" in preview
    assert "stay in the schedule" not in preview
    choose(visitor, place, "import")
    aside = {str(row[c.DATE]): row for row in empty_service.set_aside().to_dicts()}
    assert {day: row["status"] for day, row in aside.items()} == {days[2]: "postponed", days[4]: "cancelled"}
    assert len(empty_service.games()) == 6
    page = text_of(visitor.get(f"/games/{aside[days[2]][c.GAME_ID]}"))
    assert "has no new day yet" in page
    assert "0 games added 0 changed 8 unchanged" in text_of(
        visitor.get(send(visitor, news.replace("06-05,Lakes,Scheduled", "06-05,Lakes,Canceled")))
    )
    last = empty_service.store.imports()["import_id"].max()
    assert visitor.post(f"/data/imports/{last}/undo").status_code == 303
    assert len(empty_service.games()) == 8
    assert empty_service.set_aside().is_empty()


def test_a_game_called_off_that_has_a_new_day_in_the_same_file_is_moved(visit, empty_service):
    visitor = visit(empty_service)
    days = [f"2034-06-{day:02d}" for day in range(1, 9)]
    schedule = "date,opponent,status\n" + "".join(f"{day},Lakes,Scheduled\n" for day in days)
    choose(visitor, send(visitor, schedule), "import")
    news = schedule.replace("06-03,Lakes,Scheduled", "06-03,Lakes,Postponed") + "2034-06-20,Lakes,Scheduled\n"
    page = visitor.get(place := send(visitor, news)).text
    assert "Games called off" not in page
    choose(
        visitor,
        place,
        "import",
        **{name: re.search(f'name="{name}" value="([^"]*)"', page)[1] for name in ("shown_move", "moved")},
    )
    assert empty_service.set_aside().is_empty()
    assert [str(day) for day in empty_service.games().table[c.DATE].sort()] == [*days[:2], *days[3:], "2034-06-20"]
    assert len(stored(empty_service)) == 8
