"""Write the leads of a list as JSON: one template per list, filled with the facts of each lead.

The template follows from the contract: keys in order, constant values, and placeholders for facts. The dict of a lead
is its decoded JSON, so the two cannot differ.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields
from functools import cached_property, lru_cache
from hashlib import blake2b
from operator import itemgetter
from string import Formatter
from typing import Any, Final

import orjson

from smartflo_contract.factories.column_kinds import PHONE, SENSITIVE, TEXT, column_kind
from smartflo_contract.factories.digest_draw import Draw
from smartflo_contract.factories.errors import GenerationError
from smartflo_contract.factories.facts import (
    COMMON_FACTS,
    SERIES,
    Facts,
    FactValues,
    Phones,
    client_of,
    fact_function,
    lead_id_parts,
    phone_start,
)
from smartflo_contract.factories.generators import GENERATORS, TEXT_TEMPLATES
from smartflo_contract.factories.list_definition import ListDefinition
from smartflo_contract.factories.schema_values import value_for
from smartflo_contract.schemas import Contract
from smartflo_contract.schemas.lead_format import FIELD, HALF_DAY_SECONDS
from smartflo_contract.schemas.profile_names import READINGS
from smartflo_contract.schemas.validator import Validator

MIN_FIELDS: Final = {"sample": 35, "documented": 7}
"""Minimum number of fields of a lead, by reading."""

_MAX_LEADS: Final = 2**32 - 1
"""Maximum number of leads with distinct ids: an integer lead_id is at most 2**53 - 1, and a list has 2**32 of them."""
_CHUNK_LEADS: Final = 128
"""Number of leads in a chunk of a body, about 170 kB."""
_MAX_ATTEMPTS: Final = 50
_HEX: Final = re.compile("[0-9a-f]+")
_OBJECT_ID_DIGITS: Final = 24
_MAX_LEAD_NUMBER_DIGITS: Final = 16
_ALTERNATE: Final = "alternate_phone"
_CREATED: Final = "created_at"
PHONE_DIGITS: Final = 10
_PHONE_TEMPLATES: Final = frozenset({GENERATORS["phone"].template, GENERATORS["alternate_phone"].template})
_DIALABLE: Final = re.compile("[0-9]{6}")
_LIST_KEYS: Final = frozenset({"list_id", "list_name", "header", "sensitive_field_map", "added_by", "created_by"})
"""Keys with the same value in all leads of a list, even if an overlay defines them."""

_Slot = Callable[[Facts], object]


class LeadWriter:
    """The leads of one list under one contract.

    Args:
        definition: definition of the list.
        contract: the contract, which defines the keys of a lead.
        seed: seed of lists without a seed of their own.
        phones: ``safe`` for numbers that cannot ring, ``valid`` for numbers that may belong to somebody.
        created_early: ``created_at`` is 12 hours before the time in the lead's id, as in the vendor's samples.
        shifted: the alternate phone number is not a field, so later columns are one field earlier.

    Raises:
        ValueError: ``phones`` is unknown.
    """

    def __init__(
        self,
        definition: ListDefinition,
        contract: Contract,
        *,
        seed: int = 0,
        phones: Phones = "safe",
        created_early: bool = False,
        shifted: bool = False,
    ) -> None:
        """Store the arguments. Template and pools are created for the first lead."""
        if phones not in SERIES:
            message = f"phones: expected one of {', '.join(SERIES)}, got {phones!r}"
            raise ValueError(message)
        self.definition = definition
        self._contract = contract
        self._seed = seed if definition.seed is None else definition.seed
        self._phones = phones
        self._created_early = created_early
        self._stored = [name for name in definition.columns if not (shifted and column_kind(name) == _ALTERNATE)]
        self._kinds = [column_kind(name) for name in self._stored]

    @property
    def size(self) -> int:
        """Number of leads in the list."""
        return self.definition.size

    @cached_property
    def recipe(self) -> str:
        """JSON of everything that the bytes of the leads depend on."""
        from smartflo_contract._version import __version__  # noqa: PLC0415 - slow to import, and not needed for leads

        overlay = self._contract.overlay
        values = {
            "definition": {field.name: getattr(self.definition, field.name) for field in fields(self.definition)},
            "seed": self._seed,
            "phones": self._phones,
            "profile": self._contract.profile,
            "created_early": self._created_early,
            "stored": self._stored,
            "overlay": None if overlay is None else overlay.schema,
            "version": __version__,
        }
        return json.dumps(values, separators=(",", ":"))  # unsorted, because the bytes depend on the order

    @property
    def list_keys(self) -> tuple[str, ...]:
        """The results of :func:`list_key` for the ids of this list's leads; empty if an overlay defines the ids."""
        overlay = self._contract.overlay
        if overlay is not None and "lead_id" in overlay.properties:
            return ()
        digits, block = lead_id_parts(self._seed, self.definition.id)
        return f"digits {digits}", f"block {block}"

    def index_of(self, lead_id: str) -> int | None:
        """Return the index of the lead with an id, in the list or beyond it; ``None`` if the id is not of this list.

        Args:
            lead_id: 24 hexadecimal digits, or a number under ``documented``.
        """
        if _is_object_id(lead_id):
            index = int(lead_id[16:], 16)
        elif _is_lead_number(lead_id):
            index = (int(lead_id) - 1) % (_MAX_LEADS + 1)
        else:
            return None
        expected = None if index >= _MAX_LEADS else str(self.lead(index).get("lead_id"))
        if len(lead_id) == _OBJECT_ID_DIGITS:
            matches = expected is not None and expected[8:] == lead_id[8:]
        else:
            matches = expected == lead_id
        return index if matches else None

    def lead(self, index: int) -> dict[str, Any]:
        """Return the lead at an index, which may be beyond the size of the list.

        Raises:
            IndexError: ``index`` is negative, or 2**32 - 1 or more.
            GenerationError: no valid value was found for a property of the contract's overlay.
        """
        if not 0 <= index < _MAX_LEADS:
            message = f"index: expected a number from 0 to {_MAX_LEADS - 1:,}, got {index}"
            raise IndexError(message)
        return orjson.loads(self._line(index))  # type: ignore[no-any-return]

    def lines(self) -> Iterator[str]:
        """Yield the JSON of every lead of the list."""
        return map(self._line, range(self.definition.size))

    def _line(self, index: int) -> str:
        template, values, facts = self._parts
        line: str = template % values(facts(index))
        return line

    def chunks(self, indexes: Sequence[int] | None = None) -> Iterator[bytes]:
        """Yield the JSON array of the leads at some indexes, or of all leads, in chunks.

        Args:
            indexes: indexes of the leads; ``None`` for all.
        """
        template, values, facts = self._parts
        selected = range(self.definition.size) if indexes is None else indexes
        opening = "["
        for start in range(0, len(selected), _CHUNK_LEADS):
            leads = [template % values(facts(index)) for index in selected[start : start + _CHUNK_LEADS]]
            yield (opening + ",".join(leads)).encode()
            opening = ","
        yield b"[]" if opening == "[" else b"]"

    def matching(self, number: str) -> list[int]:
        """Return the indexes of the leads whose phone number ends with the last ten digits of a number."""
        series = SERIES[self._phones]
        digits = last_digits(number)
        national_prefix = series.prefix.removeprefix("+91")
        if len(digits) < PHONE_DIGITS or PHONE not in self._kinds:
            return []
        key = f"field_{self._kinds.index(PHONE)}"
        overlay = self._contract.overlay
        if (
            overlay is not None and key in overlay.properties
        ):  # its numbers belong to no series, so each lead is compared
            return [index for index in range(self.definition.size) if last_digits(self.lead(index)[key]) == digits]
        if not digits.startswith(national_prefix):
            return []
        start = phone_start(self._seed, self.definition.id, series)
        first = (int(digits.removeprefix(national_prefix)) - start) * pow(series.step, -1, series.size) % series.size
        return list(range(first, self.definition.size, series.size))

    @cached_property
    def _parts(self) -> tuple[str, Callable[[FactValues], Any], Callable[[int], FactValues]]:
        """The template of a lead, the function from facts to its values, and the function from an index to facts."""
        pieces: list[str] = []
        slots: list[str | _Slot] = []
        for key, source in self._sources().items():
            pieces.append(f"{',' if pieces else '{'}{_key_literal(key)}")
            for literal, slot in _split(source, self._constants) if isinstance(source, str) else [("", source)]:
                pieces.append(literal.replace("%", "%%"))
                if slot is not None:
                    pieces.append("%s")
                    slots.append(slot)
        facts = fact_function(
            self._seed,
            self.definition.id,
            phones=self._phones,
            dial_status=self.definition.dial_status,
            disposition=self.definition.disposition,
            is_allowed=None if self._contract.overlay is None else self._is_allowed,
            rare=any(not isinstance(slot, str) or Facts._fields.index(slot) >= COMMON_FACTS for slot in slots),
        )
        return "".join(pieces) + "}", _value_function(slots), facts

    def _sources(self) -> dict[str, str | _Slot]:
        """Return the source of each key's value, in the order of the keys: a template or a function."""
        properties = self._contract.lead["properties"]
        columns = self._fields()
        ((pattern, field),) = self._contract.lead["patternProperties"].items()
        sources: dict[str, str | _Slot] = {}
        for key, schema in properties.items():
            if key not in columns:
                sources[key] = self._source(key, self._followed_schema(key, schema), None)
            if key == field["x-after"]:
                for name, template in columns.items():
                    sources[name] = self._source(name, properties.get(name, field), template)
        if not columns.keys() <= sources.keys():
            message = f"the overlay removes {field['x-after']}, which the fields of {pattern} follow; keep it"
            raise GenerationError(message)
        return sources

    def _fields(self) -> dict[str, str]:
        """Return the template of every field: that of its column, or the empty string."""
        overlay = self._contract.overlay
        mentioned = [*overlay.properties, *overlay.schema.get("required", ())] if overlay else []
        counts = [int(key.removeprefix("field_")) + 1 for key in mentioned if FIELD.fullmatch(key)]
        minimum = MIN_FIELDS[self._followed_reading("field_N")]
        columns = self.definition.columns
        count = max([minimum, len(columns), *counts])
        templates = [_column_template(name) for name in self._stored] + ['""'] * count
        return {f"field_{number}": template for number, template in enumerate(templates[:count])}

    def _followed_reading(self, key: str) -> str:
        """Return the reading that this list follows for a key. Under ``lenient``, each list mixes readings."""
        if self._contract.profile != "lenient":
            return self._contract.profile
        return Draw(f"reading/{self._seed}/{self.definition.id}/{key}".encode()).choice(READINGS)

    def _followed_schema(self, key: str, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        branches = schema.get("anyOf", [schema])
        return branches[0] if self._followed_reading(key) == "sample" else branches[-1]  # type: ignore[no-any-return]

    def _source(self, key: str, schema: Mapping[str, Any], template: str | None) -> str | _Slot:
        if template is None:
            generator = GENERATORS.get(schema.get("x-faker", ""))
            template = None if generator is None else generator.template
        overlay = self._contract.overlay
        if key == _CREATED and self._created_early and template is not None:
            return lambda facts: template.format(created=facts.created - HALF_DAY_SECONDS * 1_000)
        if template is not None and (overlay is None or key not in overlay.properties):
            return template
        return self._overlay_slot(key, schema, template)

    def _overlay_slot(self, key: str, schema: Mapping[str, Any], template: str | None) -> _Slot:
        """Return the slot of a key that the overlay defines: the template's value if valid, else a generated one."""
        is_valid = Validator(schema).is_valid
        fill = None if template is None else _fill_function(template, self._constants)
        narrowed = (
            {**schema, "enum": [value for value in schema["enum"] if is_valid(value)]} if "enum" in schema else schema
        )
        prefix = f"{self._seed}/{self.definition.id}/{key}/"
        may_ring = (
            self._phones == "safe" and template in _PHONE_TEMPLATES and schema.keys().isdisjoint({"enum", "const"})
        )

        def slot(facts: Facts) -> str:
            if fill is not None:
                filled = fill(facts)
                if is_valid(orjson.loads(filled)):
                    return filled
            draw = Draw(f"{prefix}{0 if key in _LIST_KEYS else facts.position}".encode())
            for _ in range(_MAX_ATTEMPTS):
                value = value_for(narrowed, draw)
                encoded = _encode(value) if is_valid(value) else None
                if encoded is not None and not (may_ring and _DIALABLE.search(encoded)):
                    return encoded
            hint = "only --phones valid generates other numbers, which may ring" if may_ring else "check its keywords"
            message = f"no value found for `{key}` that is valid under {json.dumps(Validator(schema).schema)}; {hint}"
            raise GenerationError(message)

        return slot

    def _is_allowed(self, key: str, value: int) -> bool:
        overlay = self._contract.overlay
        if overlay is None or key not in overlay.properties:
            return True
        schema = self._contract.lead["properties"][key]
        return Validator(schema).is_valid(value)

    @cached_property
    def _constants(self) -> dict[str, str]:
        """JSON of the facts that are the same in all leads of the list."""
        columns = self.definition.columns
        sensitive = self.definition.sensitive
        if sensitive is None:
            sensitive = tuple(position for position, name in enumerate(columns) if column_kind(name) in SENSITIVE)
        header = json.dumps(columns, ensure_ascii=False, separators=(",", ":"))
        return {
            "list_id": str(self.definition.id),
            "client_id": str(client_of(self._seed, self.definition.id)),
            "list_name": json.dumps(self.definition.name, ensure_ascii=False),
            "header_text": json.dumps(header, ensure_ascii=False),
            "header_array": header,
            "sensitive_positions": json.dumps(sensitive, separators=(",", ":")),
            "sensitive_count": str(len(sensitive)),
        }


def list_key(lead_id: str) -> str | None:
    """Return the part of a generated lead id that all leads of a list share, ``None`` if no list generates such ids."""
    if _is_object_id(lead_id):
        return f"digits {lead_id[8:16]}"
    return f"block {(int(lead_id) - 1) // (_MAX_LEADS + 1)}" if _is_lead_number(lead_id) else None


def _is_object_id(lead_id: str) -> bool:
    return len(lead_id) == _OBJECT_ID_DIGITS and _HEX.fullmatch(lead_id) is not None


def _is_lead_number(lead_id: str) -> bool:
    return lead_id.isascii() and lead_id.isdigit() and len(lead_id) <= _MAX_LEAD_NUMBER_DIGITS


def last_digits(number: str) -> str:
    """Return the last ten digits of a phone number."""
    return "".join(character for character in number if character in "0123456789")[-PHONE_DIGITS:]


def _column_template(name: str) -> str:
    """Return the template of a column."""
    kind = column_kind(name)
    if kind == TEXT:
        return TEXT_TEMPLATES[blake2b(name.encode(), digest_size=1).digest()[0] % len(TEXT_TEMPLATES)]
    return GENERATORS[kind].template


@lru_cache(maxsize=1_024)
def _key_literal(key: str) -> str:
    """Return a key and the colon after it, for a template."""
    return f"{json.dumps(key)}:".replace("%", "%%")


@lru_cache(maxsize=256)
def _parse_template(template: str) -> tuple[tuple[str, str | None], ...]:
    """Return the literals of a template, each with the fact that follows it."""
    return tuple((text, name) for text, name, _, _ in Formatter().parse(template))


def _split(template: str, constants: Mapping[str, str]) -> Iterator[tuple[str, str | None]]:
    """Yield the literals of a template, each with the fact that follows it; constant facts become literals."""
    literal = ""
    for text, name in _parse_template(template):
        literal += text
        if name is None:
            continue
        if name in constants:
            literal += constants[name]
        else:
            yield literal, name
            literal = ""
    yield literal, None


def _fill_function(template: str, constants: Mapping[str, str]) -> Callable[[Facts], str]:
    """Return the function from facts to the filled template."""
    parts = list(_split(template, constants))
    return lambda facts: "".join(f"{text}{'' if name is None else getattr(facts, name)}" for text, name in parts)


def _encode(value: object) -> str | None:
    """Return the JSON of a value, ``None`` for an integer beyond 64 bits."""
    try:
        return orjson.dumps(value).decode()
    except TypeError:
        return None


def _tuple_getter(positions: list[int]) -> Callable[[FactValues], tuple[object, ...]]:
    """Return an itemgetter that returns a tuple even for one position or none."""
    return lambda facts: tuple(facts[position] for position in positions)


def _value_function(slots: list[str | _Slot]) -> Callable[[FactValues], Any]:
    """Return the function from facts to the values of all slots."""
    positions = [Facts._fields.index(slot) if isinstance(slot, str) else 0 for slot in slots]
    get_facts: Callable[[FactValues], tuple[object, ...]] = (
        itemgetter(*positions) if len(positions) > 1 else _tuple_getter(positions)
    )
    functions = [(number, slot) for number, slot in enumerate(slots) if not isinstance(slot, str)]
    if not functions:
        return get_facts

    def values(facts: FactValues) -> tuple[object, ...]:
        result = list(get_facts(facts))
        named = Facts._make(facts)
        for number, function in functions:
            result[number] = function(named)
        return tuple(result)

    return values
