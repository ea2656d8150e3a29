"""Broadcasts of an account that several fakes share: they dial the same leads at the same time."""

from typing import Any

from flask.testing import FlaskClient

from .conftest import ClientOf

ME = {"Authorization": "Bearer me"}
LEADS = "/v1/broadcast/leads/8671"
NOON = 1_700_000_000_000
BODY = {"name": "March", "phone_number_list": 8671, "concurrent_limit": 20, "number_of_retry": 2, "dialstatus": [1, 4]}


def dial(*clients: FlaskClient) -> list[Any]:
    """Let a list be dialled, each request by the next client, and return what is read at some instants."""
    requests: list[tuple[str, str, Any]] = [
        ("PATCH", "/__admin/clock", {"now": NOON, "frozen": True}),
        ("POST", "/v1/broadcast", BODY),
        ("GET", "/v1/broadcast/start/20002", None),
        ("PATCH", "/__admin/clock", {"advance": 1_800}),
        ("GET", LEADS, None),
        ("POST", "/v1/broadcast/lead/8671", {"field_0": "5550000042"}),
        ("GET", "/v1/broadcast/pause/20002", None),
        ("PATCH", "/__admin/clock", {"advance": 1_800}),
        ("GET", "/v1/broadcast/resume/20002", None),
        ("PATCH", "/__admin/clock", {"advance": 7_200}),
        ("GET", LEADS, None),
        ("GET", "/v1/call/records?limit=1000", None),
        ("GET", "/v2/broadcasts", None),
    ]
    read = []
    for number, (method, path, body) in enumerate(requests):
        response = clients[number % len(clients)].open(path, method=method, json=body, headers=ME)
        assert 200 == response.status_code, response.text
        if method == "GET":
            read.append(response.get_json())
    return read


def test_fakes_on_a_store_dial_as_one_in_memory(client_of: ClientOf, shared_url: str) -> None:
    """Two fakes that share a store, which take turns, read what one fake in memory reads."""
    assert dial(client_of(None)) == dial(client_of(shared_url), client_of(shared_url))
