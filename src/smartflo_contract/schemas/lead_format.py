"""How leads write things: keys of fields, times, column names, positions of sensitive fields."""

import json
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

import orjson

FIELD: Final = re.compile(r"field_(?:0|[1-9][0-9]*)")
"""Matches the key of a field."""
TIME_KEYS: Final = ("created_at", "updated_at", "available_at")
"""The keys that hold times, in the order in which things happen."""
HALF_DAY_SECONDS: Final = 12 * 60 * 60
"""How much earlier than in ``lead_id`` the creation is in ``created_at`` of the vendor's samples."""
MASKED_EMAILS: Final = frozenset({"[email protected]", "[email\N{NO-BREAK SPACE}protected]"})
"""Placeholders that the host of the vendor's documentation shows instead of e-mail addresses."""
is_object_id: Final = re.compile("[0-9a-f]{24}").fullmatch
"""Match the 24 hexadecimal digits of a MongoDB ObjectId."""
_MAX_CACHED_CHARACTERS: Final = 4096


class FieldNumbering(NamedTuple):
    """The numbers of a lead's fields.

    Attributes:
        total: how many fields the lead has.
        missing: the first number below ``total`` that no field has; ``None`` if there is no gap.
    """

    total: int
    missing: int | None


@lru_cache(maxsize=1024)
def field_numbering(keys: tuple[str, ...]) -> FieldNumbering:
    """Return the numbering of the fields among the keys of a lead."""
    fields = {key for key in keys if FIELD.fullmatch(key)}
    missing = next((number for number in range(len(fields)) if f"field_{number}" not in fields), None)
    return FieldNumbering(len(fields), missing)


@lru_cache(maxsize=1024)
def unknown_keys(keys: tuple[str, ...], properties: frozenset[str]) -> tuple[str, ...]:
    """Return the keys of a lead that are neither fields nor among ``properties``."""
    return tuple(key for key in keys if key not in properties and not FIELD.fullmatch(key))


def column_names(header: object) -> tuple[str, ...] | None:
    """Return the column names in ``header``, an array or a JSON-encoded one; ``None`` for any other value."""
    if isinstance(header, str):
        return _decode_array(header, str)
    return tuple(header) if isinstance(header, list) else None


def header_string(columns: Sequence[str]) -> str:
    """Return column names as the JSON-encoded array that ``header`` holds in the sample."""
    return json.dumps(columns, ensure_ascii=False, separators=(",", ":"))


def sensitive_positions(sensitive: object) -> tuple[int, ...] | None:
    """Return the positions in a JSON-encoded ``sensitive_field_map``; ``None`` for any other value."""
    return _decode_array(sensitive, int) if isinstance(sensitive, str) else None


def epoch_ms(time: object) -> int | None:
    """Return the epoch milliseconds of a MongoDB time; ``None`` for any other value."""
    try:
        return int(time["$date"]["$numberLong"])  # type: ignore[index]
    except (KeyError, TypeError, ValueError):
        return None


def mongo_date(instant: int) -> dict[str, dict[str, str]]:
    """Return epoch milliseconds as MongoDB's extended JSON writes a time."""
    return {"$date": {"$numberLong": str(instant)}}


def _decode_array(text: str, kind: type) -> tuple[Any, ...] | None:
    """Return the items of a JSON array that are all of one Python type; short texts are decoded once."""
    return (_decode if len(text) <= _MAX_CACHED_CHARACTERS else _decode.__wrapped__)(text, kind)


@lru_cache(maxsize=1024)
def _decode(text: str, kind: type) -> tuple[Any, ...] | None:
    try:
        items = orjson.loads(text)
    except ValueError:
        return None
    return tuple(items) if isinstance(items, list) and all(type(item) is kind for item in items) else None
