import datetime as dt

import numpy as np
import pytest

from gatecast.train.pretrained import pretrained, pretrained_sets


def test_no_weights_saw_a_day_after_the_last_one_known():
    for day in (
        dt.date(1990, 1, 1),
        dt.date(2004, 5, 1),
        dt.date(2012, 5, 1),
        dt.date(2019, 5, 1),
        dt.date(2030, 1, 1),
    ):
        chosen = pretrained(day)
        assert chosen.through is None or chosen.through <= day


def test_the_latest_weights_are_taken_without_a_day():
    assert pretrained().name == pretrained_sets()[-1]["name"]


def test_weights_say_what_they_saw_and_are_small():
    for about in pretrained_sets():
        assert about["leagues"]
        assert about["members"] >= 1
        assert bool(about["through"]) == bool(about["seasons"])


@pytest.mark.parametrize("about", pretrained_sets(), ids=lambda about: about["name"])
def test_weights_are_numbers(about):
    chosen = pretrained(dt.date.fromisoformat(about["through"]) if about["through"] else dt.date(1900, 1, 1))
    assert chosen.name == about["name"]
    assert all(np.isfinite(value).all() for member in chosen.members for value in member.values())
