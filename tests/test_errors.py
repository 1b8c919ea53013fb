import pytest

from gatecast import errors
from gatecast.errors import (
    DataError,
    DownloadError,
    GatecastError,
    InputError,
    MissingExtraError,
    ModelError,
    SettingsError,
)

MADE = [
    DataError("'-40'", "a whole number"),
    SettingsError("'ten'", "a number"),
    ModelError("broken"),
    InputError("wrong"),
    DownloadError("gone"),
    MissingExtraError("download", "downloading"),
]


@pytest.mark.parametrize("error", MADE, ids=lambda error: type(error).__name__)
def test_every_error_is_one_of_ours(error):
    assert isinstance(error, GatecastError)


@pytest.mark.parametrize(
    ("kind", "above"),
    [
        (DataError, InputError),
        (SettingsError, InputError),
        (ModelError, InputError),
        (InputError, ValueError),
        (DownloadError, OSError),
        (MissingExtraError, ImportError),
    ],
)
def test_errors_can_be_caught_as_what_they_are(kind, above):
    assert issubclass(kind, above)
    assert issubclass(kind, GatecastError)


def test_only_input_can_be_mended_by_the_user():
    assert not issubclass(DownloadError, InputError)
    assert not issubclass(MissingExtraError, InputError)


def test_every_error_is_exported_and_in_the_tree_of_the_docstring():
    ours = {
        name for name, value in vars(errors).items() if isinstance(value, type) and issubclass(value, GatecastError)
    }
    assert ours | {"ReadingWarning"} == set(errors.__all__)
    assert all(name in errors.__doc__ for name in ours)


@pytest.mark.parametrize(
    ("place", "text"),
    [
        ({"file": "g.csv", "row": 17, "column": "gate"}, "g.csv, row 17, gate: got 'x', expected y"),
        ({"file": "g.csv", "column": "gate"}, "g.csv, gate: got 'x', expected y"),
        ({"row": 0}, "row 0: got 'x', expected y"),
        ({"column": "gate"}, "gate: got 'x', expected y"),
        ({}, "got 'x', expected y"),
        ({"file": "g.csv", "remedy": "mend it"}, "g.csv: got 'x', expected y; mend it"),
    ],
)
def test_a_data_error_says_where(place, text):
    error = DataError("'x'", "y", **place)
    assert str(error) == text
    assert (error.got, error.expected, error.remedy) == ("'x'", "y", place.get("remedy", ""))
    assert (error.file, error.row, error.column) == (place.get("file", ""), place.get("row"), place.get("column", ""))


@pytest.mark.parametrize(
    ("place", "text"),
    [
        (
            {"file": "o.toml", "key": "staff.cost", "remedy": "mend it"},
            "o.toml, staff.cost: got 'x', expected y; mend it",
        ),
        ({"key": "staff.cost"}, "staff.cost: got 'x', expected y"),
        ({}, "got 'x', expected y"),
    ],
)
def test_a_settings_error_says_where(place, text):
    error = SettingsError("'x'", "y", **place)
    assert str(error) == text
    assert (error.file, error.key) == (place.get("file", ""), place.get("key", ""))


@pytest.mark.parametrize("kind", [DataError, SettingsError])
def test_a_message_is_one_line_whatever_a_cell_holds(kind):
    assert str(kind("'a\nb\r\n\tc'", "one\nline", "mend\nit")) == "got 'a b c', expected one line; mend it"


def test_a_missing_extra_names_the_command_that_installs_it():
    error = MissingExtraError("serve", "the web page")
    assert "pip install 'gatecast[serve]'" in str(error)
    assert error.extra == "serve"


def test_an_error_can_be_put_at_another_place_and_pickled():
    import pickle

    from gatecast.errors import DataError, SettingsError

    error = DataError("'-40'", "a number from 0", "leave it empty", file="upload.csv", row=2, column="gate")
    moved = error.at(file="games.csv", row=17)
    assert str(moved) == "games.csv, row 17, gate: got '-40', expected a number from 0; leave it empty"
    assert moved.detail == "got '-40', expected a number from 0; leave it empty"
    assert str(error.at(row=None)) == "upload.csv, gate: " + error.detail
    assert str(pickle.loads(pickle.dumps(moved))) == str(moved)
    assert SettingsError.of(moved, key="constants.gate").detail == moved.detail
