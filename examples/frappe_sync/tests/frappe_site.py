"""A site without Frappe."""

from collections.abc import Iterable, Mapping
from typing import Any


class Site:
    """Documents of the doctype Lead in memory, with the two functions of ``frappe`` that the sync calls."""

    def __init__(self) -> None:
        """Start with two documents; one number is written with spaces."""
        self.documents = {
            name: {"name": name, "mobile_no": number, "email_id": None, "status": "Lead", "smartflo_lead_id": None}
            | {"lead_name": person}
            for name, number, person in (
                ("LEAD-1", "55501 00001", "Asha Example"),
                ("LEAD-2", "+91 5550100002", "Ravi Example"),
                ("LEAD-3", None, "No Number"),
            )
        }

    @property
    def db(self) -> "Site":
        """The database."""
        return self

    def get_all(self, doctype: str, *, filters: Mapping[str, Any], fields: Iterable[str]) -> list[dict[str, Any]]:
        """Return the documents that have, or do not have, a value."""
        assert doctype == "Lead"
        ((field, (_, state)),) = filters.items()
        found = [each for each in self.documents.values() if (each[field] is not None) == (state == "set")]
        return [{name: each[name] for name in fields} for each in found]

    def set_value(self, doctype: str, name: str, values: Mapping[str, Any]) -> None:
        """Change a document."""
        assert doctype == "Lead"
        self.documents[name].update(values)

    def values(self, field: str) -> list[Any]:
        """Return one field of all documents."""
        return [document[field] for document in self.documents.values()]
