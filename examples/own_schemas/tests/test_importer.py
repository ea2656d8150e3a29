"""Leads become customers, by a key that only this project's account has."""

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


def test_a_lead_becomes_a_customer(smartflo: Smartflo, crm: MockCrm) -> None:
    """The record is what the CRM stores, with the campaign of the lead."""
    made = smartflo.add_list(leads=[ASHA])
    lead: dict[str, Any] = {**made.leads[0]}

    assert import_list(smartflo.url, smartflo.headers, made.id, crm) == (1, 0)
    assert list(crm.records.values()) == [
        {
            "lead_id": lead["lead_id"],
            "phone": "+915550000042",
            "name": "Asha",
            "campaign": "ABC-0042",
            "created_ms": int(lead["created_at"]["$date"]["$numberLong"]),
        }
    ]


def test_what_is_no_customer_is_counted(smartflo: Smartflo, crm: MockCrm) -> None:
    """A lead without a number, and one of a campaign that cannot be, stop nobody else."""
    bad: list[dict[str, Any]] = [{"field_0": ""}, {"campaign_code": "summer"}, {"campaign_code": None}]
    made = smartflo.add_list(leads=[*bad, ASHA])

    assert import_list(smartflo.url, smartflo.headers, made.id, crm) == (1, 3)


@pytest.mark.smartflo(leads=3)
def test_leads_are_served_with_the_overlay(smartflo: Smartflo) -> None:
    """The ini key ``smartflo_overlay`` is enough for each lead to have the key; the body conforms with the overlay."""
    body = requests.get(smartflo.lists[0].url, headers=smartflo.headers, timeout=5).content

    assert body.count(b'"campaign_code"') == 3
    assert_leads(body, profile="sample", overlay=OVERLAY)
    assert smartflo.contract.is_valid(body)


def test_a_body_without_the_key_is_told(smartflo_lead: Lead) -> None:
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
def test_only_the_number_keeps_a_lead_out(lead: dict[str, Any]) -> None:
    """Any lead that the contract and the overlay allow is a customer, or has no number."""
    try:
        customer = customer_of(lead)
    except CustomerError as error:
        assert "phone" in str(error)  # noqa: PT017 - no error at all is as good
    else:
        assert customer.campaign == lead["campaign_code"]


@settings(max_examples=25, deadline=None, derandomize=True)
@given(customer=strategies.customers())
def test_customers_are_records_and_back(customer: Customer) -> None:
    """The project's own strategy, by the side of the other."""
    assert Customer.from_record(customer.as_record()) == customer


def test_no_lead_stops_the_import(smartflo_edge_lead: Lead, crm: MockCrm) -> None:
    """A lead at which clients break is stored, or is no customer; no other error comes."""
    try:
        crm.store(customer_of({"campaign_code": "ABC-0042", **smartflo_edge_lead}).as_record())
    except CustomerError:
        assert crm.records == {}
