"""The same client with common shortcuts. Each function is correct for the sample on the vendor's page."""

import json
from datetime import UTC, datetime
from typing import Any

DISPOSITIONS = {0: "New", -1: "Undisposed", -2: "Account DND", -3: "Public DND", -4: "Emergency", -5: "Call Drop"}


def by_phone(leads: list[dict[str, Any]]) -> dict[str, str]:
    """Map phone numbers to lead ids. Leads with the same number become one."""
    return {lead["field_0"]: lead["lead_id"] for lead in leads}


def columns(lead: dict[str, Any]) -> dict[str, str]:
    """Map column names to values. Columns with the same name become one."""
    return {name: lead[f"field_{number}"] for number, name in enumerate(json.loads(lead["header"]))}


def column_names(lead: dict[str, Any]) -> list[str]:
    """Return the names of the columns, without a JSON parser. Quotes and commas in a name are lost."""
    return [name.strip(' "') for name in lead["header"].strip("[]").split(",")]


def created(lead: dict[str, Any]) -> datetime:
    """Return the creation time. Milliseconds are read as seconds."""
    return datetime.fromtimestamp(int(lead["created_at"]["$date"]["$numberLong"]), UTC)


def disposition(lead: dict[str, Any]) -> str:
    """Return the label of the disposition. Dispositions of the account have no label here."""
    return DISPOSITIONS[lead["dialer_dial_status"]]


def first_phone(body: bytes) -> str:
    """Return the phone number of the first lead. An error with status 200 contains no leads."""
    phone: str = json.loads(body)[0]["field_0"]
    return phone
