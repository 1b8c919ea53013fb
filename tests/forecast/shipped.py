"""The model that ships with the sample desk."""

from importlib import resources

from gatecast.forecast import Forecaster


def shipped_forecaster() -> Forecaster:
    """A trained forecaster, without training one."""
    with resources.as_file(resources.files("gatecast.desk") / "sample_desk" / "model") as folder:
        return Forecaster.load(folder)
