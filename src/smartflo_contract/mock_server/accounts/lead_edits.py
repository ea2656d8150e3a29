"""Edits of the leads of a list, of which broadcasts may have dialled some: what they have done by now stays."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property

from smartflo_contract.mock_server.accounts.account import Account
from smartflo_contract.mock_server.accounts.dialled_lists import allowed_values, current_leads
from smartflo_contract.mock_server.dialling.broadcast import INACTIVE, LeadEdit
from smartflo_contract.mock_server.dialling.dialled_leads import DialledLeads
from smartflo_contract.mock_server.dialling.run_plan import active_time
from smartflo_contract.mock_server.lists.catalog import Catalog
from smartflo_contract.mock_server.lists.edited_leads import DIAL_STATUS_KEY, PHONE_KEY, EditedLeads, Lead
from smartflo_contract.mock_server.lists.edited_list import EditedList


@contextmanager
def editing_leads(account: Account, catalog: Catalog, edited: EditedList) -> Iterator["LeadEdits"]:
    """Open the leads of a list for the edits of one request; the arguments are those of :class:`LeadEdits`."""
    edits = LeadEdits(account, catalog, edited)
    yield edits
    edits.store()


class LeadEdits:
    """The edits of one request. A changed lead is stored in the state that it has by now, and dialled on from there.

    Args:
        account: the account, opened for editing.
        catalog: the catalog of the account.
        edited: the list.
    """

    def __init__(self, account: Account, catalog: Catalog, edited: EditedList) -> None:
        """Find the run of a broadcast that the edits follow."""
        self._account, self._catalog, self._edited = account, catalog, edited
        runs = account.runs_of_list(edited.writer.definition.id)
        self._dialled_by = runs[-1] if runs else None
        self._run = runs[-1][1] if runs else None
        self._is_allowed = allowed_values(catalog.contract)
        self._started_before = 0
        if self._run is not None:
            self._started_before = active_time(self._run, catalog.dialling).started_before(account.dial_ms)
        self._noted: list[LeadEdit] = []
        self._written: dict[int, Lead] = {}

    @cached_property
    def _leads(self) -> EditedLeads | DialledLeads:
        """The leads as broadcasts have dialled them by now."""
        return current_leads(self._account, self._catalog, self._edited)

    def lead(self, index: int) -> Lead:
        """Return a lead as broadcasts have dialled it by now; an empty one if there is none."""
        if index in self._written:  # its calls are in it already
            return self._written[index]
        return self._leads.lead(index) or {}

    def add_all(self, makes: Sequence[Callable[[Lead], Lead]]) -> list[Lead]:
        """Add leads, as :meth:`EditedList.add_all` does."""
        first = self._edited.next_index
        added = self._edited.add_all(makes)
        for index, lead in enumerate(added, first):
            self._written[index] = lead
            self._note(index, lead, is_set=True)
        return added

    def change(self, index: int, change: Callable[[Lead], Lead], *, is_set: bool) -> Lead:
        """Replace a lead and return the new one.

        Args:
            index: index of the lead.
            change: called with the current lead; returns the new one.
            is_set: whether the client set the dial status, so that the lead is dialled again, or no more.
        """
        if self._run is None:
            return self._edited.change(index, change)
        before = self.lead(index)
        phone = before.get(PHONE_KEY)
        after = self._edited.change(index, lambda _: self._available(change(before), is_set=is_set))
        self._written[index] = after
        self._note(index, after, is_set=is_set, phone=phone if phone != after.get(PHONE_KEY) else None)
        return after

    def remove(self, index: int) -> None:
        """Delete a lead, whose calls stay."""
        before = self.lead(index) if self._run is not None else {}
        self._edited.remove(index)
        lead_id = str(before.get("lead_id", ""))
        self._note(index, {}, is_set=True, phone=str(before.get(PHONE_KEY) or ""), lead_id=lead_id)

    def store(self) -> None:
        """Store what the run has to know of the edits."""
        if self._dialled_by is not None and self._noted:
            broadcast, run = self._dialled_by
            self._account.put_broadcast(broadcast.with_run(run.with_edits(self._noted)))

    def _available(self, lead: Lead, *, is_set: bool) -> Lead:
        """Return a lead that waits for no retry any more, if it is dialled again."""
        available_at = lead.get("updated_at")
        is_dialled = is_set and self._is_dialled(lead) and "available_at" in lead
        if is_dialled and available_at is not None and self._is_allowed("available_at", available_at):
            return lead | {"available_at": available_at}
        return lead

    def _is_dialled(self, lead: Lead) -> bool:
        run = self._run
        return run is not None and run.status != INACTIVE and lead.get(DIAL_STATUS_KEY) in run.settings.dial_statuses

    def _note(self, index: int, lead: Lead, *, is_set: bool, phone: object = None, lead_id: str = "") -> None:
        if self._run is None:
            return
        is_dialled = self._is_dialled(lead) if is_set else None
        known = None if phone is None else str(phone)
        self._noted.append(LeadEdit(index, self._started_before, self._account.dial_ms, is_dialled, known, lead_id))
