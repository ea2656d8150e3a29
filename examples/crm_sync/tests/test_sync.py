"""Leads become contacts, and contacts leads."""

import requests
from crm_sync.client import BASE_URL, SmartfloClient
from crm_sync.contacts import Contact, ContactStore
from crm_sync.sync import Report, contact_of, pull, push

from smartflo_contract import assert_leads
from smartflo_contract.factories import Lead
from smartflo_contract.pytest_plugin import Smartflo

ASHA = {"field_0": "+915550000042", "field_1": "Asha", "field_2": "asha@example.com", "dial_status": 6}


def test_leads_become_contacts(smartflo: Smartflo, client: SmartfloClient, store: ContactStore) -> None:
    """Columns are found by their names, and a lead without a number is skipped."""
    made = smartflo.add_list(columns=["Mobile", "Email", "Name"], leads=[ASHA, {"field_0": ""}])
    lead_id = str(made.leads[0]["lead_id"])

    assert pull(client, store, made.id) == Report(stored=1, skipped=1)
    assert store.by_phone() == {
        "+915550000042": Contact("+915550000042", "asha@example.com", "Asha", lead_id, "Busy"),
    }


def test_a_lead_that_has_changed_changes_its_contact(
    smartflo: Smartflo, client: SmartfloClient, store: ContactStore
) -> None:
    """There is one contact for a phone number, and what is empty in the lead stays as it was."""
    made = smartflo.add_list(leads=[ASHA])
    pull(client, store, made.id)
    lead_id = made.leads[0]["lead_id"]
    changed = {"field_0": "5550000042", "field_1": "Asha Rao", "field_2": "", "dial_status": 4}
    smartflo.admin("PATCH", f"/leads/{lead_id}", {"set": changed})
    pull(client, store, made.id)

    assert list(store.by_phone().values()) == [
        Contact("+915550000042", "Asha Rao", "asha@example.com", str(lead_id), "No Answer"),
    ]


def test_new_contacts_are_pushed(smartflo: Smartflo, client: SmartfloClient, store: ContactStore) -> None:
    """Only those that are no leads yet are sent, and their ids are read afterwards."""
    made = smartflo.add_list(leads=[ASHA])
    pull(client, store, made.id)
    store.upsert([Contact("+915550000043", "Ravi", "ravi@example.com")])

    assert push(client, store, made.id) == 1
    row = {"field_0": "5550000043", "field_1": "Ravi", "field_2": "ravi@example.com"}
    smartflo.assert_called("POST", "/v1/broadcast/leads/{id}", times=1, json={"data": [row]})
    assert [str(lead["lead_id"]) for lead in made.leads] == [c.lead_id for c in store.by_phone().values()]

    assert push(client, store, made.id) == 0
    body = requests.get(f"{BASE_URL}/v1/broadcast/leads/{made.id}", headers=smartflo.headers, timeout=5).content
    assert_leads(body, profile="sample")


def test_an_answer_that_is_lost_adds_nobody_twice(
    smartflo: Smartflo, client: SmartfloClient, store: ContactStore
) -> None:
    """The connection ends after the leads were added, so the client has to send them again."""
    made = smartflo.add_list()
    smartflo.fail("reset_after", route="POST /v1/broadcast/leads/{id}")
    store.upsert([Contact("+915550000042")])
    push(client, store, made.id)

    assert [lead["field_0"] for lead in made.leads] == ["+915550000042"]
    smartflo.assert_called("POST", "/v1/broadcast/leads/{id}", times=2)


def test_every_reading_of_the_documentation(
    smartflo: Smartflo, client: SmartfloClient, store: ContactStore, smartflo_every_reading: dict[str, str]
) -> None:
    """Whatever the vendor's pages leave open, both directions work, when a token has expired as well."""
    made = smartflo.add_list(leads=[ASHA])
    pull(client, store, made.id)
    smartflo.clock.advance(hours=2)
    smartflo.fail(429)
    store.upsert([Contact("+915550000043")])
    push(client, store, made.id)

    assert [contact.lead_id for contact in store.by_phone().values()] == [str(lead["lead_id"]) for lead in made.leads]
    assert smartflo_every_reading


def test_no_lead_stops_the_sync(store: ContactStore, smartflo_edge_lead: Lead) -> None:
    """A lead at which clients break becomes a contact that the database takes, or none."""
    contact = contact_of(smartflo_edge_lead)
    store.upsert([contact] if contact else [])

    assert list(store.by_phone().values()) == ([contact] if contact else [])
