from collections.abc import Iterator

import pytest

from gatecast.desk import Desk
from gatecast.desk.access import set_password
from gatecast.web.app import build

PASSWORD = "a long enough password"


@pytest.fixture(scope="module")
def locked_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """An empty desk with a password."""
    from ...desk.filled import opened

    with opened(tmp_path_factory.mktemp("locked")) as desk:
        set_password(desk.store, PASSWORD)
        yield desk


@pytest.fixture
def locked(locked_desk):
    """The application over it, which has seen nobody yet."""
    return build(locked_desk)


@pytest.fixture
def unlocked(empty_desk):
    """The application over an empty desk without a password."""
    return build(empty_desk)
