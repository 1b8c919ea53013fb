import polars as pl
import pytest

from gatecast.service.scanned import scanned_share


def test_the_share_of_tickets_used_by_the_scanners(sample_club):
    found = scanned_share(sample_club)
    table = sample_club.home_games(sample_club.club()).table.drop_nulls("scanned")
    share = table["scanned"] / table["attendance"]
    assert found.games == table.height
    assert found.share == pytest.approx(share.mean())
    assert found.spread == pytest.approx(share.std())


def test_nothing_without_scans(empty_service):
    empty_service.store.import_games(pl.DataFrame({"game_id": ["x", "y"], "attendance": [500, None]}))
    assert scanned_share(empty_service) is None
