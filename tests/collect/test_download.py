import datetime as dt
import socket
import sys
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from gatecast.collect import download
from gatecast.collect.download import DEFAULT_URL, download_seasons
from gatecast.collect.retrosheet import retrosheet
from gatecast.errors import DownloadError, InputError, MissingExtraError

THIS_YEAR = dt.date.today().year
WAIT = 0.001


class Server:
    """Answers with `replies` in turn, the last one for ever; each is (status, headers, body)."""

    def __init__(self, *replies):
        self.replies, self.requests = list(replies), []

    @contextmanager
    def running(self):
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                server.requests.append((self.path, dict(self.headers)))
                status, headers, body = server.replies.pop(0) if len(server.replies) > 1 else server.replies[0]
                self.send_response(status)
                for name, value in {"Content-Length": str(len(body)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)
                self.close_connection = True

            def log_message(self, *args):
                pass

        with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
            thread = threading.Thread(target=http.serve_forever, args=(0.01,))
            thread.start()
            try:
                yield f"http://127.0.0.1:{http.server_port}/gamelogs"
            finally:
                http.shutdown()
                thread.join()

    def fetch(self, seasons, folder):
        with self.running() as url:
            return download_seasons(seasons, folder, url=url, wait=WAIT)


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def season(shared_data):
    return (shared_data / "retrosheet" / "gl2020.zip").read_bytes()


def ok(body, **headers):
    return 200, {"Content-Type": "application/zip", **headers}, body


BUSY = (500, {}, b"busy")


def files(folder):
    return sorted(path.name for path in folder.iterdir() if path.suffix != ".json")


def test_seasons_arrive_whole_and_can_be_read(shared_data, tmp_path):
    bodies = [(shared_data / "retrosheet" / f"gl{year}.zip").read_bytes() for year in (2019, 2020)]
    server = Server(*map(ok, bodies))
    folder = tmp_path / "new" / "folder"
    paths = server.fetch([2019, 2020], folder)
    assert [path.name for path in paths] == ["gl2019.zip", "gl2020.zip"]
    assert [path.read_bytes() for path in paths] == bodies
    assert [path for path, _ in server.requests] == ["/gamelogs/gl2019.zip", "/gamelogs/gl2020.zip"]
    assert len(retrosheet([folder])) == 2429 + 898


def test_a_season_in_the_folder_is_not_asked_for_again(tmp_path, season):
    server = Server(ok(season))
    assert server.fetch([2020], tmp_path) == server.fetch([2020, 2020], tmp_path)[:1]
    assert len(server.requests) == 1


def test_a_damaged_copy_in_the_folder_is_replaced(tmp_path, season):
    (tmp_path / "gl2020.zip").write_bytes(season[:-100])
    (path,) = Server(ok(season)).fetch([2020], tmp_path)
    assert path.read_bytes() == season


def test_the_current_season_is_fetched_again_only_if_newer(tmp_path, season):
    newer = season[:-22] + season[-22:-2] + b"\x01\x00!"
    server = Server(
        ok(season, ETag='"one"', **{"Last-Modified": "Sat, 01 Jun 2019 10:00:00 GMT"}), (304, {}, b""), ok(newer)
    )
    for expected in (season, season, newer):
        (path,) = server.fetch([THIS_YEAR], tmp_path)
        assert path.read_bytes() == expected
    first, second, third = (headers for _, headers in server.requests)
    assert "If-None-Match" not in first
    assert second["If-None-Match"] == third["If-None-Match"] == '"one"'
    assert second["If-Modified-Since"] == "Sat, 01 Jun 2019 10:00:00 GMT"


def test_the_current_season_is_served_from_the_folder_when_offline(tmp_path, season):
    Server(ok(season)).fetch([THIS_YEAR], tmp_path)
    (path,) = download_seasons([THIS_YEAR], tmp_path, url=closed_port(), wait=WAIT)
    assert path.read_bytes() == season


@pytest.mark.parametrize("passing", [BUSY, (503, {}, b""), (429, {}, b""), ok(b"PK", **{"Content-Length": "5000"})])
def test_what_fails_for_the_moment_is_asked_again(tmp_path, season, passing):
    server = Server(passing, passing, ok(season))
    (path,) = server.fetch([2020], tmp_path)
    assert path.read_bytes() == season
    assert len(server.requests) == 3


@pytest.mark.parametrize(
    ("reply", "words", "requests"),
    [
        (BUSY, "the server answers 500", download.ATTEMPTS),
        (ok(b"PK" * 50, **{"Content-Length": "5000"}), "no answer to use", download.ATTEMPTS),
        (ok(b"<html>Just a moment</html>", **{"Content-Type": "text/html"}), r"no whole zip \(text/html\)", 1),
        (ok(b""), "no whole zip", 1),
        ((404, {}, b"none"), r"'not found' \(404\), expected a season that is published", 1),
        ((403, {}, b"no"), "the answer 403 Forbidden", 1),
        ((302, {"Location": "/gamelogs/round"}, b""), "an address that leads nowhere", 21),
    ],
    ids=["always busy", "always cut short", "a page", "nothing", "unpublished", "forbidden", "round in circles"],
)
def test_what_cannot_be_fetched_says_what_came_and_what_to_do(tmp_path, reply, words, requests):
    server = Server(reply)
    with pytest.raises(
        DownloadError, match=rf"^127\.0\.0\.1:\d+, season 2020: got .*{words}.*put it as gl2020\.zip in"
    ) as failed:
        server.fetch([2020], tmp_path)
    assert "\n" not in str(failed.value)
    assert len(server.requests) == requests
    assert files(tmp_path) == []


def test_a_zip_cut_short_without_notice_is_not_kept(tmp_path, season):
    with pytest.raises(DownloadError, match="no whole zip"):
        Server(ok(season[: len(season) // 2])).fetch([2020], tmp_path)
    assert files(tmp_path) == []


def test_a_failed_download_leaves_the_copy_that_was_there(tmp_path, season):
    Server(ok(season)).fetch([THIS_YEAR], tmp_path)
    with pytest.raises(DownloadError, match="no whole zip"):
        Server(ok(b"<html>")).fetch([THIS_YEAR], tmp_path)
    assert (tmp_path / f"gl{THIS_YEAR}.zip").read_bytes() == season


def test_a_body_too_large_is_stopped_while_it_arrives(tmp_path, monkeypatch):
    monkeypatch.setattr(download, "LARGEST_DOWNLOAD", 1_000_000)
    with pytest.raises(DownloadError, match="got more than 1 MB"):
        Server(ok(bytes(1_500_000))).fetch([2020], tmp_path)
    assert files(tmp_path) == []


def closed_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}"


def test_offline_the_message_names_the_host_the_season_and_the_way_round(tmp_path):
    url = closed_port()
    with pytest.raises(DownloadError) as offline:
        download_seasons([2020], tmp_path, url=url, wait=WAIT)
    message = str(offline.value)
    assert message.startswith(f"{url.removeprefix('http://')}, season 2020: got no answer")
    assert f"fetch {url}/gl2020.zip by other means and put it as gl2020.zip in {tmp_path}" in message


def test_the_published_address_is_retrosheets():
    assert DEFAULT_URL == "https://www.retrosheet.org/gamelogs"


@pytest.mark.parametrize("year", [1870, THIS_YEAR + 1])
def test_a_season_never_played_is_refused(tmp_path, year):
    with pytest.raises(InputError, match=f"got {year}, expected a year from 1871"):
        download_seasons([year], tmp_path)


def test_a_folder_that_is_a_file_is_refused(tmp_path):
    (tmp_path / "taken").write_text("")
    with pytest.raises(InputError, match="expected a folder"):
        download_seasons([2020], tmp_path / "taken")


def test_an_absent_extra_names_the_command(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "tenacity", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'gatecast\[download\]'"):
        download_seasons([2020], tmp_path)


def test_each_season_is_told(tmp_path, season):
    told = []
    (tmp_path / "gl2020.zip").write_bytes(season)
    download_seasons([2020], tmp_path, progress=lambda *step: told.append(step))
    assert told == [("season 2020", 0, 1), ("seasons", 1, 1)]
