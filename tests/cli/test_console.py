import io
import re
import sys

import pytest

from gatecast.cli import console
from gatecast.formatting import PageTable


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_an_error_is_one_line_and_moves_no_cursor(capsys):
    console.fail("games.csv: got '\x1b[2J'\nexpected less")
    assert capsys.readouterr().err == "error: games.csv: got '?[2J' expected less\n"


def test_a_table_is_plain_where_it_is_piped(capsys):
    console.show_table(PageTable("Games", ["Game", "People"], [False, True], [["[b]opener[/b]", "12,000"], ["x", "9"]]))
    assert capsys.readouterr().out.splitlines() == [
        "Games",
        "Game           People",
        "[b]opener[/b]  12,000",
        "x                   9",
        "",
    ]


def test_a_table_is_ruled_on_a_terminal(monkeypatch):
    screen = Terminal()
    monkeypatch.setattr(sys, "stdout", screen)
    console.show_table(PageTable("", ["Game"], [False], [["opener"]]))
    assert "─" in screen.getvalue()


def test_headings_wrap_on_a_narrow_terminal_and_cells_do_not(monkeypatch):
    screen = Terminal()
    monkeypatch.setattr(sys, "stdout", screen)
    monkeypatch.setenv("COLUMNS", "50")
    heads = ["Forecast made", "last season's weekday mean", "Closer than the best"]
    console.show_table(PageTable("", heads, [False, True, True], [["30 days before", "1,019", "6%"]]))
    lines = re.sub(r"\x1b\[[0-9;]*m", "", screen.getvalue()).splitlines()
    assert max(map(len, lines)) <= 50
    assert len(lines) > 4
    assert any(line.split() == ["30", "days", "before", "1,019", "6%"] for line in lines)


def test_progress_in_lines_is_sparse(capsys, monkeypatch):
    clock = iter(range(100_000))
    monkeypatch.setattr(console.time, "monotonic", lambda: next(clock) * 0.01)
    with console.shown_progress() as progress:
        for step in range(5_000):
            progress("training", step, 5_000)
    told = capsys.readouterr().err.splitlines()
    assert 2 <= len(told) <= 5
    assert told[0].startswith("training: ")


def test_quick_work_shows_no_lines(capsys):
    with console.shown_progress() as progress:
        progress("reading", 0, 1)
        progress("reading", 1, 1)
    assert capsys.readouterr().err == ""


def test_progress_is_a_bar_on_a_terminal(monkeypatch):
    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("TERM", "xterm")
    with console.shown_progress() as progress:
        progress("training [member 1]", 3, 12)
    assert "training [member 1]" in screen.getvalue()
    assert "3/12" in screen.getvalue()


def test_work_is_removed_when_it_is_done(tmp_path):
    with console.resumable_folder(tmp_path / "work") as folder:
        folder.mkdir()
        (folder / "state.safetensors").touch()
    assert list(tmp_path.iterdir()) == []


def test_work_is_kept_when_interrupted(tmp_path, capsys):
    with pytest.raises(SystemExit) as ended, console.resumable_folder(tmp_path / "work") as folder:
        folder.mkdir()
        (folder / "state.safetensors").touch()
        raise KeyboardInterrupt
    assert ended.value.code == 130
    assert (tmp_path / "work" / "state.safetensors").is_file()
    assert capsys.readouterr().err == "error: stopped; run the same command again to continue from here\n"


def test_interrupted_before_there_was_anything_to_keep(tmp_path, capsys):
    with pytest.raises(SystemExit), console.resumable_folder(tmp_path / "work"):
        raise KeyboardInterrupt
    assert "nothing was written" in capsys.readouterr().err


def test_notes_are_not_shown_beside_an_error(capsys):
    with pytest.raises(ValueError, match="broken"), console.held_notes() as note:
        note("read gate as attendance")
        raise ValueError("broken")
    assert capsys.readouterr().err == ""
    with console.held_notes() as note:
        note("read gate as attendance")
    assert capsys.readouterr().err == "read gate as attendance\n"
