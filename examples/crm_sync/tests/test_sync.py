"""Leads become contacts, and contacts become leads."""

import requests
from crm_sync.client import BASE_URL, SmartfloClient
from crm_sync.contacts import Contact, ContactStore
from crm_sync.sync import Report, contact_of, pull, push

from smartflo_contract import assert_leads
from smartflo_contract.factories import Lead
from smartflo_contract.pytest_plugin import Smartflo

ASHA = {"field_0": "+915550000042", "field_1": "Asha", "field_2": "asha@example.com", "dial_status": 6}


def test_pull_stores_contacts(smartflo: Smartflo, client: SmartfloClient, store: ContactStore) -> None:
    """Columns are identified by name; a lead without a number is skipped."""
    created = smartflo.add_list(columns=["Mobile", "Email", "Name"], leads=[ASHA, {"field_0": ""}])
    lead_id = str(created.leads[0]["lead_id"])

    assert pull(client, store, created.id) == Report(stored=1, skipped=1)
    assert store.by_phone() == {
        "+915550000042": Contact("+915550000042", "asha@example.com", "Asha", lead_id, "Busy"),
    }


def test_pull_updates_contact(smartflo: Smartflo, client: SmartfloClient, store: ContactStore) -> None:
    """There is one contact per phone number; empty values of the lead change nothing."""
    created = smartflo.add_list(leads=[ASHA])
    pull(client, store, created.id)
    lead_id = created.leads[0]["lead_id"]
    changed = {"field_0": "5550000042", "field_1": "Asha Rao", "field_2": "", "dial_status": 4}
    smartflo.admin("PATCH", f"/leads/{lead_id}", {"set": changed})
    pull(client, store, created.id)

    assert list(store.by_phone().values()) == [
        Contact("+915550000042", "Asha Rao", "asha@example.com", str(lead_id), "No Answer"),
    ]


def test_push_adds_new_contacts(smartflo: Smartflo, client: SmartfloClient, store: ContactStore) -> None:
    """Only contacts without a lead are sent; their ids are read afterwards."""
    created = smartflo.add_list(leads=[ASHA])
    pull(client, store, created.id)
    store.upsert([Contact("+915550000043", "Ravi", "ravi@example.com")])

    assert push(client, store, created.id) == 1
    row = {"field_0": "5550000043", "field_1": "Ravi", "field_2": "ravi@example.com"}
    smartflo.assert_called("POST", "/v1/broadcast/leads/{id}", times=1, json={"data": [row]})
    assert [str(lead["lead_id"]) for lead in created.leads] == [c.lead_id for c in store.by_phone().values()]

    assert push(client, store, created.id) == 0
    body = requests.get(f"{BASE_URL}/v1/broadcast/leads/{created.id}", headers=smartflo.headers, timeout=5).content
    assert_leads(body, profile="sample")


def test_lost_response_adds_no_lead_twice(smartflo: Smartflo, client: SmartfloClient, store: ContactStore) -> None:
    """The connection breaks after the leads are added, so the client sends them again."""
    created = smartflo.add_list()
    smartflo.fail("reset_after", route="POST /v1/broadcast/leads/{id}")
    store.upsert([Contact("+915550000042")])
    push(client, store, created.id)

    assert [lead["field_0"] for lead in created.leads] == ["+915550000042"]
    smartflo.assert_called("POST", "/v1/broadcast/leads/{id}", times=2)


def test_works_under_every_reading(
    smartflo: Smartflo, client: SmartfloClient, store: ContactStore, smartflo_every_reading: dict[str, str]
) -> None:
    """Both directions work under every reading of the vendor's pages, even after the token expires."""
    created = smartflo.add_list(leads=[ASHA])
    pull(client, store, created.id)
    smartflo.clock.advance(hours=2)
    smartflo.fail(429)
    store.upsert([Contact("+915550000043")])
    push(client, store, created.id)

    assert [contact.lead_id for contact in store.by_phone().values()] == [
        str(lead["lead_id"]) for lead in created.leads
    ]
    assert smartflo_every_reading


def test_no_edge_lead_stops_sync(store: ContactStore, smartflo_edge_lead: Lead) -> None:
    """A lead that breaks clients becomes a contact that the database accepts, or no contact."""
    contact = contact_of(smartflo_edge_lead)
    store.upsert([contact] if contact else [])

    assert list(store.by_phone().values()) == ([contact] if contact else [])
