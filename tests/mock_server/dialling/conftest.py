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
from smartflo_contract.mock_server.accounts.resolution import Catalogs
from smartflo_contract.mock_server.dialling.broadcast import Broadcast, LeadEdit, Run, RunSettings
from smartflo_contract.mock_server.dialling.dialled_leads import DialledLeads
from smartflo_contract.mock_server.dialling.events import Event
from smartflo_contract.mock_server.dialling.run_plan import active_time
from smartflo_contract.mock_server.lists.catalog import Catalog
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
        self.catalog = _catalog(**config)
        self.account = Account()
        self.list_id = list_id
        found = self.catalog.find(str(list_id))
        assert isinstance(found, LeadList)
        self.found = found
        self.run = Run(1, settings, self.account.dial_ms, self.account.dial_ms, self.account.dial_ms)
        self._store(self.run)

    def event(self, name: str) -> None:
        """Pause, resume or end the broadcast."""
        self._store(self.run.with_event(name, self.account.dial_ms))

    def restart(self) -> None:
        """End the broadcast and start it again."""
        broadcast = self.account.broadcasts[1]
        ended = broadcast.with_run(self.run.with_event("end", self.account.dial_ms))
        dial_ms = self.account.dial_ms
        again = replace(self.run, serial=2, started_ms=dial_ms, clock_ms=dial_ms, calls_from_ms=dial_ms + HOUR_MS)
        self.account.put_broadcast(ended.with_run(again))
        self.run = again

    def leads(self, advanced_ms: int) -> list[Lead]:
        """Return the leads at an instant."""
        self.account.advanced_ms = advanced_ms
        leads: list[Lead] = orjson.loads(b"".join(self.source().chunks()))
        return leads

    def source(self) -> DialledLeads:
        """Return the leads now."""
        source = dialled_list(self.account, self.catalog, self.list_id, self.found).source
        assert isinstance(source, DialledLeads)
        return source

    def edit(self, index: int, *, is_dialled: bool) -> None:
        """Note that a client set the dial status of a lead now."""
        started_before = active_time(self.run, self.catalog.dialling).started_before(self.account.dial_ms)
        self._store(self.run.with_edits([LeadEdit(index, started_before, self.account.dial_ms, is_dialled)]))

    def events(self, after_ms: int, until_ms: int) -> list[Event]:
        """Return the events in an interval, which starts and ends at advances."""
        epoch_ms = self.account.dial_ms - self.account.advanced_ms
        return list(BroadcastCalls(self.account, self.catalog).events(epoch_ms + after_ms, epoch_ms + until_ms))

    def still(self) -> list[Lead]:
        """Return the leads before the broadcast."""
        leads: list[Lead] = orjson.loads(b"".join(self.found.source.chunks()))
        return leads

    def _store(self, run: Run) -> None:
        self.run = run
        self.account.put_broadcast(Broadcast(1, self.list_id, "Callbacks", {"name": "March"}, 0, (run,)))


def _catalog(**config: Any) -> Catalog:
    return Catalogs(Config(**config)).default.catalog


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
