"""Values of properties from bytes, for strategies: a source for each kind of value.

Strategies draw a lead as one block of bytes instead of value by value: Hypothesis pays for every draw, and it shrinks
each byte on its own, so each value ends at its simplest. Nothing here imports Hypothesis.
"""

import json
from collections.abc import Callable
from copy import deepcopy
from functools import cache
from typing import Any, Final, NamedTuple, TypeAlias

from smartflo_contract.factories import value_tables as tables
from smartflo_contract.factories.facts import SERIES
from smartflo_contract.factories.pools import DOMAINS, EPOCH_MS
from smartflo_contract.factories.value_tables import boundary_integers, byte_table
from smartflo_contract.schemas import load_contract
from smartflo_contract.schemas.json_values import MAX_SAFE_INTEGER
from smartflo_contract.schemas.lead_format import header_string, mongo_date
from smartflo_contract.schemas.schema_keywords import Schema

_MIN_REALISTIC_BYTE: Final = 24
"""First bytes of a two-byte string below this one select the empty string."""
_MIN_UNUSUAL_BYTE: Final = 240
"""First bytes of a two-byte string from this one on select an unusual string."""
_REALISTIC_BYTES: Final = _MIN_UNUSUAL_BYTE - _MIN_REALISTIC_BYTE
SAFE_SERIES: Final = SERIES["safe"]
_LEADS_PER_BASE: Final = 2**32
_MIN_RECENT_BYTE: Final = 96
"""Second bytes of ``created_at`` from this one on select a time in the last year."""
_RECENT_STEP_MS: Final = tables.YEAR_MS // 2**16
_MAX_DIGITS_VALUE: Final = 2**32


class ListFacts:
    """The facts of a list that the values of its leads depend on.

    Attributes:
        list_id: id of the list.
        columns: names in ``header``.
        fields: number of ``field_N`` keys.
        sensitive: positions of the sensitive columns.
        position: position of the current lead in the list, from 0. Ids end with it, so they differ.
        created: ``created_at`` of the current lead, in epoch ms.
        updated: ``updated_at`` of the current lead, in epoch ms.
    """

    __slots__ = ("columns", "created", "fields", "list_id", "position", "sensitive", "updated")

    def __init__(self, columns: tuple[str, ...] = (), fields: int = 0) -> None:
        """Store columns and number of fields; the other facts are set while leads are built."""
        self.columns = columns
        self.fields = fields
        self.list_id: Any = 1
        self.sensitive: tuple[int, ...] = ()
        self.position = self.created = self.updated = 0


Decoder: TypeAlias = Callable[[bytes, int, ListFacts], Any]
"""Returns the value of the bytes from an offset on."""


class ByteSource(NamedTuple):
    """The source of a property's values.

    Attributes:
        width: number of bytes.
        decode: returns the value of the bytes.
    """

    width: int
    decode: Decoder


SourceFactory: TypeAlias = Callable[[Schema], ByteSource]
"""Returns the source of a property with a schema."""


def from_options(options: list[Any]) -> ByteSource:
    """Return the source of a few values, the simplest first."""
    values = byte_table(options)
    if any(isinstance(value, list | dict) for value in options):
        return ByteSource(1, lambda data, offset, _: deepcopy(values[data[offset]]))
    return ByteSource(1, lambda data, offset, _: values[data[offset]])


def booleans(_: Schema) -> ByteSource:
    """Return the source of false and true."""
    return from_options([False, True])


def integers(schema: Schema) -> ByteSource:
    """Return the source of integers within the bounds of a schema."""
    return from_options(_integer_options(schema))


def optional_integers(schema: Schema) -> ByteSource:
    """Return the source of null, and integers within the bounds of a schema."""
    return from_options([None, *_integer_options(schema)])


def digit_strings(schema: Schema) -> ByteSource:
    """Return the source of strings of digits."""
    numbers = boundary_integers(0, schema.get("maximum", _MAX_DIGITS_VALUE))
    return from_options([str(number) for number in numbers])


def _integer_options(schema: Schema) -> list[int]:
    return boundary_integers(schema.get("minimum", 0), schema.get("maximum", MAX_SAFE_INTEGER))


def known_values(schema: Schema) -> list[Any]:
    """Return the known values of an open enumeration in order; some of those that start at a minimum."""
    entries = schema["x-known-values"]
    listed = [entry["value"] for entry in entries if "value" in entry]
    minimums = [entry["minimum"] for entry in entries if "minimum" in entry]
    samples = [number for low in minimums for number in (low, low + 1, low + 9, 1_000 + low, MAX_SAFE_INTEGER)]
    return list(dict.fromkeys([*listed, *samples]))


def known_values_of(key: str) -> SourceFactory:
    """Return the source factory of a property's known values."""
    return lambda _: from_options(known_values(load_contract().schema_of(key)))


def list_names(_: Schema) -> ByteSource:
    """Return the source of list names."""
    return from_options(list(tables.LIST_NAMES))


def skill_lists(_: Schema) -> ByteSource:
    """Return the source of ``dialer_skill`` objects."""
    return from_options(_skill_lists())


def optional_skill_lists(_: Schema) -> ByteSource:
    """Return the source of null, and ``dialer_skill`` objects."""
    return from_options([None, *_skill_lists()])


@cache
def _skill_lists() -> list[dict[str, object]]:
    pairs = (*tables.SKILL_LISTS, (0, ""), (MAX_SAFE_INTEGER, "x"))
    return [{"id": number, "name": name} for number, name in pairs]


def from_list(value: Callable[[ListFacts], Any]) -> SourceFactory:
    """Return the source factory of a value that follows from the facts of a list."""
    return lambda _: ByteSource(0, lambda _data, _offset, facts: value(facts))


