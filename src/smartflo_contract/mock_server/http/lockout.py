"""The response to a login id that is locked out."""

from datetime import UTC, datetime
from typing import Final

from flask import Response

from smartflo_contract.mock_server.http.responses import json_response
from smartflo_contract.schemas.indian_time import INDIA, RETRY_AFTER_FORMAT

LOCKOUT_SECONDS: Final = 600
"""Duration of a lockout. Assumed: a public client waits this long if the response has no ``retry_after``."""
_MAX_RETRY_AFTER: Final = datetime(9999, 12, 31, tzinfo=UTC).timestamp() - 1
"""Seconds since the epoch. One day before the last four-digit year ends, so it stays in it in Indian time."""


def lockout_response(status: int, until: float, reason: str) -> Response:
    """Return the response to a login id that is locked out.

    Args:
        status: HTTP status.
        until: end of the lockout, in seconds since the epoch.
        reason: what caused the lockout.
    """
    end = datetime.fromtimestamp(min(until, _MAX_RETRY_AFTER), UTC).astimezone(INDIA)
    body = {
        "success": False,
        "message": "Too many login attempts.",
        "retry_after": end.strftime(RETRY_AFTER_FORMAT),
    }
    return json_response(status, body, "assumed", reason=f"{reason}; retry_after is Indian time")
