"""The index of the admin API and the links at the root of the fake: the console for browsers, JSON for programs."""

from collections.abc import Iterable, Mapping
from typing import Final

import orjson
from flask import Request, Response

from smartflo_contract.mock_server.admin.access import check_access, check_page_access
from smartflo_contract.mock_server.admin.problems import Problem
from smartflo_contract.mock_server.admin.route import PREFIX, AdminRoute
from smartflo_contract.mock_server.config.config import Config
from smartflo_contract.mock_server.console.files import page_response
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


def index_response(routes: Iterable[AdminRoute]) -> Response:
    """Return the index of the admin API as JSON."""
    return Response(orjson.dumps(index_of(routes)), mimetype="application/json", headers=_HEADERS)


def root_response(config: Config, request: Request) -> Response | None:
    """Return the response at the root: the console for browsers, links as JSON for other clients.

    Returns:
        ``None`` if the request may not use the admin API.
    """
    is_page = accepts_page(request)
    try:
        (check_page_access if is_page else check_access)(config, request)
    except Problem:
        return None
    if is_page:
        return page_response(request)
    links = [{"path": path, "title": title} for path, title in _LINKS.items()]
    response = Response(orjson.dumps({"links": links}), mimetype="application/json", headers=_HEADERS)
    response.headers[EVIDENCE_HEADER] = "assumed"
    return response


def accepts_page(request: Request) -> bool:
    """Return whether the client is a browser that opens a page."""
    return request.accept_mimetypes.best_match(("application/json", "text/html")) == "text/html"
