"""Convert leads to contacts and contacts to leads."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from crm_sync.client import SmartfloClient
from crm_sync.contacts import Contact, ContactStore, normalize_phone

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
    """Result of a sync.

    Attributes:
        stored: number of leads stored as contacts; of leads with the same phone, the last one counts.
        skipped: number of leads without a phone number.
    """

    stored: int
    skipped: int


def pull(client: SmartfloClient, store: ContactStore, list_id: int) -> Report:
    """Store the leads of a list as contacts.

    Raises:
        SmartfloError: the list cannot be read; nothing is stored.
    """
    leads = client.leads(list_id)
    contacts = [contact for contact in map(contact_of, leads) if contact]
    store.upsert(contacts)
    return Report(len(contacts), len(leads) - len(contacts))


def push(client: SmartfloClient, store: ContactStore, list_id: int) -> int:
    """Add contacts without a lead to a list, read their ids from the list, and return their number.

    Raises:
        SmartfloError: the push failed; repeating it adds no lead twice.
    """
    new = [contact for contact in store.by_phone().values() if contact.lead_id is None]
    if new:
        client.add_leads(list_id, [lead_of(contact) for contact in new])
        pull(client, store, list_id)
    return len(new)


def contact_of(lead: Mapping[str, Any]) -> Contact | None:
    """Return the contact of a lead; ``None`` without a phone number."""
    phone = normalize_phone(_string(lead.get("field_0")))
    if phone is None:
        return None
    columns = _columns(lead)
    return Contact(
        phone=phone,
        name=columns.get("name", ""),
        email=columns.get("email id", columns.get("email", "")),
        lead_id=_string(lead.get("lead_id")) or None,
        status=STATUSES.get(_string(lead.get("dial_status")), "Unknown"),
    )


def lead_of(contact: Contact) -> dict[str, str]:
    """Return the lead of a contact; an Indian number is sent without country code."""
    return {"field_0": contact.phone.removeprefix("+91"), "field_1": contact.name, "field_2": contact.email}


def _columns(lead: Mapping[str, Any]) -> dict[str, str]:
    """Return values by column name in lower case; of columns with the same name, the first counts."""
    header = lead.get("header")
    try:
        names = json.loads(header) if isinstance(header, str) else header
    except ValueError:
        names = []
    columns: dict[str, str] = {}
    for number, name in enumerate(names if isinstance(names, list) else []):
        columns.setdefault(str(name).strip().lower(), _string(lead.get(f"field_{number}")))
    return columns


def _string(value: Any) -> str:
    """Return a value as a string that the database accepts."""
    return "" if value is None else str(value).encode("utf-8", "replace").decode()
