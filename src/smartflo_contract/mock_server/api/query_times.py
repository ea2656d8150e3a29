"""Times in query parameters and in call records: Indian time without a zone."""

from datetime import UTC, datetime, time
from typing import Final

from smartflo_contract.schemas.indian_time import INDIA

_DATE_CHARACTERS: Final = len("2026-01-31")
_MIN_MS: Final = int(datetime(1, 1, 2, tzinfo=INDIA).timestamp()) * 1_000
_MAX_MS: Final = int(datetime(9999, 12, 31, 23, 59, 59, tzinfo=INDIA).timestamp()) * 1_000
"""First and last time with a year of four digits, in epoch ms."""


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


def indian_time(epoch_ms: int) -> datetime:
    """Return an instant as Indian time, within the years 1 to 9999.

    Args:
        epoch_ms: the instant in epoch ms.
    """
    seconds = min(max(epoch_ms, _MIN_MS), _MAX_MS) // 1_000
    return datetime.fromtimestamp(seconds, UTC).astimezone(INDIA)
