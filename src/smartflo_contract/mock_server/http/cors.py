"""Let web pages of some origins read the responses of the fake (CORS)."""

from collections.abc import Collection
from typing import Final

from flask import Flask, Response, request

from smartflo_contract.mock_server.http.responses import EVIDENCE_HEADER, FAULT_HEADER, REASON_HEADER, REQUEST_HEADER

_METHODS: Final = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
_EXPOSED: Final = (EVIDENCE_HEADER, REASON_HEADER, FAULT_HEADER, REQUEST_HEADER, "ETag", "Retry-After")
"""Headers that a page can read whether or not a response has them, in addition to all those that it has."""


def allow_origins(app: Flask, origins: Collection[str]) -> None:
    """Answer preflight requests of web pages of some origins, and let these pages read every response.

    Args:
        app: the application.
        origins: the origins, as browsers send them.
    """

    def answer_preflight() -> Response | None:
        headers = request.headers
        is_preflight = request.method == "OPTIONS" and "Access-Control-Request-Method" in headers
        return _preflight_response() if is_preflight and headers.get("Origin") in origins else None

    def add_headers(response: Response) -> Response:
        response.vary.add("Origin")
        origin = request.headers.get("Origin")
        if origin in origins:
            names = dict.fromkeys((*_EXPOSED, *(name for name, _ in response.headers)))
            response.headers["Access-Control-Allow-Origin"] = origin
            response.headers["Access-Control-Expose-Headers"] = ", ".join(names)
        return response

    app.before_request(answer_preflight)
    app.after_request(add_headers)


def _preflight_response() -> Response:
    """Return the response to a preflight request: any method and any header are allowed."""
    response = Response(status=204, headers={EVIDENCE_HEADER: "assumed", "Access-Control-Allow-Methods": _METHODS})
    requested = request.headers.get("Access-Control-Request-Headers")
    if requested:
        response.headers["Access-Control-Allow-Headers"] = requested
    if request.headers.get("Access-Control-Request-Private-Network") == "true":  # a public page, a fake on loopback
        response.headers["Access-Control-Allow-Private-Network"] = "true"
    return response
