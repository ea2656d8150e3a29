"""What has happened by now never changes, whatever is edited afterwards."""

from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartflo_contract.mock_server.accounts.broadcast_calls import BroadcastCalls
from smartflo_contract.mock_server.dialling.broadcast import RunSettings
from smartflo_contract.mock_server.dialling.schedule import Schedule

from .conftest import HOUR_MS, LIST_ID, RUN_SETTINGS, Dialled, Lead, times

NUMBER = "+915550001234"
LEADS = 5
ADVANCES_MS = (1, 30_000, 240_000, HOUR_MS, 30 * HOUR_MS)
LEAD_EDITS: dict[str, dict[str, Any]] = {
    "status": {},
    "no status": {"dial_status": 8},
    "number": {"field_0": NUMBER},
    "another number": {"field_0": "+915550004321"},
    "name": {"field_1": "Asha"},
}
"""Edits of one lead: the values that are set."""
SET_KEYS = {name: {*values, "dial_status"} for name, values in LEAD_EDITS.items()} | {
    "status": {"dial_status", "available_at"},
    "no status": {"dial_status", "available_at"},
}
"""Edits to the keys that they may change."""
ACTIONS = st.tuples(
    st.sampled_from(
        ["advance", "advance", "pause", "resume", "restart", "list", "list number", "unlist", "delete", *LEAD_EDITS]
    ),
    st.integers(0, LEADS - 1),
    st.sampled_from(ADVANCES_MS),
)
HISTORIES = st.lists(ACTIONS, min_size=2, max_size=12)


