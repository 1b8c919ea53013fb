"""Build the documentation site: `pip install -e '.[docs]' && sphinx-build -W docs docs/_build`."""

import importlib
import inspect
import os
import shutil
from pathlib import Path

import gatecast

HERE = Path(__file__).parent
# The notebook lives with the examples; Sphinx reads files below this folder only.
shutil.copyfile(HERE.parent / "examples" / "quickstart.ipynb", HERE / "quickstart.ipynb")
# Pages of names that are gone would be built again.
shutil.rmtree(HERE / "reference" / "generated", ignore_errors=True)

# Notebooks compile the same networks again and again: keep what JAX compiles.
os.environ.setdefault("JAX_COMPILATION_CACHE_DIR", str(HERE / "_build" / ".jax"))
os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0.05")
os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES", "-1")

project = "gatecast"
author = "The gatecast developers"
copyright = "2026, The gatecast developers"
version = release = gatecast.__version__

extensions = ["myst_nb", "numpydoc", "sphinx.ext.autodoc", "sphinx.ext.autosummary"]
exclude_patterns = ["_build", ".jupyter_cache", "_templates", "jupyter_execute", "**/.ipynb_checkpoints"]
templates_path = ["_templates"]

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
nb_execution_mode = "cache"
nb_execution_raise_on_error = True
nb_execution_timeout = 600
nb_merge_streams = True

autodoc_member_order = "bysource"
autodoc_typehints = "none"
autosummary_generate = True
numpydoc_show_class_members = False
python_maximum_signature_line_length = 100

html_theme = "pydata_sphinx_theme"
html_title = "gatecast"
html_show_sourcelink = False
html_theme_options = {
    "show_prev_next": False,
    "navbar_align": "left",
    "header_links_before_dropdown": 6,
    "footer_start": ["copyright"],
    "footer_end": [],
    "secondary_sidebar_items": ["page-toc"],
}
html_sidebars = {"index": []}

PACKAGES = [
    "gatecast",
    *(f"gatecast.{name}" for name in ("games", "collect", "prepare", "networks", "train", "evaluate", "forecast")),
    *(f"gatecast.{name}" for name in ("plan", "store", "cluster", "service", "web")),
]
LONGEST_VALUE = 80


def public_names(package: str) -> dict[str, list]:
    """Return the names in a package's `__all__` by kind; constants with their value, or None where it is long.

    A name that `gatecast` itself offers is documented there and left out of its package.
    """
    module = importlib.import_module(package)
    kinds = {"packages": [], "classes": [], "functions": [], "exceptions": [], "constants": [], "elsewhere": []}
    for name in sorted(getattr(module, "__all__", []), key=str.lower):
        value = getattr(module, name)
        if package != "gatecast" and getattr(gatecast, name, None) is value:
            kinds["elsewhere"].append(name)
        elif inspect.ismodule(value):
            kinds["packages"].append(name)
        elif inspect.isclass(value):
            kinds["exceptions" if issubclass(value, BaseException) else "classes"].append(name)
        elif callable(value):
            kinds["functions"].append(name)
        else:
            literal = repr(value)
            kinds["constants"].append((name, literal if len(literal) <= LONGEST_VALUE else None))
    return kinds


autosummary_context = {"public": {package: public_names(package) for package in PACKAGES}, "packages": PACKAGES}
