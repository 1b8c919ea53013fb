"""Settings that several people save at once: no edit is lost, and what both changed is shown."""

import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from gatecast.errors import ConflictError
from gatecast.service import open_service
from gatecast.service.settings import Clash, SettingsConflictError, merged_settings
from gatecast.web.front import build

from ..web.conftest import Visitor

OWN = {"sec-fetch-site": "same-origin"}

EDITOR = """
import sys
from gatecast.service import open_service
folder, mine, edits = sys.argv[1:]
with open_service(folder) as service:
    for i in range(int(edits)):
        version = service.operations_version()
        operations = service.operations_at(version)
        roles = [role.replace(cost=20.0 + 10 * int(mine) + i) if number == int(mine) else role
                 for number, role in enumerate(operations.staff)]
        service.save_operations(operations.replace(staff=roles), based_on=version)
"""


def with_cost(operations, number, cost):
    staff = [role.replace(cost=cost) if i == number else role for i, role in enumerate(operations.staff)]
    return operations.replace(staff=staff)


def test_forms_opened_together_keep_all_their_edits(own_service):
    opened, version = own_service.operations(), own_service.operations_version()
    count = len(opened.staff)

    def save(number):
        return own_service.save_operations(with_cost(opened, number, 50.0 + number), based_on=version)

    with ThreadPoolExecutor(count) as threads:
        versions = list(threads.map(save, range(count)))
    assert [role.cost for role in own_service.operations().staff] == [50.0 + i for i in range(count)]
    assert own_service.operations_version() == max(versions) == version + count


def test_processes_that_edit_again_and_again_lose_nothing(own_service):
    count = min(3, len(own_service.operations().staff))
    command = [sys.executable, "-c", EDITOR, str(own_service.folder)]
    editors = [subprocess.Popen([*command, str(i), "6"], stderr=subprocess.PIPE) for i in range(count)]
    assert [(each.communicate()[1], each.returncode) for each in editors] == [(b"", 0)] * count
    assert [role.cost for role in own_service.operations().staff[:count]] == [25.0 + 10 * i for i in range(count)]


def test_what_both_changed_is_shown_and_not_overwritten(own_service):
    opened, version = own_service.operations(), own_service.operations_version()
    now = own_service.save_operations(with_cost(opened, 0, 11.0), based_on=version)
    with pytest.raises(SettingsConflictError) as conflict:
        own_service.save_operations(with_cost(opened, 0, 22.0), based_on=version)
    name, before = opened.staff[0].name, opened.staff[0].cost
    assert conflict.value.clashes == (Clash(f"staff.{name}.cost", before, 11.0, 22.0),)
    assert conflict.value.version == now
    assert own_service.operations().staff[0].cost == 11.0


def test_a_form_opened_long_ago_writes_only_what_was_changed_in_it(own_service):
    opened, version = own_service.operations(), own_service.operations_version()
    own_service.save_operations(with_cost(opened, 1, 33.0), based_on=version)
    own_service.save_operations(opened.replace(currency="EUR"), based_on=version)
    assert own_service.operations().currency == "EUR"
    assert own_service.operations().staff[1].cost == 33.0


def test_a_version_that_must_be_saved_still(own_service):
    version = own_service.operations_version()
    own_service.save_operations(with_cost(own_service.operations(), 0, 11.0), expected=version)
    with pytest.raises(ConflictError):
        own_service.save_operations(with_cost(own_service.operations(), 0, 22.0), expected=version)
    assert own_service.operations().staff[0].cost == 11.0


def test_a_setting_of_the_store_is_compared_and_saved_in_one(tmp_path):
    with open_service(tmp_path) as service:
        assert service.store.save_setting("count", 0) == 1

        def one_more(_):
            for _ in range(10):
                service.store.change_setting("count", lambda before: before.value + 1)

        with ThreadPoolExecutor(4) as threads:
            list(threads.map(one_more, range(4)))
        assert service.store.setting("count") == 40
        with pytest.raises(ConflictError, match="version 1, expected one of version 41"):
            service.store.save_setting("count", 0, expected=1)


@pytest.mark.parametrize(
    ("before", "saved", "wanted", "merged", "clashes"),
    [
        ({"a": [{"name": "x", "n": 1}]}, {"a": []}, {"a": [{"name": "x", "n": 1}]}, {"a": []}, 0),
        ({"a": []}, {"a": [{"name": "y"}]}, {"a": [{"name": "x"}]}, {"a": [{"name": "y"}, {"name": "x"}]}, 0),
        ({"a": [{"name": "x", "n": 1}]}, {"a": []}, {"a": [{"name": "x", "n": 2}]}, {"a": []}, 1),
        ({"a": [1, 2]}, {"a": [1, 2, 3]}, {"a": [2]}, {"a": [1, 2, 3]}, 1),
        ({"a": 1}, {"a": 2}, {"a": 2}, {"a": 2}, 0),
        ({"t": {"a": 1, "b": 1}}, {"t": {"a": 2, "b": 1}}, {"t": {"a": 1}}, {"t": {"a": 2}}, 0),
    ],
)
def test_merging(before, saved, wanted, merged, clashes):
    found, met = merged_settings(before, saved, wanted)
    assert (found, len(met)) == (merged, clashes)


def test_attendance_typed_by_two_at_once_is_not_overwritten(own_service):
    visitor = Visitor(build(own_service))
    page = visitor.get("/data").text
    game = re.search(r'name="attendance:([^"]+)"', page)[1]
    assert visitor.post("/data/attendance", data={f"attendance:{game}": "3210"}, headers=OWN).status_code == 200
    late = visitor.post("/data/attendance", data={f"attendance:{game}": "4444"}, headers=OWN)
    assert late.status_code == 422
    assert "got &#39;4444&#39;, expected 3210 as somebody else entered meanwhile" in late.text
    same = visitor.post("/data/attendance", data={f"attendance:{game}": "3210"}, headers=OWN)
    assert same.status_code == 200
    games = own_service.games().table
    assert games.filter(games["game_id"] == game)["attendance"].to_list() == [3210]
