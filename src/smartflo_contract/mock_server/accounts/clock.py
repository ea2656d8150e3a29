"""The clock of an account: an offset from the wall clock, or a fixed time while it is frozen."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

MIN_TIME_SECONDS: Final = -62_135_596_800.0
"""Start of the year 1, in seconds since the epoch. No clock goes below it, so that years have four digits."""
MAX_TIME_SECONDS: Final = 253_402_300_799.0
"""End of the year 9999, in seconds since the epoch. No clock goes above it."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Clock:
    """The clock of an account.

    Attributes:
        offset: seconds that a running clock is ahead of the wall clock.
        frozen_at: time of a frozen clock, in seconds since the epoch; ``None`` while it runs.
    """

    offset: float = 0.0
    frozen_at: float | None = None

    def now(self, wall: float) -> float:
        """Return the time on this clock.

        Args:
            wall: the time on the wall clock. Both are in seconds since the epoch.
        """
        now = wall + self.offset if self.frozen_at is None else self.frozen_at
        return min(max(now, MIN_TIME_SECONDS), MAX_TIME_SECONDS)

    def set_to(self, now: float, wall: float) -> "Clock":
        """Return the clock set to ``now``. A frozen clock stays frozen."""
        return Clock(now - wall) if self.frozen_at is None else replace(self, frozen_at=now)

    def freeze(self, wall: float) -> "Clock":
        """Return the clock frozen at its current time."""
        return replace(self, frozen_at=self.now(wall))

    def resume(self, wall: float) -> "Clock":
        """Return the clock running on from its current time."""
        return Clock(self.now(wall) - wall)


def format_time(now: float) -> str:
    """Return a time in seconds since the epoch as ISO 8601 in UTC, rounded to milliseconds."""
    return (_EPOCH + timedelta(milliseconds=round(now * 1_000))).isoformat(timespec="milliseconds")
