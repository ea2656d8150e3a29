"""What may be asked of the real API, and how often."""

from itertools import pairwise

import pytest

from smartflo_contract.live.client.rate_limiter import RateLimiter
from smartflo_contract.live.client.request_guard import require_read_only
from smartflo_contract.live.errors import NotSentError


@pytest.mark.parametrize(
    ("method", "path", "prefix"),
    [
        ("GET", "/v1/broadcast/leads/8668", ""),
        ("get", "/v1/broadcast/lists", ""),
        ("GET", "/v1/broadcast/starters", ""),
        ("POST", "/v1/auth/login", ""),
        ("POST", "/gateway/v1/auth/login", "/gateway"),
        ("POST", "/v1/auth/login", "/gateway"),
    ],
)
def test_what_reads(method: str, path: str, prefix: str) -> None:
    """A GET, and the login, may be sent."""
    require_read_only(method, path, prefix)


@pytest.mark.parametrize(
    ("method", "path", "told"),
    [
        (
            "POST",
            "/v1/broadcast/lead/8668",
            "POST /v1/broadcast/lead/8668 was not sent: only GET requests and the login",
        ),
        ("POST", "//v1/broadcast/lead/1", "only GET requests and the login"),
        ("PUT", "/v1/auth/login", "only GET requests and the login"),
        ("POST", "/v1/auth/login/more", "only GET requests and the login"),
        ("POST", "/v1/broadcast/lead/1/v1/auth/login", "only GET requests and the login"),
        ("POST", "/v1/broadcast/lead/1%3f/v1/auth/login", "only GET requests and the login"),
        ("POST", "/v1/auth/logout", "only GET requests and the login"),
        ("DELETE", "/v1/broadcast/leads/8668", "only GET requests and the login"),
        ("HEAD", "/v1/broadcast/leads/8668", "only GET requests and the login"),
        ("GET", "/v1/broadcast/start/1", "it starts or stops a broadcast"),
        ("GET", "/api/v1/broadcast/START/1", "it starts or stops"),
        ("GET", "/v1/broadcast//pause/1", "it starts or stops a broadcast"),
        ("GET", "/v1/broadcast/%65nd/1", "it starts or stops a broadcast"),
        ("GET", "/v1/broadcast/st%2561rt/1", "it starts or stops a broadcast"),
        ("GET", "/v1/broadcast/start;a=b/1", "it starts or stops a broadcast"),
        ("GET", "/v1/broadcast\\resume\\1", "it starts or stops a broadcast"),
    ],
)
def test_what_does_more(method: str, path: str, told: str) -> None:
    """Anything else is refused, the GETs that start and stop broadcasts among it, however they are written."""
    with pytest.raises(NotSentError, match=told):
        require_read_only(method, path)


def test_pace() -> None:
    """The first request goes at once, and each further one so many seconds after the one before."""
    now = [100.5]
    pace = RateLimiter(2, clock=lambda: now[0])
    waits = [pace.reserve(), pace.reserve(), pace.reserve()]
    now[0] = 103.5
    waits.append(pace.reserve())
    now[0] = 200.0
    waits += [pace.reserve(), pace.reserve()]
    assert [0, 2, 4, 3, 0, 2] == waits


def test_processes_take_turns() -> None:
    """Requests of all processes together are so many seconds apart, however they come."""
    now = [100.3]
    paces = [RateLimiter(2, process, 3, clock=lambda: now[0]) for process in range(3)]
    turns = []
    for step in range(4):
        turns += [now[0] + pace.reserve() for pace in paces]
        now[0] += 0.7 * step
    turns.sort()
    assert all(later - earlier > 1.99 for earlier, later in pairwise(turns))


def test_no_pause() -> None:
    """An interval of 0 is no pause, in several processes as well."""
    assert [0, 0] == [RateLimiter(0, 1, 3).reserve(), RateLimiter(0).reserve()]
