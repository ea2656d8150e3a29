"""The clock of an account: set, advance, freeze and resume it, and what follows it."""

from datetime import datetime
from typing import Any

import pytest
from flask.testing import FlaskClient

from .conftest import CLOCK, LEADS, ME, NOON, OTHER, client_of, log_in, now, set_clock


def test_token_expires_when_the_clock_advances(client: FlaskClient) -> None:
    """A token expires after an hour on the account's clock, and is valid again when the clock goes back."""
    token = log_in(client)
    set_clock(client, token, now=now(client, token) + 3_600_000)

    assert 401 == client.get(LEADS, headers=token).status_code
    set_clock(client, token, now=now(client, token) - 3_600_000)
    assert 200 == client.get(LEADS, headers=token).status_code


@pytest.mark.parametrize("milliseconds", [NOON + 1, NOON + 9, NOON + 123, NOON + 999, 1_793_899_123_457])
def test_states_one_time_twice(client: FlaskClient, milliseconds: int) -> None:
    """The number and the ISO string of a clock are the same millisecond."""
    clock = set_clock(client, now=milliseconds, advance=0.0007, frozen=True).get_json()

    assert clock["now"] == round(datetime.fromisoformat(clock["time"]).timestamp() * 1_000)
    assert clock == client.get(CLOCK, headers=ME).get_json()


def test_lockout_ends_when_the_clock_advances(client: FlaskClient) -> None:
    """A lockout ends after ten minutes on the account's clock."""
    token = log_in(client)
    for _ in range(5):
        client.post("/v1/auth/login", json={"email": "crm", "password": "wrong"})

    assert 429 == client.post("/v1/auth/login", json={"email": "crm", "password": "any"}).status_code
    set_clock(client, token, advance=600)
    assert 200 == client.post("/v1/auth/login", json={"email": "crm", "password": "any"}).status_code


def test_batches_and_new_leads_follow_the_clock(client: FlaskClient) -> None:
    """A new lead has the account's time, and a batch completes when the clock advances."""
    set_clock(client, now=NOON, frozen=True)
    data = {"data": [{"field_0": "5550000042"}]}
    batch = client.post("/v1/broadcast/leads/8669", json=data, headers=ME).get_json()["batch_id"]
    path = f"/v1/broadcast/batch_status/{batch}"
    lead = client.get("/v1/broadcast/leads/8669", headers=ME).get_json()[-1]

    assert {"$date": {"$numberLong": str(NOON)}} == lead["created_at"]
    assert "processing" in client.get(path, headers=ME).get_json()["message"]
    set_clock(client, advance=2)
    assert "completed" in client.get(path, headers=ME).get_json()["message"]


def test_frozen_clock_stands_still(client: FlaskClient) -> None:
    """A frozen clock shows the same time on each request, can be set and advanced, and resumes from there."""
    frozen = set_clock(client, now=NOON, frozen=True).get_json()

    assert {"now": NOON, "time": "2023-11-14T22:13:20.000+00:00", "frozen": True} == frozen
    assert [NOON, NOON] == [now(client), now(client)]
    assert NOON + 1_500 == set_clock(client, advance=1.5).get_json()["now"]
    assert not set_clock(client, frozen=False).get_json()["frozen"]
    assert 0 <= now(client) - (NOON + 1_500) < 10**10


def test_each_account_has_its_own_clock(client: FlaskClient) -> None:
    """A change of one clock leaves the others unchanged."""
    set_clock(client, now=NOON, frozen=True)

    assert now(client, OTHER) > NOON + 10**10
    assert NOON == now(client, {"Authorization": "me"})


@pytest.mark.parametrize("time", ["2023-11-14T22:13:20Z", "2023-11-15T03:43:20+05:30", "2023-11-14T22:13:20"])
def test_accepts_iso_times(client: FlaskClient, time: str) -> None:
    """A clock can be set with ISO 8601, in UTC unless the time names a zone."""
    assert NOON == set_clock(client, now=time, frozen=True).get_json()["now"]


@pytest.mark.parametrize(
    ("changes", "detail"),
    [
        ({}, "body: expected at least one of now, advance, frozen; for example"),
        ({"advanse": 1}, "Did you mean `advance`?"),
        ({"now": "soon"}, "now: expected a time such as 2026-03-01T09:30:00+05:30, got soon"),
        ({"now": [1]}, "an integer within the years 1 to 9999, or a time in ISO 8601"),
        ({"now": 1.5}, "an integer within the years 1 to 9999"),
        ({"now": True}, "an integer within the years 1 to 9999"),
        ({"now": 10**15}, "an integer within the years 1 to 9999"),
        ({"advance": -1}, "to go back, set now"),
        ({"advance": None}, "advance: null is not of type"),
        ({"advance": 10**12}, "within the years 1 to 9999"),
        ({"frozen": 1}, "frozen: 1 is not of type"),
    ],
)
def test_rejects_invalid_changes(client: FlaskClient, changes: dict[str, Any], detail: str) -> None:
    """An invalid change is a problem that states what is expected, and the clock is unchanged."""
    set_clock(client, now=NOON, frozen=True)
    response = set_clock(client, **changes)

    assert (422, "application/problem+json") == (response.status_code, response.headers["Content-Type"])
    assert detail in response.get_json()["detail"]
    assert NOON == now(client)


def test_failed_login_is_counted_before_1970(client: FlaskClient) -> None:
    """A failed login is counted at a negative time, too."""
    client.patch(f"{CLOCK}?login=crm", json={"now": "1960-01-01"})
    response = client.post("/v1/auth/login", json={"email": "crm", "password": "wrong"})

    assert (401, 1) == (response.status_code, response.get_json()["login_failed_count"])


def test_clock_stops_at_the_year_9999(client: FlaskClient) -> None:
    """No clock and no lockout goes beyond the year 9999, so every time can be written with four digits."""
    set_clock(client, now=253_402_300_799_000)
    for _ in range(5):
        client.post("/v1/auth/login", json={"email": "crm", "password": "wrong"})
    client.patch(f"{CLOCK}?login=crm", json={"now": 253_402_300_790_000, "frozen": True})
    for _ in range(6):
        locked = client.post("/v1/auth/login", json={"email": "crm", "password": "wrong"})

    assert "9999-12-31T23:59:59.000+00:00" == client.get(CLOCK, headers=ME).get_json()["time"]
    assert "2026-03-01T00:00:00.000+00:00" == set_clock(client, now="2026-03-01").get_json()["time"]
    assert 200 == client.get("/__admin/accounts").status_code
    assert (429, "9999-") == (locked.status_code, locked.get_json()["retry_after"][:5])


def test_clock_needs_an_account(client: FlaskClient) -> None:
    """A request for a clock must name an account, unless the fake requires no token and all share one."""
    without_auth = client_of(auth="off")

    assert 401 == client.get(CLOCK).status_code
    assert NOON == set_clock(without_auth, {}, now=NOON, frozen=True).get_json()["now"]
