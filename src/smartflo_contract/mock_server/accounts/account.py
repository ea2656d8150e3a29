"""The account: everything that the fake stores for one client."""

from collections.abc import Container
from copy import copy
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple

from smartflo_contract.factories.pools import EPOCH_MS
from smartflo_contract.mock_server.accounts.clock import Clock
from smartflo_contract.mock_server.accounts.rate_budget import FULL_BUDGET, RateBudget
from smartflo_contract.mock_server.accounts.settings import UNSET, Settings
from smartflo_contract.mock_server.calls.click_to_call import ClickToCall
from smartflo_contract.mock_server.calls.dnd import MAX_FORMER, DndEntry, DndHistory, DndList, FormerEntry
from smartflo_contract.mock_server.dialling.broadcast import Broadcast, Run
from smartflo_contract.mock_server.lists.catalog import CatalogKey
from smartflo_contract.mock_server.lists.edited_list import EditedList
from smartflo_contract.mock_server.lists.lead_index import LeadIndex
from smartflo_contract.mock_server.webhooks.message import Message

_FIRST_LIST_ID: Final = 10_001
"""First id of the lists that an account creates. Real ids have four to six digits."""

_FIRST_BROADCAST_ID: Final = 20_001
"""First id of the broadcasts of an account."""


class Batch(NamedTuple):
    """A bulk request.

    Attributes:
        outcome: the message that reports its result.
        done_at: when it completes, in seconds since the epoch.
    """

    outcome: str
    done_at: float


