import pytest

from gatecast.service.homestands import stand_view
from gatecast.web.plan_files import MEDIA_TYPES, plan_file


@pytest.mark.parametrize("ending", MEDIA_TYPES)
def test_a_plan_in_every_form_under_a_plain_name(sample_club, ending):
    file = plan_file(stand_view(sample_club), ending, "")
    assert file.headers["content-type"] == MEDIA_TYPES[ending]
    assert file.headers["content-disposition"] == f'attachment; filename="plan-2025-06-03.{ending}"'
    assert file.headers["cache-control"] == "no-store"
    assert len(file.body) > 1000


def test_no_plan_no_file(sample_club):
    assert plan_file(None, "csv", "") is None
    assert plan_file(stand_view(sample_club, 2025, 1), "csv", "") is None
    assert plan_file(stand_view(sample_club), "parquet", "") is None
