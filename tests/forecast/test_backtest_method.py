from pathlib import Path

import numpy as np
import pytest

from gatecast.forecast import BacktestMethod


class Stub:
    """A forecaster that tells what it was asked."""

    def fit_rows(self, preparation, rows, *, folder, progress):
        self.fitted = preparation, rows.tolist(), folder
        progress("training, member 1", 2, 3)
        return self

    def forecast_rows(self, preparation, rows, lead):
        return preparation, rows.tolist(), lead


@pytest.mark.parametrize(
    ("name", "told"), [("2019", "2019: training, member 1"), ("", "training, member 1")], ids=["named", "nameless"]
)
def test_training_is_resumed_from_its_folder_and_tells_for_which_season(name, told):
    heard, stub = [], Stub()
    method = BacktestMethod(stub, Path("kept"), name, lambda *step: heard.append(step))
    assert method.fit_rows("games", np.array([1, 2])) is method
    assert stub.fitted == ("games", [1, 2], Path("kept"))
    assert heard == [(told, 2, 3)]
    assert method.forecast_rows("games", np.array([3]), 7) == ("games", [3], 7)
