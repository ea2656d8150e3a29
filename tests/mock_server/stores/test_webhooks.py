"""Webhooks of fakes that share a store."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from smartflo_contract.pytest_plugin import WebhookReceiver

from .conftest import ClientOf

ME = {"Authorization": "Bearer me"}
CALL = {"agent_number": "50201", "destination_number": "5550000042", "async": 1}
CLOCK = "/__admin/clock"
DELIVERIES = "/__admin/webhooks/deliveries"
REQUESTS = "/__admin/requests"


@pytest.fixture(name="receiver")
def _receiver() -> Iterator[WebhookReceiver]:
    with WebhookReceiver() as receiver:
        yield receiver


def test_each_event_is_sent_once(client_of: ClientOf, shared_url: str, receiver: WebhookReceiver) -> None:
    """The client that advances the clock sends, even if several do so at a time."""
    clients = [client_of(shared_url) for _ in range(2)]
    clients[0].post("/__admin/webhooks", json={"url": receiver.url, "trigger": "hangup"}, headers=ME)
    for number in range(8):
        clients[number % 2].post("/v1/click_to_call", json=CALL, headers=ME)

    def advance(number: int) -> int:
        clock = clients[number % 2].patch(CLOCK, json={"advance": 90}, headers=ME).get_json()
        return int(clock["webhooks"]["delivered"])

    with ThreadPoolExecutor(2) as pool:
        assert 8 == sum(pool.map(advance, range(8)))
    receiver.assert_received("hangup", times=8)


def test_deliveries_and_requests_are_kept_apart(
    client_of: ClientOf, shared_url: str, receiver: WebhookReceiver
) -> None:
    """Each fake lists all deliveries, and no request among them; each is deleted on its own."""
    first, second = client_of(shared_url), client_of(shared_url)
    first.post("/__admin/webhooks", json={"url": receiver.url, "trigger": "hangup"}, headers=ME)
    for _ in range(3):
        first.post("/v1/click_to_call", json=CALL, headers=ME)
    first.patch(CLOCK, json={"advance": 3600}, headers=ME)

    for client in (first, second):
        for headers in (ME, None):
            deliveries = client.get(DELIVERIES, headers=headers).get_json()
            assert (3, 0) == (deliveries["total"], deliveries["dropped"])
            assert 3 == client.get(REQUESTS, headers=headers).get_json()["total"]
        assert 0 == client.get(DELIVERIES, headers={"Authorization": "other"}).get_json()["total"]
    assert {each["account"] for each in deliveries["deliveries"]} == {
        each["account"] for each in first.get(REQUESTS).get_json()["requests"]
    }
    first.delete(REQUESTS)
    assert (0, 3) == tuple(second.get(path).get_json()["total"] for path in (REQUESTS, DELIVERIES))
    first.post("/__admin/reset", headers=ME)
    assert 0 == second.get(DELIVERIES).get_json()["total"]


def test_dropped_deliveries_are_no_dropped_requests(
    client_of: ClientOf, shared_url: str, receiver: WebhookReceiver
) -> None:
    """A store has one bound for both, and counts separately what it has dropped."""
    client = client_of(shared_url, journal_requests=10)
    client.post("/__admin/webhooks", json={"url": receiver.url, "trigger": "hangup"}, headers=ME)
    for _ in range(8):
        client.post("/v1/click_to_call", json=CALL, headers=ME)
    client.patch(CLOCK, json={"advance": 3600}, headers=ME)

    assert (8, 0) == tuple(client.get(DELIVERIES, headers=ME).get_json()[key] for key in ("total", "dropped"))
    assert (2, 6) == tuple(client.get(REQUESTS).get_json()[key] for key in ("total", "dropped"))
    assert 0 == client.get(DELIVERIES).get_json()["dropped"]


def test_another_fake_sends_what_is_due_later(client_of: ClientOf, shared_url: str, receiver: WebhookReceiver) -> None:
    """A retry that one fake has stored is sent by the one that advances."""
    first, second = client_of(shared_url), client_of(shared_url)
    receiver.respond(503)
    first.post("/__admin/webhooks", json={"url": receiver.url, "trigger": "hangup"}, headers=ME)
    first.post("/v1/click_to_call", json=CALL, headers=ME)
    while not first.patch(CLOCK, json={"advance": 10}, headers=ME).get_json()["webhooks"]["pending"]:
        assert not receiver.received
    clock = second.patch(CLOCK, json={"advance": 60}, headers=ME).get_json()

    assert 1 == clock["webhooks"]["delivered"]
    assert [1, 2] == [each.attempt for each in receiver.received]
