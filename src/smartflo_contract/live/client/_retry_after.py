"""The time until which a 429 response asks the client to wait."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

import requests

from smartflo_contract.live.client.response_body import read_small_json
from smartflo_contract.schemas.indian_time import INDIA, RETRY_AFTER_FORMAT

_MAX_HINT_SECONDS: Final = 10**8


def retry_after(response: requests.Response, now: datetime) -> datetime | None:
    """Return the end of a rate limit in Indian time: ``retry_after`` of the body, or else ``Retry-After``.

    Args:
        response: the response, whose body is unread.
        now: current time, with time zone.

    Returns:
        ``None`` if neither is present and valid.
    """
    answer = read_small_json(response)
    hints = [answer.get("retry_after") if isinstance(answer, dict) else None, response.headers.get("Retry-After")]
    times = (_parse(hint.strip(), now) for hint in hints if isinstance(hint, str))
    return next((time for time in times if time), None)


def _parse(hint: str, now: datetime) -> datetime | None:
    """Parse a number of seconds, Indian time without a zone (as in the vendor's bodies), or an HTTP date."""
    try:
        if hint.isascii() and hint.isdigit():
            return now.astimezone(INDIA) + timedelta(seconds=min(int(hint), _MAX_HINT_SECONDS))
        if hint[:1].isdigit():
            return datetime.strptime(hint, RETRY_AFTER_FORMAT).replace(tzinfo=INDIA)
        date = parsedate_to_datetime(hint)
        return (date if date.tzinfo else date.replace(tzinfo=UTC)).astimezone(INDIA)
    except (ValueError, OverflowError):
        return None
