import pytest

from gatecast.collect import read_games
from gatecast.errors import InputError

from .malformed_cases import CASES, Case


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_refused_in_one_line(case: Case, tmp_path):
    path = case.build(tmp_path)
    mapping = None
    if case.mapping:
        mapping = tmp_path / "columns.toml"
        mapping.write_text(case.mapping, encoding="utf-8")
    with pytest.raises(InputError) as refused:
        read_games(path, mapping)
    message = str(refused.value)
    assert "\n" not in message
    assert message.startswith((path.name, "columns.toml"))
    assert str(tmp_path) not in message
    for word in case.words:
        assert word in message
    if case.row is not None:
        assert f", row {case.row}" in message
    assert case.column in message


def test_there_are_many_and_each_has_its_own_name():
    names = [case.name for case in CASES]
    assert len(names) >= 40
    assert len(set(names)) == len(names)
