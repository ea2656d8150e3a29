"""Time that passes only when the client sleeps."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest

from smartflo_contract.live import Credentials
from smartflo_contract.live.client.fetch import fetch
from smartflo_contract.live.client.fetcher import ApiResponse, Fetcher

NOON: Final = datetime(2026, 3, 1, 12, tzinfo=UTC)
"""17:30 in India."""


class FakeTime:
    """A clock that starts at noon UTC.

    Attributes:
        passed: seconds since noon.
        slept: each pause of the client, in seconds.
        noon: the time of the start.
    """

    def __init__(self) -> None:
        """Start at noon."""
        self.passed = 0.0
        self.slept: list[float] = []
        self.noon = NOON

    def now(self) -> datetime:
        """Return the time on the clock."""
        return NOON + timedelta(seconds=self.passed)

    def sleep(self, seconds: float) -> None:
        """Advance the clock."""
        self.slept.append(seconds)
        self.passed += seconds

    def fetch(self, url: str, credentials: Credentials | None = None, **settings: Any) -> ApiResponse:
        """Fetch a URL by this clock."""
        fetcher = Fetcher(
            sleep=self.sleep,
            now=self.now,
            clock=lambda: self.passed,
            **settings,
        )
        return fetch(url, credentials=credentials, fetcher=fetcher)


@pytest.fixture
def time() -> FakeTime:
    """Return a new clock."""
    return FakeTime()
