"""The manager's pages and the HTTP API over a service."""

from gatecast.web.server import serve

__all__ = ["serve"]
