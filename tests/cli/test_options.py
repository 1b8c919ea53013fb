import datetime as dt

import pytest

from gatecast.cli import options
from gatecast.errors import InputError


def test_lists_are_read_once_each_in_order():
    assert options.parse_years("2019, 2018,2019") == [2019, 2018]
    assert options.parse_leads("7, preseason,1,7") == [7, "preseason", 1]
    assert options.parse_date(" 2019-05-30 ") == dt.date(2019, 5, 30)


@pytest.mark.parametrize("text", ["", "2018;2019", "18", "20190", "２０１９"])
def test_years_that_are_none(text):
    with pytest.raises(InputError, match="--seasons: got"):
        options.parse_years(text)


def test_settings_not_given_are_the_usual_ones():
    from gatecast.train import TrainingSettings

    assert options.training_settings("transformer", None, None, 3) == TrainingSettings(seed=3)
    given = options.training_settings("feedforward", 2, 5, 0)
    assert (given.members, given.epochs) == (2, 5)


def test_defaults_in_the_help_are_the_real_ones():
    from gatecast.train import TrainingSettings

    for kind, name in ((options.Members, "members"), (options.Epochs, "epochs")):
        assert kind.__metadata__[0].show_default == str(getattr(TrainingSettings(), name))


def test_the_folder_of_a_long_job_is_hidden_beside_the_result(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert options.work_folder(options.Path(".")) == tmp_path.parent / f".{tmp_path.name}.training"
