"""Two clubs in one service, one of whose games must never show among the other's."""

import datetime as dt
from collections.abc import Iterator

import polars as pl
import pytest

from gatecast.games import columns as c
from gatecast.service.accounts import save_account
from gatecast.service.clubs import Clubs, open_clubs
from gatecast.web.clubs import build_clubs

from ...service.filled import TODAY

PASSWORD = "a long enough password"
NAMES = {"ants": "Antville Ants", "bees": "Beeburg Bees"}
VISITORS = {"ants": "Arrivals of A", "bees": "Bystanders of B"}


def games_of(slug: str) -> pl.DataFrame:
    """Some games played and some to come, each of which names its club."""
    first = dt.date(2025, 5, 20)
    days = [first + dt.timedelta(days=each) for each in range(0, 40, 2)]
    return pl.DataFrame(
        {
            c.DATE: [day.isoformat() for day in days],
            c.HOME: [NAMES[slug]] * len(days),
            c.VISITOR: [VISITORS[slug]] * len(days),
            c.CAPACITY: ["9000"] * len(days),
            c.ATTENDANCE: [str(4000 + 10 * i) if day < TODAY else None for i, day in enumerate(days)],
        }
    )


@pytest.fixture(scope="module")
def clubs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clubs]:
    """Ants and bees; `ann` may change the ants, `rob` may see them, `bo` may change the bees, `all` may see both."""
    with open_clubs(tmp_path_factory.mktemp("clubs"), today=lambda: TODAY) as made:
        for slug, name in NAMES.items():
            made.add(slug, name)
            with made.open(slug) as service:
                service.store.import_games(games_of(slug), source=f"games of {name}")
                service.store.save_setting("club", name)
        for person in ("ann", "rob", "bo", "all"):
            save_account(made.registry, person, PASSWORD)
        made.registry.allow("ann", "ants", "write")
        made.registry.allow("rob", "ants", "read")
        made.registry.allow("bo", "bees", "write")
        made.registry.allow("all", None, "read")
        yield made


@pytest.fixture(scope="module")
def app(clubs):
    """The application of both, as a server runs it without a worker."""
    made = build_clubs(clubs)
    yield made
    made.close()


@pytest.fixture(scope="module")
def signed_in(app):
    """A visitor who has signed in, by name."""
    from ..conftest import Visitor

    seen = {}

    def visitor(name):
        if name not in seen:
            seen[name] = Visitor(app)
            answer = seen[name].post("/login", data={"name": name, "password": PASSWORD})
            assert answer.status_code == 303
        return seen[name]

    return visitor
