"""Leads that contain a text, the findings of the contract about each lead, and the deletion of a lead."""

import pytest
from flask.testing import FlaskClient

from smartflo_contract.mock_server.admin import lead_details

from .conftest import ME

PATH = "/__admin/lists/8669/leads"


def test_searches_a_list_in_parts(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """A search returns where it continues, until the end of the list; names of columns are not searched."""
    monkeypatch.setattr(lead_details, "_MAX_SEARCHED_LEADS", 4)
    client.post(PATH, json={"leads": [{"field_1": "Zanzibar"}]}, headers=ME)
    first = client.get(f"{PATH}?contains=zanZIBAR", headers=ME).get_json()
    second = client.get(f"{PATH}?contains=zanZIBAR&offset=4", headers=ME).get_json()
    limited = client.get(f"{PATH}?contains=%2B915550&limit=1", headers=ME).get_json()
    by_column = client.get(f"{PATH}?contains=Phone%20Number&offset=3", headers=ME).get_json()

    assert ([], 4) == (first["leads"], first["next_offset"])
    assert (["Zanzibar"], None) == ([lead["field_1"] for lead in second["leads"]], second["next_offset"])
    assert (1, 1) == (len(limited["leads"]), limited["next_offset"])
    assert ([], None) == (by_column["leads"], by_column["next_offset"])


def test_returns_findings_beside_each_lead(client: FlaskClient) -> None:
    """A broken lead has its findings; what concerns several leads is at the first of them."""
    lead = client.get(f"{PATH}?limit=1", headers=ME).get_json()["leads"][0]
    client.post(PATH, json={"leads": [{"priority": 31}, lead]}, headers=ME)
    page = client.get(f"{PATH}?details=true", headers=ME).get_json()
    pointers = [{finding["pointer"] for finding in findings} for findings in page["findings"]]

    assert [set(), set(), set(), set()] == pointers[1:5]
    assert {"/*/priority"} == pointers[5]
    assert any("lead_id" in pointer or pointer == "/*/id" for pointer in pointers[0] | pointers[6])
    assert ["field_0", "field_1", "field_2"] == page["column_keys"]


def test_shifted_columns_have_other_keys(client: FlaskClient) -> None:
    """With the quirk `header_offset`, the alternate phone number has a key of its own, and later columns move up."""
    client.patch("/__admin/quirks", json={"header_offset": "shifted"}, headers=ME)
    keys = client.get("/__admin/lists/8668/leads?details=true&limit=0", headers=ME).get_json()["column_keys"]

    assert ["alternate_phone_number", "field_5"] == keys[5:7]


def test_rejects_invalid_details(client: FlaskClient) -> None:
    """Another value than true and false is an error."""
    assert (
        "details: expected true or false, got yes" == client.get(f"{PATH}?details=yes", headers=ME).get_json()["detail"]
    )


def test_deletes_a_lead(client: FlaskClient) -> None:
    """A deleted lead is in no response, and cannot be deleted again."""
    lead_id = client.get(f"{PATH}?limit=1", headers=ME).get_json()["leads"][0]["lead_id"]
    statuses = [client.delete(f"/__admin/leads/{lead_id}", headers=ME).status_code for _ in range(2)]

    assert [200, 404] == statuses
    assert lead_id not in client.get("/v1/broadcast/leads/8669", headers=ME).text
