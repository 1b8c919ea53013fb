"""A calendar of deadlines replaces the one before it in every program."""

from gatecast.service.homestands import homestand_view
from gatecast.service.issued_plans import plans_issued, record_plan
from gatecast.web.pages.plan import plan_file


def sequences(service):
    text = plan_file(homestand_view(service), "ics", "", plans_issued(service)).body.decode()
    return {line for line in text.splitlines() if line.startswith("SEQUENCE:")}


def test_the_sequence_grows_with_each_plan_that_is_issued(own_service):
    assert sequences(own_service) == {"SEQUENCE:0"}
    record_plan(own_service, homestand_view(own_service))
    assert sequences(own_service) == {"SEQUENCE:1"}
    assert sequences(own_service) == {"SEQUENCE:1"}
    record_plan(own_service, homestand_view(own_service))
    assert sequences(own_service) == {"SEQUENCE:2"}
