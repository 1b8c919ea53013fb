"""The manager's pages and the HTTP API over a desk."""

from gatecast.web.server import serve_desk

__all__ = ["serve_desk"]
