"""What is often tested: the usual way, and one failure. Nearly all code runs; see what these tests were not served."""

import anyio
from anyio.lowlevel import checkpoint
from lead_poller import Change, Poller, Settings

from smartflo_contract.pytest_plugin import Smartflo

ASHA = {"field_0": "+915550000042"}


def polls(smartflo: Smartflo, times: int) -> list[list[Change]]:
    """Return the changes of several rounds of a poller of all lists."""

    async def poll() -> list[list[Change]]:
        lists = [lead_list.id for lead_list in smartflo.lists]
        async with Poller(Settings(smartflo.token, lists, smartflo.url)) as poller:
            return [await poller.poll() for _ in range(times)]

    return anyio.run(poll)


def test_reports_new_lead(smartflo: Smartflo) -> None:
    """A lead is reported once."""
    smartflo.add_list(leads=[ASHA])
    first, second = polls(smartflo, 2)

    assert [change.lead["field_0"] for change in first] == ["+915550000042"]
    assert second == []


def test_reads_several_lists(smartflo: Smartflo) -> None:
    """All lists are read in one round."""
    for _ in range(3):
        smartflo.add_list(leads=[ASHA])

    assert len(polls(smartflo, 1)[0]) == 3


def test_tries_again(smartflo: Smartflo) -> None:
    """After a failure, the next round reports the lead."""
    smartflo.add_list(leads=[ASHA])
    smartflo.fail(503)
    first, second = polls(smartflo, 2)

    assert (first, len(second)) == ([], 1)


def test_pauses_while_polling(smartflo: Smartflo) -> None:
    """The poller reports, then pauses."""
    smartflo.add_list(leads=[ASHA])
    reported: list[Change] = []

    async def run() -> None:
        async def notify(change: Change) -> None:
            reported.append(change)

        async def stop(_: float) -> None:
            tasks.cancel_scope.cancel()
            await checkpoint()

        settings = Settings(smartflo.token, [smartflo.lists[0].id], smartflo.url)
        async with Poller(settings, sleep=stop) as poller, anyio.create_task_group() as tasks:
            tasks.start_soon(poller.run, notify)

    anyio.run(run)
    assert len(reported) == 1
