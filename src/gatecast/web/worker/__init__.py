"""A second process that works pages out, so that the one that answers readers is never busy with another's page.

The server keeps pages and takes changes; what must be worked out, it passes on to the worker over a pipe, and does
itself where there is none.
"""

from __future__ import annotations

from gatecast.web.worker.passing import Passing
from gatecast.web.worker.worker import Worker

__all__ = ["Passing", "Worker"]
