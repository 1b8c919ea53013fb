"""A type checker sees the types of the installed package."""

import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

import gatecast

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
EXAMPLE = re.search(r"^```python\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)[1]
MORE = """
import polars as pl

rainy = forecaster.session(games, upcoming, "2025-06-08").what_if({"ANA201906010": {"precipitation": "rain"}})
reveal_type(rainy)
reveal_type(forecaster.forecast(games, pl.DataFrame().lazy(), as_of="2025-06-08"))
reveal_type(gatecast.score(gatecast.backtest(games, [2024], [1, "preseason"], gatecast.Forecaster()), games, by="lead"))
reveal_type(gatecast.Forecaster("feedforward", members=2).set_params(epochs=3))
"""
TYPES = ["DataFrame", "LazyFrame", "DataFrame", "Forecaster"]


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The Python of an environment in which the package is installed as it is published."""
    environment = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    python = environment / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    query = "import sysconfig; print(sysconfig.get_path('purelib'))"
    run = subprocess.run([python, "-c", query], check=True, capture_output=True, text=True)
    packages = Path(run.stdout.strip())
    shutil.copytree(Path(gatecast.__file__).parent, packages / "gatecast", ignore=shutil.ignore_patterns("__pycache__"))
    (packages / "others.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    return python


@pytest.fixture(scope="module")
def checked(installed, tmp_path_factory):
    """What mypy says of the example and more in strict mode."""
    folder = tmp_path_factory.mktemp("example")
    module = folder / "example.py"
    module.write_text(EXAMPLE + MORE, encoding="utf-8")
    mypy = [sys.executable, "-m", "mypy", "--strict", "--config-file=", "--python-executable", installed, module]
    return subprocess.run(mypy, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_the_example_of_the_readme_is_well_typed(checked):
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.slow
def test_results_have_the_types_that_are_documented(checked):
    shown = re.findall(r'Revealed type is "(.*)"', checked.stdout)
    assert [one.rpartition(".")[2] for one in shown] == TYPES, checked.stdout
