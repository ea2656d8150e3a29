"""The recipe of a contract's leads: the bytes, or the strategy, of every key's value."""

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
from smartflo_contract.factories.lead_layout import MIN_FIELDS
from smartflo_contract.schemas import Contract
from smartflo_contract.schemas.lead_format import FIELD, header_string
from smartflo_contract.schemas.schema_keywords import Schema
from smartflo_contract.strategies._schema_strategies import example, known_or_valid_values, validity

Lead: TypeAlias = dict[str, Any]
Values: TypeAlias = st.SearchStrategy[Any]

DOCUMENTED_KINDS: Final = ("phone", "name", "email", "address", "company")
"""Contents of field_0 to field_4 if the name of the column is unknown. Source: leads page, response table."""
_PHONES: Final = frozenset({"phone", "alternate_phone"})
LIST_KEYS: Final = ("list_id", "list_name", "added_by", "created_by", "header", "sensitive_field_map")
"""Keys with the same value in all leads of a list."""
_OBJECT_ID: Final = "object_id"
_FIRST_KEYS: Final = ("list_id", "created_at", "updated_at")
"""Keys whose values other keys depend on."""
_MAX_KNOWN_VALUES: Final = 200
"""Maximum number of known values in a byte table; a strategy draws from more."""
_PROBES: Final = [bytes((first, second, second, 0)) for first in range(256) for second in (0, 170)]

_COUNT, _RENAMED, _NEW_NAME, _SENSITIVE, _POSITIONS, _FIELDS, _LIST_BYTES = range(7)
"""Offsets of the first bytes of a list, and their number."""
_COUNTS: Final = tables.byte_table(tables.COLUMN_COUNTS)
_MIN_RENAMED_BYTE: Final = 192
"""From this value on, a byte renames a column."""
_MIN_SENSITIVE_BYTE, _MIN_ANY_SENSITIVE_BYTE = 64, 160
"""From these values on, a byte selects the default sensitive columns, and any sensitive columns."""
_MIN_DOCUMENTED_BYTE, _MIN_ANY_COUNT_BYTE = 128, 192
"""From these values on, a byte selects the documented number of fields, and any number."""
_DEFAULT_SENSITIVE: Final = (5, 6, 7)

_MAX_DRAWN_FIELDS: Final = 9
"""Maximum number of fields with bytes of their own. A few of the other fields that columns name have values."""
_SCATTERED_FIELDS: Final = 5
_MIN_FILLED_BYTE: Final = 96
_NEAR_FIELDS, _FAR_FIELDS = 40, 256 - _MIN_FILLED_BYTE
"""Number of fields that bytes select from: few or many, but the same for many column counts, so that these shrink."""


class Slot(NamedTuple):
    """A key, the offset of its bytes, and the function that decodes them."""

    key: str
    offset: int
    decode: sources.Decoder


class ListPlan(NamedTuple):
    """The plan of a list, which its leads share.

    Attributes:
        facts: facts of the list that values depend on.
        blank: a lead with all keys in order, and the values that all leads share.
        slots: slots of the other keys.
        kinds: contents of each field.
        drawn_fields: number of fields with bytes of their own.
        mutable: keys of shared values that each lead must copy.
    """

    facts: sources.ListFacts
    blank: Lead
    slots: list[Slot]
    kinds: tuple[str, ...]
    drawn_fields: int
    mutable: tuple[str, ...]


