"""The poller reports each new or changed lead once, whichever faults occur in between."""

from collections.abc import Callable
from typing import Any

import anyio
import httpx
import pytest
from anyio.lowlevel import checkpoint
from hypothesis import given, settings
from lead_poller import Change, Poller, Settings

from smartflo_contract.pytest_plugin import Smartflo, SmartfloServer
from smartflo_contract.strategies import lead_lists

pytestmark = pytest.mark.anyio
ASHA = {"field_0": "+915550000042", "field_1": "Asha"}


class Gauge(httpx.AsyncHTTPTransport):
    """Transport that counts concurrent requests."""

    def __init__(self) -> None:
        """Start at zero."""
        super().__init__()
        self.current = self.max = 0
        self.started = anyio.Event()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Count a request until its response."""
        self.current += 1
        self.max = max(self.max, self.current)
        self.started.set()
        try:
            return await super().handle_async_request(request)
        finally:
            self.current -= 1


def summary(changes: list[Change]) -> list[tuple[str, int, str]]:
    """Return kind, list and phone number of changes."""
    return [(kind, list_id, lead["field_0"]) for kind, list_id, lead in changes]


async def test_reports_new_and_changed_leads_once(smartflo: Smartflo, poller_of: Callable[..., Poller]) -> None:
    """An unchanged lead is not reported."""
    created = smartflo.add_list(leads=[ASHA, {"field_0": "+915550000043"}])
    async with poller_of() as poller:
        assert summary(await poller.poll()) == [
            ("new", created.id, "+915550000042"),
            ("new", created.id, "+915550000043"),
        ]
        assert await poller.poll() == []

        smartflo.admin("PATCH", f"/leads/{created.leads[0]['lead_id']}", {"set": {"dial_status": 6}})
        smartflo.add_leads(created.id, [{"field_0": "+915550000044"}])

        assert summary(await poller.poll()) == [
            ("changed", created.id, "+915550000042"),
            ("new", created.id, "+915550000044"),
        ]


async def test_limits_concurrent_requests(smartflo: Smartflo, poller_of: Callable[..., Poller]) -> None:
    """Five lists are read with two concurrent requests; changes are in the order of the lists."""
    lists = [smartflo.add_list(leads=1).id for _ in range(5)]
    gauge = Gauge()
    async with poller_of(concurrency=2, transport=gauge) as poller:
        changes = await poller.poll()

    assert [change.list_id for change in changes] == lists
    assert gauge.max == 2


@pytest.mark.parametrize("fault", [429, 503, "cut", "reset", "html", "cut_clean", "dangling_comma", "invalid_utf8"])
async def test_fault_loses_no_change(smartflo: Smartflo, poller_of: Callable[..., Poller], fault: int | str) -> None:
    """If a list cannot be read, changes of other lists are reported, and its own in the next round."""
    broken, sound = smartflo.add_list(leads=[ASHA]), smartflo.add_list()
    async with poller_of() as poller:
        await poller.poll()
        smartflo.fail(fault, list_id=broken.id)
        smartflo.add_leads(broken.id, [{"field_0": "+915550000043"}])
        smartflo.add_leads(sound.id, [{"field_0": "+915550000044"}])

        assert summary(await poller.poll()) == [("new", sound.id, "+915550000044")]
        assert list(poller.failures) == [broken.id]
        assert summary(await poller.poll()) == [("new", broken.id, "+915550000043")]
        assert poller.failures == {}


@pytest.mark.smartflo(leads=2)
async def test_timeout_is_failure(smartflo: Smartflo, poller_of: Callable[..., Poller]) -> None:
    """A response that is too late is a failure."""
    async with poller_of(timeout=0.2) as poller:
        smartflo.fail("delay", seconds=5)

        assert await poller.poll() == []
        assert poller.failures == {smartflo.lists[0].id: "ReadTimeout"}


@pytest.mark.smartflo(leads=3)
@pytest.mark.parametrize("fault", ["changing", "duplicate_leads"])
async def test_inconsistent_response_is_not_a_change(
    smartflo: Smartflo, poller_of: Callable[..., Poller], fault: str
) -> None:
    """A lead that one response lacks or contains twice is not reported again."""
    async with poller_of() as poller:
        await poller.poll()
        smartflo.fail(fault)

        assert [await poller.poll() for _ in range(2)] == [[], []]
    smartflo.assert_called("GET", "/v1/broadcast/leads/{id}", times=3)


@pytest.mark.smartflo(leads=1)
@pytest.mark.parametrize(("quirk", "reason"), [(401, "status 401"), (200, "Token has expired")])
async def test_expired_token_is_failure(
    smartflo: Smartflo, poller_of: Callable[..., Poller], quirk: int, reason: str
) -> None:
    """An error with status 200 is a failure as well, not an empty list."""
    smartflo.quirks(expired_token=quirk)
    smartflo.clock.advance(hours=2)
    async with poller_of() as poller:
        assert await poller.poll() == []
    assert poller.failures == {smartflo.lists[0].id: reason}


@pytest.mark.smartflo(leads=1)
async def test_waits_longer_while_api_is_down(smartflo: Smartflo, poller_of: Callable[..., Poller]) -> None:
    """Each failed round doubles the pause, ``Retry-After`` is obeyed, and a successful round resets the pause."""
    smartflo.fail(503, 503)
    smartflo.fail(429, at=3, retry_after=900)
    async with poller_of() as poller:
        pauses = [(await poller.poll(), poller.pause)[1] for _ in range(4)]

    assert pauses == [60.0, 120.0, 900.0, 30.0]


@pytest.mark.smartflo(leads=1)
async def test_runs_until_cancelled(smartflo: Smartflo, poller_of: Callable[..., Poller]) -> None:
    """A pause follows each round; the poller is cancelled in the third pause."""
    pauses: list[float] = []
    phones: list[str] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 3:
            tasks.cancel_scope.cancel()
        smartflo.add_leads(smartflo.lists[0].id, [{"field_0": f"+91555000000{len(pauses)}"}])
        await checkpoint()

    async def notify(change: Change) -> None:
        phones.append(change.lead["field_0"])

    async with poller_of(sleep=sleep) as poller, anyio.create_task_group() as tasks:
        tasks.start_soon(poller.run, notify)

    assert pauses == [30.0] * 3
    assert phones[1:] == ["+915550000001", "+915550000002"]


@pytest.mark.filterwarnings("ignore::smartflo_contract.pytest_plugin.UnmetFaultWarning")  # it may be cancelled earlier
@pytest.mark.smartflo(leads=1)
async def test_cancellation_ends_request(smartflo: Smartflo, poller_of: Callable[..., Poller]) -> None:
    """A cancelled request is closed, and no change is reported."""
    smartflo.fail("delay", seconds=5)
    gauge, changes = Gauge(), []

    async def notify(change: Change) -> None:
        changes.append(change)

    async with poller_of(transport=gauge) as poller, anyio.create_task_group() as tasks:
        tasks.start_soon(poller.run, notify)
        await gauge.started.wait()
        tasks.cancel_scope.cancel()

    assert (gauge.current, changes) == (0, [])


async def test_default_host_is_vendor(smartflo_intercept: Smartflo) -> None:
    """By default, requests are sent to the vendor's host, which the fake answers for."""
    created = smartflo_intercept.add_list(leads=[ASHA])
    async with Poller(Settings("any-token", [created.id])) as poller:
        assert summary(await poller.poll()) == [("new", created.id, "+915550000042")]

    smartflo_intercept.assert_called("GET", f"/v1/broadcast/leads/{created.id}", times=1)


@settings(max_examples=10, deadline=None, derandomize=True)
@given(leads=lead_lists(max_size=3))
async def test_any_lead_is_reported_once(smartflo_server: SmartfloServer, leads: list[dict[str, Any]]) -> None:
    """All leads of a list are new in the first round, and none in the second."""
    with smartflo_server.account() as smartflo:
        created = smartflo.add_list(leads=leads)
        async with Poller(Settings(smartflo.token, [created.id], smartflo.url)) as poller:
            assert [change.lead for change in await poller.poll()] == leads
            assert await poller.poll() == []
