"""The report as a web page, for one computer: pages, downloads and a JSON address."""

from gatecast.web.server import check_extra, check_host, create_app, serve_folder

__all__ = ["check_extra", "check_host", "create_app", "serve_folder"]
