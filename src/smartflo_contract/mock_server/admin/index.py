"""The pages that help a person find the way: the index of the admin API, and the links at the root of the fake."""

from collections.abc import Iterable, Mapping
from html import escape
from typing import Final

import orjson
from flask import Request, Response

from smartflo_contract.mock_server.admin.access import check_access
from smartflo_contract.mock_server.admin.problems import Problem
from smartflo_contract.mock_server.admin.route import PREFIX, AdminRoute
from smartflo_contract.mock_server.config.config import Config
from smartflo_contract.mock_server.http.responses import EVIDENCE_HEADER

_LINKS: Final[Mapping[str, str]] = {
    PREFIX: "Routes of the admin API",
    f"{PREFIX}/requests?order=newest": "Recorded requests, newest first",
    f"{PREFIX}/openapi": "OpenAPI document of the admin API",
}
"""Path to title of the links at the root."""
_HEADERS: Final = {"Content-Security-Policy": "default-src 'none'", "Vary": "Accept"}


def index_of(routes: Iterable[AdminRoute]) -> object:
    """Return the index of the admin API as JSON: what each of its routes does."""
    return {
        "openapi": f"{PREFIX}/openapi",
        "routes": [
            {"method": route.method, "path": f"{PREFIX}{route.path}", "summary": route.summary} for route in routes
        ],
    }


def index_response(request: Request, routes: Iterable[AdminRoute]) -> Response:
    """Return the index of the admin API: a page for browsers, JSON for other clients."""
    routes = tuple(routes)
    if not _accepts_page(request):
        return Response(orjson.dumps(index_of(routes)), mimetype="application/json", headers=_HEADERS)
    rows = "".join(f"<tr><td>{route.method}<td>{_link(route)}<td>{escape(route.summary)}" for route in routes)
    return _page("Admin API of the fake Smartflo", f"<table>{rows}</table>")


def root_response(config: Config, request: Request) -> Response | None:
    """Return the links at the root: a page for browsers, JSON for other clients.

    Returns:
        ``None`` if the request may not use the admin API.
    """
    try:
        check_access(config, request)
    except Problem:
        return None
    if not _accepts_page(request):
        links = [{"path": path, "title": title} for path, title in _LINKS.items()]
        response = Response(orjson.dumps({"links": links}), mimetype="application/json", headers=_HEADERS)
        response.headers[EVIDENCE_HEADER] = "assumed"
        return response
    items = "".join(f'<li><a href="{escape(path)}">{escape(title)}</a>' for path, title in _LINKS.items())
    return _page("Fake Smartflo", f"<ul>{items}</ul>")


def _accepts_page(request: Request) -> bool:
    return request.accept_mimetypes.best_match(("application/json", "text/html")) == "text/html"


def _link(route: AdminRoute) -> str:
    path = escape(f"{PREFIX}{route.path}")
    is_plain = route.method == "GET" and "{" not in path and route.scope != "one"
    return f'<a href="{path}">{path}</a>' if is_plain else path


def _page(title: str, content: str) -> Response:
    html = (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title><h1>{title}</h1>{content}</html>'
    )
    return Response(html, mimetype="text/html", headers=_HEADERS)
