"""Default time limits of requests to the real API."""

from typing import Final

MAX_WAIT_SECONDS: Final = 60
"""Total time to wait for a rate limit (429) to end."""
MAX_RESPONSE_SECONDS: Final = 600
"""Time that one response body may take."""
