"""Recorded requests as server-sent events, as they arrive."""

from collections.abc import Iterator
from time import monotonic
from typing import Final

import orjson
from flask import Response

from smartflo_contract.mock_server.admin.journal import journal_of
from smartflo_contract.mock_server.admin.problems import Problem
from smartflo_contract.mock_server.admin.requests import MAX_ID, AdminRequest, page_of_query
from smartflo_contract.mock_server.context import MAX_EVENT_STREAMS
from smartflo_contract.mock_server.errors import StoreUnavailable
from smartflo_contract.mock_server.http.integers import parse_integer
from smartflo_contract.mock_server.journal.journal import Journal

EVENTS_TYPE: Final = "text/event-stream"
_INTERVAL_SECONDS: Final = 1.0
"""Time after which something is sent even if no request arrives: a client that has left is noticed then."""
_MAX_STREAM_SECONDS: Final = 300.0
"""A stream ends after this time. Browsers reconnect, and continue after the last id that they have received."""


def events_response(request: AdminRequest, last_event_id: str | None) -> Response:
    """Return the stream of the requests after an id.

    An event ``request`` is a recorded request, and its id is that of the request. An event ``oldest`` is the id of the
    oldest request that is still recorded, ``null`` for none; it is sent at the start and whenever it changes.

    Args:
        request: the request. ``after`` is the id; by default, that of ``last_event_id``, or else all are sent.
        last_event_id: value of the header ``Last-Event-ID``, which browsers send when they reconnect.

    Raises:
        Problem: there is no journal, a parameter is invalid, or there are too many streams.
    """
    journal, page = journal_of(request), page_of_query(request)
    after = parse_integer(last_event_id or "", 0, MAX_ID) or page.after
    journal.sync()
    streams = request.state.event_streams
    if not streams.acquire(blocking=False):
        raise Problem(
            503, f"{MAX_EVENT_STREAMS} clients receive events already; request this route again and again instead"
        )
    events = _events(journal, after, request.account_filter)
    response = Response(events, mimetype=EVENTS_TYPE, headers={"Cache-Control": "no-store"})
    response.call_on_close(streams.release)
    return response


def _events(journal: Journal, after: int, account_id: str | None) -> Iterator[bytes]:
    """Yield the requests after an id as events, until the client leaves or the maximum time is over."""
    ends_at = monotonic() + _MAX_STREAM_SECONDS
    oldest: int | None = -1
    while True:
        try:
            complete = journal.sync()  # ids beyond it may be followed by lower ones, which would never be sent
            entries = [entry for entry in journal.after(after, account_id) if entry["id"] <= complete]
            first = journal.oldest(account_id)
        except StoreUnavailable:  # the response has begun: the client reconnects, and gets the error
            return
        yield b"".join(event("request", entry["id"], entry) for entry in entries) or b":\n\n"
        if entries:
            after = entries[-1]["id"]
        if first != oldest:
            oldest = first
            yield event("oldest", None, first)
        if monotonic() >= ends_at:
            return
        try:
            journal.wait(after, account_id, lambda _: True, count=1, timeout_seconds=_INTERVAL_SECONDS)
        except StoreUnavailable:
            return


def event(name: str, event_id: int | None, data: object) -> bytes:
    """Return an event as it is sent."""
    identifier = b"" if event_id is None else b"id: %d\n" % event_id
    return b"event: %s\n%sdata: %s\n\n" % (name.encode(), identifier, orjson.dumps(data))
