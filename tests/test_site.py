"""The documentation site builds without a warning, has an entry for every public name, and its links lead somewhere."""

import functools
import html.parser
import importlib
import re
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from sphinx.util.inventory import InventoryFile

import gatecast
from gatecast.forecast import forecaster
from gatecast.networks import NETWORKS
from gatecast.train import TrainingSettings

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
NOTEBOOKS = [
    page for page in sorted(DOCS.glob("*.md")) if page.read_text(encoding="utf-8").startswith("---\nfile_format")
]
CELL = re.compile(r"^```\{code-cell\}[^\n]*\n(?::[^\n]*\n)*(.*?)^```$", re.MULTILINE | re.DOTALL)
SOURCE = Path(gatecast.__file__).parent
PACKAGES = [
    "gatecast",
    *(f"gatecast.{init.parent.name}" for init in sorted(SOURCE.glob("*/__init__.py")) if init.parent.name != "cli"),
]


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    """The site without the output of its notebooks."""
    target = tmp_path_factory.mktemp("site")
    options = ["-q", "-W", "--keep-going", "-D", "nb_execution_mode=off", "-d", str(target / "doctrees")]
    command = [sys.executable, "-m", "sphinx", *options, str(DOCS), str(target / "html")]
    build = subprocess.run(command, capture_output=True, text=True, check=False)
    assert build.returncode == 0, build.stderr
    return target / "html"


@pytest.fixture(scope="module")
def entries(site) -> set[str]:
    """Every object and page that the site documents."""
    with (site / "objects.inv").open("rb") as file:
        inventory = InventoryFile.load(file, "", lambda base, path: path)
    return {name for kind, objects in inventory.items() if kind.startswith("py:") for name in objects}


class Links(html.parser.HTMLParser):
    """Addresses that a page refers to, and the anchors that it has."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.addresses: set[str] = set()
        self.anchors: set[str] = set()
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        for name, value in attrs:
            if name in ("href", "src") and value:
                self.addresses.add(value)
            elif name in ("id", "name") and value:
                self.anchors.add(value)


@functools.cache
def links(page: Path) -> Links:
    return Links(page)


@pytest.mark.slow
@pytest.mark.parametrize("package", PACKAGES)
def test_every_public_name_has_an_entry_in_the_reference(entries, package):
    module = importlib.import_module(package)
    top = {id(getattr(gatecast, name)) for name in gatecast.__all__}
    names = getattr(module, "__all__", [])
    missing = [
        name
        for name in names
        if f"{package}.{name}" not in entries and (package == "gatecast" or id(getattr(module, name)) not in top)
    ]
    assert missing == []


@pytest.mark.slow
def test_links_within_the_site_lead_somewhere(site):
    broken = []
    for page in sorted(set(site.rglob("*.html")) - set(site.glob("_static/**/*"))):
        for address in links(page).addresses:
            parts = urlsplit(address)
            if parts.scheme or parts.netloc:
                continue
            target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
            if target.is_dir():
                target /= "index.html"
            anchored = target.suffix == ".html" and parts.fragment
            if not target.is_file() or (anchored and unquote(parts.fragment) not in links(target).anchors):
                broken.append(f"{page.relative_to(site)}: {address}")
    assert broken == []


@pytest.mark.slow
@pytest.mark.parametrize("page", NOTEBOOKS, ids=[page.stem for page in NOTEBOOKS])
def test_the_code_of_a_page_runs(page, compiled_once, monkeypatch, tmp_path):
    cells = CELL.findall(page.read_text(encoding="utf-8"))
    assert cells
    for figures in page.parent.glob("*.json"):
        shutil.copy(figures, tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    # Fewer passes over the games: the site shows the figures, the test only that the code runs.
    monkeypatch.setattr(forecaster, "TrainingSettings", functools.partial(TrainingSettings, epochs=1))
    names: dict[str, object] = {"__name__": "__main__"}
    before = dict(NETWORKS)
    try:
        for cell in cells:
            exec(compile(re.sub(r"epochs=\d+", "epochs=1", cell), page.name, "exec"), names)
    finally:
        NETWORKS.clear()
        NETWORKS.update(before)


def test_pages_with_code_are_found():
    pages = {"backtesting", "growth", "own-network", "reinforcement-learning", "tutorial"}
    assert {page.stem for page in NOTEBOOKS} == pages


def test_files_named_in_the_architecture_exist():
    table = (DOCS / "architecture.md").read_text(encoding="utf-8").split("## Where to look")[1].split("\n## ")[0]
    paths = re.findall(r"`([\w/.]+/[\w.]+)`", table)
    assert len(paths) > 10
    assert [path for path in paths if not ((SOURCE / path).exists() or (ROOT / path).exists())] == []
