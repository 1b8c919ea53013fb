"""The OpenAPI document is true: generated requests never meet an error of ours, nor an answer it does not describe."""

import shutil

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from gatecast.desk import open_desk
from gatecast.web.app import application

from ...desk.filled import filled_folder

CASES = 25


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    folder = tmp_path_factory.mktemp("schema") / "desk"
    shutil.copytree(filled_folder(), folder)
    with open_desk(folder) as desk:
        yield schemathesis.openapi.from_asgi("/api/v1/openapi.json", application(desk))


def test_answers_are_as_described(served):
    operations = [found.ok() for found in served.get_all_operations()]
    assert len(operations) > 15
    for operation in operations:

        @settings(max_examples=CASES, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
        @given(case=operation.as_strategy())
        def asked(case):
            case.validate_response(
                case.call(),
                checks=[
                    not_a_server_error,
                    content_type_conformance,
                    status_code_conformance,
                    response_schema_conformance,
                ],
            )

        asked()
