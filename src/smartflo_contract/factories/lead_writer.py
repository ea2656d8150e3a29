"""The writer of a list: its leads as JSON, each a template filled with the facts of one index.

The template is made once a list, from the contract: keys in their order, what is the same in every
lead as text, the rest as places for facts. The dict of a lead is its JSON, parsed, so the two
cannot differ.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from functools import cache, cached_property
from hashlib import blake2b
from importlib.metadata import version
from operator import itemgetter
from string import Formatter
from typing import Any, Final

import orjson

from smartflo_contract.factories.column_kinds import PHONE, SENSITIVE, TEXT, kind
from smartflo_contract.factories.digest_draw import Draw
from smartflo_contract.factories.errors import GenerationError
from smartflo_contract.factories.facts import (
    COMMON,
    SERIES,
    Facts,
    FactValues,
    Phones,
    client_of,
    facts_of,
    phone_start,
)
from smartflo_contract.factories.generators import GENERATORS, TEXTS
from smartflo_contract.factories.list_definition import ListDefinition
from smartflo_contract.factories.schema_values import value_for
from smartflo_contract.schemas import Contract
from smartflo_contract.schemas.lead_format import FIELD
from smartflo_contract.schemas.profile_names import READINGS
from smartflo_contract.schemas.validator import Validator

FIELDS: Final = {"sample": 35, "documented": 7}
"""How many fields a lead has at least, by reading."""

_INDEXES: Final = 2**32 - 1
"""How many leads an id can tell apart: lead_id as an integer ends at 2**53 - 1, of which a list has 2**32."""
_CHUNK: Final = 128
"""Leads in one piece of a body: about 170 kB."""
_ATTEMPTS: Final = 50
_HEX: Final = re.compile("[0-9a-f]+")
_HEX_DIGITS: Final = 24
_NUMBER_DIGITS: Final = 16
_ALTERNATE: Final = "alternate_phone"
_CREATED: Final = "created_at"
_HALF_A_DAY: Final = 12 * 60 * 60 * 1_000
"""Milliseconds."""
PHONE_DIGITS: Final = 10
_PHONES: Final = frozenset({GENERATORS["phone"], GENERATORS["alternate_phone"]})
_DIALABLE: Final = re.compile("[0-9]{6}")
_ONE_A_LIST: Final = frozenset({"list_id", "list_name", "header", "sensitive_field_map", "added_by", "created_by"})
"""Keys that have one value in all leads of a list, also where an overlay makes that value."""

_Slot = Callable[[Facts], object]


@cache
def _version(distribution: str) -> str:
    """Return the version of an installed distribution; reading its metadata takes about a millisecond."""
    return version(distribution)


class LeadWriter:
    """The leads of one list under one contract.

    Args:
        definition: the list.
        contract: the contract whose keys a lead has.
        seed: seed of the world, for lists without their own.
        phones: ``safe`` for numbers that cannot ring, ``valid`` for numbers that may be somebody's.
        created_early: ``created_at`` is 12 hours before the time in the lead's id, as in the vendor's samples.
        shifted: the alternate phone number is no field, so later columns stand one field earlier.

    Raises:
        GenerationError: no value was found for a key of the contract's overlay.
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
        """Keep what the leads are a function of; templates and pools wait for the first lead."""
        if phones not in SERIES:
            message = f"phones {phones!r} is unknown; there are {', '.join(SERIES)}"
            raise ValueError(message)
        self.definition = definition
        self._contract = contract
        self._seed = seed if definition.seed is None else definition.seed
        self._phones = phones
        self._created_early = created_early
        self._stored = [name for name in definition.columns if not (shifted and kind(name) == _ALTERNATE)]
        self._kinds = [kind(name) for name in self._stored]

    @property
    def size(self) -> int:
        """How many leads the list has."""
        return self.definition.size

    @cached_property
    def recipe(self) -> str:
        """Everything that the bytes depend on, as JSON."""
        overlay = self._contract.overlay
        values = {
            "definition": asdict(self.definition),
            "seed": self._seed,
            "phones": self._phones,
            "profile": self._contract.profile,
            "created_early": self._created_early,
            "stored": self._stored,
            "overlay": None if overlay is None else overlay.schema,
            "versions": [_version("smartflo-contract"), _version("faker")],
        }
        return json.dumps(values, separators=(",", ":"))  # in their order, on which the bytes depend

    def index_of(self, lead_id: str) -> int | None:
        """Return the index of the lead of an id, in the list or beyond it; ``None`` where it is no id of this list's.

        Args:
            lead_id: 24 hexadecimal digits, or under ``documented`` a number.
        """
        if len(lead_id) == _HEX_DIGITS and _HEX.fullmatch(lead_id):
            index = int(lead_id[16:], 16)
        elif lead_id.isascii() and lead_id.isdigit() and len(lead_id) <= _NUMBER_DIGITS:
            index = (int(lead_id) - 1) % (_INDEXES + 1)
        else:
            return None
        own = None if index >= _INDEXES else str(self.lead(index).get("lead_id"))
        same = own is not None and own[8:] == lead_id[8:] if len(lead_id) == _HEX_DIGITS else own == lead_id
        return index if same else None

    def lead(self, index: int) -> dict[str, Any]:
        """Return the lead at ``index``, which may lie beyond the list's size.

        Raises:
            IndexError: ``index`` is negative, or 2**32 - 1 or more.
        """
        if not 0 <= index < _INDEXES:
            message = f"index {index} is out of range; leads are counted from 0, up to {_INDEXES - 1:,}"
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
        """Yield the JSON array of the leads at ``indexes``, of all where none are given, piece by piece."""
        template, values, facts = self._parts
        wanted = range(self.definition.size) if indexes is None else indexes
        opening = "["
        for start in range(0, len(wanted), _CHUNK):
            leads = [template % values(facts(index)) for index in wanted[start : start + _CHUNK]]
            yield (opening + ",".join(leads)).encode()
            opening = ","
        yield b"[]" if opening == "[" else b"]"

    def matching(self, number: str) -> list[int]:
        """Return the indexes of the leads whose phone number has the last ten digits of ``number``."""
        series = SERIES[self._phones]
        digits = last_digits(number)
        head = series.prefix.removeprefix("+91")
        if len(digits) < PHONE_DIGITS or PHONE not in self._kinds:
            return []
        key = f"field_{self._kinds.index(PHONE)}"
        overlay = self._contract.overlay
        if overlay is not None and key in overlay.properties:  # its numbers are of no series: look at each
            return [index for index in range(self.definition.size) if last_digits(self.lead(index)[key]) == digits]
        if not digits.startswith(head):
            return []
        start = phone_start(self._seed, self.definition.id, series)
        first = (int(digits.removeprefix(head)) - start) * pow(series.step, -1, series.size) % series.size
        return list(range(first, self.definition.size, series.size))

    @cached_property
    def _parts(self) -> tuple[str, Callable[[FactValues], Any], Callable[[int], FactValues]]:
        """The template of a lead, what fills it from facts, and the facts of an index."""
        pieces: list[str] = []
        slots: list[str | _Slot] = []
        for key, source in self._sources().items():
            pieces.append(f"{',' if pieces else '{'}{json.dumps(key)}:".replace("%", "%%"))
            for text, slot in _pieces(source, self._constants) if isinstance(source, str) else [("", source)]:
                pieces.append(text.replace("%", "%%"))
                if slot is not None:
                    pieces.append("%s")
                    slots.append(slot)
        facts = facts_of(
            self._seed,
            self.definition.id,
            phones=self._phones,
            dial_status=self.definition.dial_status,
            disposition=self.definition.disposition,
            allowed=self._allowed,
            rare=any(not isinstance(slot, str) or Facts._fields.index(slot) >= COMMON for slot in slots),
        )
        return "".join(pieces) + "}", _values(slots), facts

    def _sources(self) -> dict[str, str | _Slot]:
        """Return what writes each key, in the keys' order: a generator's text, or a function."""
        properties = self._contract.lead["properties"]
        fields = self._fields()
        ((pattern, field),) = self._contract.lead["patternProperties"].items()
        sources: dict[str, str | _Slot] = {}
        for key, schema in properties.items():
            if key not in fields:
                sources[key] = self._source(key, self._reading(key, schema), None)
            if key == field["x-after"]:
                for name, text in fields.items():
                    sources[name] = self._source(name, properties.get(name, field), text)
        if not fields.keys() <= sources.keys():
            message = f"the overlay removes {field['x-after']}, after which the fields of {pattern} stand"
            raise GenerationError(message)
        return sources

    def _fields(self) -> dict[str, str]:
        """Return the generator of every field: its column's, or empty text."""
        overlay = self._contract.overlay
        spoken = [*overlay.properties, *overlay.schema.get("required", ())] if overlay else []
        named = [int(key[6:]) + 1 for key in spoken if FIELD.fullmatch(key)]
        least = FIELDS[self._side("field_N")]
        columns = self.definition.columns
        texts = [_column(name) for name in self._stored] + ['""'] * max([least, len(columns), *named])
        return {f"field_{number}": text for number, text in enumerate(texts[: max([least, len(columns), *named])])}

    def _side(self, key: str) -> str:
        """Return the reading that this list follows for ``key``; ``lenient`` mixes, list by list."""
        if self._contract.profile != "lenient":
            return self._contract.profile
        return Draw(f"reading/{self._seed}/{self.definition.id}/{key}".encode()).choice(READINGS)

    def _reading(self, key: str, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        branches = schema.get("anyOf", [schema])
        return branches[0] if self._side(key) == "sample" else branches[-1]  # type: ignore[no-any-return]

    def _source(self, key: str, schema: Mapping[str, Any], text: str | None) -> str | _Slot:
        generator = GENERATORS.get(schema.get("x-faker", "")) if text is None else text
        overlay = self._contract.overlay
        if key == _CREATED and self._created_early and generator is not None:
            return lambda facts: generator.format(created=facts.created - _HALF_A_DAY)
        if generator is not None and (overlay is None or key not in overlay.properties):
            return generator
        return self._checked(key, schema, generator)

    def _checked(self, key: str, schema: Mapping[str, Any], generator: str | None) -> _Slot:
        """Return the slot of a key that the overlay speaks of: the generator's value where it fits."""
        fits = Validator(schema).is_valid
        usual = None if generator is None else _filler(generator, self._constants)
        narrowed = (
            {**schema, "enum": [value for value in schema["enum"] if fits(value)]} if "enum" in schema else schema
        )
        prefix = f"{self._seed}/{self.definition.id}/{key}/"
        may_ring = self._phones == "safe" and generator in _PHONES and schema.keys().isdisjoint({"enum", "const"})

        def slot(facts: Facts) -> str:
            if usual is not None:
                text = usual(facts)
                if fits(orjson.loads(text)):
                    return text
            draw = Draw(f"{prefix}{0 if key in _ONE_A_LIST else facts.position}".encode())
            for _ in range(_ATTEMPTS):
                value = value_for(narrowed, draw)
                written = _text(value) if fits(value) else None
                if written is not None and not (may_ring and _DIALABLE.search(written)):
                    return written
            hint = "only --phones valid makes other numbers, which may ring" if may_ring else "check its keywords"
            message = f"no value found for `{key}` that fits {json.dumps(Validator(schema).schema)}; {hint}"
            raise GenerationError(message)

        return slot

    def _allowed(self, key: str, value: int) -> bool:
        overlay = self._contract.overlay
        if overlay is None or key not in overlay.properties:
            return True
        schema = self._contract.lead["properties"][key]
        return Validator(schema).is_valid(value)

    @cached_property
    def _constants(self) -> dict[str, str]:
        """What is the same in all leads of the list, as it stands in JSON."""
        columns = self.definition.columns
        sensitive = self.definition.sensitive
        if sensitive is None:
            sensitive = tuple(position for position, name in enumerate(columns) if kind(name) in SENSITIVE)
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


def last_digits(number: str) -> str:
    """Return the last ten digits of a phone number."""
    return "".join(character for character in number if character in "0123456789")[-PHONE_DIGITS:]


def _column(name: str) -> str:
    held = kind(name)
    if held == TEXT:
        return TEXTS[blake2b(name.encode(), digest_size=1).digest()[0] % len(TEXTS)]
    return GENERATORS[held]


def _pieces(generator: str, constants: Mapping[str, str]) -> Iterator[tuple[str, str | None]]:
    """Yield the literal pieces of a generator, each with the fact that follows it."""
    literal = ""
    for text, name, _, _ in Formatter().parse(generator):
        literal += text
        if name is None:
            continue
        if name in constants:
            literal += constants[name]
        else:
            yield literal, name
            literal = ""
    yield literal, None


def _filler(generator: str, constants: Mapping[str, str]) -> Callable[[Facts], str]:
    parts = list(_pieces(generator, constants))
    return lambda facts: "".join(f"{text}{'' if name is None else getattr(facts, name)}" for text, name in parts)


def _text(value: object) -> str | None:
    """Return the JSON of a value; nothing for an integer beyond 64 bits."""
    try:
        return orjson.dumps(value).decode()
    except TypeError:
        return None


def _few(places: list[int]) -> Callable[[FactValues], tuple[object, ...]]:
    """Return what itemgetter would be, if it gave a tuple also for one place and for none."""
    return lambda facts: tuple(facts[place] for place in places)


def _values(slots: list[str | _Slot]) -> Callable[[FactValues], Any]:
    """Return the function from facts to the values of all slots."""
    places = [Facts._fields.index(slot) if isinstance(slot, str) else 0 for slot in slots]
    usual: Callable[[FactValues], tuple[object, ...]] = itemgetter(*places) if len(places) > 1 else _few(places)
    functions = [(number, slot) for number, slot in enumerate(slots) if not isinstance(slot, str)]
    if not functions:
        return usual

    def values(facts: FactValues) -> tuple[object, ...]:
        found = list(usual(facts))
        named = Facts._make(facts)
        for number, function in functions:
            found[number] = function(named)
        return tuple(found)

    return values
