"""The active time of a run: the dial time in which it dials. Both are computed from each other in constant time."""

from collections.abc import Sequence
from typing import Final, NamedTuple

_DAY_MS: Final = 24 * 60 * 60 * 1_000
_INDIA_MS: Final = (5 * 60 + 30) * 60 * 1_000
"""Indian time is this much ahead of UTC."""


class Hours(NamedTuple):
    """Daily hours, in ms since midnight in India.

    Attributes:
        opens_ms: their start.
        closes_ms: their end.
    """

    opens_ms: int
    closes_ms: int

    def open_until(self, dial_ms: int) -> int:
        """Return the total time of these hours from a fixed day to an instant."""
        days, time_of_day = divmod(dial_ms + _INDIA_MS, _DAY_MS)
        length = self.closes_ms - self.opens_ms
        return days * length + min(max(time_of_day - self.opens_ms, 0), length)

    def instant_of(self, open_ms: int) -> int:
        """Return the first instant within the hours at which their total time is ``open_ms``."""
        days, rest = divmod(open_ms, self.closes_ms - self.opens_ms)
        return days * _DAY_MS + self.opens_ms + rest - _INDIA_MS


_ALWAYS: Final = Hours(0, _DAY_MS)


class ActiveTime:
    """The active time of a run, from 0 at its first call.

    Args:
        spans: intervals of dial time in which it may dial, in order; the last one may have no end.
        hours: daily hours in which it may dial; ``None`` for the whole day.
    """

    def __init__(self, spans: Sequence[tuple[int, int | None]], hours: Hours | None = None) -> None:
        """Store the arguments."""
        self._spans = tuple(spans)
        self._hours = _ALWAYS if hours is None else hours
        self._is_simple = hours is None and len(self._spans) == 1

    def at(self, dial_ms: int) -> int:
        """Return the active time that has passed at an instant of dial time."""
        total = 0
        for start, end in self._spans:
            stop = dial_ms if end is None else min(dial_ms, end)
            if stop > start:
                total += self._hours.open_until(stop) - self._hours.open_until(start)
        return total

    def started_before(self, dial_ms: int) -> int:
        """Return the active time before which attempts have started at an instant of dial time."""
        active_ms = self.at(dial_ms)
        instant = self.dial_ms(active_ms)
        return active_ms + (instant is not None and instant <= dial_ms)

    def dial_ms(self, active_ms: int) -> int | None:
        """Return the dial time at which an active time is reached, ``None`` if it never is."""
        if self._is_simple:
            start, end = self._spans[0]
            instant = start + active_ms
            return instant if end is None or instant < end else None
        for start, end in self._spans:
            opened = self._hours.open_until(start)
            if end is None or active_ms < self._hours.open_until(end) - opened:
                return self._hours.instant_of(opened + active_ms)
            active_ms -= self._hours.open_until(end) - opened
        return None
