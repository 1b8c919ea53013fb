import asyncio
import sys

import httpx
import openpyxl
import pytest

from gatecast.collect import sample_league, write_games
from gatecast.errors import InputError, MissingExtraError
from gatecast.web import check_host, create_app

FORECAST = "game_id,date,mean,q05,q10,q25,q50,q75,q90,q95,p_sellout\nA,2025-06-10,50,10,20,30,50,60,70,80,\n"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "report.html").write_text("<html><body>\n<h1>Riverton</h1></body></html>")
    (tmp_path / "forecast.csv").write_text(FORECAST)
    openpyxl.Workbook().save(tmp_path / "plan.xlsx")
    return tmp_path


class Client:
    """Asks the application without a server in between."""

    def __init__(self, app):
        self.app = app

    def get(self, path, headers=None):
        async def ask():
            transport = httpx.ASGITransport(app=self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
                return await client.get(path, headers=headers)

        return asyncio.run(ask())


def client(folder):
    return Client(create_app(folder))


def test_the_report_with_what_can_be_downloaded(folder):
    page = client(folder).get("/")
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    assert "<h1>Riverton</h1>" in page.text
    for link in ("/plan.xlsx", "/forecast.csv", "/api/v1/forecasts"):
        assert f'href="{link}"' in page.text


def test_only_what_is_there_is_linked(folder):
    (folder / "plan.xlsx").unlink()
    assert "/plan.xlsx" not in client(folder).get("/").text
    (folder / "forecast.csv").unlink()
    assert "<nav" not in client(folder).get("/").text


@pytest.mark.parametrize("name", ["forecast.csv", "plan.xlsx"])
def test_downloads(folder, name):
    answer = client(folder).get(f"/{name}")
    assert answer.content == (folder / name).read_bytes()
    assert name in answer.headers["content-disposition"]
    (folder / name).unlink()
    answer = client(folder).get(f"/{name}")
    assert (answer.status_code, answer.text) == (404, f"{name} is not in the folder")


def test_forecasts_as_json(folder):
    write_games(sample_league().games, folder / "games.parquet", notice="Simulated.")
    answer = client(folder).get("/api/v1/forecasts").json()
    assert answer["notice"] == "Simulated."
    (game,) = answer["forecasts"]
    assert (game["game_id"], game["date"], game["q50"], game["p_sellout"]) == ("A", "2025-06-10", 50.0, None)


def test_a_forecast_that_cannot_be_used_is_no_500(folder):
    (folder / "forecast.csv").write_text(FORECAST.replace("50,10", "many,10"))
    answer = client(folder).get("/api/v1/forecasts")
    assert answer.status_code == 422
    assert answer.text.startswith("forecast.csv, row 2, mean: got 'many'")
    (folder / "forecast.csv").unlink()
    assert client(folder).get("/api/v1/forecasts").status_code == 404


@pytest.mark.parametrize("path", ["/", "/forecast.csv", "/api/v1/forecasts", "/nowhere"])
def test_a_page_may_load_nothing_from_elsewhere(folder, path):
    headers = client(folder).get(path).headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "script-src" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"


def test_other_files_of_the_folder_are_not_served(folder):
    (folder / "secret.txt").write_text("mine")
    for path in ("/secret.txt", "/../secret.txt", "/%2e%2e/secret.txt", "/docs", "/report.html"):
        assert client(folder).get(path).status_code == 404


def test_a_page_that_points_its_own_name_here_is_refused(folder):
    assert client(folder).get("/", headers={"host": "elsewhere.example"}).status_code == 400
    assert client(folder).get("/", headers={"host": "localhost:8000"}).status_code == 200
    assert client(folder).get("/", headers={"host": "[::1]:8000"}).status_code == 200


def test_a_folder_without_a_report(tmp_path):
    with pytest.raises(InputError, match="--demo"):
        create_app(tmp_path)


def test_without_the_extra(folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "fastapi", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'gatecast\[web\]'"):
        create_app(folder)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "::1", "localhost"])
def test_own_addresses(host):
    check_host(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "::", "example.com", ""])
def test_addresses_that_others_can_reach(host):
    with pytest.raises(InputError, match="no login"):
        check_host(host)


def test_the_address_is_described(folder):
    described = client(folder).get("/openapi.json").json()
    assert list(described["paths"]) == ["/api/v1/forecasts"]
