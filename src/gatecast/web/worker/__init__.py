"""A second process that works pages out, so that the one that answers readers is never busy with another's page.

The server keeps answers and knows who may ask. What must be worked out it passes on to the worker over a pipe, and does
itself where there is none. The process itself is `gatecast.web.worker_process`.
"""

from __future__ import annotations

from gatecast.web.worker.proxy import WorkerProxy
from gatecast.web.worker.worker import Worker

__all__ = ["Worker", "WorkerProxy"]
