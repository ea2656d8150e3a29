"""The journal is bounded, can be emptied, and records concurrent requests."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from flask.testing import FlaskClient

from smartflo_contract.mock_server import Config, FakeSmartflo, create_app

from .conftest import ADD, LEAD, LEADS, ME, OTHER, entries, search


def test_drops_oldest_requests_beyond_the_maximum_number() -> None:
    """The oldest requests are dropped, and each account sees how many of its own."""
    client = create_app(Config(journal_requests=3)).test_client()
    for headers in (ME, ME, OTHER, ME, ME):
        client.get(LEADS, headers=headers)

    assert [3, 4, 5] == [entry["id"] for entry in entries(client)]
    assert [2, 0] == [search(client, "count", headers)["dropped"] for headers in (ME, OTHER)]
    assert 2 == client.get("/__admin/requests").get_json()["dropped"]


def test_drops_oldest_requests_beyond_the_maximum_size() -> None:
    """The oldest requests are dropped when the journal is full."""
    client = create_app(Config(journal_bytes=1024 * 1024)).test_client()
    for _ in range(30):
        client.post(ADD, json=LEAD | {"remark": "x" * 60_000}, headers=ME)
    page = client.get("/__admin/requests", headers=ME).get_json()

    assert 30 == page["total"] + page["dropped"]
    assert 16 <= page["total"] <= 17


@pytest.mark.parametrize("headers", [ME, None])
def test_deletes_requests(client: FlaskClient, headers: dict[str, str] | None) -> None:
    """The requests of an account, or of all, are deleted alone or with a reset; ids continue."""
    for method, path in (("DELETE", "requests"), ("POST", "reset")):
        client.get(LEADS, headers=ME)
        client.get(LEADS, headers=OTHER)

        assert 200 == client.open(f"/__admin/{path}", method=method, headers=headers).status_code
        assert [] == entries(client, ME)
        assert (headers is None) == ([] == entries(client, OTHER))
    client.get(LEADS, headers=ME)
    assert 5 == entries(client, ME)[0]["id"]


def test_read_only_fake_has_a_journal() -> None:
    """A read-only fake with one worker keeps a journal."""
    client = create_app(Config(read_only=True)).test_client()
    client.get(LEADS, headers=ME)

    assert 1 == len(entries(client, ME))


def test_records_concurrent_requests(fake: FakeSmartflo) -> None:
    """Every request of many clients is recorded, each under its own id."""
    headers = {"Authorization": "crowd"}
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: requests.get(f"{fake.url}{LEADS}", headers=headers, timeout=30), range(64)))
    page = requests.get(f"{fake.url}/__admin/requests?limit=1000", headers=headers, timeout=30).json()

    assert 64 == page["total"] == len({entry["id"] for entry in page["requests"]})
