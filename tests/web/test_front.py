"""The application as the server runs it, and what its processes import before the first page."""

import subprocess
import sys

import pytest

from gatecast.web.front import application
from gatecast.web.worker import Worker
from gatecast.web.worker_process import NEEDED

from .test_worker import run

SERVER = (
    "uvicorn",
    "gatecast.service.sample",
    "gatecast.web.front",
    "gatecast.web.guard.limits",
    "gatecast.web.server",
)
HEAVY = ("keras", "jax", "scipy", "sklearn", "pandas", "altair", "openpyxl", "holidays", "ray", "gatecast.web.api")


@pytest.mark.parametrize(
    ("imported", "not_needed"), [(SERVER, (*HEAVY, "fastapi", "jinja2", "alembic")), (NEEDED, (*HEAVY, "alembic"))]
)
def test_the_first_page_waits_for_nothing_that_it_does_not_need(imported, not_needed):
    code = f"import sys, {', '.join(imported)}; print([name for name in {not_needed} if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_files_and_pages_are_there_before_a_worker_is(own_service):
    worker = Worker(own_service)

    async def script(client):
        assert (await client.get("/static/gatecast.css")).status_code == 200
        absent = await client.get("/static/nothing.css")
        assert (absent.status_code, "</html>" in absent.text) == (404, True)
        assert "<h1>Quillport Lanterns, 2025</h1>" in (await client.get("/")).text
        assert (await client.get("/healthz")).text == "ok"

    try:
        run(application(own_service, worker), script)
    finally:
        worker.close()