class Recipe:
    """Decodes bytes as leads of a contract.

    Attributes:
        contract: the contract.
        drawn: strategy by key, for keys whose schema in the overlay fits no byte table.
        overlay_defines_header: whether the overlay defines ``header``.
        list_width: number of bytes of a list.
        lead_width: number of bytes of each of its leads.
        min_fields: minimum number of fields of a lead.
    """

    def __init__(self, contract: Contract) -> None:
        """Assign bytes or a strategy to every key of the contract."""
        self.contract = contract
        self.drawn: dict[str, Values] = {}
        self.list_width = _LIST_BYTES
        self.lead_width = 0
        self._slots: list[tuple[int, list[Slot]]] = []
        self._offsets: dict[str, int] = {}
        self._validity: dict[str, Callable[[object], bool]] = {}
        overlay = contract.overlay
        self._overlay_keys = frozenset() if overlay is None else frozenset(overlay.decided)
        properties: dict[str, Schema] = contract.lead["properties"]
        self.overlay_defines_header = "header" in self._overlay_keys and "header" in properties
        for key in dict.fromkeys((*(key for key in _FIRST_KEYS if key in properties), *properties)):
            self._add(key, properties[key])
        keys = (*properties, *contract.lead["required"]) if overlay else ()
        self.min_fields = max((int(key.removeprefix("field_")) + 1 for key in keys if FIELD.fullmatch(key)), default=1)
        self._fields_offset = self.lead_width
        self.lead_width += 2 * (_MAX_DRAWN_FIELDS + _SCATTERED_FIELDS) + 1

    def simplest(self) -> Lead:
        """Return the lead that examples shrink to."""
        data = bytes(self.list_width + self.lead_width)
        plan = self.plan(data, sources.ListFacts(fields=self.field_count(data, 0)), {})
        return self.lead(plan, data, 0) | {key: example(self.contract.schema_of(key), key) for key in self.drawn}

    def is_valid(self, key: str, value: object) -> bool:
        """Return whether a value of a key is valid under the contract."""
        if key not in self._validity:
            self._validity[key] = validity(self.contract.schema_of(key), key)
        return self._validity[key](value)

    def columns(self, data: bytes) -> tuple[str, ...]:
        """Return the column names that the bytes of a list select."""
        names = tables.COLUMN_NAMES[: _COUNTS[data[_COUNT]]]
        if data[_NEW_NAME] < _MIN_RENAMED_BYTE or not names:
            return names
        new_name = tables.UNUSUAL_COLUMNS[data[_NEW_NAME] % len(tables.UNUSUAL_COLUMNS)]
        position = data[_RENAMED] * len(names) // 256
        return (*names[:position], new_name, *names[position + 1 :])

    def header_of(self, data: bytes, columns: tuple[str, ...]) -> Any:
        """Return a valid header that names some columns; ``None`` if no such header is valid."""
        forms = [form for form in (header_string(columns), list(columns)) if self.is_valid("header", form)]
        return forms[data[_FIELDS] % len(forms)] if forms else None

    def any_header(self, data: bytes) -> Any:
        """Return a header that the overlay allows, with any columns."""
        choice, slots = next(entry for entry in self._slots if entry[1][0].key == "header")
        slot = slots[data[choice] % len(slots)]
        return slot.decode(data, slot.offset, sources.ListFacts())

    def field_count(self, data: bytes, columns: int) -> int:
        """Return the number of fields of the leads of a list, by its number of columns."""
        profile, byte = self.contract.profile, data[_FIELDS]
        if profile != "lenient":
            count = max(MIN_FIELDS[profile], columns)
        elif byte < _MIN_ANY_COUNT_BYTE:
            count = max(MIN_FIELDS["sample" if byte < _MIN_DOCUMENTED_BYTE else "documented"], columns)
        else:
            count = 1 + byte - _MIN_ANY_COUNT_BYTE
        return max(count, self.min_fields)

    def plan(self, data: bytes, facts: sources.ListFacts, values: Mapping[str, Any]) -> ListPlan:
        """Return the plan of a list.

        Args:
            data: the bytes of the list.
            facts: facts with columns and number of fields; this method sets the others.
            values: values that strategies returned for keys that all leads share.
        """
        facts.sensitive = _sensitive(data, min(len(facts.columns), facts.fields))
        facts.list_id = values.get("list_id", 1)
        blank = self._blank(facts.fields)
        blank |= values
        slots = []
        for choice, alternatives in self._slots:
            slot = alternatives[data[choice] % len(alternatives)]
            if slot.key not in LIST_KEYS:
                slots.append(slot)
            elif slot.key not in values:
                blank[slot.key] = slot.decode(data, slot.offset, facts)
                if slot.key == "list_id":
                    facts.list_id = blank["list_id"]
        mutable = tuple(key for key, value in blank.items() if isinstance(value, list | dict))
        drawn_fields = min(len(facts.columns), facts.fields, _MAX_DRAWN_FIELDS)
        return ListPlan(facts, blank, slots, field_kinds(facts.columns, facts.fields), drawn_fields, mutable)

    def lead(self, plan: ListPlan, data: bytes, position: int) -> Lead:
        """Return the lead of some bytes, without the keys in :attr:`drawn`."""
        facts = plan.facts
        facts.position, facts.created, facts.updated = position, 0, 0
        lead = plan.blank.copy()
        for number, offset in self._filled_fields(plan, data):
            lead[f"field_{number}"] = COLUMN_DECODERS[plan.kinds[number]](data, offset, facts)
        for key, offset, decode in plan.slots:
            lead[key] = decode(data, offset, facts)
        for key in plan.mutable:
            lead[key] = deepcopy(lead[key])
        return lead

    def _filled_fields(self, plan: ListPlan, data: bytes) -> Iterator[tuple[int, int]]:
        """Yield the number of each field with a value, and the offset of its two bytes."""
        offset, fields = self._fields_offset, plan.facts.fields
        named = min(len(plan.facts.columns), fields)
        for number in range(plan.drawn_fields):
            yield number, offset + 2 * number
        offset += 2 * _MAX_DRAWN_FIELDS
        span, step = _NEAR_FIELDS if fields <= _NEAR_FIELDS else _FAR_FIELDS, 1 + fields // _FAR_FIELDS
        for selector in range(offset, offset + 2 * _SCATTERED_FIELDS, 2):
            number = (data[selector] - _MIN_FILLED_BYTE) % span * step
            if data[selector] >= _MIN_FILLED_BYTE and plan.drawn_fields <= number < named:
                yield number, selector + 1

    def _blank(self, fields: int) -> Lead:
        """Return a lead with every key in order, and empty fields."""
        lead: Lead = {}
        after = next(iter(self.contract.lead["patternProperties"].values()))["x-after"]
        empty_fields = {f"field_{number}": "" for number in range(fields)}
        for key in self.contract.lead["properties"]:
            lead.setdefault(key)
            if key == after:
                lead |= empty_fields
        return lead | {key: lead.get(key) or "" for key in empty_fields}

    def _add(self, key: str, schema: Schema) -> None:
        """Assign bytes to a key, or a strategy if no byte table has a valid value."""
        branches = schema.get("anyOf", [schema])
        by_branch = {number: self._source(key, schema | branch) for number, branch in enumerate(branches)}
        slots = [
            Slot(key, self._offset(key, branches[number].get("x-faker", ""), source), source.decode)
            for number, source in by_branch.items()
            if source is not None
        ]
        if not slots:
            self.drawn[key] = known_or_valid_values(schema, key)
            return
        self._slots.append((self.list_width if len(slots) > 1 else 0, slots))
        self.list_width += len(slots) > 1

    def _offset(self, key: str, generator: str, source: sources.ByteSource) -> int:
        """Return the offset of the bytes of a source; keys with the same ObjectId share their bytes."""
        name = generator if generator == _OBJECT_ID else f"{key}/{generator}"
        if name not in self._offsets:
            if key in LIST_KEYS:
                self._offsets[name], self.list_width = self.list_width, self.list_width + source.width
            else:
                self._offsets[name], self.lead_width = self.lead_width, self.lead_width + source.width
        return self._offsets[name]

    def _source(self, key: str, schema: Schema) -> sources.ByteSource | None:
        """Return the source of a key's values under one reading; ``None`` if its keywords decide the values."""
        in_overlay = key in self._overlay_keys
        generator: str = schema.get("x-faker", "")
        known = len(schema.get("x-known-values", ()))
        enumerated = in_overlay and not {"enum", "const"}.isdisjoint(schema)
        if enumerated or known > _MAX_KNOWN_VALUES or not (generator or known):
            return None
        if generator == "column":
            generator = field_kind(int(key.removeprefix("field_")), ())
        source = sources.from_options(sources.known_values(schema)) if known else GENERATORS[generator].source(schema)
        return self._narrowed(key, source, generator) if in_overlay else source

    def _narrowed(self, key: str, source: sources.ByteSource, generator: str) -> sources.ByteSource | None:
        """Return the source of the values that are valid under the overlay; ``None`` if no value is."""
        lists = [sources.ListFacts(columns=tables.COLUMN_NAMES[:count]) for count in tables.COLUMN_COUNTS]
        values = [
            source.decode(data, 0, facts) for data in _PROBES for facts in (lists if source.width == 0 else lists[:1])
        ]
        valid = list({repr(value): value for value in values if self.is_valid(key, value)}.values())
        if valid:
            return sources.from_options(valid[: tables.MAX_OPTIONS])
        if generator in _PHONES:
            message = (
                f"overlay of {self.contract!r}: no phone number that cannot ring is valid for `{key}`; list its "
                "numbers in `enum`"
            )
            raise InvalidArgument(message)
        return None


