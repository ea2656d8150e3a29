"""How bytes become the values of a key: one source for each generator that ``x-faker`` names.

A lead is drawn as one piece of bytes rather than value by value: Hypothesis pays for every draw, and it shrinks
every byte by itself, so each value ends at its simplest whatever the others are.
"""

import json
from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any, Final, NamedTuple, TypeAlias

from smartflo_contract.factories.column_kinds import TEXT
from smartflo_contract.factories.facts import SERIES
from smartflo_contract.factories.pools import DOMAINS, EPOCH
from smartflo_contract.schemas import load_contract
from smartflo_contract.schemas.lead_format import header_string, mongo_date
from smartflo_contract.schemas.schema_keywords import Schema
from smartflo_contract.strategies import _value_tables as tables
from smartflo_contract.strategies._value_tables import table

_EMPTY: Final = 24
_UNUSUAL: Final = 240
"""Of a two-byte text: bytes below stand for no text, bytes from here on for an unusual one."""
_USUAL: Final = _UNUSUAL - _EMPTY
SAFE: Final = SERIES["safe"]
_INDEXES: Final = 2**32


class ListFacts:
    """What all leads of a list share, as far as their values depend on it.

    Attributes:
        list_id: the list.
        columns: names in ``header``.
        fields: number of ``field_N`` keys.
        sensitive: positions of the sensitive columns.
        position: of the lead at hand in its list, from 0; ids end in it, so they differ.
        created: ``created_at`` of the lead at hand, in epoch ms.
        updated: ``updated_at`` of the lead at hand, in epoch ms.
    """

    __slots__ = ("columns", "created", "fields", "list_id", "position", "sensitive", "updated")

    def __init__(self, columns: tuple[str, ...] = (), fields: int = 0) -> None:
        """Keep columns and number of fields; the rest is set as a lead comes to be."""
        self.columns = columns
        self.fields = fields
        self.list_id: Any = 1
        self.sensitive: tuple[int, ...] = ()
        self.position = self.created = self.updated = 0


Decode: TypeAlias = Callable[[bytes, int, ListFacts], Any]


class Source(NamedTuple):
    """Where a key's values come from: how many bytes, and the function of the bytes from a position on."""

    width: int
    decode: Decode


def of_options(options: list[Any]) -> Source:
    """Return the source of one among a few values, the simplest first."""
    values = table(options)
    if any(isinstance(value, list | dict) for value in options):
        return Source(1, lambda data, at, _: deepcopy(values[data[at]]))
    return Source(1, lambda data, at, _: values[data[at]])


def _of_facts(value: Callable[[ListFacts], Any]) -> Callable[[Schema], Source]:
    return lambda _: Source(0, lambda _data, _at, facts: value(facts))


def _list_id_text(facts: ListFacts) -> str:
    """Return the list's id as text; an overlay may make of it what no id is written as."""
    written = isinstance(facts.list_id, int | float) and facts.list_id >= 1
    return f"{facts.list_id:.0f}" if written else "1"


def _whole_numbers(schema: Schema) -> list[int]:
    return tables.integers(schema.get("minimum", 0), schema.get("maximum", tables.LARGEST))


def _integers(schema: Schema) -> Source:
    return of_options(_whole_numbers(schema))


def _digits(schema: Schema) -> Source:
    return of_options([str(number) for number in tables.integers(0, schema.get("maximum", 2**32))])


def _optional_integers(schema: Schema) -> Source:
    return of_options([None, *_whole_numbers(schema)])


def known_values(schema: Schema) -> list[Any]:
    """Return the known values of an open set, in the contract's order; a few where all from a number on are known."""
    entries = schema["x-known-values"]
    listed = [entry["value"] for entry in entries if "value" in entry]
    from_here = [entry["minimum"] for entry in entries if "minimum" in entry]
    some = [number for low in from_here for number in (low, low + 1, low + 9, 1_000 + low, tables.LARGEST)]
    return list(dict.fromkeys([*listed, *some]))


def _known(key: str) -> Callable[[Schema], Source]:
    return lambda _: of_options(known_values(load_contract().schema_of(key)))


_SKILLS: Final = [
    {"id": number, "name": name} for number, name in (*tables.SKILL_LISTS, (0, ""), (tables.LARGEST, "x"))
]


def _skill(*simplest: None) -> Callable[[Schema], Source]:
    return lambda _: of_options([*simplest, *_SKILLS])