def list_id_string(facts: ListFacts) -> str:
    """Return the list id as a string of digits; an overlay may allow values that are not valid ids."""
    is_id = isinstance(facts.list_id, int | float) and facts.list_id >= 1
    return f"{facts.list_id:.0f}" if is_id else "1"


def header_json(facts: ListFacts) -> str:
    """Return the column names as a JSON-encoded string."""
    return header_string(facts.columns)


def header_names(facts: ListFacts) -> list[str]:
    """Return the column names."""
    return list(facts.columns)


def sensitive_positions_json(facts: ListFacts) -> str:
    """Return the positions of the sensitive columns as a JSON-encoded string."""
    return json.dumps(facts.sensitive, separators=(",", ":"))


def sensitive_count(facts: ListFacts) -> str:
    """Return the number of sensitive columns as a string of digits."""
    return str(len(facts.sensitive))


def object_ids(_: Schema) -> ByteSource:
    """Return the source of ObjectIds that end with the position of the lead."""
    seconds = _id_seconds()
    return ByteSource(
        3,
        lambda data, offset, facts: (
            f"{seconds[data[offset]]:08x}{data[offset + 1]:04x}{data[offset + 2]:04x}{facts.position:08x}"
        ),
    )


@cache
def _id_seconds() -> tuple[int, ...]:
    epoch = EPOCH_MS // 1_000
    return byte_table([0, *range(epoch, epoch - 100 * 86_400, -86_400)])


def lead_numbers(_: Schema) -> ByteSource:
    """Return the source of integer lead ids, unique within a list."""
    bases = byte_table([0, 1, 8, 1_000, 2**20 - 1])
    return ByteSource(1, lambda data, offset, facts: 1 + bases[data[offset]] * _LEADS_PER_BASE + facts.position)


def created_times(_: Schema) -> ByteSource:
    """Return the source of ``created_at``: times at which clients break, and times in the last year."""
    boundary_times = byte_table(tables.BOUNDARY_TIMES_MS)

    def decode(data: bytes, offset: int, facts: ListFacts) -> dict[str, Any]:
        if data[offset + 1] < _MIN_RECENT_BYTE:
            facts.created = boundary_times[data[offset]]
        else:
            steps = (data[offset + 1] - _MIN_RECENT_BYTE) * 256 + data[offset + 2]
            facts.created = EPOCH_MS - steps * _RECENT_STEP_MS - data[offset]
        return mongo_date(facts.created)

    return ByteSource(3, decode)


def updated_times(_: Schema) -> ByteSource:
    """Return the source of ``updated_at``, not before ``created_at``."""
    delays = byte_table(tables.DELAYS_MS)

    def decode(data: bytes, offset: int, facts: ListFacts) -> dict[str, Any]:
        facts.updated = _later(facts.created, delays[data[offset]])
        return mongo_date(facts.updated)

    return ByteSource(1, decode)


def available_times(_: Schema) -> ByteSource:
    """Return the source of ``available_at``, not before ``updated_at``."""
    delays = byte_table(tables.DELAYS_MS)
    return ByteSource(1, lambda data, offset, facts: mongo_date(_later(facts.updated, delays[data[offset]])))


def _later(time_ms: int, delay_ms: int) -> int:
    """Return a later time, at most the end of the year 9999 unless the first time is beyond it."""
    return min(time_ms + delay_ms, max(time_ms, tables.MAX_TIME_MS))


def decode_phone(data: bytes, offset: int, _: object) -> str:
    """Return the empty string, a number that cannot ring, or such a number in another spelling."""
    first, second = data[offset], data[offset + 1]
    if first < _MIN_REALISTIC_BYTE:
        return ""
    prefix, digits = SAFE_SERIES.prefix, SAFE_SERIES.digits
    if first < _MIN_UNUSUAL_BYTE:
        return f"{prefix}{(first - _MIN_REALISTIC_BYTE) * 256 + second:0{digits}d}"
    national = f"{prefix}{second:0{digits}d}".removeprefix("+91")
    return tables.PHONE_FORMS[first % len(tables.PHONE_FORMS)].format(digits=national)


def decode_name(data: bytes, offset: int, _: object) -> str:
    """Return the empty string, a first name, a full name, or an unusual name."""
    first, second = data[offset], data[offset + 1]
    if first < _MIN_REALISTIC_BYTE:
        return ""
    if first >= _MIN_UNUSUAL_BYTE:
        return tables.UNUSUAL_NAMES[second % len(tables.UNUSUAL_NAMES)]
    return _first_name(first) + _surnames()[second]


def decode_email(data: bytes, offset: int, _: object) -> str:
    """Return the empty string, an address at an example domain, or an unusual string."""
    first, second = data[offset], data[offset + 1]
    if first < _MIN_REALISTIC_BYTE:
        return ""
    if first >= _MIN_UNUSUAL_BYTE:
        return tables.UNUSUAL_EMAILS[second % len(tables.UNUSUAL_EMAILS)]
    return f"{_first_name(first).lower()}{_mailboxes()[second]}@{DOMAINS[second % len(DOMAINS)]}"


def decode_column(kind: str) -> Decoder:
    """Return the decoder of a column whose values are a word or phrase."""
    return lambda data, offset, _: tables.column_tables()[kind][data[offset]]


def _first_name(byte: int) -> str:
    return tables.FIRST_NAMES[(byte - _MIN_REALISTIC_BYTE) * len(tables.FIRST_NAMES) // _REALISTIC_BYTES]


@cache
def _surnames() -> tuple[str, ...]:
    return byte_table(tables.SURNAMES)


@cache
def _mailboxes() -> tuple[object, ...]:
    return byte_table(["", *(f".{name.lower()}" for name in tables.LAST_NAMES), *range(1, 100)])
