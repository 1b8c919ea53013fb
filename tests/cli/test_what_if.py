import pytest

from gatecast.forecast import Forecaster
from gatecast.train import TrainingSettings

from .conftest import left_in, refused

GAME = "QUI202506140"


@pytest.fixture(scope="module")
def model(league, compiled_once, tmp_path_factory):
    folder = tmp_path_factory.mktemp("trained") / "model"
    quick = TrainingSettings(members=1, epochs=5)
    Forecaster("feedforward", settings=quick).fit(league.games).save(folder)
    return folder


@pytest.fixture
def ask(run, files, model):
    def asked(*more, as_of=("--as-of", "2025-06-08")):
        return run(
            "what-if", files / "games.parquet", "--upcoming", files / "upcoming.csv", *as_of, "--model", model, *more
        )

    return asked


def table(text, caption):
    """Cells of the table below a caption."""
    lines = text.splitlines()
    first = next(i for i, line in enumerate(lines) if line.startswith(caption)) + 1
    last = lines.index("", first)
    return [line.split() for line in lines[first:last]]


def test_both_forecasts_stand_side_by_side(ask, tmp_path):
    ended = ask("--game", GAME, "--set", "precipitation=rain", "--set", "temperature_c=4")
    assert ended.code == 0
    assert ended.out.splitlines()[0] == "What if precipitation were rain and temperature_c were 4?"
    head, row = table(ended.out, "The forecast without and with the change")
    assert head[:6] == ["Date", "Start", "Opponent", "Expected", "With", "change"]
    assert row[:6] == ["Sat", "14", "Jun", "18:35", "Velmora", "Kites"]
    before, after, difference = (int(cell.replace(",", "").replace("\N{MINUS SIGN}", "-")) for cell in row[6:9])
    assert after - before == difference != 0
    assert left_in(tmp_path) == []


def test_several_games_may_be_changed(ask):
    ended = ask("--game", GAME, "--game", "QUI202506150", "--set", "promotion=fireworks")
    assert len(table(ended.out, "The forecast")) == 3


def test_both_plans_stand_side_by_side(ask, files):
    asked = ("--game", GAME, "--operations", files / "operations.toml")
    ended = ask(*asked, "--set", "promotion=fireworks")
    head, *rows, total = table(ended.out, "What would change in the plan")
    assert head[:4] == ["Resource", "Plan", "With", "change"]
    assert any(row[:2] == ["ushers", "(shifts)"] for row in rows)
    assert total[0] == "total"
    assert total[-1] not in ("0", "")
    same = ask(*asked, "--set", "start_time=18:35")
    assert same.out.splitlines()[-1] == "The plan would not change."


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("--game", GAME, "--set", "precipitation"), ("--set: got 'precipitation'", "such as precipitation=rain")),
        (("--game", GAME, "--set", "=rain"), ("--set: got '=rain'",)),
        (("--game", GAME, "--set", "sky=sunny", "--set", "sky=dome"), ("got sky a second time",)),
        (("--game", GAME, "--set", "precipitation=wet"), (f"game {GAME}, precipitation: got 'wet'",)),
        (("--game", GAME, "--set", "attendance=5"), ("a result",)),
        (("--game", "QUI1", "--set", "sky=sunny"), ("game: got 'QUI1'", "QUI202506140")),
        (("--game", GAME), ("--set", "gatecast what-if --help")),
        (("--set", "sky=sunny"), ("--game", "gatecast what-if --help")),
    ],
)
def test_what_cannot_be_is_one_line(ask, more, words):
    refused(ask(*more), *words)


def test_the_last_day_known_is_needed(ask):
    refused(ask("--game", GAME, "--set", "sky=sunny", as_of=()), "--as-of: got none")
    refused(ask("--game", GAME, "--set", "sky=sunny", as_of=("--as-of", "June")), "--as-of: got 'June'")


def test_wrong_operations_are_told_before_the_work(ask, tmp_path):
    (tmp_path / "operations.toml").write_text("currency = 3")
    refused(ask("--game", GAME, "--set", "sky=sunny", "--operations", "operations.toml"), "operations.toml")
