import json
from pathlib import Path

import pytest

from gatecast.plan.ordering.homestand import CONTROLLED, ROLLING
from gatecast.plan.ordering.measured import MEASURED, measured_words

FILE = Path(__file__).parents[3] / "docs" / "ordering.json"


@pytest.mark.parametrize(("method", "kept"), [(ROLLING, "keeps 1 day"), (CONTROLLED, "keeps 3 days")])
def test_what_a_policy_cost_is_as_measured_and_told_with_its_range(method, kept):
    seasons = [each for name, each in json.loads(FILE.read_text())["seasons"].items() if name.endswith(kept)]
    cost, fixed = (sum(each["cost_a_game"][name] * each["games"] for each in seasons) for name in (method, "plan"))
    ratios = [each["ratio"][f"{method} / plan"] for each in seasons]
    found = MEASURED[method]
    assert found.homestands == sum(each["homestands"] for each in seasons)
    assert found.share == pytest.approx(cost / fixed, abs=0.001)
    assert found.low == pytest.approx(min(each["low"] for each in ratios), abs=0.001)
    assert found.high == pytest.approx(max(each["high"] for each in ratios), abs=0.001)
    words = measured_words(method)
    assert words.startswith(method)
    assert all(f"{number:.0%}" in words for number in (found.share, found.low, found.high))
