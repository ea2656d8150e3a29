"""The time that the vendor's API writes without a time zone: Indian Standard Time."""

from datetime import timedelta, timezone
from typing import Final

INDIA: Final = timezone(timedelta(hours=5, minutes=30))
RETRY_AFTER_FORMAT: Final = "%Y-%m-%d %H:%M:%S"
"""Format of ``retry_after`` in the body of a rejected login. Observed: public clients parse it as Indian time."""
