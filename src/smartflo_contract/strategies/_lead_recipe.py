"""The recipe of a contract's leads: which bytes, or which strategy, every key is made from."""

from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from functools import lru_cache
from typing import Any, Final, NamedTuple, TypeAlias

from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from smartflo_contract.factories import byte_sources as sources
from smartflo_contract.factories import value_tables as tables
from smartflo_contract.factories.column_kinds import TEXT, column_kind
from smartflo_contract.factories.generators import COLUMN_DECODERS, GENERATORS
from smartflo_contract.factories.lead_writer import MIN_FIELDS
from smartflo_contract.schemas import Contract
from smartflo_contract.schemas.lead_format import FIELD, header_string
from smartflo_contract.schemas.schema_keywords import Schema
from smartflo_contract.strategies._schema_strategies import accepts, example, open_set

Lead: TypeAlias = dict[str, Any]
Values: TypeAlias = st.SearchStrategy[Any]

DOCUMENTED_KINDS: Final = ("phone", "name", "email", "address", "company")
"""Contents of field_0 to field_4 unless a column name says otherwise. Source: leads page, response table."""
_PHONES: Final = frozenset({"phone", "alternate_phone"})
OF_A_LIST: Final = ("list_id", "list_name", "added_by", "created_by", "header", "sensitive_field_map")
"""Keys that have one value in all leads of a list."""
_ID: Final = "object_id"
_FIRST: Final = ("list_id", "created_at", "updated_at")
"""Keys on whose values those of other keys depend."""
_MOST_KNOWN: Final = 200
"""How many known values a table has room for; of more, each is drawn."""
_PROBES: Final = [bytes((first, second, second, 0)) for first in range(256) for second in (0, 170)]

_COUNT, _RENAMED, _NEW_NAME, _SENSITIVE, _POSITIONS, _FIELDS, _FREE = range(7)
"""What the first bytes of a list stand for."""
_COUNTS: Final = tables.byte_table(tables.COLUMN_COUNTS)
_RENAMING: Final = 192
_SOME_SENSITIVE, _ANY_SENSITIVE = 64, 160
_FEWER, _ANY_NUMBER = 128, 192
_USUALLY_SENSITIVE: Final = (5, 6, 7)

_DRAWN_FIELDS: Final = 9
"""How many fields have bytes of their own, as far as columns name them; of the others a few hold something."""
_SCATTERED: Final = 5
_FILLED: Final = 96
_NEAR, _FAR = 40, 256 - _FILLED
"""Among how many fields those bytes choose, few or many; the same whatever the columns, so that these may shrink."""


class Slot(NamedTuple):
    """One key, the place of its bytes, and what makes a value of them."""

    key: str
    at: int
    decode: sources.Decoder


class ListPlan(NamedTuple):
    """What the leads of one list are made with.

    Attributes:
        facts: what the leads share, as far as values depend on it.
        blank: a lead with all keys in their order, and the values that all leads share.
        slots: the other keys.
        kinds: what each field holds.
        own: how many fields have bytes of their own.
        mutable: the keys whose values are made once and must not be shared by leads.
    """

    facts: sources.ListFacts
    blank: Lead
    slots: list[Slot]
    kinds: tuple[str, ...]
    own: int
    mutable: tuple[str, ...]


