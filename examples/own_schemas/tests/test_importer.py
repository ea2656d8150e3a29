"""The import of leads with a key that only this project's account has."""

from pathlib import Path
from typing import Any

import pytest
import requests
import strategies
from hypothesis import given, settings
from importer import customer_of, import_list
from mock_server import MockCrm
from schemas import Customer, CustomerError

from smartflo_contract import assert_leads
from smartflo_contract.factories import Lead
from smartflo_contract.pytest_plugin import Smartflo
from smartflo_contract.strategies import leads

OVERLAY = Path(__file__).parent.parent / "overlay.json"
ASHA = {"field_0": "5550000042", "field_1": "Asha", "campaign_code": "ABC-0042"}


def test_imports_lead(smartflo: Smartflo, crm: MockCrm) -> None:
    """The CRM stores the record, with the campaign of the lead."""
    created = smartflo.add_list(leads=[ASHA])
    lead: dict[str, Any] = {**created.leads[0]}

    assert import_list(smartflo.url, smartflo.headers, created.id, crm) == (1, 0)
    assert list(crm.records.values()) == [
        {
            "lead_id": lead["lead_id"],
            "phone": "+915550000042",
            "name": "Asha",
            "campaign": "ABC-0042",
            "created_ms": int(lead["created_at"]["$date"]["$numberLong"]),
        }
    ]


def test_counts_rejected_leads(smartflo: Smartflo, crm: MockCrm) -> None:
    """A lead without a number or with a wrong campaign does not stop the import of others."""
    bad: list[dict[str, Any]] = [{"field_0": ""}, {"campaign_code": "summer"}, {"campaign_code": None}]
    created = smartflo.add_list(leads=[*bad, ASHA])

    assert import_list(smartflo.url, smartflo.headers, created.id, crm) == (1, 3)


@pytest.mark.smartflo(leads=3)
def test_fake_serves_leads_with_overlay(smartflo: Smartflo) -> None:
    """The ini key ``smartflo_overlay`` adds the key to each lead; the body is valid with the overlay."""
    body = requests.get(smartflo.lists[0].url, headers=smartflo.headers, timeout=5).content

    assert body.count(b'"campaign_code"') == 3
    assert_leads(body, profile="sample", overlay=OVERLAY)
    assert smartflo.contract.is_valid(body)


def test_reports_missing_key(smartflo_lead: Lead) -> None:
    """With the overlay the key is required; without it the key is a surprise."""
    lead: dict[str, Any] = {**smartflo_lead}
    with pytest.raises(AssertionError, match=r"/\*/campaign_code: .*surprise"):
        assert_leads([lead], fail_on="surprise")
    del lead["campaign_code"]
    with pytest.raises(AssertionError, match=r"/\*/campaign_code: required"):
        assert_leads([lead], overlay=OVERLAY)

    assert_leads([lead])


@settings(max_examples=25, deadline=None, derandomize=True)
@given(lead=leads(overlay=OVERLAY))
def test_only_number_can_be_wrong(lead: dict[str, Any]) -> None:
    """A lead that the contract and the overlay allow is a customer, or has no phone number."""
    try:
        customer = customer_of(lead)
    except CustomerError as error:
        assert "phone" in str(error)  # noqa: PT017 - no error is fine as well
    else:
        assert customer.campaign == lead["campaign_code"]


@settings(max_examples=25, deadline=None, derandomize=True)
@given(customer=strategies.customers())
def test_customer_survives_round_trip(customer: Customer) -> None:
    """A customer of the project's own strategy becomes a record and the same customer again."""
    assert Customer.from_record(customer.as_record()) == customer


def test_no_edge_lead_stops_import(smartflo_edge_lead: Lead, crm: MockCrm) -> None:
    """A lead that breaks clients is stored or rejected; there is no other error."""
    try:
        crm.store(customer_of({"campaign_code": "ABC-0042", **smartflo_edge_lead}).as_record())
    except CustomerError:
        assert crm.records == {}
