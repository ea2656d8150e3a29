"""Times in query parameters: Indian time without a zone."""

from datetime import datetime, time
from typing import Final

from smartflo_contract.schemas.indian_time import INDIA

_DATE_CHARACTERS: Final = len("2026-01-31")


def parse_query_time(string: str, *, is_end: bool = False) -> int | None:
    """Return a time such as ``2026-01-31 09:30:00`` in epoch ms, ``None`` for an invalid one.

    Args:
        string: ISO 8601; in Indian time, unless it names a zone.
        is_end: whether a date without a time is the end of the day, instead of its start.
    """
    try:
        parsed = datetime.fromisoformat(string)
        if len(string) == _DATE_CHARACTERS and is_end:
            parsed = datetime.combine(parsed, time.max)
        aware = parsed if parsed.tzinfo else parsed.replace(tzinfo=INDIA)
        return int(aware.timestamp() * 1_000)
    except (ValueError, OverflowError):
        return None
