"""A small client of ``GET /v1/broadcast/leads/{id}``: it parses the body of a response into contacts."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
STATUSES = {
    1: "New",
    2: "Message Played",
    3: "DTMF Pressed",
    4: "No Answer",
    5: "DND",
    6: "Busy",
    7: "Congestion",
    8: "Failed",
    9: "Account DND",
}


class LeadError(ValueError):
    """The body is not a lead list, or contains a lead that cannot be parsed."""


@dataclass(frozen=True)
class Contact:
    """A lead in the form that an application needs.

    Attributes:
        id: id of the lead.
        phone: ``field_0``, unchanged; ``None`` if it is empty.
        status: label of ``dial_status``, or ``status N``.
        created: creation time in UTC; ``None`` if ``datetime`` cannot represent it.
        columns: name and value of every column, in order; names may repeat.
        sensitive: positions of the sensitive columns.
    """

    id: str
    phone: str | None
    status: str
    created: datetime | None
    columns: tuple[tuple[str, str], ...]
    sensitive: frozenset[int]

    def __repr__(self) -> str:
        """Return a representation without values that may be private."""
        shown = [
            f"{name}={'***' if self._is_private(position, name) else value!r}"
            for position, (name, value) in enumerate(self.columns)
        ]
        return f"<Contact {self.id} {self.status} {' '.join(shown)}>"

    def _is_private(self, position: int, name: str) -> bool:
        """Return whether a value may be private: the phone, sensitive columns, and fields without a column."""
        return position == 0 or position in self.sensitive or name.startswith("field_")


def contacts(body: bytes) -> list[Contact]:
    """Return the contacts in the body of a response.

    Raises:
        LeadError: the body is not a lead list; the message shows what it is.
    """
    try:
        leads = json.loads(body, parse_constant=_reject)
    except ValueError as error:
        message = f"the body is not JSON: {error}"
        raise LeadError(message) from error
    if not isinstance(leads, list):
        shown = leads.get("message", leads) if isinstance(leads, dict) else leads
        message = f"expected a list of leads, got: {str(shown)[:200]}"
        raise LeadError(message)
    return [_contact(index, lead) for index, lead in enumerate(leads)]


def _contact(index: int, lead: Any) -> Contact:
    try:
        status = _whole_number(lead["dial_status"])
        return Contact(
            id=str(lead["lead_id"]),
            phone=_string(lead["field_0"]) or None,
            status=STATUSES.get(status, f"status {status}"),
            created=_time(lead["created_at"]),
            columns=tuple(_columns(lead)),
            sensitive=_sensitive(lead["sensitive_field_map"], len(_names(lead["header"]))),
        )
    except (KeyError, TypeError, ValueError) as error:
        message = f"lead {index} cannot be parsed: {type(error).__name__} {error}"
        raise LeadError(message) from error


def _columns(lead: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield every column that has a field, and every further field that is not empty."""
    names = _names(lead["header"])
    fields = sum(1 for key in lead if key.removeprefix("field_").isdecimal() and key.startswith("field_"))
    for number in range(fields):
        value = _string(lead.get(f"field_{number}", ""))
        if number < len(names):
            yield names[number], value
        elif value:
            yield f"field_{number}", value


def _names(header: Any) -> list[str]:
    """Return the column names: a JSON-encoded string in the sample, an array in the documentation."""
    names = json.loads(header) if isinstance(header, str) else header
    return [_string(name) for name in names]


def _sensitive(sensitive: Any, columns: int) -> frozenset[int]:
    """Return the sensitive positions; if only their number is known, all columns are sensitive."""
    decoded = json.loads(sensitive)
    if isinstance(decoded, int):
        return frozenset(range(columns)) if decoded else frozenset()
    return frozenset(_whole_number(position) for position in decoded)


def _time(value: Mapping[str, Mapping[str, str]]) -> datetime | None:
    milliseconds = int(_string(value["$date"]["$numberLong"]))
    try:
        return EPOCH + timedelta(milliseconds=milliseconds)
    except OverflowError:
        return None


def _string(value: Any) -> str:
    if not isinstance(value, str):
        message = f"expected a string, got {value!r}"
        raise TypeError(message)
    return value


def _whole_number(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        message = f"expected a whole number, got {value!r}"
        raise TypeError(message)
    return value


def _reject(constant: str) -> float:
    message = f"{constant} is not JSON"
    raise ValueError(message)
