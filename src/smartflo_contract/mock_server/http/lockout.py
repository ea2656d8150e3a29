"""The response to a login id that is locked out, and ``retry_after`` in the body of a rejected login."""

import math
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
    body = {"success": False, "message": "Too many login attempts.", "retry_after": retry_after(until)}
    return json_response(status, body, "assumed", reason=f"{reason}; retry_after is Indian time")


def retry_after(until: float) -> str:
    """Return a time in seconds since the epoch in the form of ``retry_after``: Indian time, rounded up to seconds."""
    time = datetime.fromtimestamp(min(math.ceil(until), _MAX_RETRY_AFTER), UTC)
    return time.astimezone(INDIA).strftime(RETRY_AFTER_FORMAT)
