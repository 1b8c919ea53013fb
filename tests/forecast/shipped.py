"""The model that ships with the sample service."""

from importlib import resources

from gatecast.forecast import Forecaster


def shipped_forecaster() -> Forecaster:
    """A trained forecaster, without training one."""
    with resources.as_file(resources.files("gatecast.service") / "sample_club" / "model") as folder:
        return Forecaster.load(folder)
