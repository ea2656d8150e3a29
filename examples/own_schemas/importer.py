"""Import the leads of a Smartflo list into the CRM."""

import re
from collections.abc import Mapping
from typing import Any, Final, Protocol

import requests
from schemas import Customer, CustomerError

_INDIAN: Final = re.compile(r"(?:\+?91|0)?([0-9]{10})")
_DECORATION: Final = str.maketrans("", "", " -()")


class Crm(Protocol):
    """A CRM that stores customers."""

    def store(self, record: Mapping[str, Any]) -> None:
        """Store a record."""


def import_list(base_url: str, headers: Mapping[str, str], list_id: int, crm: Crm) -> tuple[int, int]:
    """Store the leads of a list, and return how many were stored and how many were rejected.

    Raises:
        requests.RequestException: the list cannot be read.
    """
    response = requests.get(f"{base_url}/v1/broadcast/leads/{list_id}", headers=headers, timeout=10)
    response.raise_for_status()
    stored = rejected = 0
    for lead in response.json():
        try:
            crm.store(customer_of(lead).as_record())
            stored += 1
        except CustomerError:
            rejected += 1
    return stored, rejected


def customer_of(lead: Mapping[str, Any]) -> Customer:
    """Return the customer of a lead.

    Raises:
        CustomerError: the lead has no valid customer.
    """
    try:
        record = {
            "lead_id": str(lead["lead_id"]),
            "phone": _e164(lead["field_0"]),
            "name": lead["field_1"],
            "campaign": lead["campaign_code"],
            "created_ms": int(lead["created_at"]["$date"]["$numberLong"]),
        }
    except (KeyError, TypeError, ValueError) as error:
        message = f"not a customer: {type(error).__name__} {error}"
        raise CustomerError(message) from error
    return Customer.from_record(record)


def _e164(phone: str) -> str:
    digits = str(phone).translate(_DECORATION)
    indian = _INDIAN.fullmatch(digits)
    return f"+91{indian[1]}" if indian else digits
