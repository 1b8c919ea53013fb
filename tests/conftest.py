"""What tests share."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

# Speed lives in benchmarks: a slow machine is no failing test.
settings.register_profile("gatecast", deadline=None, derandomize=True)
settings.load_profile("gatecast")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real games; the test is skipped where it is absent."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    folder = Path(os.environ.get("GATECAST_DATA", beside))
    if not folder.is_dir():
        pytest.skip("real games are absent: set GATECAST_DATA to their folder")
    return folder


@pytest.fixture(scope="session")
def compiled_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keep what JAX compiles, so that networks of one shape are compiled once for all tests; the folder it lies in."""
    import gatecast.networks  # noqa: F401, I001
    import jax

    folder = tmp_path_factory.mktemp("compiled")
    jax.config.update("jax_compilation_cache_dir", str(folder))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)
    jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)
    return folder
