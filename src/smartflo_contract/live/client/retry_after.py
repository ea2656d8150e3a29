"""The time until which a 429 response asks the client to wait."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

import requests

from smartflo_contract.live.client.deadline import Deadline
from smartflo_contract.live.client.response_body import read_small_json
from smartflo_contract.schemas.indian_time import INDIA

_MAX_HINT_SECONDS: Final = 10**8
_SECONDS: Final = re.compile(r"[0-9]+(?:\.[0-9]*)?")
_ZONE: Final = re.compile(r" *(IST|UTC|GMT|Z|[+-][0-9]{2}:?[0-9]{2})$")
_ZONE_OFFSETS: Final = {"IST": "+05:30", "UTC": "Z", "GMT": "Z"}


def retry_after(response: requests.Response, now: datetime, deadline: Deadline) -> datetime | None:
    """Return the end of a rate limit in Indian time: the later one of ``retry_after`` in the body and ``Retry-After``.

    Args:
        response: the response, whose body is unread.
        now: current time, with time zone.
        deadline: time at which the body must be complete.

    Returns:
        ``None`` if neither is present and valid.
    """
    return parse_retry_after(read_small_json(response, deadline), response.headers.get("Retry-After"), now)


def parse_retry_after(answer: object, header: str | None, now: datetime) -> datetime | None:
    """Return the end of a rate limit in Indian time, as :func:`retry_after` does.

    Args:
        answer: JSON value of the body; ``None`` if it is not JSON.
        header: value of the header ``Retry-After``; ``None`` if absent.
        now: current time, with time zone.
    """
    hints = [answer.get("retry_after") if isinstance(answer, dict) else None, header]
    return max(filter(None, (_parse(hint, now) for hint in hints)), default=None)


def _parse(hint: object, now: datetime) -> datetime | None:
    """Parse seconds, an ISO 8601 time (Indian time without a zone, as in the vendor's bodies) or an HTTP date."""
    if isinstance(hint, bool) or not isinstance(hint, int | float | str):
        return None
    text = hint.strip() if isinstance(hint, str) else f"{min(hint, _MAX_HINT_SECONDS):f}"
    try:
        if _SECONDS.fullmatch(text):
            return now.astimezone(INDIA) + timedelta(seconds=min(float(text), _MAX_HINT_SECONDS))
        if text[:1].isdigit():
            time = datetime.fromisoformat(_ZONE.sub(lambda zone: _ZONE_OFFSETS.get(zone[1], zone[1]), text))
            return time.astimezone(INDIA) if time.tzinfo else time.replace(tzinfo=INDIA)
        date = parsedate_to_datetime(text)
        return (date if date.tzinfo else date.replace(tzinfo=UTC)).astimezone(INDIA)
    except (ValueError, OverflowError):
        return None
