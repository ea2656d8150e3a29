"""The poller tells what is new or has changed, once, whatever goes wrong in between."""

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
    """Counts the requests that are under way."""

    def __init__(self) -> None:
        """Begin at none."""
        super().__init__()
        self.now = self.most = 0
        self.begun = anyio.Event()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Count a request until it has an answer."""
        self.now += 1
        self.most = max(self.most, self.now)
        self.begun.set()
        try:
            return await super().handle_async_request(request)
        finally:
            self.now -= 1


def told(changes: list[Change]) -> list[tuple[str, int, str]]:
    """Return kind, list and phone number of changes."""
    return [(kind, list_id, lead["field_0"]) for kind, list_id, lead in changes]


async def test_tells_new_and_changed_leads_once(smartflo: Smartflo, poller_of: Callable[..., Poller]) -> None:
    """What is as it was is not told."""
    made = smartflo.add_list(leads=[ASHA, {"field_0": "+915550000043"}])
    async with poller_of() as poller:
        assert told(await poller.poll()) == [("new", made.id, "+915550000042"), ("new", made.id, "+915550000043")]
        assert await poller.poll() == []

        smartflo.admin("PATCH", f"/leads/{made.leads[0]['lead_id']}", {"set": {"dial_status": 6}})
        smartflo.add_leads(made.id, [{"field_0": "+915550000044"}])

        assert told(await poller.poll()) == [("changed", made.id, "+915550000042"), ("new", made.id, "+915550000044")]


async def test_reads_some_lists_at_a_time(smartflo: Smartflo, poller_of: Callable[..., Poller]) -> None:
    """Five lists are read two at a time, and told in their order."""
    lists = [smartflo.add_list(leads=1).id for _ in range(5)]
    gauge = Gauge()
    async with poller_of(concurrency=2, transport=gauge) as poller:
        changes = await poller.poll()

    assert [change.list_id for change in changes] == lists
    assert gauge.most == 2


@pytest.mark.parametrize("fault", [429, 503, "cut", "reset", "html", "cut_clean", "dangling_comma", "invalid_utf8"])
async def test_a_fault_loses_nothing(smartflo: Smartflo, poller_of: Callable[..., Poller], fault: int | str) -> None:
    """A list that cannot be read stays as it was known; the other one is told, and the change comes a round later."""
    broken, sound = smartflo.add_list(leads=[ASHA]), smartflo.add_list()
    async with poller_of() as poller:
        await poller.poll()
        smartflo.fail(fault, list_id=broken.id)
        smartflo.add_leads(broken.id, [{"field_0": "+915550000043"}])
        smartflo.add_leads(sound.id, [{"field_0": "+915550000044"}])

        assert told(await poller.poll()) == [("new", sound.id, "+915550000044")]
        assert list(poller.failures) == [broken.id]
        assert told(await poller.poll()) == [("new", broken.id, "+915550000043")]
        assert poller.failures == {}


@pytest.mark.smartflo(leads=2)
async def test_a_late_answer_is_a_failure(smartflo: Smartflo, poller_of: Callable[..., Poller]) -> None:
    """A timeout ends the wait."""
    async with poller_of(timeout=0.2) as poller:
        smartflo.fail("delay", seconds=5)

        assert await poller.poll() == []
        assert poller.failures == {smartflo.lists[0].id: "ReadTimeout"}


@pytest.mark.smartflo(leads=3)
@pytest.mark.parametrize("fault", ["changing", "duplicate_leads"])
async def test_an_inconsistent_answer_is_no_change(
    smartflo: Smartflo, poller_of: Callable[..., Poller], fault: str
) -> None:
    """A lead that is gone for one answer, or there twice, is told no second time."""
    async with poller_of() as poller:
        await poller.poll()
        smartflo.fail(fault)

        assert [await poller.poll() for _ in range(2)] == [[], []]
    smartflo.assert_called("GET", "/v1/broadcast/leads/{id}", times=3)


@pytest.mark.smartflo(leads=1)
@pytest.mark.parametrize(("quirk", "reason"), [(401, "status 401"), (200, "Token has expired")])
async def test_an_expired_token_is_a_failure(
    smartflo: Smartflo, poller_of: Callable[..., Poller], quirk: int, reason: str
) -> None:
    """Also where the refusal comes with status 200: an error is not taken for no leads."""
    smartflo.quirks(expired_token=quirk)
    smartflo.clock.advance(hours=2)
    async with poller_of() as poller:
        assert await poller.poll() == []
    assert poller.failures == {smartflo.lists[0].id: reason}


@pytest.mark.smartflo(leads=1)
async def test_polls_more_seldom_while_the_api_is_down(smartflo: Smartflo, poller_of: Callable[..., Poller]) -> None:
    """Each round that fails doubles the pause, ``Retry-After`` holds, and one that succeeds ends it."""
    smartflo.fail(503, 503)
    smartflo.fail(429, at=3, retry_after=900)
    async with poller_of() as poller:
        pauses = [(await poller.poll(), poller.pause)[1] for _ in range(4)]

    assert pauses == [60.0, 120.0, 900.0, 30.0]


@pytest.mark.smartflo(leads=1)
async def test_runs_until_cancelled(smartflo: Smartflo, poller_of: Callable[..., Poller]) -> None:
    """Each round is followed by a pause; here the third pause never ends."""
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


@pytest.mark.smartflo(leads=1)
async def test_a_request_that_is_cancelled_ends(smartflo: Smartflo, poller_of: Callable[..., Poller]) -> None:
    """Cancellation in the middle of a request closes it, and tells nobody."""
    smartflo.fail("delay", seconds=5)
    gauge, changes = Gauge(), []

    async def notify(change: Change) -> None:
        changes.append(change)

    async with poller_of(transport=gauge) as poller, anyio.create_task_group() as tasks:
        tasks.start_soon(poller.run, notify)
        await gauge.begun.wait()
        tasks.cancel_scope.cancel()

    assert (gauge.now, changes) == (0, [])


async def test_the_usual_host_is_the_vendors(smartflo_intercept: Smartflo) -> None:
    """Without a setting requests go to the vendor, where the fake answers in its stead."""
    made = smartflo_intercept.add_list(leads=[ASHA])
    async with Poller(Settings("any-token", [made.id])) as poller:
        assert told(await poller.poll()) == [("new", made.id, "+915550000042")]

    smartflo_intercept.assert_called("GET", f"/v1/broadcast/leads/{made.id}", times=1)


@settings(max_examples=10, deadline=None, derandomize=True)
@given(leads=lead_lists(max_size=3))
async def test_any_list_is_told_once(smartflo_server: SmartfloServer, leads: list[dict[str, Any]]) -> None:
    """Whatever leads there are, all are new in the first round, and none in the second."""
    with smartflo_server.account() as smartflo:
        made = smartflo.add_list(leads=leads)
        async with Poller(Settings(smartflo.token, [made.id], smartflo.url)) as poller:
            assert [change.lead for change in await poller.poll()] == leads
            assert await poller.poll() == []