@lru_cache(maxsize=64)
def recipe_of(contract: Contract) -> Recipe:
    """Return the recipe of a contract; those of recent contracts are cached."""
    return Recipe(contract)


@lru_cache(maxsize=256)
def field_kinds(columns: tuple[str, ...], fields: int) -> tuple[str, ...]:
    """Return the contents of each field."""
    return tuple(field_kind(number, columns) for number in range(fields))


def field_kind(number: int, columns: tuple[str, ...]) -> str:
    """Return the contents of a field: by the name of its column, or by the vendor's table if the name is unknown."""
    kind = column_kind(columns[number]) if number < len(columns) else TEXT
    return DOCUMENTED_KINDS[number] if kind == TEXT and number < len(DOCUMENTED_KINDS) else kind


def _sensitive(data: bytes, columns: int) -> tuple[int, ...]:
    """Return the sensitive columns that the bytes of a list select: none, the default ones, or any of the first 8."""
    style, bits = data[_SENSITIVE], data[_POSITIONS]
    if style < _MIN_SENSITIVE_BYTE:
        return ()
    any_positions = [position for position in range(8) if bits >> position & 1]
    positions = _DEFAULT_SENSITIVE if style < _MIN_ANY_SENSITIVE_BYTE else any_positions
    return tuple(position for position in positions if position < columns)
