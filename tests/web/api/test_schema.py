"""The OpenAPI document is true: generated requests never meet an error of ours, nor an answer it does not describe.

`benchmarks/api_schema.py` asks more often, and for things that the store has.
"""

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from gatecast.web.front import application

from ...service.filled import copied, opened

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


@pytest.mark.parametrize(("filled", "cases"), [(True, 25), (False, 5)])
def test_answers_are_as_described(tmp_path, filled, cases):
    with opened(copied(tmp_path) if filled else tmp_path) as service:
        schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", application(service))
        operations = [found.ok() for found in schema.get_all_operations()]
        assert len(operations) > 15
        for operation in operations:

            @settings(max_examples=cases, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
            @given(case=operation.as_strategy())
            def asked(case):
                case.validate_response(case.call(), checks=CHECKS)

            asked()
