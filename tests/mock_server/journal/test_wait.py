"""Wait for requests through the admin API."""

from concurrent.futures import ThreadPoolExecutor, as_completed
from itertools import islice

import requests
from flask.testing import FlaskClient

from smartflo_contract.mock_server import FakeSmartflo
from smartflo_contract.mock_server.journal.journal import MAX_WAITS

from .conftest import GET_LEADS, LEADS, ME, search


def test_wait_ends_at_once_if_met_or_without_time(client: FlaskClient) -> None:
    """A wait that is met already, or has no time, ends at once."""
    client.get(LEADS, headers=ME)

    assert search(client, "wait", route=GET_LEADS, timeout=60)["met"]
    assert {"met": False, "total": 1} == {
        name: value for name, value in search(client, "wait", count=2, timeout=0).items() if name in {"met", "total"}
    }


def test_wait_ignores_requests_before_an_id(client: FlaskClient) -> None:
    """A wait with ``after`` is not met by earlier requests."""
    client.get(LEADS, headers=ME)

    assert not search(client, "wait", after=1, timeout=0)["met"]
    assert search(client, "wait", after=0, timeout=0)["met"]


def test_wait_ignores_deleted_requests(fake: FakeSmartflo) -> None:
    """Requests that are deleted during a wait do not count."""
    headers, criteria = {"Authorization": "forgets"}, {"route": GET_LEADS, "count": 2, "timeout": 60}
    with ThreadPoolExecutor() as threads:
        waiting = threads.submit(
            requests.post, f"{fake.url}/__admin/requests/wait", json=criteria, headers=headers, timeout=90
        )
        requests.get(f"{fake.url}{LEADS}", headers=headers, timeout=30)
        requests.post(f"{fake.url}/__admin/reset", headers=headers, timeout=30)
        requests.get(f"{fake.url}{LEADS}", headers=headers, timeout=30)
        requests.get(f"{fake.url}{LEADS}", headers=headers, timeout=30)
        body = waiting.result(60).json()

    assert (True, 2) == (body["met"], body["total"])


def test_wait_ends_with_the_matching_request(fake: FakeSmartflo) -> None:
    """A wait ends with the request that matches, not with others."""
    headers = {"Authorization": "waits"}
    with ThreadPoolExecutor() as threads:
        waiting = threads.submit(
            requests.post,
            f"{fake.url}/__admin/requests/wait",
            json={"route": GET_LEADS, "status": 404, "timeout": 60},
            headers=headers,
            timeout=90,
        )
        requests.get(f"{fake.url}{LEADS}", headers=headers, timeout=30)
        requests.get(f"{fake.url}/v1/broadcast/leads/123456", headers={"Authorization": "else"}, timeout=30)
        assert not waiting.done()
        requests.get(f"{fake.url}/v1/broadcast/leads/123456", headers=headers, timeout=30)
        body = waiting.result(60).json()

    assert body["met"]
    assert [404] == [entry["response"]["status"] for entry in body["requests"]]


def test_rejects_too_many_waits(fake: FakeSmartflo) -> None:
    """Concurrent waits are bounded, so that threads are left for the requests that they wait for."""
    headers = {"Authorization": "many"}

    def waits(_: int) -> requests.Response:
        return requests.post(
            f"{fake.url}/__admin/requests/wait", json={"count": 1, "timeout": 60}, headers=headers, timeout=90
        )

    with ThreadPoolExecutor(MAX_WAITS + 3) as threads:
        waiting = [threads.submit(waits, number) for number in range(MAX_WAITS + 3)]
        list(islice(as_completed(waiting), 3))  # those that are refused; the others wait for the next line
        requests.get(f"{fake.url}{LEADS}", headers=headers, timeout=30)
        statuses = sorted(future.result(60).status_code for future in waiting)

    assert [200] * MAX_WAITS + [503] * 3 == statuses
    assert 200 == waits(0).status_code
