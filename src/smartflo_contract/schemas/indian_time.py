"""The time that the vendor's API writes without a time zone: Indian Standard Time."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Final

INDIA: Final = timezone(timedelta(hours=5, minutes=30))
RETRY_AFTER_FORMAT: Final = "%Y-%m-%d %H:%M:%S"
"""Format of ``retry_after`` in the body of a rejected login, and of the times of calls.

Observed: public clients parse it as Indian time.
"""
_MIN_MS: Final = int(datetime(1, 1, 2, tzinfo=INDIA).timestamp()) * 1_000
_MAX_MS: Final = int(datetime(9999, 12, 31, 23, 59, 59, tzinfo=INDIA).timestamp()) * 1_000
"""First and last time with a year of four digits, in epoch ms."""


def indian_time(epoch_ms: int) -> datetime:
    """Return an instant as Indian time, within the years 1 to 9999.

    Args:
        epoch_ms: the instant in epoch ms.
    """
    seconds = min(max(epoch_ms, _MIN_MS), _MAX_MS) // 1_000
    return datetime.fromtimestamp(seconds, UTC).astimezone(INDIA)


def format_indian_time(epoch_ms: int) -> str:
    """Return an instant in epoch ms as Indian time without a zone, such as ``2026-01-31 09:30:00``."""
    return indian_time(epoch_ms).strftime(RETRY_AFTER_FORMAT)
