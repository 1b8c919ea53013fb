from collections.abc import Iterator

import pytest

from gatecast.service import ClubService
from gatecast.service.access import set_password
from gatecast.web.front import build

PASSWORD = "a long enough password"


@pytest.fixture(scope="module")
def locked_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClubService]:
    """An empty service with a password."""
    from ...service.filled import opened

    with opened(tmp_path_factory.mktemp("locked")) as service:
        set_password(service.store, PASSWORD)
        yield service


@pytest.fixture
def locked(locked_service):
    """The application over it, which has seen nobody yet."""
    return build(locked_service)


@pytest.fixture
def unlocked(empty_service):
    """The application over an empty service without a password."""
    return build(empty_service)