@dataclass
class Account:
    """Everything that the fake stores for one account.

    Attributes:
        settings: settings that override the configuration.
        clock: clock of the account.
        failed_logins: number of consecutive failed logins.
        locked_until: end of the lockout, in seconds since the epoch; 0 without a lockout.
        logged_out: id of each token that was logged out before it expired, to its expiry in seconds since the epoch.
        catalog: the catalog that the edited lists belong to; ``None`` without edited lists.
        lists: edited lists by id.
        batches: bulk requests by id.
        fault_counts: number of counted requests by the position of a fault rule, or by magic list id.
        mutant_served: number of responses that the current mutant has changed.
        mutants_served: ids of those of several joined mutants that have changed a response; not in snapshots.
        rate_budget: what is left of the rate limit.
        requests: number of bulk requests, lists, DND entries, calls and broadcasts so far, from which new ids follow.
        advanced_ms: sum of all advances of the clock, in ms; dial time is the epoch of generated leads plus this.
        dnd: numbers that must not be called, by the id of their entry. It is replaced, never changed in place.
        former_dnd: numbers that were on a DND list while broadcasts ran, the oldest first.
        dnd_lists: created or changed DND lists by id. It is replaced, never changed in place.
        calls: calls that clients made by click-to-call, the oldest first.
        broadcasts: broadcasts by id. It is replaced, never changed in place.
        pending_webhooks: late messages and retries of webhooks, in the order in which they are due.
        lead_index: which edited lists may contain a lead.
    """

    settings: Settings = UNSET
    clock: Clock = field(default_factory=Clock)
    failed_logins: int = 0
    locked_until: float = 0.0
    logged_out: dict[str, float] = field(default_factory=dict)
    catalog: CatalogKey | None = None
    lists: dict[int, EditedList] = field(default_factory=dict)
    batches: dict[str, Batch] = field(default_factory=dict)
    fault_counts: dict[int, int] = field(default_factory=dict)
    mutant_served: int = 0
    mutants_served: set[str] = field(default_factory=set, compare=False)
    rate_budget: RateBudget = FULL_BUDGET
    requests: int = 0
    advanced_ms: int = 0
    dnd: dict[str, DndEntry] = field(default_factory=dict)
    former_dnd: tuple[FormerEntry, ...] = ()
    dnd_lists: dict[int, DndList] = field(default_factory=dict)
    calls: tuple[ClickToCall, ...] = ()
    broadcasts: dict[int, Broadcast] = field(default_factory=dict)
    pending_webhooks: tuple[Message, ...] = ()
    lead_index: LeadIndex = field(default_factory=LeadIndex, compare=False, repr=False)
    _dnd_history: tuple[object, object, DndHistory] | None = field(default=None, compare=False, repr=False)
    _opened: list[int] = field(default_factory=list, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Add the leads of all lists to the index."""
        for edited in self.lists.values():
            edited.enter(self.lead_index)

    def draft(self) -> "Account":
        """Return a copy to edit. It shares the edited lists, and the index of their leads."""
        draft = copy(self)
        draft.logged_out, draft.batches = dict(self.logged_out), dict(self.batches)
        draft.fault_counts, draft.mutants_served = dict(self.fault_counts), set(self.mutants_served)
        draft.lists, draft._opened = dict(self.lists), []  # noqa: SLF001 - of the same class
        return draft

    def change_settings(self, settings: Settings) -> None:
        """Set the settings. Those without a value are the same as none, so that the account may be pristine again."""
        self.settings = UNSET if settings == UNSET else settings

    @property
    def dial_ms(self) -> int:
        """Dial time, in epoch ms: it moves by advances of the clock only."""
        return EPOCH_MS + self.advanced_ms

    @property
    def has_calls(self) -> bool:
        """Whether something happens as dial time moves: calls, and webhooks about them."""
        return bool(self.calls or self.pending_webhooks or any(item.runs for item in self.broadcasts.values()))

    def runs_of_list(self, list_id: int) -> list[tuple[Broadcast, Run]]:
        """Return the runs of broadcasts that dial a list, in the order of their starts, each with its broadcast."""
        of_list = (broadcast for broadcast in self.broadcasts.values() if broadcast.list_id == list_id)
        runs = [(broadcast, run.settled(self.dial_ms)) for broadcast in of_list for run in broadcast.runs]
        return sorted(runs, key=lambda item: item[1].serial)

    @property
    def dnd_history(self) -> DndHistory:
        """Which numbers were on DND lists at which instants."""
        known = self._dnd_history
        if known is None or known[0] is not self.dnd or known[1] is not self.former_dnd:
            known = self._dnd_history = (self.dnd, self.former_dnd, DndHistory(self.dnd.values(), self.former_dnd))
        return known[2]

    def next_serial(self) -> int:
        """Return a number for a request, greater than those before."""
        self.requests += 1
        return self.requests

    def replace_dnd(self, dnd: dict[str, DndEntry]) -> bool:
        """Replace the DND entries, and remember those that calls have depended on.

        Returns:
            Whether it was done: not if too many would be remembered.
        """
        gone = [entry for entry_id, entry in self.dnd.items() if dnd.get(entry_id) != entry]
        if gone and any(broadcast.runs for broadcast in self.broadcasts.values()):
            until = (self.dial_ms, self.next_serial())
            former = [FormerEntry(entry.number, entry.since_ms, entry.serial, *until) for entry in gone]
            if len(self.former_dnd) + len(former) > MAX_FORMER:
                return False
            self.former_dnd = (*self.former_dnd, *former)
        self.dnd = dnd
        return True

    def put_broadcast(self, broadcast: Broadcast) -> None:
        """Store a broadcast, or a later state of it."""
        self.broadcasts = self.broadcasts | {broadcast.id: broadcast}

    def forget_runs(self, list_id: int) -> None:
        """Forget what broadcasts have dialled of a list, because its leads are replaced."""
        for broadcast in self.broadcasts.values():
            if broadcast.list_id == list_id and broadcast.runs:
                self.put_broadcast(replace(broadcast, runs=()))

    def put_list(self, list_id: int, edited: EditedList, catalog: CatalogKey) -> None:
        """Store an edited list. All edited lists of an account belong to one catalog."""
        if list_id in self.lists:
            self.lists[list_id].leave()
        self.catalog, self.lists[list_id] = catalog, edited
        edited.enter(self.lead_index)
        if not edited.touched:
            self._opened.append(list_id)

    def delete_list(self, edited: EditedList) -> None:
        """Delete a list and its leads."""
        edited.leave()
        self.lists[edited.writer.definition.id] = EditedList(edited.writer, deleted=True, touched=True)

    def forget_unedited(self) -> None:
        """Forget the lists that were opened for editing and not edited."""
        for list_id in self._opened:
            edited = self.lists.get(list_id)
            if edited is not None and not edited.touched:
                edited.leave()
                del self.lists[list_id]
        self._opened.clear()
        if not self.lists:
            self.catalog = None

    def forget_mutants_served(self) -> None:
        """Count from 0 what another mutant changes."""
        self.mutant_served = 0
        self.mutants_served = set()

    def new_list_id(self, taken: Container[int]) -> int:
        """Return a list id that this account has never used and that is not in ``taken``."""
        while True:
            list_id = _FIRST_LIST_ID + self.next_serial()
            if list_id not in taken and list_id not in self.lists:
                return list_id

    def new_broadcast_id(self) -> int:
        """Return a broadcast id that this account has never used."""
        return _FIRST_BROADCAST_ID + self.next_serial()

    def add_batch(self, batch: Batch, max_batches: int) -> str:
        """Store a bulk request and return its id. Drop the oldest ones beyond ``max_batches``."""
        batch_id = f"{self.next_serial():024x}"
        self.batches[batch_id] = batch
        while len(self.batches) > max_batches:
            del self.batches[next(iter(self.batches))]
        return batch_id

    def count_for_rule(self, number: int) -> int:
        """Count a request for a fault rule and return how many it has counted before.

        Args:
            number: position of the rule, or a magic list id.
        """
        count = self.fault_counts.get(number, 0)
        self.fault_counts[number] = count + 1
        return count


PRISTINE: Final = Account()
"""An account in its initial state. Do not change it."""
