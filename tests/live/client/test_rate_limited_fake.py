"""The checker against a fake with a rate limit, on clocks that advance only when the checker sleeps."""

from collections.abc import Iterator
from functools import partial

import pytest
from flask.testing import FlaskClient

from smartflo_contract.live import Credentials, LiveError, check
from smartflo_contract.live.client.fetcher import Fetcher
from smartflo_contract.mock_server import Config, FakeSmartflo

from .conftest import NOON, FakeTime

LOGIN = Credentials(None, "crm@example.com", "any-password")
ACCOUNT = "login=crm@example.com"


@pytest.fixture(name="fake")
def _fake() -> Iterator[FakeSmartflo]:
    """Yield a fake with a limit of one request per second, whose clock is frozen at noon."""
    with FakeSmartflo(Config(rate_limit=1)) as fake:
        set_clock(fake.app.test_client(), now=NOON.isoformat(), frozen=True)
        yield fake


@pytest.fixture(name="sleeping")
def _sleeping(fake: FakeSmartflo, time: FakeTime, monkeypatch: pytest.MonkeyPatch) -> FakeTime:
    """Return the clock of the checker, with which that of the fake advances."""

    def sleep(seconds: float) -> None:
        time.sleep(seconds)
        set_clock(fake.app.test_client(), advance=seconds)

    on_time = partial(Fetcher, sleep=sleep, now=time.now, clock=lambda: time.passed)
    monkeypatch.setattr("smartflo_contract.live.client.fetcher.Fetcher", on_time)
    return time


def set_clock(client: FlaskClient, **changes: object) -> None:
    """Change the clock of the account."""
    assert 200 == client.patch(f"/__admin/clock?{ACCOUNT}", json=changes).status_code


def statuses(fake: FakeSmartflo) -> list[int]:
    """Return the statuses of all requests of the account."""
    requests = fake.app.test_client().get(f"/__admin/requests?{ACCOUNT}").get_json()["requests"]
    return [request["response"]["status"] for request in requests]


@pytest.mark.parametrize("retry_after", ["none", "seconds"])
def test_checks_every_list_within_the_limit(fake: FakeSmartflo, sleeping: FakeTime, retry_after: str) -> None:
    """The check waits until a request is accepted, with or without Retry-After, and reads each list completely."""
    fake.app.test_client().patch(f"/__admin/quirks?{ACCOUNT}", json={"rate_limit_retry_after": retry_after})
    report = check(*(f"{fake.url}/v1/broadcast/leads/{list_id}" for list_id in (8668, 8669)), token=LOGIN)

    assert (0, 30) == (len(report.findings), report.leads)
    assert [1.0, 1.0] == sleeping.slept
    assert [200, 429, 200, 429, 200] == statuses(fake)


def test_gives_up_if_it_may_not_wait(fake: FakeSmartflo, sleeping: FakeTime) -> None:
    """The error names the limit and the option, and nothing is waited for."""
    with pytest.raises(LiveError, match=r"limits the rate \(429\) .*--max-wait allows 0 seconds"):
        check(f"{fake.url}/v1/broadcast/leads/8668", token=LOGIN, max_wait=0)

    assert ([], [200, 429]) == (sleeping.slept, statuses(fake))
