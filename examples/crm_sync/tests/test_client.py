"""The client keeps its token, and gets through what goes wrong."""

from collections.abc import Callable
from datetime import datetime

import pytest
from crm_sync.client import INDIA, LoginRefusedError, SmartfloClient, SmartfloError, TryLaterError

from smartflo_contract.pytest_plugin import Smartflo

LOGIN = "/v1/auth/login"
LEADS = "/v1/broadcast/leads/{id}"


@pytest.mark.smartflo(leads=3)
def test_logs_in_once(smartflo: Smartflo, client: SmartfloClient) -> None:
    """The token of the first request serves the next ones."""
    for _ in range(3):
        assert client.leads(smartflo.lists[0].id) == smartflo.lists[0].leads

    smartflo.assert_called("POST", LOGIN, times=1)
    smartflo.assert_called("GET", LEADS, times=3)


@pytest.mark.parametrize("status", [401, 200])
@pytest.mark.smartflo(leads=3)
def test_logs_in_again_when_the_token_has_expired(smartflo: Smartflo, client: SmartfloClient, status: int) -> None:
    """The refusal may come with status 200."""
    smartflo.quirks(expired_token=status)
    client.leads(smartflo.lists[0].id)
    smartflo.clock.advance(hours=2)

    assert len(client.leads(smartflo.lists[0].id)) == 3
    smartflo.assert_called("POST", LOGIN, times=2)


@pytest.mark.smartflo(leads=3)
def test_refreshes_a_token_that_expires_soon(smartflo: Smartflo, connect: Callable[..., SmartfloClient]) -> None:
    """A client that knows the time is not refused at all."""
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
def test_tries_again(smartflo: Smartflo, client: SmartfloClient, waits: list[float], steps: tuple[int | str]) -> None:
    """Each attempt waits twice as long as the one before."""
    smartflo.fail(*steps)

    assert client.leads(smartflo.lists[0].id) == smartflo.lists[0].leads
    assert waits == [0.5, 1.0, 2.0][: len(steps) - steps.count("ok")]


@pytest.mark.smartflo(leads=3)
def test_an_answer_that_is_late_is_asked_for_again(smartflo: Smartflo, connect: Callable[..., SmartfloClient]) -> None:
    """A timeout is a failure like any other."""
    client = connect(timeout=0.3)
    smartflo.fail("delay", seconds=5)

    assert len(client.leads(smartflo.lists[0].id)) == 3


@pytest.mark.smartflo(leads=3)
def test_waits_as_long_as_it_is_told(smartflo: Smartflo, client: SmartfloClient, waits: list[float]) -> None:
    """``Retry-After`` counts, not the client's own guess."""
    smartflo.fail(429, retry_after=7)

    assert len(client.leads(smartflo.lists[0].id)) == 3
    assert waits == [7.0]


@pytest.mark.smartflo(leads=3, faults=[503, 503, 503, 503])
def test_gives_up(smartflo: Smartflo, client: SmartfloClient) -> None:
    """An API that stays down is an error, after four attempts."""
    with pytest.raises(SmartfloError, match=r"503.*4 attempts"):
        client.leads(smartflo.lists[0].id)

    smartflo.assert_called("GET", LEADS, times=4)


def test_a_wrong_password_is_tried_once(smartflo: Smartflo, connect: Callable[..., SmartfloClient]) -> None:
    """Failed logins lock out, so there is no second attempt."""
    with pytest.raises(LoginRefusedError, match="incorrect"):
        connect(password="wrong").leads(8668)

    smartflo.assert_called("POST", LOGIN, times=1)


@pytest.mark.smartflo(clock="2026-03-02T06:30:00Z")
def test_a_lock_out_tells_until_when(
    smartflo: Smartflo, connect: Callable[..., SmartfloClient], waits: list[float]
) -> None:
    """``retry_after`` is Indian time without a zone. Ten minutes are an error, thirty seconds are waited for."""
    client = connect(password="wrong", now=lambda: smartflo.clock.now)
    for _ in range(5):
        with pytest.raises(LoginRefusedError):
            client.leads(8668)
    with pytest.raises(TryLaterError, match="Too many login attempts") as caught:
        client.leads(8668)

    assert caught.value.until == datetime(2026, 3, 2, 12, 10, tzinfo=INDIA)

    smartflo.clock.advance(minutes=9, seconds=30)

    assert connect(now=lambda: smartflo.clock.now).leads(8668)
    assert waits == [30.0]
