"""The calls that broadcasts of an account make."""

import heapq
from collections.abc import Iterator

from smartflo_contract.mock_server.accounts.account import Account
from smartflo_contract.mock_server.accounts.dialled_lists import dialled_leads, editable_leads
from smartflo_contract.mock_server.calls.call_record import CallRecord
from smartflo_contract.mock_server.dialling.events import Event, RunCalls
from smartflo_contract.mock_server.lists.catalog import Catalog
from smartflo_contract.mock_server.lists.edited_leads import EditedLeads
from smartflo_contract.mock_server.lists.lead_list import LeadList


class BroadcastCalls:
    """The calls of all broadcasts of an account. Later edits of its lists do not change them.

    Args:
        account: the account, opened for reading.
        catalog: the catalog of the account.
    """

    def __init__(self, account: Account, catalog: Catalog) -> None:
        """Find the leads of the lists that are dialled."""
        self._runs: list[RunCalls] = []
        list_ids = {broadcast.list_id for broadcast in account.broadcasts.values() if broadcast.runs}
        for list_id in sorted(list_ids):
            stored = _stored_leads(account, catalog, list_id)
            if stored is None:  # the list was deleted
                continue
            runs = account.runs_of_list(list_id)
            leads = dialled_leads(account, catalog, stored, [run for _, run in runs])
            for (broadcast, _), plan in zip(runs, leads.plans.plans, strict=True):
                self._runs.append(RunCalls(broadcast, plan, leads))

    def events(self, after_ms: int, until_ms: int) -> Iterator[Event]:
        """Yield the events in an interval of dial time, in order.

        Args:
            after_ms: start of the interval, in epoch ms; it does not belong to it.
            until_ms: its end, which does.
        """
        return heapq.merge(*(run.events(after_ms, until_ms) for run in self._runs), key=lambda event: event.at_ms)

    def records(self, after_ms: int, until_ms: int) -> Iterator[CallRecord]:
        """Yield the calls that may last in an interval of dial time, the newest first.

        Args:
            after_ms: start of the interval, in epoch ms.
            until_ms: its end.
        """
        records = (run.records(after_ms, until_ms) for run in self._runs)
        return heapq.merge(*records, key=lambda record: record.start_ms, reverse=True)


def _stored_leads(account: Account, catalog: Catalog, list_id: int) -> EditedLeads | None:
    """Return the leads of a list as they are stored or generated, ``None`` if the list was deleted."""
    edited = account.lists.get(list_id)
    if edited is not None:
        return None if edited.deleted else editable_leads(edited.lead_list())
    found = catalog.find(str(list_id))
    return editable_leads(found) if isinstance(found, LeadList) else None
