"""Errors of the admin API as problem documents (RFC 9457)."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

import orjson
from flask import Response

TITLES: Final = {
    400: "Bad request",
    401: "No account",
    403: "Forbidden",
    404: "Not found",
    405: "Method not allowed",
    408: "Request timeout",
    409: "Conflict",
    413: "Content too large",
    422: "Unprocessable content",
    500: "Internal server error",
    503: "Service unavailable",
}
"""Title of a problem by HTTP status."""


class Problem(Exception):  # noqa: N818 - the term of RFC 9457
    """An error that is returned as a problem document.

    Attributes:
        status: HTTP status.
        detail: what is wrong, and how to fix it.
        errors: JSON pointer into the request body and message of each violation.
    """

    def __init__(self, status: int, detail: str, errors: Sequence[tuple[str, str]] = ()) -> None:
        """Create a problem."""
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.errors = errors

    def response(self) -> Response:
        """Return the problem document."""
        body: dict[str, object] = {
            "type": "about:blank",
            "title": TITLES.get(self.status, "Error"),
            "status": self.status,
            "detail": self.detail,
        }
        if self.errors:
            body["errors"] = [{"pointer": pointer, "detail": detail} for pointer, detail in self.errors]
        return Response(orjson.dumps(body), self.status, mimetype="application/problem+json")


@contextmanager
def value_errors_as_problems() -> Iterator[None]:
    """Turn errors about values into problems. Every such error of this package is a ``ValueError``.

    Raises:
        Problem: a ``ValueError`` was raised.
    """
    try:
        yield
    except ValueError as error:
        raise Problem(422, str(error)) from None
