"""The mutant of an account in the admin API."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from smartflo_contract.mock_server import Config, create_app

ME = {"Authorization": "any-text"}
NONE: dict[str, Any] = {"mutant": None, "served": 0, "changes": []}


@pytest.fixture(name="client")
def _client() -> FlaskClient:
    return create_app().test_client()


def test_set_shown_and_removed(client: FlaskClient) -> None:
    """A mutant is set with its change and evidence, shown to its account, and removed."""
    assert NONE == client.get("/__admin/mutant", headers=ME).get_json()
    answer = client.put("/__admin/mutant", json={"mutant": "id:other-reading,body:envelope"}, headers=ME).get_json()

    assert ["id:other-reading", "body:envelope"] == [change["id"] for change in answer["changes"]]
    assert ["documented", "sample"] == answer["changes"][0]["evidence"]
    assert answer == client.get("/__admin/mutant", headers=ME).get_json()
    assert NONE == client.get("/__admin/mutant", headers={"Authorization": "another"}).get_json()
    assert NONE == client.delete("/__admin/mutant", headers=ME).get_json()


def test_own_mutant_hides_that_of_all_accounts(client: FlaskClient) -> None:
    """An account shows that of all accounts until it has its own, and again once that is removed."""
    client.put("/__admin/mutant", json={"mutant": "id:remove"})
    client.put("/__admin/mutant", json={"mutant": "id:null"}, headers=ME)

    assert client.get("/__admin/mutant", headers=ME).get_json()["mutant"] == "id:null"
    assert client.delete("/__admin/mutant", headers=ME).get_json()["mutant"] == "id:remove"


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ({"mutant": "lead_id:remvoe"}, "Did you mean `lead_id:remove`?"),
        ({"mutant": "id:remove,"}, "there is no mutant ``"),
        ({"mutant": ""}, "mutant"),
        ({"mutant": None}, "mutant"),
        ({"mutants": "id:remove"}, "mutants"),
        ({}, "mutant"),
    ],
)
def test_wrong_mutants_are_rejected(client: FlaskClient, body: object, detail: str) -> None:
    """A wrong id or body is a problem that names it; the mutant stays what it was."""
    client.put("/__admin/mutant", json={"mutant": "id:null"}, headers=ME)
    response = client.put("/__admin/mutant", json=body, headers=ME)

    assert response.status_code == 422
    assert detail in response.get_data(as_text=True)
    assert client.get("/__admin/mutant", headers=ME).get_json()["mutant"] == "id:null"


def test_read_only_fake_rejects_mutants() -> None:
    """A read-only fake serves what the API sends."""
    client = create_app(Config(read_only=True)).test_client()

    assert client.put("/__admin/mutant", json={"mutant": "id:null"}).status_code == 409


def test_snapshot_has_mutant_and_count(client: FlaskClient) -> None:
    """Mutant and count are restored; a snapshot of an earlier version has neither."""
    client.put("/__admin/mutant", json={"mutant": "id:null"}, headers=ME)
    client.get("/v1/broadcast/leads/8668", headers=ME)
    snapshot = client.get("/__admin/snapshot", headers=ME).get_json()
    client.post("/__admin/reset", headers=ME)
    client.post("/__admin/restore", json=snapshot, headers=ME)

    answer = client.get("/__admin/mutant", headers=ME).get_json()
    assert ("id:null", 1) == (answer["mutant"], answer["served"])

    (account,) = snapshot["accounts"].values()
    del account["settings"]["mutant"], account["mutant_served"]
    assert client.post("/__admin/restore", json=snapshot, headers=ME).status_code == 200
    assert NONE == client.get("/__admin/mutant", headers=ME).get_json()
