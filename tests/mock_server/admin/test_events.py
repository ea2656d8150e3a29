"""Recorded requests as server-sent events."""

import json
from collections.abc import Iterator
from itertools import islice
from typing import Any

import pytest
from flask.testing import FlaskClient

from smartflo_contract.mock_server.admin import events
from smartflo_contract.mock_server.context import MAX_EVENT_STREAMS

from .conftest import LEADS, ME, OTHER

STREAM = {"Accept": "text/event-stream"}


def ids_of(response: Any) -> list[int]:
    """Read a stream to its end, and return the ids of its requests."""
    ids = [data["id"] for name, _, data in parse(iter(response.iter_encoded())) if name == "request"]
    response.close()
    return ids


def opened(client: FlaskClient, query: str = "", **headers: str) -> Any:
    """Open a stream of the account's requests."""
    return client.get(f"/__admin/requests{query}", headers=ME | STREAM | headers, buffered=False)


def parse(pieces: Iterator[bytes]) -> Iterator[tuple[str, str | None, Any]]:
    """Yield name, id and data of each event."""
    for piece in pieces:
        for event in filter(None, piece.decode().split("\n\n")):
            fields = dict(line.split(": ", 1) for line in event.splitlines() if not line.startswith(":"))
            if fields:
                yield fields["event"], fields.get("id"), json.loads(fields["data"])


def test_sends_requests_as_they_arrive(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stream has what is recorded already, then which request is the oldest, then each request as it arrives."""
    monkeypatch.setattr(events, "_INTERVAL_SECONDS", 0.01)
    client.get(LEADS, headers=OTHER)
    client.get(LEADS, headers=ME)
    response = opened(client)
    stream = parse(iter(response.iter_encoded()))
    first, oldest = islice(stream, 2)
    client.get("/v1/broadcast/lists", headers=ME)
    second = next(stream)  # after pieces without events, which show that the client is still there
    client.delete("/__admin/requests", headers=ME)
    deleted = next(stream)
    response.close()

    assert ("text/event-stream; charset=utf-8", "no-store") == (
        response.content_type,
        response.headers["Cache-Control"],
    )
    assert ("request", str(first[2]["id"]), LEADS) == (first[0], first[1], first[2]["path"])
    assert ("oldest", None, first[2]["id"]) == oldest
    assert "/v1/broadcast/lists" == second[2]["path"]
    assert ("oldest", None, None) == deleted


def test_continues_after_the_last_event(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """A browser that reconnects sends the id of the last event; a stream ends after a time, so that it does."""
    monkeypatch.setattr(events, "_MAX_STREAM_SECONDS", 0)
    ids = [int(client.get(LEADS, headers=ME).headers["X-Smartflo-Fake-Request"]) for _ in range(3)]
    sent = [
        ids_of(opened(client)),
        ids_of(opened(client, f"?after={ids[0]}")),
        ids_of(opened(client, **{"Last-Event-ID": str(ids[1])})),
        ids_of(opened(client, **{"Last-Event-ID": "x"})),
    ]

    assert [ids, ids[1:], ids[2:], ids] == sent


def test_limits_concurrent_streams(client: FlaskClient) -> None:
    """Each stream holds a thread of the fake: the problem says what to do, and a closed stream makes room."""
    streams = [opened(client) for _ in range(MAX_EVENT_STREAMS)]
    refused = opened(client)
    for response in streams:
        response.close()
    accepted = opened(client)
    accepted.close()

    assert "clients receive events already" in refused.get_json()["detail"]
    assert [503, 200] == [refused.status_code, accepted.status_code]


def test_programs_get_json(client: FlaskClient) -> None:
    """Only clients that prefer events get them, and only from this route."""
    client.get(LEADS, headers=ME)

    assert 1 == client.get("/__admin/requests", headers=ME | {"Accept": "*/*"}).get_json()["total"]
    assert "application/json" == client.get("/__admin/quirks", headers=STREAM).mimetype


def test_returns_requests_before_an_id(client: FlaskClient) -> None:
    """A client reads a long journal page by page, newest first."""
    ids = [int(client.get(LEADS, headers=ME).headers["X-Smartflo-Fake-Request"]) for _ in range(4)]
    page = client.get(f"/__admin/requests?order=newest&limit=2&before={ids[3]}", headers=ME).get_json()

    assert (3, [ids[2], ids[1]]) == (page["total"], [request["id"] for request in page["requests"]])
