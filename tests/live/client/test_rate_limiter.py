"""Requests keep their minimum interval."""

from itertools import pairwise

from smartflo_contract.live.client.rate_limiter import RateLimiter


def test_spaces_requests_of_one_process() -> None:
    """The first request is sent at once, and each further one an interval after the one before."""
    now = [100.5]
    limiter = RateLimiter(2, clock=lambda: now[0])
    waits = [limiter.reserve(), limiter.reserve(), limiter.reserve()]
    now[0] = 103.5
    waits.append(limiter.reserve())
    now[0] = 200.0
    waits += [limiter.reserve(), limiter.reserve()]
    assert [0, 2, 4, 3, 0, 2] == waits


def test_spaces_requests_of_several_processes() -> None:
    """Requests of all processes together keep the interval, in any order."""
    now = [100.3]
    limiters = [RateLimiter(2, process, 3, clock=lambda: now[0]) for process in range(3)]
    times = []
    for step in range(4):
        times += [now[0] + limiter.reserve() for limiter in limiters]
        now[0] += 0.7 * step
    times.sort()
    assert all(later - earlier > 1.99 for earlier, later in pairwise(times))


def test_interval_zero_means_no_pause() -> None:
    """An interval of 0 is no pause, in one process or several."""
    assert [0, 0] == [RateLimiter(0, 1, 3).reserve(), RateLimiter(0).reserve()]
