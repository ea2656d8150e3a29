"""Minimum interval between requests: the real API shares one rate limit with the people who dial."""

import math
import time
from collections.abc import Callable
from threading import Lock


class RateLimiter:
    """Schedules requests so that they are at least an interval apart, across threads and processes.

    Processes do not communicate: each one owns every n-th interval of the monotonic clock that they share.

    Args:
        interval: seconds between two requests.
        process: index of this process, from 0.
        processes: number of processes.
        clock: monotonic time in seconds.
    """

    def __init__(
        self, interval: float, process: int = 0, processes: int = 1, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Allow the first request in the first interval of this process."""
        self._interval, self._process, self._processes = interval, process, processes
        self._clock = clock
        self._next = clock()
        self._lock = Lock()

    def reserve(self) -> float:
        """Reserve the next free time slot and return the seconds until it begins."""
        with self._lock:
            now = self._clock()
            slot = max(now, self._next)
            cycle = self._interval * self._processes
            if cycle and self._processes > 1:
                start = self._process * self._interval
                slot = math.ceil((slot - start) / cycle) * cycle + start
            self._next = slot + cycle
            return slot - now
