"""Lists that broadcasts dial, without a server."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import orjson
import pytest
from hypothesis import strategies as st

from smartflo_contract.factories.pools import EPOCH_MS
from smartflo_contract.mock_server import Config
from smartflo_contract.mock_server.accounts.account import Account
from smartflo_contract.mock_server.accounts.broadcast_calls import BroadcastCalls
from smartflo_contract.mock_server.accounts.dialled_lists import dialled_list
from smartflo_contract.mock_server.accounts.lead_edits import LeadEdits
from smartflo_contract.mock_server.accounts.lookup import find_list
from smartflo_contract.mock_server.accounts.resolution import Catalogs
from smartflo_contract.mock_server.api.broadcast_starts import start_run
from smartflo_contract.mock_server.api.broadcast_values import DEFAULTS
from smartflo_contract.mock_server.api.transaction import Transaction
from smartflo_contract.mock_server.calls.dnd import DndEntry
from smartflo_contract.mock_server.dialling.broadcast import Broadcast, Run, RunEvent, RunSettings
from smartflo_contract.mock_server.dialling.dialled_leads import DialledLeads
from smartflo_contract.mock_server.dialling.events import Event
from smartflo_contract.mock_server.lists.edited_list import EditedList
from smartflo_contract.mock_server.lists.lead_list import LeadList

Lead = dict[str, Any]
HOUR_MS = 3_600_000
LIST_ID = 8669
STATUSES = (1, 2, 3, 4, 6, 7, 8)

RUN_SETTINGS = st.builds(
    RunSettings,
    channels=st.integers(1, 8),
    dial_statuses=st.lists(st.sampled_from(STATUSES), min_size=1, unique=True).map(tuple),
    retry_statuses=st.lists(st.sampled_from((2, 3, 4, 6, 7, 8)), unique=True).map(tuple),
    retry_ms=st.lists(st.integers(0, 3 * HOUR_MS), max_size=5).map(tuple),
    has_hours=st.booleans(),
    from_ms=st.none() | st.integers(EPOCH_MS - HOUR_MS, EPOCH_MS + 5 * HOUR_MS),
    until_ms=st.none() | st.integers(EPOCH_MS, EPOCH_MS + 50 * HOUR_MS),
    caller_id=st.just("+915550000001"),
    agent=st.just("50201"),
)
"""Settings of runs."""


class Dialled:
    """A list of a new account that a broadcast dials.

    Args:
        settings: settings of the run.
        list_id: id of the list.
        config: settings of the fake.
    """

    def __init__(self, settings: RunSettings, list_id: int = LIST_ID, **config: Any) -> None:
        """Start the broadcast."""
        self._settings = Catalogs(Config(**config)).default
        self.catalog = self._settings.catalog
        self.account = Account()
        self.list_id = list_id
        found = self.catalog.find(str(list_id))
        assert isinstance(found, LeadList)
        self.found = found
        run = settings._replace(name="March", list_name=found.lead(0)["list_name"])
        dial_ms, serial = self.account.dial_ms, self.account.next_serial()
        self.account.put_broadcast(Broadcast(1, list_id, "Callbacks", {"name": "March"}, 0))
        self._store(Run(serial, run, dial_ms, dial_ms, dial_ms))

    @property
    def run(self) -> Run:
        """The last run of the broadcast."""
        return self.account.broadcasts[1].runs[-1]

    def event(self, name: str) -> None:
        """Pause, resume or end the broadcast."""
        event = RunEvent(name, self.account.dial_ms, self.account.next_serial())
        self._store(self.run.with_event(event))

    def restart(self, **settings: Any) -> None:
        """End the broadcast and start it again."""
        self.event("end")
        broadcast = replace(self.account.broadcasts[1], settings={**DEFAULTS, "name": "March", **settings})
        transaction = Transaction(self._settings, self.account, self.account.dial_ms, {})
        self._store(start_run(transaction, broadcast, self._edited(), broadcast.settings))

    def leads(self, advanced_ms: int) -> list[Lead]:
        """Return the leads at an instant."""
        self.account.advanced_ms = advanced_ms
        leads: list[Lead] = orjson.loads(b"".join(self.source().chunks()))
        return leads

    def source(self) -> DialledLeads:
        """Return the leads now."""
        edited = self.account.lists.get(self.list_id)
        found = self.found if edited is None else edited.lead_list()
        source = dialled_list(self.account, self.catalog, self.list_id, found).source
        assert isinstance(source, DialledLeads)
        return source

    def edit(self, index: int, **values: Any) -> None:
        """Change a lead; without values, set its status so that it is dialled again."""
        changes = values or {"dial_status": self.run.settings.dial_statuses[0]}
        edits = LeadEdits(self.account, self.catalog, self._edited())
        edits.change(index, lambda lead: lead | changes, is_set="dial_status" in changes)
        edits.store()

    def delete(self, index: int) -> None:
        """Delete a lead."""
        edits = LeadEdits(self.account, self.catalog, self._edited())
        edits.remove(index)
        edits.store()

    def list_number(self, number: str) -> None:
        """Put a number on the DND list of the account."""
        serial = self.account.next_serial()
        entry = DndEntry(number[-10:], 1, self.account.dial_ms, number, 0, "", serial)
        self.account.replace_dnd(self.account.dnd | {str(serial): entry})

    def unlist_numbers(self) -> None:
        """Delete all entries of DND lists."""
        self.account.replace_dnd({})

    def events(self, after_ms: int, until_ms: int) -> list[Event]:
        """Return the events in an interval, which starts and ends at advances."""
        epoch_ms = self.account.dial_ms - self.account.advanced_ms
        return list(BroadcastCalls(self.account, self.catalog).events(epoch_ms + after_ms, epoch_ms + until_ms))

    def still(self) -> list[Lead]:
        """Return the leads before the broadcast."""
        leads: list[Lead] = orjson.loads(b"".join(self.found.source.chunks()))
        return leads

    def _store(self, run: Run) -> None:
        self.account.put_broadcast(self.account.broadcasts[1].with_run(run))

    def _edited(self) -> EditedList:
        edited = find_list(self.account, self.catalog, str(self.list_id))
        assert isinstance(edited, EditedList)
        return edited


@pytest.fixture(name="dial")
def _dial() -> Callable[..., Dialled]:
    """Return the function that starts a broadcast with the settings of a run."""

    def dial(list_id: int = LIST_ID, *, config: dict[str, Any] | None = None, **settings: Any) -> Dialled:
        defaults: dict[str, Any] = {
            "channels": 2,
            "dial_statuses": STATUSES,
            "retry_statuses": (4, 6, 7, 8),
            "retry_ms": (HOUR_MS,),
        }
        return Dialled(RunSettings(**defaults | settings), list_id, **(config or {}))

    return dial


def times(leads: Sequence[Lead], key: str) -> list[int]:
    """Return a time of each lead in epoch ms."""
    return [int(lead[key]["$date"]["$numberLong"]) for lead in leads]