class History:
    """A list that is dialled and edited.

    Args:
        settings: settings of the run.
    """

    def __init__(self, settings: RunSettings) -> None:
        """Start the broadcast."""
        self.dialled = Dialled(settings)
        self.ids = [lead["lead_id"] for lead in self.dialled.still()]

    def apply(self, action: str, index: int, advance_ms: int) -> bool:
        """Apply an action if it is possible now, and return whether the clock stands still."""
        dialled, status = self.dialled, self.dialled.run.status
        if action in {"pause", "resume"}:
            if status == {"pause": 1, "resume": 2}[action]:
                dialled.event(action)
        elif action == "advance":
            dialled.account.advanced_ms += advance_ms
            return False
        elif action == "restart":
            dialled.restart(dialstatus=[1, 4, 9], number_of_retry=1, retry_after_minutes=[advance_ms // 60_000])
        elif action == "unlist":
            dialled.unlist_numbers()
        elif action == "list number":
            dialled.list_number(NUMBER)
        else:
            self._edit(action, index)
        return True

    def leads(self) -> dict[str, Lead]:
        """Return the leads now, by id."""
        return {lead["lead_id"]: lead for lead in self.dialled.leads(self.dialled.account.advanced_ms)}

    def happened(self) -> tuple[list[Any], list[Any]]:
        """Return the records of calls that have started, and the events until now."""
        calls = BroadcastCalls(self.dialled.account, self.dialled.catalog)
        now_ms = self.dialled.account.dial_ms
        return list(calls.records(0, now_ms)), [event[:3] for event in calls.events(0, now_ms)]

    def _edit(self, action: str, index: int) -> None:
        leads = self.leads()
        if self.ids[index] not in leads:
            return
        if action == "delete":
            self.dialled.delete(index)
        elif action == "list":
            self.dialled.list_number(leads[self.ids[index]]["field_0"])
        elif action in LEAD_EDITS:
            self.dialled.edit(index, **LEAD_EDITS[action])


@given(RUN_SETTINGS, HISTORIES)
def test_calls_stay(settings: RunSettings, actions: list[tuple[str, int, int]]) -> None:
    """No edit, DND entry, pause or start changes, adds or removes a call that has started, or an event until now.

    A start begins calls at once; of these, only those of another run are new.
    """
    history = History(settings)
    records, events = history.happened()
    for action in actions:
        stands_still = history.apply(*action)
        new_records, new_events = history.happened()
        if stands_still and action[0] not in {"restart", "resume"}:
            assert (records, events) == (new_records, new_events)
        else:
            assert [record for record in new_records if record in records] == records
            assert [event for event in new_events if event in events] == events
        records, events = new_records, new_events


@given(RUN_SETTINGS, HISTORIES)
def test_leads_stay(settings: RunSettings, actions: list[tuple[str, int, int]]) -> None:
    """Without an advance, no lead changes, except what a client sets of one; counters and times never fall."""
    history = History(settings)
    leads = history.leads()
    for action in actions:
        stands_still = history.apply(*action)
        new = history.leads()
        for lead_id, lead in new.items():
            assert lead["call_count"] >= leads[lead_id]["call_count"]
            assert times([lead], "updated_at") >= times([leads[lead_id]], "updated_at")
            changed = {key for key in lead if lead[key] != leads[lead_id][key]}
            if stands_still and action[0] not in {"restart", "resume"}:
                assert changed <= SET_KEYS.get(action[0], set())
        leads = new


def test_lead_that_was_listed_stays_undialled(dial: Callable[..., Dialled]) -> None:
    """A lead that became Account DND stays so after its entry is deleted, and in a run of other statuses."""
    dialled = dial(dial_statuses=(1, 2, 3, 4, 6, 7, 8), channels=10)
    for lead in dialled.still():
        dialled.list_number(lead["field_0"])
    dialled.restart(dialstatus=[1, 2, 3, 4, 6, 7, 8], concurrent_limit=10)
    before = dialled.leads(HOUR_MS)
    dialled.unlist_numbers()
    dialled.restart(dialstatus=[1, 2, 3, 4, 6, 7])

    assert 9 in {lead["dial_status"] for lead in before}
    assert before == dialled.leads(100 * HOUR_MS)


def test_number_that_is_deleted_from_dnd_list_is_called_again(dial: Callable[..., Dialled]) -> None:
    """The entry holds between its creation and its deletion: the next run calls the lead."""
    dialled = dial(channels=10)
    lead = next(lead for lead in dialled.leads(HOUR_MS) if lead["dial_status"] not in {5, 8})
    dialled.list_number(lead["field_0"])
    dialled.unlist_numbers()
    dialled.restart(dialstatus=list(range(1, 10)))
    again = next(new for new in dialled.leads(100 * HOUR_MS) if new["lead_id"] == lead["lead_id"])

    assert again["call_count"] > lead["call_count"]


def test_many_leads_are_placed_in_turns() -> None:
    """Ten thousand leads that are added at one instant wait for free channels, without a search of all slots each."""
    schedule = Schedule(RunSettings(10, (1,), (4,), (HOUR_MS,) * 5), 240_000, 0)
    places = [schedule.place(0) for _ in range(10_000)]

    assert [first for first, *_ in places] == sorted(first for first, *_ in places)
    assert 10 == max(Counter(start for starts in places for start in starts).values())
    assert all(later - earlier >= HOUR_MS for starts in places for earlier, later in pairwise(starts))


@pytest.mark.parametrize("edited_first", [True, False])
def test_tables_of_leads_are_not_those_of_another_account(dial: Callable[..., Dialled], edited_first: bool) -> None:  # noqa: FBT001
    """Accounts that start the same broadcast share tables; edits of one account do not reach the other."""
    plain, edited = dial(LIST_ID, channels=1), dial(LIST_ID, channels=1)
    edited.edit(3, dial_status=9)
    first, second = (edited, plain) if edited_first else (plain, edited)
    first.leads(100 * HOUR_MS)
    second.leads(100 * HOUR_MS)

    assert 9 == edited.leads(100 * HOUR_MS)[3]["dial_status"]
    assert plain.leads(100 * HOUR_MS)[:3] == edited.leads(100 * HOUR_MS)[:3]
    assert plain.leads(100 * HOUR_MS)[3]["call_count"] > edited.leads(100 * HOUR_MS)[3]["call_count"]
