import pytest
import sqlalchemy as sa

from gatecast.errors import InputError
from gatecast.store import open_store
from gatecast.store.schema import SETTINGS

VALUES = {
    "text": "Río Grande ⚾ 'quoted'",
    "number": 0.1 + 0.2,
    "whole": 2**53 + 1,
    "no": False,
    "nothing": None,
    "list": [1, "two", [3.5, None]],
    "table": {"z": 1, "a": {"stands": [{"name": "Grill", "rate": 0.25}]}, "m": {}},
}


@pytest.mark.parametrize("key", VALUES)
def test_a_value_comes_back_as_it_was(store, place, key):
    store.save_setting(key, VALUES[key])
    with open_store(place) as again:
        found = again.setting(key)
    assert found == VALUES[key]
    assert type(found) is type(VALUES[key])


def test_the_order_of_keys_is_kept(store):
    store.save_setting("table", VALUES["table"])
    assert list(store.setting("table")) == ["z", "a", "m"]


def test_a_setting_never_saved_is_none(store):
    assert store.setting("club") is None


def test_the_last_value_counts(store):
    for value in ("RIV", {"club": "OAK"}, None, ["RIV"]):
        store.save_setting("club", value)
        store.save_setting("other", 1)
        assert store.setting("club") == value
    assert store.setting("other") == 1


@pytest.mark.parametrize("value", [float("nan"), {"a": float("inf")}, object(), {1: {2}}], ids=range(4))
def test_what_json_cannot_hold_is_refused_and_the_value_before_stays(store, value):
    store.save_setting("club", "RIV")
    with pytest.raises(InputError, match="setting 'club': got a value that JSON cannot hold"):
        store.save_setting("club", value)
    assert store.setting("club") == "RIV"


def test_when_a_setting_changed_is_when_it_last_became_another(store):
    def changed():
        with store.database.reading() as connection:
            return connection.scalar(sa.select(SETTINGS.c.changed_at))

    store.save_setting("club", "RIV")
    first = changed()
    store.save_setting("club", "RIV")
    assert changed() == first
    store.save_setting("club", "OAK")
    assert changed() > first


def test_several_settings_are_saved_together_or_not_at_all(store):
    store.save_setting("club", "RIV")
    before = store.revisions()["settings"]
    with pytest.raises(InputError, match="notice"):
        store.save_settings({"club": "QUI", "notice": {1, 2}})
    assert (store.setting("club"), store.revisions()["settings"]) == ("RIV", before)
    store.save_settings({"club": "QUI", "notice": "simulated"})
    assert (store.setting("club"), store.setting("notice")) == ("QUI", "simulated")
    assert store.versioned_setting("club").version == 2
