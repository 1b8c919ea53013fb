"""The worker's process: an HTTP server on a Unix socket that only the server that started it can reach.

    python -m gatecast.web.worker_process

It imports what pages need; then it waits for the first line of its standard input, which names the folder, the database
and the socket. It ends when standard input does. What takes long the first time, it does before anybody asks for it.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import signal
import socket
import sys
from threading import Thread

SWITCH_S = 0.001
"""Seconds for which a thread computes while others wait: an answer of many short queries gives way at each of them, and
must come back soon after a page that is rendered beside it."""
NEEDED = ("gatecast.web.worker_pages", "uvicorn", "anyio._backends._asyncio", "jinja2", "numpy.ma", "numpy.random")
"""Modules that the first page needs, those that are imported only where they are used included."""
TEMPLATES = (
    "calendar.html.j2", "base.html.j2", "charts.html.j2", "stale.html.j2", "calendar_due.html.j2", "done_for.html.j2",
)  # fmt: skip
"""Templates of the first page."""


def main() -> None:
    """Answer until the server is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends the server, and the server this process
    # Importing makes many objects that all stay: looking for garbage among them costs a tenth of it. So nothing large
    # is imported before this.
    gc.disable()
    # FastAPI imports the whole of this package to ask whether a field is of its kind; none is.
    sys.modules.setdefault("pydantic.v1", None)  # type: ignore[arg-type]
    for module in NEEDED:
        importlib.import_module(module)
    from gatecast.web.render import compile_templates

    compile_templates(TEMPLATES)
    gc.freeze()
    gc.enable()
    opening = json.loads(sys.stdin.buffer.readline() or b"null")
    if opening is None:
        return
    Thread(target=_end_with_the_server, daemon=True).start()
    sys.setswitchinterval(SWITCH_S)

    import uvicorn

    from gatecast.web.worker_pages import opened

    with opened(opening) as app:
        settings = uvicorn.Config(
            app,
            log_level="error",
            access_log=False,
            server_header=False,
            date_header=False,
            lifespan="off",
            proxy_headers=False,
            timeout_graceful_shutdown=1,
        )
        with socket.socket(fileno=opening["socket"]) as listening:
            uvicorn.Server(settings).run(sockets=[listening])
        # Nobody waits any more for whatever is still being computed.
        os._exit(0)


def _end_with_the_server() -> None:
    """End this process when standard input ends, at once and whatever it is doing."""
    while sys.stdin.buffer.read(1024):
        pass
    os._exit(0)


if __name__ == "__main__":
    main()
