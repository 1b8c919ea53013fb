"""The sample league: invented clubs and invented games, drawn with effects of known size."""

from gatecast.collect.sample.clubs import SIMULATED_NOTICE
from gatecast.collect.sample.league import DEMAND, EXPECTED_DEMAND, SampleLeague, sample_league

__all__ = ["DEMAND", "EXPECTED_DEMAND", "SIMULATED_NOTICE", "SampleLeague", "sample_league"]
