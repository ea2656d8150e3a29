"""Waiting for the end of a rate limit (429), within one budget of time."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

from smartflo_contract.live.client.urls import origin_of
from smartflo_contract.live.errors import ApiUnavailableError
from smartflo_contract.schemas.grammar import format_count


class RateLimitWait:
    """Waits as long as the API requires, and longer each time, because it may name no time or a past one.

    Args:
        max_wait: total seconds to wait.
        sleep: sleeps for some seconds.
        now: returns the current time, with time zone.
    """

    def __init__(
        self,
        max_wait: float,
        sleep: Callable[[float], object] = time.sleep,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Start with the whole budget."""
        self._max_wait, self._sleep, self._now = max_wait, sleep, now
        self._waited, self._pause = 0.0, 1.0

    def wait(self, url: str, until: datetime | None) -> None:
        """Wait for the end of a rate limit.

        Args:
            url: the requested URL.
            until: the end that the API states; ``None`` if it states none.

        Raises:
            ApiUnavailableError: the end is beyond the budget.
        """
        required = (until - self._now()).total_seconds() if until else 0.0
        remaining = self._max_wait - self._waited
        if remaining <= 0 or required > remaining:
            end = f"until {until:%Y-%m-%d %H:%M:%S} Indian time" if until else "without saying until when"
            message = (
                f"{origin_of(url)} limits the rate (429) {end}, "
                f"and --max-wait allows {format_count(self._max_wait, 'second')}; "
                "try again later or allow more"
            )
            raise ApiUnavailableError(message)
        pause = min(max(required, self._pause), remaining)
        self._waited, self._pause = self._waited + pause, self._pause * 2
        self._sleep(pause)
