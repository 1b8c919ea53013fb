import pytest

from gatecast import demo as module

from .conftest import left_in, refused


@pytest.mark.slow
def test_what_is_shown(run, tmp_path):
    (tmp_path / "gatecast-demo").mkdir()
    (tmp_path / "gatecast-demo" / "report.html").write_text("of an earlier demo")
    ended = run("demo")
    assert ended.code == 0
    assert ended.out.startswith("Simulated league: invented clubs and invented games.\n")
    for words in ("Tue 10 Jun", "Oxbarrow Plowmen", "Sell-out", "ridge", "report.html", "Next: "):
        assert words in ended.out
    assert "weighing the pretrained network" in ended.err
    assert left_in(tmp_path) == ["gatecast-demo"]
    assert left_in(tmp_path / "gatecast-demo") == sorted(module.DEMO_FILES)
    assert "of an earlier" not in (tmp_path / "gatecast-demo" / "report.html").read_text()


def test_a_file_in_the_way(run, tmp_path):
    (tmp_path / "gatecast-demo").write_text("mine")
    refused(run("demo"), "gatecast-demo", "a folder")
    assert (tmp_path / "gatecast-demo").read_text() == "mine"
