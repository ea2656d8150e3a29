"""What may be asked of the real API, and how often."""

import pytest

from smartflo_contract.live._errors import ReadOnlyError
from smartflo_contract.live._polite import Pace, check_reading


@pytest.mark.parametrize(
    ("method", "url"),
    [
        ("GET", "/v1/broadcast/leads/8668"),
        ("get", "https://api.example.com/v1/broadcast/leads/8668?number=1"),
        ("GET", "/v1/broadcast/lists?start=3"),
        ("POST", "/v1/auth/login"),
        ("POST", "https://api.example.com/v1/auth/login/"),
    ],
)
def test_what_reads(method: str, url: str) -> None:
    """A GET, and the login, may be sent."""
    check_reading(method, url)


@pytest.mark.parametrize(
    ("method", "url", "told"),
    [
        ("POST", "/v1/broadcast/lead/8668", "POST /v1/broadcast/lead/8668 was not sent: .* only GET and the login"),
        ("PUT", "/v1/auth/login", "only GET and the login"),
        ("POST", "/v1/auth/login/more", "only GET and the login"),
        ("POST", "/v1/auth/logout", "only GET and the login"),
        ("DELETE", "/v1/broadcast/leads/8668", "only GET and the login"),
        ("HEAD", "/v1/broadcast/leads/8668", "only GET and the login"),
        ("GET", "/v1/broadcast/start/1", "it starts or stops a broadcast"),
        ("GET", "https://api.example.com/api/v1/broadcast/START/1?start_date_time=x", "it starts or stops"),
        ("GET", "/v1/broadcast//pause/1", "it starts or stops a broadcast"),
        ("GET", "/v1/broadcast/%65nd/1", "it starts or stops a broadcast"),
    ],
)
def test_what_does_more(method: str, url: str, told: str) -> None:
    """Anything else is refused, the GETs that start and stop broadcasts among it."""
    with pytest.raises(ReadOnlyError, match=told):
        check_reading(method, url)


def test_pace() -> None:
    """The first request goes at once, and each further one so many seconds after the one before."""
    now = [100.0]
    pace = Pace(2, clock=lambda: now[0])
    waits = [pace.wait(), pace.wait(), pace.wait()]
    now[0] = 103.0
    waits.append(pace.wait())
    now[0] = 200.0
    waits += [pace.wait(), pace.wait()]
    assert [0, 2, 4, 3, 0, 2] == waits
