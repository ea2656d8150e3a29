"""The clock of an account: the wall clock and an offset, or a time at which it stands still."""

from dataclasses import dataclass, replace
from typing import Final

MIN_TIME_SECONDS: Final = -62_135_596_800.0
MAX_TIME_SECONDS: Final = 253_402_300_799.0
"""Seconds since the epoch of the years 1 and 9999, beyond which no clock goes: dates of four digits say no more."""


@dataclass(frozen=True)
class Clock:
    """What an account's clock shows.

    Attributes:
        offset: seconds that it is ahead of the wall clock while it runs.
        frozen_at: seconds since the epoch at which it stands; ``None`` while it runs.
    """

    offset: float = 0.0
    frozen_at: float | None = None

    def now(self, wall: float) -> float:
        """Return what it shows, in seconds since the epoch, when the wall clock shows ``wall``."""
        shown = wall + self.offset if self.frozen_at is None else self.frozen_at
        return min(max(shown, MIN_TIME_SECONDS), MAX_TIME_SECONDS)

    def set_to(self, now: float, wall: float) -> "Clock":
        """Return the clock showing ``now``; one that stands stays so."""
        return Clock(now - wall) if self.frozen_at is None else replace(self, frozen_at=now)

    def frozen(self, wall: float) -> "Clock":
        """Return the clock standing at what it shows."""
        return replace(self, frozen_at=self.now(wall))

    def running(self, wall: float) -> "Clock":
        """Return the clock going on from what it shows."""
        return Clock(self.now(wall) - wall)
