"""Parse the values of a lead that a client sends."""

import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from smartflo_contract.mock_server.api.transaction import InvalidValuesError
from smartflo_contract.mock_server.lists.edited_leads import PHONE_KEY
from smartflo_contract.schemas.lead_format import FIELD

_MAX_FIELD: Final = 99
"""Highest ``field_N`` that a lead may have, unless its list has more columns."""
_MAX_INTEGER_CHARACTERS: Final = 16
_INTEGER: Final = re.compile(r"\s*[+-]?[0-9]+\s*", re.ASCII)
"""An integer in a string. Python's ``int`` also accepts underscores between the digits, and digits of other scripts."""
_INDIAN_NUMBER: Final = re.compile(r"(?:\+?91|0)?([0-9]{10})")
_FOREIGN_NUMBER: Final = re.compile(r"\+[0-9]{7,15}")
_PHONE: Final = "a phone number of ten digits, after +91, 91, 0 or nothing, or of 7 to 15 digits after +"
_SHORT_INTEGER: Final = f"an integer of at most {_MAX_INTEGER_CHARACTERS} characters"
_SEPARATORS: Final = str.maketrans("", "", " -()\t")


class LeadValues(NamedTuple):
    """The values that a client sends for one lead.

    Attributes:
        values: key to value, as the lead stores it.
        ignored: unknown keys.
    """

    values: dict[str, Any]
    ignored: tuple[str, ...]


def parse_lead_values(content: Mapping[str, Any], columns: int) -> LeadValues:
    """Return the values of a lead as the lead stores them.

    Args:
        content: a JSON object that is valid under the schema of the request.
        columns: number of columns of the list.

    Raises:
        InvalidValuesError: a value does not fit its key.
    """
    values: dict[str, Any] = {}
    ignored = []
    for key, value in content.items():
        if FIELD.fullmatch(key) and int(key.removeprefix("field_")) <= max(_MAX_FIELD, columns - 1):
            values[key] = normalize_phone(value) if key == PHONE_KEY else str(value)
        elif key == "priority":
            values[key] = int(value)
        elif key in {"skill_id", "dial_status"}:
            values[key] = _parse_integer(key, value)
        elif key != "duplicate_option":
            ignored.append(key)
    return LeadValues(values, tuple(ignored))


def normalize_phone(value: str | int, key: str = PHONE_KEY) -> str:
    """Return a phone number as leads store it: with ``+91`` if it has ten digits.

    Args:
        value: the number.
        key: its key in the request, for the message of the error.

    Raises:
        InvalidValuesError: it is not a phone number.
    """
    digits = str(value).translate(_SEPARATORS)
    indian = _INDIAN_NUMBER.fullmatch(digits)
    if indian:
        return f"+91{indian[1]}"
    if _FOREIGN_NUMBER.fullmatch(digits):
        return digits
    raise _invalid(key, _PHONE)


def _parse_integer(key: str, value: str | int | None) -> int | None:
    if value is None or (value == "" and key == "skill_id"):
        return None
    if (isinstance(value, str) and not _INTEGER.fullmatch(value)) or len(str(value)) > _MAX_INTEGER_CHARACTERS:
        raise _invalid(key, _SHORT_INTEGER)
    return int(value)


def _invalid(key: str, expected: str) -> InvalidValuesError:
    return InvalidValuesError({key: f"Provide a valid {key}."}, expected)
