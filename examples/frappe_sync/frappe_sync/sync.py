"""Push documents of the doctype Lead to a lead list, and pull the statuses of their calls.

In an app, pass the module ``frappe`` itself, and run ``push`` and ``pull`` as jobs of the scheduler. Lead needs a
custom field ``smartflo_lead_id``.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final, Protocol

from frappe_sync.client import SmartfloClient

DOCTYPE: Final = "Lead"
LEAD_ID: Final = "smartflo_lead_id"
STATUSES: Final = {
    2: "Open",
    3: "Interested",
    4: "Open",
    5: "Do Not Contact",
    6: "Open",
    7: "Open",
    8: "Open",
    9: "Do Not Contact",
}
"""Dial status to the status of a document. Others change nothing: 1 is a lead that was not called yet."""
_DIGITS: Final = 10
"""Digits of an Indian number without country code."""


class Database(Protocol):
    """The part of ``frappe.db`` that is used."""

    def set_value(self, doctype: str, name: str, values: Mapping[str, Any]) -> object:
        """Change fields of a document."""


class Frappe(Protocol):
    """The part of ``frappe`` that is used."""

    @property
    def db(self) -> Database:
        """The database of the site."""

    def get_all(self, doctype: str, *, filters: Mapping[str, Any], fields: Iterable[str]) -> list[dict[str, Any]]:
        """Return documents."""


def push(frappe: Frappe, smartflo: SmartfloClient, list_id: int) -> int:
    """Add the documents that have no lead yet to a list, store the ids of their leads, and return their number.

    Raises:
        SmartfloError: the push failed; repeating it adds no lead twice.
    """
    fields = ("name", "lead_name", "mobile_no", "email_id")
    documents = frappe.get_all(DOCTYPE, filters={LEAD_ID: ("is", "not set")}, fields=fields)
    new = {number: each for each in documents if len(number := _number(each["mobile_no"])) == _DIGITS}
    if not new:
        return 0
    for number, document in new.items():
        lead = {"field_0": number, "field_1": document["lead_name"] or "", "field_2": document["email_id"] or ""}
        smartflo.add_lead(list_id, lead)
    for lead in smartflo.leads(list_id):
        if pushed := new.get(_number(lead["field_0"])):
            frappe.db.set_value(DOCTYPE, pushed["name"], {LEAD_ID: str(lead["lead_id"])})
    return len(new)


def pull(frappe: Frappe, smartflo: SmartfloClient, list_id: int) -> int:
    """Set the status of the documents whose leads have been called, and return the number of changes.

    Raises:
        SmartfloError: the list cannot be read; nothing is changed.
    """
    statuses = {str(lead["lead_id"]): STATUSES.get(lead["dial_status"]) for lead in smartflo.leads(list_id)}
    documents = frappe.get_all(DOCTYPE, filters={LEAD_ID: ("is", "set")}, fields=("name", "status", LEAD_ID))
    changed = {
        each["name"]: status
        for each in documents
        if (status := statuses.get(each[LEAD_ID])) and status != each["status"]
    }
    for name, status in changed.items():
        frappe.db.set_value(DOCTYPE, name, {"status": status})
    return len(changed)


def _number(value: str | None) -> str:
    """Return the last ten digits of a phone number: the API stores numbers with country code."""
    return "".join(character for character in value or "" if character.isdecimal())[-_DIGITS:]
