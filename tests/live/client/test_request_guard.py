"""Only requests that read are sent to the real API."""

import pytest

from smartflo_contract.live import NotSentError
from smartflo_contract.live.client.request_guard import require_read_only


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
def test_accepts_reading_requests_and_login(method: str, path: str, prefix: str) -> None:
    """A GET that reads and the login are allowed."""
    require_read_only(method, path, prefix)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/broadcast/lead/8668"),
        ("POST", "//v1/broadcast/lead/1"),
        ("PUT", "/v1/auth/login"),
        ("POST", "/v1/auth/login/more"),
        ("POST", "/v1/broadcast/lead/1/v1/auth/login"),
        ("POST", "/v1/broadcast/lead/1%3f/v1/auth/login"),
        ("POST", "/v1/auth/logout"),
        ("DELETE", "/v1/broadcast/leads/8668"),
        ("HEAD", "/v1/broadcast/leads/8668"),
    ],
)
def test_refuses_other_methods(method: str, path: str) -> None:
    """Every method except GET is refused, and every POST except the login."""
    with pytest.raises(NotSentError, match=r"was not sent: only GET requests and the login") as caught:
        require_read_only(method, path)
    assert str(caught.value).startswith(f"{method} {path} ")


@pytest.mark.parametrize(
    "path",
    [
        "/v1/broadcast/start/1",
        "/api/v1/broadcast/START/1",
        "/v1/broadcast//pause/1",
        "/v1/broadcast/%65nd/1",
        "/v1/broadcast/st%2561rt/1",
        "/v1/broadcast/start;a=b/1",
        "/v1/broadcast\\resume\\1",
    ],
)
def test_refuses_gets_that_start_or_stop_broadcasts(path: str) -> None:
    """No spelling of the path hides the action."""
    with pytest.raises(NotSentError, match="it starts or stops a broadcast"):
        require_read_only("GET", path)
