"""Operators that change one value of a lead. To add one, add an entry to :data:`VALUE_OPERATORS`."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple
from zlib import crc32

from smartflo_contract.mutants.mutant import Kind
from smartflo_contract.schemas.json_values import MAX_SAFE_INTEGER
from smartflo_contract.schemas.lead_format import epoch_ms, mongo_date

REMOVE: Final = "remove"
"""Name of the operator that removes a key."""
_HUGE_CHARACTERS: Final = 10_000
_MILLISECONDS: Final = 1_000
_LATE: Final = 253_402_300_799_000
"""The last second of the year 9999, in epoch ms."""
_is_number_text: Final = re.compile(r"\+?[0-9]{1,15}").fullmatch


class ValueOperator(NamedTuple):
    """One way in which a value may change.

    Attributes:
        name: name of the operator; entries for different types of values share one.
        change: what the API does then; ``{key}`` stands for the key.
        applies: whether the operator changes a value like this one.
        convert: returns the new value.
        kind: ``None`` if the contract decides; a value that is valid and wrong is breaking.
        evidence: labels of the evidence that the API may change like this.
    """

    name: str
    change: str
    applies: Callable[[Any], bool]
    convert: Callable[[Any], Any]
    kind: Kind | None = None
    evidence: str = "assumed"


def _is_integer(value: object) -> bool:
    return type(value) is int


def _is_number(value: object) -> bool:
    return type(value) in {int, float}


def _is_boolean(value: object) -> bool:
    return isinstance(value, bool)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value != ""


def _is_time(value: object) -> bool:
    return epoch_ms(value) is not None


def _is_container(value: object) -> bool:
    return isinstance(value, dict | list) and not _is_time(value)


def _is_filled_container(value: object) -> bool:
    return _is_container(value) and bool(value)


def _is_array_text(value: object) -> bool:
    return isinstance(value, str) and isinstance(_decoded(value), list)


def _decoded(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _iso(value: Any) -> str:
    instant = min(max(epoch_ms(value) or 0, 0), _LATE)
    return datetime.fromtimestamp(instant / _MILLISECONDS, UTC).isoformat(timespec="milliseconds")


def _number_of(text: str) -> int:
    """Return a number for a string: that which it is, else one that follows from it."""
    return int(text) if _is_number_text(text) else crc32(text.encode(errors="replace"))


VALUE_OPERATORS: Final = (
    ValueOperator("null", "{key} is null", lambda value: value is not None, lambda _: None),
    ValueOperator("retype-string", "{key} is a string instead of a number", _is_number, str),
    ValueOperator("retype-string", "{key} is a string instead of true or false", _is_boolean, json.dumps),
    ValueOperator("retype-string", "{key} is an ISO 8601 string instead of a time of MongoDB", _is_time, _iso),
    ValueOperator("retype-string", "{key} is a string with JSON instead of the JSON itself", _is_container, json.dumps),
    ValueOperator("retype-number", "{key} is a number instead of a string", _is_text, _number_of),
    ValueOperator("retype-number", "{key} is 0 or 1 instead of true or false", _is_boolean, int),
    ValueOperator("retype-number", "{key} is epoch milliseconds instead of a time of MongoDB", _is_time, epoch_ms),
    ValueOperator("retype-array", "{key} is an array instead of a string with one", _is_array_text, _decoded),
    ValueOperator(
        "seconds",
        "{key} is in seconds instead of milliseconds",
        _is_time,
        lambda value: mongo_date((epoch_ms(value) or 0) // _MILLISECONDS),
        kind="breaking",
    ),
    ValueOperator("empty", "{key} is an empty string", _is_text, lambda _: ""),
    ValueOperator(
        "empty", "{key} is empty", lambda value: _is_container(value) and bool(value), lambda value: type(value)()
    ),
    ValueOperator(
        "huge",
        "{key} is a string of 10,000 characters",
        _is_text,
        lambda text: (text * _HUGE_CHARACTERS)[:_HUGE_CHARACTERS],
    ),
    ValueOperator("huge", "{key} is a number beyond 2**53", _is_integer, lambda _: MAX_SAFE_INTEGER + 2),
    ValueOperator("huge", "{key} is the end of the year 9999", _is_time, lambda _: mongo_date(_LATE)),
)
"""How a value may change. For a value, the first entry of a name that applies is used."""


def new_name(key: str) -> str:
    """Return the name that a key may get: ``leadId`` for ``lead_id``, ``prio`` for ``priority``, ``_id`` for ``id``."""
    first, *others = key.split("_")
    if first and others and all(others):
        return first + "".join(part[0].upper() + part[1:] for part in others)
    return key[:4] if len(key) > 4 else f"_{key}"  # noqa: PLR2004 - four letters remain readable
