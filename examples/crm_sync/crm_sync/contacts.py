"""The contacts of the CRM, and their table."""

import re
import sqlite3
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from typing import Final, Self

_INDIAN: Final = re.compile(r"(?:\+?91|0)?([0-9]{10})")
_ABROAD: Final = re.compile(r"\+[0-9]{7,15}")

_TABLE: Final = """
create table if not exists contacts (
    phone text primary key, name text not null, email text not null, lead_id text, status text not null
)
"""
_UPSERT: Final = """
insert into contacts values (?, ?, ?, ?, ?)
on conflict (phone) do update set
    name = coalesce(nullif(excluded.name, ''), name),
    email = coalesce(nullif(excluded.email, ''), email),
    lead_id = coalesce(excluded.lead_id, lead_id),
    status = excluded.status
"""


@dataclass(frozen=True)
class Contact:
    """A person of the CRM.

    Attributes:
        phone: phone number in E.164, such as ``+915550000042``; identifies the contact.
        name: empty if unknown.
        email: empty if unknown.
        lead_id: id of the lead in Smartflo; ``None`` without a lead.
        status: outcome of the last call.
    """

    phone: str
    name: str = ""
    email: str = ""
    lead_id: str | None = None
    status: str = "New"


class ContactStore:
    """Contacts in SQLite; use it as a context manager.

    Args:
        path: path of the database.
    """

    def __init__(self, path: str = ":memory:") -> None:
        """Open the database."""
        self._database = sqlite3.connect(path)
        self._database.execute(_TABLE)

    def __enter__(self) -> Self:
        """Return the store."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the database."""
        self._database.close()

    def upsert(self, contacts: Iterable[Contact]) -> None:
        """Add contacts, or update those with the same phone, all or none. Empty values are not written."""
        with self._database:
            self._database.executemany(_UPSERT, map(astuple, contacts))

    def by_phone(self) -> dict[str, Contact]:
        """Return all contacts by phone number."""
        rows = self._database.execute("select phone, name, email, lead_id, status from contacts order by phone")
        return {row[0]: Contact(*row) for row in rows}


def normalize_phone(phone: str) -> str | None:
    """Return a phone number in E.164; ``None`` if it is not a phone number. Ten digits are Indian."""
    digits = re.sub(r"[^0-9+]", "", phone)
    indian = _INDIAN.fullmatch(digits)
    if indian:
        return f"+91{indian[1]}"
    return digits if _ABROAD.fullmatch(digits) else None
