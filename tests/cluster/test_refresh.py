from gatecast.service.clubs import open_clubs
from gatecast.service.refresh import FAILED, NOTHING, club_tasks, refresh_all


def test_clubs_are_refreshed_on_a_cluster_and_a_failure_stops_nobody(engine, tmp_path):
    with open_clubs(tmp_path) as clubs:
        for slug in "abc":
            clubs.add(slug)
        tasks = club_tasks(clubs)
    (tmp_path / "clubs" / "b" / "gatecast.db").write_bytes(b"no database at all, but long enough to look at" * 30)
    for left in (tmp_path / "clubs" / "b").glob("gatecast.db-*"):
        left.unlink()
    done = sorted(refresh_all(tasks, engine=engine), key=lambda each: each.name)
    assert [(each.name, each.state) for each in done] == [("a", NOTHING), ("b", FAILED), ("c", NOTHING)]
    assert done[0].message == "no game to come"