class Recipe:
    """How the leads of a contract are made of bytes.

    Attributes:
        contract: the contract.
        drawn: keys whose values come from strategies, because an overlay says what no table knows.
        header_decided: whether an overlay says what ``header`` may be.
        list_width: how many bytes a list takes.
        lead_width: how many bytes each of its leads takes.
        least_fields: how many fields a lead has at least.
    """

    def __init__(self, contract: Contract) -> None:
        """Give every key of the contract its bytes or its strategy."""
        self.contract = contract
        self.drawn: dict[str, Values] = {}
        self.list_width = _FREE
        self.lead_width = 0
        self._slots: list[tuple[int, list[Slot]]] = []
        self._places: dict[str, int] = {}
        self._fits: dict[str, Callable[[object], bool]] = {}
        overlay = contract.overlay
        self._decided = frozenset() if overlay is None else frozenset(overlay.decided)
        properties: dict[str, Schema] = contract.lead["properties"]
        self.header_decided = "header" in self._decided and "header" in properties
        for key in sorted(properties, key=lambda key: _FIRST.index(key) if key in _FIRST else len(_FIRST)):
            self._add(key, properties[key])
        named = [key for key in (*properties, *contract.lead["required"]) if FIELD.fullmatch(key)] if overlay else []
        self.least_fields = max((int(key[6:]) + 1 for key in named), default=1)
        self._fields_at = self.lead_width
        self.lead_width += 2 * (_DRAWN_FIELDS + _SCATTERED) + 1

    def simplest(self) -> Lead:
        """Return the lead that examples shrink to."""
        data = bytes(self.list_width + self.lead_width)
        plan = self.plan(data, sources.ListFacts(fields=self.field_count(data, 0)), {})
        return self.lead(plan, data, 0) | {key: example(self.contract.schema_of(key), key) for key in self.drawn}

    def fits(self, key: str, value: object) -> bool:
        """Tell whether the contract accepts ``value`` for ``key``."""
        if key not in self._fits:
            self._fits[key] = accepts(self.contract.schema_of(key), key)
        return self._fits[key](value)

    def columns(self, data: bytes) -> tuple[str, ...]:
        """Return the names of columns that the bytes of a list stand for."""
        names = tables.COLUMN_NAMES[: _COUNTS[data[_COUNT]]]
        if data[_NEW_NAME] < _RENAMING or not names:
            return names
        new = tables.UNUSUAL_COLUMNS[data[_NEW_NAME] % len(tables.UNUSUAL_COLUMNS)]
        at = data[_RENAMED] * len(names) // 256
        return (*names[:at], new, *names[at + 1 :])

    def header_of(self, data: bytes, columns: tuple[str, ...]) -> Any:
        """Return a header that names these columns and that the contract accepts, ``None`` where there is none."""
        forms = [form for form in (header_string(columns), list(columns)) if self.fits("header", form)]
        return forms[data[_FIELDS] % len(forms)] if forms else None

    def any_header(self, data: bytes) -> Any:
        """Return one of the headers that an overlay leaves, whatever columns it names."""
        choice, readings = next(slots for slots in self._slots if slots[1][0].key == "header")
        slot = readings[data[choice] % len(readings)]
        return slot.decode(data, slot.at, sources.ListFacts())

    def field_count(self, data: bytes, columns: int) -> int:
        """Return how many fields the leads of a list with so many columns have."""
        profile, byte = self.contract.profile, data[_FIELDS]
        if profile != "lenient":
            count = max(MIN_FIELDS[profile], columns)
        elif byte < _ANY_NUMBER:
            count = max(MIN_FIELDS["sample" if byte < _FEWER else "documented"], columns)
        else:
            count = 1 + byte - _ANY_NUMBER
        return max(count, self.least_fields)

    def plan(self, data: bytes, facts: sources.ListFacts, values: Mapping[str, Any]) -> ListPlan:
        """Return what the leads of a list are made with.

        Args:
            data: the bytes of the list.
            facts: with columns and number of fields; the rest is set here.
            values: what strategies gave for keys that all leads share.
        """
        facts.sensitive = _sensitive(data, min(len(facts.columns), facts.fields))
        facts.list_id = values.get("list_id", 1)
        blank = self._blank(facts.fields)
        blank |= values
        slots = []
        for choice, readings in self._slots:
            slot = readings[data[choice] % len(readings)]
            if slot.key not in OF_A_LIST:
                slots.append(slot)
            elif slot.key not in values:
                blank[slot.key] = slot.decode(data, slot.at, facts)
                if slot.key == "list_id":
                    facts.list_id = blank["list_id"]
        mutable = tuple(key for key, value in blank.items() if isinstance(value, list | dict))
        own = min(len(facts.columns) or len(DOCUMENTED_KINDS), facts.fields, _DRAWN_FIELDS)
        return ListPlan(facts, blank, slots, kinds(facts.columns, facts.fields), own, mutable)

    def lead(self, plan: ListPlan, data: bytes, position: int) -> Lead:
        """Return the lead that its bytes stand for; the keys in :attr:`drawn` are still to be set."""
        facts = plan.facts
        facts.position, facts.created, facts.updated = position, 0, 0
        lead = plan.blank.copy()
        for number, at in self._filled(plan, data):
            lead[f"field_{number}"] = COLUMN_DECODERS[plan.kinds[number]](data, at, facts)
        for key, at, decode in plan.slots:
            lead[key] = decode(data, at, facts)
        for key in plan.mutable:
            lead[key] = deepcopy(lead[key])
        return lead

    def _filled(self, plan: ListPlan, data: bytes) -> Iterator[tuple[int, int]]:
        """Yield the fields that hold something, each with the place of its two bytes."""
        at, own, fields = self._fields_at, plan.own, plan.facts.fields
        for number in range(own):
            yield number, at + 2 * number
        at += 2 * _DRAWN_FIELDS
        span, step = _NEAR if fields <= _NEAR else _FAR, 1 + fields // _FAR
        for place in range(at, at + 2 * _SCATTERED, 2):
            number = (data[place] - _FILLED) % span * step
            if data[place] >= _FILLED and own <= number < fields:
                yield number, place + 1

    def _blank(self, fields: int) -> Lead:
        """Return a lead with every key in its place, all fields empty."""
        lead: Lead = {}
        after = next(iter(self.contract.lead["patternProperties"].values()))["x-after"]
        names = {f"field_{number}": "" for number in range(fields)}
        for key in self.contract.lead["properties"]:
            lead.setdefault(key)
            if key == after:
                lead |= names
        return lead | {key: lead.get(key) or "" for key in names}

    def _add(self, key: str, schema: Schema) -> None:
        """Give a key its bytes, or a strategy where no table has a value that fits."""
        readings = schema.get("anyOf", [schema])
        by_reading = {number: self._source(key, schema | reading) for number, reading in enumerate(readings)}
        slots = [
            Slot(key, self._place(key, readings[number].get("x-faker", ""), source), source.decode)
            for number, source in by_reading.items()
            if source is not None
        ]
        if not slots:
            self.drawn[key] = open_set(schema, key)
            return
        self._slots.append((self.list_width if len(slots) > 1 else 0, slots))
        self.list_width += len(slots) > 1

    def _place(self, key: str, generator: str, source: sources.ByteSource) -> int:
        """Return where the bytes of a source begin; keys that hold the same id share theirs."""
        name = generator if generator == _ID else f"{key}/{generator}"
        if name not in self._places:
            if key in OF_A_LIST:
                self._places[name], self.list_width = self.list_width, self.list_width + source.width
            else:
                self._places[name], self.lead_width = self.lead_width, self.lead_width + source.width
        return self._places[name]

    def _source(self, key: str, schema: Schema) -> sources.ByteSource | None:
        """Return where the values of a key, under one reading, come from; ``None`` for its schema's keywords."""
        decided = key in self._decided
        generator: str = schema.get("x-faker", "")
        known = len(schema.get("x-known-values", ()))
        closed = decided and not {"enum", "const"}.isdisjoint(schema)
        if closed or known > _MOST_KNOWN or not (generator or known):
            return None
        if generator == "column":
            generator = kind_of(int(key[6:]), ())
        source = sources.from_options(sources.known_values(schema)) if known else GENERATORS[generator].source(schema)
        return self._narrowed(key, source, generator) if decided else source

    def _narrowed(self, key: str, source: sources.ByteSource, generator: str) -> sources.ByteSource | None:
        """Return the source of those values that an overlay accepts, nothing where it accepts none."""
        lists = [sources.ListFacts(columns=tables.COLUMN_NAMES[:count]) for count in tables.COLUMN_COUNTS]
        values = [
            source.decode(data, 0, facts) for data in _PROBES for facts in (lists if source.width == 0 else lists[:1])
        ]
        fitting = list({repr(value): value for value in values if self.fits(key, value)}.values())
        if fitting:
            return sources.from_options(fitting[: tables.MAX_OPTIONS])
        if generator in _PHONES:
            message = (
                f"overlay of {self.contract!r}: no phone number that cannot ring fits `{key}`; give its numbers as enum"
            )
            raise InvalidArgument(message)
        return None


@lru_cache(maxsize=256)
def kinds(columns: tuple[str, ...], fields: int) -> tuple[str, ...]:
    """Return what each of so many fields holds."""
    return tuple(kind_of(number, columns) for number in range(fields))


def kind_of(number: int, columns: tuple[str, ...]) -> str:
    """Return what field ``number`` holds: what its column's name tells, or else what the vendor's table says."""
    told = column_kind(columns[number]) if number < len(columns) else TEXT
    return DOCUMENTED_KINDS[number] if told == TEXT and number < len(DOCUMENTED_KINDS) else told


def _sensitive(data: bytes, columns: int) -> tuple[int, ...]:
    """Return the sensitive columns that the bytes of a list stand for: none, the usual, or any of the first eight."""
    style, bits = data[_SENSITIVE], data[_POSITIONS]
    if style < _SOME_SENSITIVE:
        return ()
    chosen = _USUALLY_SENSITIVE if style < _ANY_SENSITIVE else [place for place in range(8) if bits >> place & 1]
    return tuple(place for place in chosen if place < columns)
