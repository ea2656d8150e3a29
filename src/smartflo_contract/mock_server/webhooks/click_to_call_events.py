"""The events of calls that clients make by click-to-call."""

from collections.abc import Iterable, Iterator

from smartflo_contract.mock_server.calls.click_to_call import ClickToCall, record_of
from smartflo_contract.mock_server.webhooks.event import CallEvent


def events_of_calls(calls: Iterable[ClickToCall], seed: int, after_ms: int, until_ms: int) -> list[CallEvent]:
    """Return the events of calls in an interval of dial time, in order.

    Args:
        calls: the calls of an account.
        seed: seed of the fake.
        after_ms: start of the interval, in epoch ms; it does not belong to it.
        until_ms: its end, which does.
    """
    events = [event for call in calls for event in _events(call, seed) if after_ms < event.at_ms <= until_ms]
    return sorted(events, key=lambda event: event.at_ms)


def _events(call: ClickToCall, seed: int) -> Iterator[CallEvent]:
    """Yield the events of a call, in order."""
    record, offset_ms = record_of(seed, call, call.started_ms), call.dialled_ms - call.started_ms
    yield CallEvent(record.start_ms + offset_ms, "call_started", record)
    if record.answered_ms is None:
        yield CallEvent(record.end_ms + offset_ms, "missed", record)
    else:
        yield CallEvent(record.answered_ms + offset_ms, "answered", record)
    yield CallEvent(record.end_ms + offset_ms, "hangup", record)
