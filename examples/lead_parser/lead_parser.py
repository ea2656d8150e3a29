"""A small client of ``GET /v1/broadcast/leads/{id}``: from the body of a response to contacts."""

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
    """The body is no lead list, or one of its leads cannot be read."""


@dataclass(frozen=True)
class Contact:
    """One lead, as the rest of an application wants it.

    Attributes:
        id: identifies the lead.
        phone: ``field_0``, as it came; ``None`` where it is empty.
        status: the name of ``dial_status``, or ``status N``.
        created: when the lead was created, in UTC; ``None`` where that is beyond what ``datetime`` holds.
        columns: name and value of every column, in their order; names may repeat.
        sensitive: positions of the sensitive columns.
    """

    id: str
    phone: str | None
    status: str
    created: datetime | None
    columns: tuple[tuple[str, str], ...]
    sensitive: frozenset[int]

    def __repr__(self) -> str:
        """Show no value that may be private."""
        shown = [
            f"{name}={'***' if self._is_hidden(place, name) else value!r}"
            for place, (name, value) in enumerate(self.columns)
        ]
        return f"<Contact {self.id} {self.status} {' '.join(shown)}>"

    def _is_hidden(self, place: int, name: str) -> bool:
        """Tell whether a value may be private: the phone, what is sensitive, and what no column names."""
        return place == 0 or place in self.sensitive or name.startswith("field_")


def contacts(body: bytes) -> list[Contact]:
    """Return the contacts of a response's body.

    Raises:
        LeadError: it is no lead list; the message says what it is instead.
    """
    try:
        leads = json.loads(body, parse_constant=_refuse)
    except ValueError as error:
        message = f"the body is no JSON: {error}"
        raise LeadError(message) from error
    if not isinstance(leads, list):
        said = leads.get("message", leads) if isinstance(leads, dict) else leads
        message = f"expected a list of leads, got: {str(said)[:200]}"
        raise LeadError(message)
    return [_contact(index, lead) for index, lead in enumerate(leads)]


def _contact(index: int, lead: Any) -> Contact:
    try:
        status = _whole_number(lead["dial_status"])
        return Contact(
            id=str(lead["lead_id"]),
            phone=_text(lead["field_0"]) or None,
            status=STATUSES.get(status, f"status {status}"),
            created=_time(lead["created_at"]),
            columns=tuple(_columns(lead)),
            sensitive=_sensitive(lead["sensitive_field_map"], len(_names(lead["header"]))),
        )
    except (KeyError, TypeError, ValueError) as error:
        message = f"lead {index} cannot be read: {type(error).__name__} {error}"
        raise LeadError(message) from error


def _columns(lead: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield every column that has a field, and every further field that holds something."""
    names = _names(lead["header"])
    fields = sum(1 for key in lead if key.removeprefix("field_").isdecimal() and key.startswith("field_"))
    for number in range(fields):
        value = _text(lead.get(f"field_{number}", ""))
        if number < len(names):
            yield names[number], value
        elif value:
            yield f"field_{number}", value


def _names(header: Any) -> list[str]:
    """Return the names of the columns; the sample has them as JSON in text, the documentation as JSON."""
    names = json.loads(header) if isinstance(header, str) else header
    return [_text(name) for name in names]


def _sensitive(sensitive: Any, columns: int) -> frozenset[int]:
    """Return the sensitive positions; where only their number is known, every column is taken for sensitive."""
    decoded = json.loads(sensitive)
    if isinstance(decoded, int):
        return frozenset(range(columns)) if decoded else frozenset()
    return frozenset(_whole_number(position) for position in decoded)


def _time(value: Mapping[str, Mapping[str, str]]) -> datetime | None:
    milliseconds = int(_text(value["$date"]["$numberLong"]))
    try:
        return EPOCH + timedelta(milliseconds=milliseconds)
    except OverflowError:
        return None


def _text(value: Any) -> str:
    if not isinstance(value, str):
        message = f"expected text, got {value!r}"
        raise TypeError(message)
    return value


def _whole_number(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        message = f"expected a whole number, got {value!r}"
        raise TypeError(message)
    return value


def _refuse(constant: str) -> float:
    message = f"{constant} is no JSON"
    raise ValueError(message)
