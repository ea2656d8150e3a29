"""The client keeps its token and recovers from errors."""

from collections.abc import Callable
from datetime import datetime

import pytest
from crm_sync.client import INDIA, LoginRejectedError, SmartfloClient, SmartfloError, TryLaterError

from smartflo_contract.pytest_plugin import Smartflo

LOGIN = "/v1/auth/login"
LEADS = "/v1/broadcast/leads/{id}"


@pytest.mark.smartflo(leads=3)
def test_logs_in_once(smartflo: Smartflo, client: SmartfloClient) -> None:
    """All requests use the token of the first login."""
    for _ in range(3):
        assert client.leads(smartflo.lists[0].id) == smartflo.lists[0].leads

    smartflo.assert_called("POST", LOGIN, times=1)
    smartflo.assert_called("GET", LEADS, times=3)


@pytest.mark.parametrize("status", [401, 200])
@pytest.mark.smartflo(leads=3)
def test_logs_in_again_after_token_expires(smartflo: Smartflo, client: SmartfloClient, status: int) -> None:
    """The rejection may have status 200."""
    smartflo.quirks(expired_token=status)
    client.leads(smartflo.lists[0].id)
    smartflo.clock.advance(hours=2)

    assert len(client.leads(smartflo.lists[0].id)) == 3
    smartflo.assert_called("POST", LOGIN, times=2)


@pytest.mark.smartflo(leads=3)
def test_refreshes_token_before_it_expires(smartflo: Smartflo, connect: Callable[..., SmartfloClient]) -> None:
    """With the account's clock, no request is rejected."""
    client = connect(now=lambda: smartflo.clock.now)
    client.leads(smartflo.lists[0].id)
    smartflo.clock.advance(minutes=56)
    client.leads(smartflo.lists[0].id)
    smartflo.clock.advance(minutes=30)
    client.leads(smartflo.lists[0].id)

    smartflo.assert_called("POST", LOGIN, times=1)
    smartflo.assert_called("POST", "/v1/auth/refresh", times=1)
    assert [request["response"]["status"] for request in smartflo.requests] == [200] * 5


@pytest.mark.smartflo(leads=3)
@pytest.mark.parametrize(
    "steps",
    [(503, 503, "ok"), (429, 500, 504), ("cut",), ("reset", "reset"), ("cut_clean", "html", "dangling_comma")],
    ids=lambda steps: "-".join(map(str, steps)),
)
def test_retries(smartflo: Smartflo, client: SmartfloClient, waits: list[float], steps: tuple[int | str]) -> None:
    """The wait doubles with each attempt."""
    smartflo.fail(*steps)

    assert client.leads(smartflo.lists[0].id) == smartflo.lists[0].leads
    assert waits == [0.5, 1.0, 2.0][: len(steps) - steps.count("ok")]


@pytest.mark.smartflo(leads=3)
def test_retries_after_timeout(smartflo: Smartflo, connect: Callable[..., SmartfloClient]) -> None:
    """A timeout is a temporary failure."""
    client = connect(timeout=0.3)
    smartflo.fail("delay", seconds=5)

    assert len(client.leads(smartflo.lists[0].id)) == 3


@pytest.mark.smartflo(leads=3)
def test_obeys_retry_after(smartflo: Smartflo, client: SmartfloClient, waits: list[float]) -> None:
    """``Retry-After`` replaces the client's own wait."""
    smartflo.fail(429, retry_after=7)

    assert len(client.leads(smartflo.lists[0].id)) == 3
    assert waits == [7.0]


@pytest.mark.smartflo(leads=3, faults=[503, 503, 503, 503])
def test_fails_after_four_attempts(smartflo: Smartflo, client: SmartfloClient) -> None:
    """If the API stays down, the request fails."""
    with pytest.raises(SmartfloError, match=r"503.*4 attempts"):
        client.leads(smartflo.lists[0].id)

    smartflo.assert_called("GET", LEADS, times=4)


def test_does_not_repeat_wrong_password(smartflo: Smartflo, connect: Callable[..., SmartfloClient]) -> None:
    """Repeated failed logins cause a lock-out, so there is only one attempt."""
    with pytest.raises(LoginRejectedError, match="incorrect"):
        connect(password="wrong").leads(8668)

    smartflo.assert_called("POST", LOGIN, times=1)


@pytest.mark.smartflo(clock="2026-03-02T06:30:00Z")
def test_reports_end_of_lock_out(
    smartflo: Smartflo, connect: Callable[..., SmartfloClient], waits: list[float]
) -> None:
    """``retry_after`` is Indian time without a zone. Ten minutes are an error; the client waits thirty seconds."""
    client = connect(password="wrong", now=lambda: smartflo.clock.now)
    for _ in range(5):
        with pytest.raises(LoginRejectedError):
            client.leads(8668)
    with pytest.raises(TryLaterError, match="Too many login attempts") as caught:
        client.leads(8668)

    assert caught.value.until == datetime(2026, 3, 2, 12, 10, tzinfo=INDIA)

    smartflo.clock.advance(minutes=9, seconds=30)

    assert connect(now=lambda: smartflo.clock.now).leads(8668)
    assert waits == [30.0]
