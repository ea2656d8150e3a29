"""The account that a request applies to, and its reset."""

import pytest
from flask.testing import FlaskClient

from .conftest import CLOCK, ME, NOON, OTHER, log_in, now, set_clock


def test_reset_restores_the_initial_state(client: FlaskClient) -> None:
    """A reset restores clock and leads of the account, or of all accounts without a token."""
    for headers in (ME, OTHER):
        set_clock(client, headers, now=NOON, frozen=True)
        client.post("/v1/broadcast/lead/8669", json={"field_0": "5550000042"}, headers=headers)

    def sizes() -> list[int]:
        return [len(client.get("/v1/broadcast/leads/8669", headers=headers).get_json()) for headers in (ME, OTHER)]

    assert [6, 6] == sizes()
    assert {"status": "ok"} == client.post("/__admin/reset", headers=ME).get_json()
    assert [5, 6] == sizes()
    assert now(client) > NOON + 10**10
    assert {"status": "ok"} == client.post("/__admin/reset").get_json()
    assert [5, 5] == sizes()


def test_login_names_an_account(client: FlaskClient) -> None:
    """A request can name an account by its login id, even before the first login."""
    client.patch(f"{CLOCK}?login=crm", json={"now": NOON, "frozen": True})

    assert NOON == now(client, log_in(client))


@pytest.mark.parametrize("query", ["login=", "login=crm&account=0123456789ab", "account=me", "account="])
def test_rejects_invalid_accounts(client: FlaskClient, query: str) -> None:
    """An empty login id, two names and a name that is not an id are problems."""
    assert 422 == client.post(f"/__admin/reset?{query}").status_code


@pytest.mark.parametrize("header", ["", " ", "Bearer", "Bearer ", "Bearer cl\u00e9"])
@pytest.mark.parametrize(("method", "path"), [("POST", "reset"), ("DELETE", "requests"), ("GET", "snapshot")])
def test_empty_token_does_not_select_all_accounts(client: FlaskClient, header: str, method: str, path: str) -> None:
    """A header without a token is a problem: a test with an empty token must not reset all accounts."""
    set_clock(client, now=NOON, frozen=True)
    response = client.open(f"/__admin/{path}", method=method, headers={"Authorization": header})

    assert 401 == response.status_code
    assert "the Authorization header holds no token" in response.get_json()["detail"]
    assert NOON == now(client)
