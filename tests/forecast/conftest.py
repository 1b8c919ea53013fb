import pytest

from gatecast.collect.sample import sample_league
from gatecast.forecast import Forecaster
from gatecast.train.settings import TrainingSettings


@pytest.fixture(scope="session")
def league():
    return sample_league()


@pytest.fixture(scope="session")
def quick():
    """Settings for tests: what is forecast must hold together, not be good."""
    return TrainingSettings(members=1, epochs=2)


@pytest.fixture(scope="session")
def forecaster(compiled_once, league, quick):
    return Forecaster(settings=quick).fit(league.games)


@pytest.fixture(scope="session")
def forecast(forecaster, league):
    return forecaster.forecast(league.games, league.upcoming, as_of=league.as_of)