_SECONDS: Final = table([0, *range(EPOCH // 1000, EPOCH // 1000 - 100 * 86_400, -86_400)])


def _object_id(data: bytes, at: int, facts: ListFacts) -> str:
    return f"{_SECONDS[data[at]]:08x}{data[at + 1]:04x}{data[at + 2]:04x}{facts.position:08x}"


_BASES: Final = table([0, 1, 8, 1_000, 2**20 - 1])


def _lead_number(data: bytes, at: int, facts: ListFacts) -> int:
    return 1 + int(_BASES[data[at]]) * _INDEXES + facts.position


_INSTANTS: Final = table(tables.INSTANTS)
_DELAYS: Final = table(tables.DELAYS)
_USUAL_INSTANT: Final = 96
_STEP: Final = tables.YEAR // 2**16


def _created(data: bytes, at: int, facts: ListFacts) -> dict[str, Any]:
    """Return, of three bytes, one of the instants that bite or one of the year before the world's present."""
    if data[at + 1] < _USUAL_INSTANT:
        facts.created = _INSTANTS[data[at]]
    else:
        facts.created = EPOCH - ((data[at + 1] - _USUAL_INSTANT) * 256 + data[at + 2]) * _STEP - data[at]
    return mongo_date(facts.created)


def _updated(data: bytes, at: int, facts: ListFacts) -> dict[str, Any]:
    facts.updated = min(facts.created + _DELAYS[data[at]], max(facts.created, tables.LAST_INSTANT))
    return mongo_date(facts.updated)


def _available(data: bytes, at: int, facts: ListFacts) -> dict[str, Any]:
    return mongo_date(min(facts.updated + _DELAYS[data[at]], max(facts.updated, tables.LAST_INSTANT)))


_FORMS: Final = tables.PHONE_FORMS


def phone(data: bytes, at: int, _: object) -> str:
    """Return no number, one of the series that cannot ring, or one of those in another form."""
    first, second = data[at], data[at + 1]
    if first < _EMPTY:
        return ""
    if first < _UNUSUAL:
        return f"{SAFE.prefix}{(first - _EMPTY) * 256 + second:0{SAFE.digits}d}"
    digits = f"{SAFE.prefix}{second:0{SAFE.digits}d}".removeprefix("+91")
    return _FORMS[first % len(_FORMS)].format(digits=digits)


def _first_name(byte: int) -> str:
    return tables.FIRST_NAMES[(byte - _EMPTY) * len(tables.FIRST_NAMES) // _USUAL]


def name(data: bytes, at: int, _: object) -> str:
    """Return no name, a first name, a full name or an unusual one."""
    first, second = data[at], data[at + 1]
    if first < _EMPTY:
        return ""
    if first >= _UNUSUAL:
        return tables.UNUSUAL_NAMES[second % len(tables.UNUSUAL_NAMES)]
    return _first_name(first) + _SURNAMES[second]


_SURNAMES: Final = table(tables.SURNAMES)


def email(data: bytes, at: int, _: object) -> str:
    """Return no e-mail, one at a domain that nobody has, or an unusual text."""
    first, second = data[at], data[at + 1]
    if first < _EMPTY:
        return ""
    if first >= _UNUSUAL:
        return tables.UNUSUAL_EMAILS[second % len(tables.UNUSUAL_EMAILS)]
    return f"{_first_name(first).lower()}{_MAILBOXES[second]}@{DOMAINS[second % len(DOMAINS)]}"


_MAILBOXES: Final = table(["", *(f".{name.lower()}" for name in tables.LAST_NAMES), *range(1, 100)])


def _text(kind: str) -> Decode:
    values = tables.TEXTS[kind]
    return lambda data, at, _: values[data[at]]


def _column(decode: Decode) -> Callable[[Schema], Source]:
    return lambda _: Source(2, decode)


COLUMNS: Final[Mapping[str, Decode]] = {
    "phone": phone,
    "alternate_phone": phone,
    "name": name,
    "email": email,
    **{kind: _text(kind) for kind in tables.TEXTS},
}
"""What a column holds, by the kind that its name tells: functions of two bytes."""

DOCUMENTED_KINDS: Final = ("phone", "name", "email", "address", "company")
"""What field_0 to field_4 hold where no column's name says otherwise. Source: leads page, response table."""

SOURCES: Final[Mapping[str, Callable[[Schema], Source]]] = {
    "object_id": lambda _: Source(3, _object_id),
    "list_id_text": _of_facts(_list_id_text),
    "lead_number": lambda _: Source(1, _lead_number),
    "list_id": _integers,
    "optional_skill_id": _optional_integers,
    "skill_id": _integers,
    "optional_time_group": _optional_integers,
    "time_group": _integers,
    "client_id": _integers,
    "dial_status": _known("dial_status"),
    "lead_picked": _known("lead_picked"),
    "disposition": _known("dialer_dial_status"),
    "created_at": lambda _: Source(3, _created),
    "updated_at": lambda _: Source(1, _updated),
    "available_at": lambda _: Source(1, _available),
    "undisposed_lead": lambda _: of_options([False, True]),
    "call_count": _integers,
    "retry_count": _integers,
    "retry_count_text": _digits,
    "priority": _integers,
    "list_name": lambda _: of_options(list(tables.LIST_NAMES)),
    "header_text": _of_facts(lambda facts: header_string(facts.columns)),
    "header_array": _of_facts(lambda facts: list(facts.columns)),
    "sensitive_positions": _of_facts(lambda facts: json.dumps(facts.sensitive, separators=(",", ":"))),
    "sensitive_count": _of_facts(lambda facts: str(len(facts.sensitive))),
    "dialer_skill": _skill(),
    "optional_dialer_skill": _skill(None),
    "column": lambda _: Source(2, COLUMNS[TEXT]),
    **{kind: _column(decode) for kind, decode in COLUMNS.items()},
}
"""The generators of ``x-faker``: from the schema of the key to the source of its values."""
