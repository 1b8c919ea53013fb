import datetime as dt
import io

import openpyxl
import polars as pl

from .test_game import text_of


def test_an_empty_folder_shows_three_steps(visit, empty_service):
    page = visit(empty_service).get("/")
    for words in ("Past games", "Games to come", "Forecast and plan", 'href="/template.xlsx"', 'action="/sample"'):
        assert words in page.text
    for path in ("/plan", "/track", "/games"):
        assert "Past games" in visit(empty_service).get(path).text


def test_the_template_is_a_workbook_that_is_read_without_a_doubt(visit, empty_service, tmp_path):
    visitor = visit(empty_service)
    answer = visitor.get("/template.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    header = [cell.value for cell in book["Games"][1]]
    assert header == ["Date", "Start time", "Opponent", "Promotion", "Seats", "Attendance"]
    book["Games"].append([dt.date(2025, 6, 1), dt.time(19, 5), "Rivertown", None, 6000, 2900])
    book.save(tmp_path / "games.xlsx")
    sent = {"file": ("games.xlsx", (tmp_path / "games.xlsx").read_bytes(), "application/octet-stream")}
    upload = visitor.post("/data/uploads", files=sent).headers["location"]
    page = visitor.get(upload).text
    assert "Nothing is saved yet" in page
    assert "Check these first" not in page


def test_the_sample_is_one_click_away_and_removed_by_another(visit, empty_service):
    visitor = visit(empty_service)
    assert visitor.get("/forecast.csv").status_code == 404
    assert visitor.post("/sample").headers["location"] == "/"
    page = text_of(visitor.get("/"))
    assert "This homestand" in page
    assert "Remove it and start with your own games" in page
    assert visitor.post("/sample").status_code == 422
    assert visitor.post("/sample/remove").status_code == 303
    assert "Welcome to gatecast" in text_of(visitor.get("/"))


def test_games_without_a_forecast_show_the_next_step(visit, empty_service):
    frame = pl.DataFrame({"game_id": ["a", "b", "c"], "home": ["Hens"] * 3, "attendance": [400, 450, None]})
    empty_service.store.import_games(
        frame.with_columns(date=pl.Series(["2025-06-01", "2025-06-02", "2025-06-20"]).str.to_date())
    )
    text = text_of(visit(empty_service).get("/"))
    assert "2 games with attendance" in text
    assert "Update forecast" in text


def test_the_clock_and_the_order_of_dates_follow_the_region(visit, sample_club):
    american = {"accept-language": "en-US"}
    visitor = visit(sample_club)
    assert "Tue, June 3" in text_of(visitor.get("/", headers=american))
    page = visitor.get("/", headers=american).text
    assert page.index('title="Sun"') < page.index('title="Mon"')
    assert "Tue 3 June" in text_of(visitor.get("/", headers={"accept-language": "de-DE"}))
    chosen = visitor.get("/", headers={"accept-language": "de-DE", "cookie": "gc_dates=US"})
    assert "Tue, June 3" in text_of(chosen)
    book = openpyxl.load_workbook(io.BytesIO(visitor.get("/plan.xlsx", headers=american).content))
    assert book["Summary"]["A5"].number_format == "ddd, mmm d, yyyy"
    assert "Jun 10, 2025" in book["Summary"]["A1"].value
    calendar = visitor.get("/plan.ics", headers=american).text.replace("\r\n ", "")
    assert "for Tue\\, June 10\\, 6:35 pm" in calendar
