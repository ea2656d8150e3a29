"""The rate limit of an account in the admin API."""

import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from .conftest import LEADS, ME, NOON, OTHER, client_of, set_clock

RATE_LIMIT = "/__admin/rate-limit"
NONE = {"limit": None, "remaining": None}


def put(client: FlaskClient, limit: object, headers: dict[str, str] | None = None) -> Any:
    """Set a rate limit and return the response's body."""
    return client.put(RATE_LIMIT, json={"limit": limit}, headers=headers).get_json()


def rate_limit(client: FlaskClient, headers: dict[str, str] | None = None) -> Any:
    """Return the rate limit and what is left of it."""
    return client.get(RATE_LIMIT, headers=headers).get_json()


def statuses(client: FlaskClient, count: int, headers: dict[str, str] | None = None) -> list[int]:
    """Return the statuses of some reads."""
    return [client.get(LEADS, headers=headers or ME).status_code for _ in range(count)]


def test_set_shown_and_removed(client: FlaskClient) -> None:
    """A limit is set and shown with what is left of it; the read itself is not counted."""
    assert NONE == rate_limit(client, ME)
    set_clock(client, frozen=True)
    assert {"limit": 3, "remaining": 3} == put(client, 3, ME) == rate_limit(client, ME)
    statuses(client, 2)
    assert {"limit": 3, "remaining": 1} == rate_limit(client, ME) == rate_limit(client, ME)
    statuses(client, 2)
    assert {"limit": 3, "remaining": 0} == rate_limit(client, ME)
    set_clock(client, advance=0.4)
    assert {"limit": 3, "remaining": 1} == rate_limit(client, ME)

    assert NONE == client.delete(RATE_LIMIT, headers=ME).get_json() == rate_limit(client, ME)
    assert {200} == set(statuses(client, 5))


def test_change_fills_the_budget(client: FlaskClient) -> None:
    """After a limit was set, as many requests are accepted, whatever the account has sent before."""
    set_clock(client, frozen=True)
    for limit in (2, 4, 4, 1):
        put(client, limit, ME)
        assert [200] * limit + [429] == statuses(client, limit + 1)


def test_limit_of_all_accounts(client: FlaskClient) -> None:
    """It holds for each account without a limit of its own; null is a limit of one's own: none."""
    for headers in (ME, OTHER):
        set_clock(client, headers, frozen=True)
    assert {"limit": 2, "remaining": None} == put(client, 2) == rate_limit(client)
    assert [200, 200, 429] == statuses(client, 3) == statuses(client, 3, OTHER)
    assert NONE == put(client, None, ME)
    assert {200} == set(statuses(client, 5))

    assert {"limit": 2, "remaining": 2} == client.delete(RATE_LIMIT, headers=ME).get_json()
    put(client, 5)
    assert {"limit": 5, "remaining": 5} == rate_limit(client, ME)


def test_lower_limit_of_all_accounts_holds_at_once(client: FlaskClient) -> None:
    """What an account has spent of a higher limit is not owed: a second later, its budget is full."""
    set_clock(client, frozen=True)
    put(client, 50)
    statuses(client, 40)
    put(client, 2)
    assert [429] == statuses(client, 1)
    set_clock(client, advance=1)

    assert [200, 200, 429] == statuses(client, 3)


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ({"limit": 0}, "limit: 0 is less than the minimum of 1; expected: requests per second, an integer from 1 to "),
        ({"limit": -1}, "limit: -1 is less than the minimum of 1; expected: requests per second"),
        ({"limit": 2.5}, "limit: 2.5 is not of types"),
        ({"limit": "5"}, "limit: "),
        ({"limit": "many"}, "limit: "),
        ({"limit": True}, "limit: "),
        ({"limit": [5]}, "limit: "),
        ({"limit": 10_001}, "limit: "),
        ({"limit": 10**30}, "limit: "),
        ({}, "limit"),
        ({"limits": 5}, "limits"),
        ([], "object"),
    ],
)
def test_rejects_invalid_limit(client: FlaskClient, body: object, detail: str) -> None:
    """The problem names the value and what is expected, in one line; the limit stays what it was."""
    put(client, 7, ME)
    response = client.put(RATE_LIMIT, data=json.dumps(body), headers=ME)
    problem = response.get_json()

    assert (422, "application/problem+json") == (response.status_code, response.mimetype)
    assert detail in problem["detail"]
    assert "\n" not in problem["detail"]
    assert {"limit": 7, "remaining": 7} == rate_limit(client, ME)


def test_accepts_whole_number_with_a_point(client: FlaskClient) -> None:
    """JSON has one type of number; some clients write 5.0."""
    assert "5" == client.put(RATE_LIMIT, data=b'{"limit": 5.0}', headers=ME).get_data(as_text=True)[9]


def test_read_only_fake_rejects_limits() -> None:
    """It could not count requests."""
    client = client_of(read_only=True)

    assert [409, 409] == [client.put(RATE_LIMIT, json={"limit": 5}).status_code, client.delete(RATE_LIMIT).status_code]
    assert NONE == rate_limit(client)


def test_configured_limit_is_the_default(client: FlaskClient) -> None:
    """An account without a limit of its own has that of the configuration, until it is set."""
    client = client_of(rate_limit=3)
    set_clock(client, frozen=True)
    assert {"limit": 3, "remaining": 3} == rate_limit(client, ME)
    assert [200, 200, 200, 429] == statuses(client, 4)
    assert NONE == put(client, None, ME)
    assert {"limit": 3, "remaining": 3} == client.delete(RATE_LIMIT, headers=ME).get_json()


def test_snapshot_has_limit_and_budget(client: FlaskClient) -> None:
    """Both are restored, also in another fake; a snapshot of an earlier version has neither."""
    set_clock(client, now=NOON, frozen=True)
    put(client, 3, ME)
    statuses(client, 2)
    snapshot = client.get("/__admin/snapshot", headers=ME).get_json()
    client.post("/__admin/reset", headers=ME)
    assert NONE == rate_limit(client, ME)
    for fake in (client, client_of()):
        assert 200 == fake.post("/__admin/restore", json=snapshot, headers=ME).status_code
        assert {"limit": 3, "remaining": 1} == rate_limit(fake, ME)
        assert [200, 429] == statuses(fake, 2)

    (account,) = snapshot["accounts"].values()
    del account["settings"]["rate_limit"], account["rate_budget"]
    assert 200 == client.post("/__admin/restore", json=snapshot, headers=ME).status_code
    assert NONE == rate_limit(client, ME)


@pytest.mark.parametrize(
    "budget", [{"spent": -1, "at": 0}, {"spent": 0}, {"spent": 0, "at": "now"}, {"spent": 0.5, "at": 0}, 3]
)
def test_rejects_snapshot_with_invalid_budget(client: FlaskClient, budget: object) -> None:
    """Nothing is restored."""
    put(client, 3, ME)
    snapshot = client.get("/__admin/snapshot", headers=ME).get_json()
    (account,) = snapshot["accounts"].values()
    account["rate_budget"] = budget
    response = client.post("/__admin/restore", json=snapshot, headers=ME)

    assert 422 == response.status_code
    assert "rate_budget" in response.get_json()["detail"]
    assert {"limit": 3, "remaining": 3} == rate_limit(client, ME)
