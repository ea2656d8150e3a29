"""The calls of broadcasts and their events, in the order of time."""

from collections import Counter
from collections.abc import Callable, Iterable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartflo_contract.mock_server.accounts.broadcast_calls import BroadcastCalls
from smartflo_contract.mock_server.dialling.broadcast import RunSettings
from smartflo_contract.mock_server.dialling.events import Event

from .conftest import HOUR_MS, RUN_SETTINGS, Dialled

LONG_MS = 2_000 * HOUR_MS
HISTORIES = st.lists(
    st.tuples(st.integers(0, 2 * HOUR_MS), st.sampled_from(["pause", "resume", "edit", "end"])), max_size=6
)
"""Time before each event, and the event."""


def play(dialled: Dialled, history: Iterable[tuple[int, str]]) -> None:
    """Let a list be dialled, with events of its broadcast and edits of its leads."""
    state = "active"
    for number, (pause_ms, event) in enumerate(history):
        dialled.account.advanced_ms += pause_ms
        if event == "edit":
            dialled.edit(number % 3)
        elif (event, state) in {("pause", "active"), ("resume", "paused"), ("end", "active"), ("end", "paused")}:
            dialled.event(event)
            state = {"pause": "paused", "resume": "active", "end": "ended"}[event]


def max_calls(events: Iterable[Event]) -> int:
    """Return the maximum number of calls at a time."""
    changes = Counter[tuple[int, int]]()
    for event in events:
        change = {"call_started": 1, "hangup": -1}.get(event.kind, 0)
        changes[event.at_ms, change] += change
    current = highest = 0
    for _, change in sorted(changes.items()):
        current += change
        highest = max(highest, current)
    return highest


@given(RUN_SETTINGS, HISTORIES, st.integers(0, 2**40))
def test_never_more_calls_than_the_limit(run: RunSettings, history: list[tuple[int, str]], seed: int) -> None:
    """There are never more calls at a time than the limit, whatever is paused, resumed and dialled again."""
    dialled = Dialled(run, seed=seed)
    play(dialled, history)

    assert max_calls(dialled.events(-1, LONG_MS)) <= run.channels


@given(RUN_SETTINGS, HISTORIES, st.lists(st.integers(0, 10 * HOUR_MS), max_size=4).map(sorted))
def test_intervals_add_up(run: RunSettings, history: list[tuple[int, str]], cuts: list[int]) -> None:
    """Events come in the order of time, and those of consecutive intervals are those of the whole."""
    dialled = Dialled(run)
    play(dialled, history)
    whole = dialled.events(-1, LONG_MS)
    bounds = [-1, *cuts, LONG_MS]
    parts = [event for low, high in pairwise(bounds) for event in dialled.events(low, high)]

    assert [event[:3] for event in whole] == [event[:3] for event in parts]
    assert [event.at_ms for event in whole] == sorted(event.at_ms for event in whole)


@given(RUN_SETTINGS, HISTORIES, st.integers(0, 60 * HOUR_MS))
def test_events_agree_with_leads(run: RunSettings, history: list[tuple[int, str]], more_ms: int) -> None:
    """Each hang-up is counted by its lead, and the last one explains the state of a lead that nobody edited."""
    dialled = Dialled(run)
    play(dialled, history)
    now_ms = dialled.account.advanced_ms + more_ms
    leads = {lead["lead_id"]: lead for lead in dialled.leads(now_ms)}
    ended = [event.call for event in dialled.events(-1, now_ms) if event.kind == "hangup"]
    calls = Counter(call.lead_id for call in ended)

    for before in dialled.still():
        assert calls[before["lead_id"]] == leads[before["lead_id"]]["call_count"] - before["call_count"]
    for call in {call.lead_id: call for call in ended if not dialled.run.edits}.values():
        lead = leads[call.lead_id]
        assert (call.dial_status, call.answered_ms is not None) == (lead["dial_status"], lead["lead_picked"] == 1)
        assert lead["dialer_dial_status"] in {call.disposition_id, -1}
        assert int(lead["updated_at"]["$date"]["$numberLong"]) >= call.end_ms


def test_calls_have_their_events_in_order(dial: Callable[..., Dialled]) -> None:
    """A call starts, is answered or missed, and hangs up; keys are pressed before, and it is disposed afterwards."""
    kinds: dict[str, list[str]] = {}
    for event in dial(8671, channels=100).events(-1, LONG_MS):
        kinds.setdefault(event.call.call_id, []).append(event.kind)

    assert {
        ("call_started", "missed", "hangup"),
        ("call_started", "answered", "hangup"),
        ("call_started", "answered", "hangup", "disposition"),
        ("call_started", "answered", "dtmf", "hangup"),
        ("call_started", "answered", "dtmf", "hangup", "disposition"),
    } == set(map(tuple, kinds.values()))


def test_call_names_lead_broadcast_and_agent(dial: Callable[..., Dialled]) -> None:
    """A call has the lead's id, number and fields, the broadcast's id and name, and the agent if it is answered."""
    dialled = dial(8671, agent="50201", caller_id="+915550000001")
    leads = {lead["lead_id"]: lead for lead in dialled.still()}
    events = dialled.events(-1, 10 * HOUR_MS)

    assert len(events) == len({(event.call.uuid, event.kind) for event in events})
    for event in events:
        call, lead = event.call, leads[event.call.lead_id]
        assert (lead["field_0"], lead["list_name"], 8671) == (call.number, call.list_name, call.list_id)
        assert ("1", "March", "+915550000001") == (call.campaign_id, call.campaign_name, call.caller_id)
        assert lead["field_1"] == event.lead_fields()["First Name"]
        assert ("50201" if call.answered_ms else "") == call.agent


def test_numbers_on_dnd_lists_have_no_events(dial: Callable[..., Dialled]) -> None:
    """No call starts to a number after the instant at which it was put on a DND list; one that starts then goes on."""
    dialled = dial(8671, channels=10)
    dialled.account.advanced_ms = 2 * HOUR_MS
    since_ms = dialled.account.dial_ms
    numbers = {lead["field_0"] for lead in dialled.still()[::2]}
    for number in numbers:
        dialled.list_number(number)
    started = [event for event in dialled.events(-1, LONG_MS) if event.kind == "call_started"]
    listed = [event.at_ms for event in started if event.call.number in numbers]

    assert since_ms == max(listed)
    assert max(event.at_ms for event in started) > since_ms


@pytest.mark.slow
def test_records_are_the_calls_of_the_events(dial: Callable[..., Dialled]) -> None:
    """Records have each call once, the newest first."""
    dialled = dial(8671, channels=10)
    dialled.account.advanced_ms = 20 * HOUR_MS
    calls = BroadcastCalls(dialled.account, dialled.catalog)
    records = list(calls.records(dialled.run.started_ms, dialled.account.dial_ms))
    started = [event.call for event in dialled.events(-1, 20 * HOUR_MS) if event.kind == "call_started"]

    assert {call.uuid: call for call in started} == {record.uuid: record for record in records}
    assert len(started) == len(records)
    assert [record.start_ms for record in records] == sorted((record.start_ms for record in records), reverse=True)
