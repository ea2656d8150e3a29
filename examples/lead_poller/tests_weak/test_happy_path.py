"""What is often tested, and no more: everything works. Value coverage shows what these tests were not served."""

import anyio
from lead_poller import Change, Poller, Settings

from smartflo_contract.pytest_plugin import Smartflo


def test_reports_a_new_lead(smartflo: Smartflo) -> None:
    """A lead is reported once."""
    created = smartflo.add_list(leads=[{"field_0": "+915550000042"}])

    async def poll_twice() -> list[list[Change]]:
        async with Poller(Settings(smartflo.token, [created.id], smartflo.url)) as poller:
            return [await poller.poll(), await poller.poll()]

    first, second = anyio.run(poll_twice)
    assert [change.lead["field_0"] for change in first] == ["+915550000042"]
    assert second == []
