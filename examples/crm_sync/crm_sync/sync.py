"""From leads to contacts, and back."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from crm_sync.client import SmartfloClient
from crm_sync.contacts import Contact, ContactStore, normalized

STATUSES: Final = {
    "1": "New",
    "2": "Message Played",
    "3": "DTMF Pressed",
    "4": "No Answer",
    "5": "DND",
    "6": "Busy",
    "7": "Congestion",
    "8": "Failed",
    "9": "Account DND",
}


@dataclass(frozen=True)
class Report:
    """What a sync did.

    Attributes:
        stored: leads that became contacts; of leads with one phone the last counts.
        skipped: leads without a phone number.
    """

    stored: int
    skipped: int


def pull(client: SmartfloClient, store: ContactStore, list_id: int) -> Report:
    """Store the leads of a list as contacts.

    Raises:
        SmartfloError: they cannot be read; then nothing is stored.
    """
    leads = client.leads(list_id)
    contacts = [contact for contact in map(contact_of, leads) if contact]
    store.upsert(contacts)
    return Report(len(contacts), len(leads) - len(contacts))


def push(client: SmartfloClient, store: ContactStore, list_id: int) -> int:
    """Add the contacts that are no leads to a list, and return how many; no answer tells their ids, so read it then.

    Raises:
        SmartfloError: it failed; pushing again adds nobody twice.
    """
    new = [contact for contact in store.by_phone().values() if contact.lead_id is None]
    if new:
        client.add_leads(list_id, [lead_of(contact) for contact in new])
        pull(client, store, list_id)
    return len(new)


def contact_of(lead: Mapping[str, Any]) -> Contact | None:
    """Return the contact of a lead, ``None`` where it has no phone number."""
    phone = normalized(_text(lead.get("field_0")))
    if phone is None:
        return None
    columns = _columns(lead)
    return Contact(
        phone=phone,
        name=columns.get("name", ""),
        email=columns.get("email id", columns.get("email", "")),
        lead_id=_text(lead.get("lead_id")) or None,
        status=STATUSES.get(_text(lead.get("dial_status")), "Unknown"),
    )


def lead_of(contact: Contact) -> dict[str, str]:
    """Return what is posted of a contact: an Indian number without its country."""
    return {"field_0": contact.phone.removeprefix("+91"), "field_1": contact.name, "field_2": contact.email}


def _columns(lead: Mapping[str, Any]) -> dict[str, str]:
    """Return values by the names of their columns, in lower case; of columns with one name the first counts."""
    header = lead.get("header")
    try:
        names = json.loads(header) if isinstance(header, str) else header
    except ValueError:
        names = []
    found: dict[str, str] = {}
    for number, name in enumerate(names if isinstance(names, list) else []):
        found.setdefault(str(name).strip().lower(), _text(lead.get(f"field_{number}")))
    return found


def _text(value: Any) -> str:
    """Return a value as text that a database takes."""
    return "" if value is None else str(value).encode("utf-8", "replace").decode()
