"""Write the leads of a list as JSON: one template per list, filled with the facts of its leads.

Leads are written in chunks: the facts of a chunk are computed column by column, put between the constant pieces of the
template, and joined once. The dict of a lead is its decoded JSON, so the two cannot differ.
"""

import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import fields
from functools import cached_property, lru_cache
from itertools import chain, count
from typing import Any, Final, TypeAlias

import orjson

from smartflo_contract.factories.column_kinds import PHONE, SENSITIVE, column_kind
from smartflo_contract.factories.digest_draw import Draw
from smartflo_contract.factories.errors import GenerationError
from smartflo_contract.factories.facts import (
    COMMON_FACTS,
    FACT_POSITIONS,
    SERIES,
    FactColumns,
    Facts,
    Phones,
    client_of,
    fact_function,
    lead_id_parts,
    phone_start,
)
from smartflo_contract.factories.generators import GENERATORS
from smartflo_contract.factories.lead_layout import LeadLayout, LeadTemplate, Slot, fill_function
from smartflo_contract.factories.list_definition import ListDefinition
from smartflo_contract.factories.schema_values import value_for
from smartflo_contract.schemas import Contract
from smartflo_contract.schemas.profile_names import READINGS
from smartflo_contract.schemas.validator import Validator

_MAX_LEADS: Final = 2**32 - 1
"""Maximum number of leads with distinct ids: an integer lead_id is at most 2**53 - 1, and a list has 2**32 of them."""
CHUNK_LEADS: Final = 128
"""Number of leads in a chunk of a body, about 170 kB."""
_MAX_SHARED_TEMPLATES: Final = 256
_MAX_ATTEMPTS: Final = 50
_HEX: Final = re.compile("[0-9a-f]+")
_OBJECT_ID_DIGITS: Final = 24
_MAX_LEAD_NUMBER_DIGITS: Final = 16
_ALTERNATE: Final = "alternate_phone"
_ALTERNATE_KEY: Final = "alternate_phone_number"
PHONE_DIGITS: Final = 10
_PHONE_TEMPLATES: Final = frozenset({GENERATORS["phone"].template, GENERATORS["alternate_phone"].template})
_DIALABLE: Final = re.compile("[0-9]{6}")
_LIST_KEYS: Final = frozenset({"list_id", "list_name", "header", "sensitive_field_map", "added_by", "created_by"})
"""Keys with the same value in all leads of a list, even if an overlay defines them."""

Revise: TypeAlias = Callable[[FactColumns], FactColumns]
"""Returns the facts to write in place of those of some leads."""
_shared_templates: Final[dict[LeadLayout, LeadTemplate]] = {}
"""Templates that lists share, by their layout."""


class LeadWriter:
    """The leads of one list under one contract.

    Args:
        definition: definition of the list.
        contract: the contract, which defines the keys of a lead.
        seed: seed of lists without a seed of their own.
        phones: ``safe`` for numbers that cannot ring, ``valid`` for numbers that may belong to somebody.
        created_early: ``created_at`` is 12 hours before the time in the lead's id, as in the vendor's samples.
        shifted: the alternate phone number is not a field, so later columns are one field earlier.

    Attributes:
        definition: the argument.
        seed: seed of the list.

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
        if phones not in tuple(SERIES):  # any value: a list could not be looked up
            message = f"phones: expected one of {', '.join(SERIES)}, got {phones!r}"
            raise ValueError(message)
        self.definition = definition
        self._contract = contract
        self.seed = seed if definition.seed is None else definition.seed
        self._phones = phones
        self._created_early = created_early
        self._stored = [name for name in definition.columns if not (shifted and column_kind(name) == _ALTERNATE)]
        self._kinds = [column_kind(name) for name in self._stored]

    @property
    def column_keys(self) -> Sequence[str]:
        """The key of the value of each column of the list."""
        columns, numbers = self.definition.columns, count()
        is_shifted = len(self._stored) < len(columns)
        return [
            _ALTERNATE_KEY if is_shifted and column_kind(name) == _ALTERNATE else f"field_{next(numbers)}"
            for name in columns
        ]

    @property
    def field_columns(self) -> Sequence[str]:
        """The columns that are fields: the one at position N is ``field_N``."""
        return self._stored

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
            "seed": self.seed,
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
        digits, block = lead_id_parts(self.seed, self.definition.id)
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
        return orjson.loads("".join(self._pieces((index,)))[1:])  # type: ignore[no-any-return]

    def leads(self, indexes: Sequence[int]) -> list[dict[str, Any]]:
        """Return the leads at some indexes, which may be beyond the size of the list: faster than one by one.

        Raises:
            GenerationError: no valid value was found for a property of the contract's overlay.
        """
        return orjson.loads(b"".join(self.chunks(indexes)))  # type: ignore[no-any-return]

    def lines(self) -> Iterator[str]:
        """Yield the JSON of every lead of the list."""
        for indexes in _split(range(self.definition.size)):
            pieces = self._pieces(indexes)
            step = len(pieces) // len(indexes)
            for start in range(0, len(pieces), step):
                yield "".join(pieces[start : start + step])[1:]

    def has_own(self, *keys: str) -> bool:
        """Return whether the overlay defines one of some keys, so that its values may not be those of the facts."""
        overlay = self._contract.overlay
        return overlay is not None and not set(keys).isdisjoint(overlay.properties)

    def facts(self, indexes: Sequence[int]) -> FactColumns:
        """Return the facts of the leads at some indexes, a column each."""
        return self._parts[2](indexes)

    def chunks(self, indexes: Sequence[int] | None = None, revise: Revise | None = None) -> Iterator[bytes]:
        """Yield the JSON array of the leads at some indexes, or of all leads, in chunks.

        Args:
            indexes: indexes of the leads; ``None`` for all.
            revise: returns the facts to write in place of those of some leads; ``None`` to write these.
        """
        selected = range(self.definition.size) if indexes is None else indexes
        start, end = 0, len(selected)
        if not end:
            yield b"[]"
        for chunk in _split(selected):
            pieces = self._pieces(chunk, revise)
            if not start:
                pieces[0] = f"[{pieces[0][1:]}"
            start += len(chunk)
            if start == end:
                pieces.append("]")
            yield "".join(pieces).encode()

    def _pieces(self, indexes: Sequence[int], revise: Revise | None = None) -> list[str]:
        """Return the JSON of the leads of a chunk, each after a comma, in pieces: as many for each lead."""
        pattern, columns, facts = self._parts
        pieces = pattern * len(indexes)
        step = len(pattern)
        facts_of_leads = facts(indexes) if revise is None else revise(facts(indexes))
        for number, column in enumerate(columns(facts_of_leads)):
            pieces[2 * number + 1 :: step] = column
        return pieces

    def matching(self, number: str) -> list[int]:
        """Return the indexes of the leads whose phone number ends with the last ten digits of a number."""
        return list(self.with_numbers((last_digits(number),)))

    def with_numbers(self, numbers: Collection[str]) -> dict[int, str]:
        """Return the leads whose phone numbers end with some numbers.

        Args:
            numbers: numbers of ten digits; others match nothing.

        Returns:
            The number of each lead by index.
        """
        if PHONE not in self._kinds:
            return {}
        key = f"field_{self._kinds.index(PHONE)}"
        overlay = self._contract.overlay
        digits = {number for number in numbers if len(number) == PHONE_DIGITS}
        if digits and overlay is not None and key in overlay.properties:  # its numbers belong to no series
            leads = chain.from_iterable(map(self.leads, _split(range(self.definition.size))))
            found = ((index, last_digits(lead[key])) for index, lead in enumerate(leads))
            return {index: number for index, number in found if number in digits}
        series = SERIES[self._phones]
        prefix = series.prefix.removeprefix("+91")
        start, inverse = phone_start(self.seed, self.definition.id, series), pow(series.step, -1, series.size)
        indexes: dict[int, str] = {}
        for number in digits:
            if number.startswith(prefix):
                first = (int(number.removeprefix(prefix)) - start) * inverse % series.size
                indexes |= dict.fromkeys(range(first, self.definition.size, series.size), number)
        return indexes

    @cached_property
    def _parts(self) -> tuple[list[str], Callable[[FactColumns], FactColumns], Callable[[Sequence[int]], FactColumns]]:
        """How chunks are made.

        The pieces of a lead with an empty string for each slot, the function from facts to the values of the slots, and
        the function from indexes to facts.
        """
        literals, slots = self._template.fill(self._constants)
        pattern = [""] * (2 * len(literals) - 1)
        pattern[0::2] = literals
        pattern[0] = f",{pattern[0]}"
        facts = fact_function(
            self.seed,
            self.definition.id,
            phones=self._phones,
            dial_status=self.definition.dial_status,
            disposition=self.definition.disposition,
            is_allowed=None if self._contract.overlay is None else self._is_allowed,
            rare=any(not isinstance(slot, str) or FACT_POSITIONS[slot] >= COMMON_FACTS for slot in slots),
        )
        return pattern, _column_function(slots), facts

    @property
    def _template(self) -> LeadTemplate:
        """The template of a lead, which nearly all lists of a fake share."""
        layout = LeadLayout(self._contract, tuple(self._stored), len(self.definition.columns), self._created_early)
        template = _shared_templates.get(layout)
        if template is None:
            template = layout.template(self._followed_reading, self._overlay_slot)
            if layout.is_shared and len(_shared_templates) < _MAX_SHARED_TEMPLATES:
                _shared_templates[layout] = template
        return template

    def _followed_reading(self, key: str) -> str:
        """Return the reading that this list follows for a key. Under ``lenient``, each list mixes readings."""
        if self._contract.profile != "lenient":
            return self._contract.profile
        return Draw(f"reading/{self.seed}/{self.definition.id}/{key}".encode()).choice(READINGS)

    def _overlay_slot(self, key: str, schema: Mapping[str, Any], template: str | None) -> Slot:
        """Return the slot of a key that the overlay defines: the template's value if valid, else a generated one."""
        is_valid = Validator(schema).is_valid
        fill = None if template is None else fill_function(template, self._constants)
        narrowed = (
            {**schema, "enum": [value for value in schema["enum"] if is_valid(value)]} if "enum" in schema else schema
        )
        prefix = f"{self.seed}/{self.definition.id}/{key}/"
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
        definition = self.definition
        return _header_constants(tuple(definition.columns), definition.sensitive) | {
            "list_id": str(definition.id),
            "client_id": str(client_of(self.seed, definition.id)),
            "list_name": json.dumps(definition.name, ensure_ascii=False),
        }


@lru_cache(maxsize=_MAX_SHARED_TEMPLATES)
def _header_constants(columns: tuple[str, ...], sensitive: Sequence[int] | None) -> dict[str, str]:
    """Return the JSON of the facts about the columns of a list."""
    if sensitive is None:
        sensitive = tuple(position for position, name in enumerate(columns) if column_kind(name) in SENSITIVE)
    header = json.dumps(columns, ensure_ascii=False, separators=(",", ":"))
    return {
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


def _encode(value: object) -> str | None:
    """Return the JSON of a value, ``None`` for an integer beyond 64 bits."""
    try:
        return orjson.dumps(value).decode()
    except TypeError:
        return None


def _split(indexes: Sequence[int]) -> Iterator[Sequence[int]]:
    """Yield the indexes of each chunk."""
    return (indexes[start : start + CHUNK_LEADS] for start in range(0, len(indexes), CHUNK_LEADS))


def _column_function(slots: Sequence[str | Slot]) -> Callable[[FactColumns], FactColumns]:
    """Return the function from the facts of some leads to the values of all slots, a column each."""
    positions = [FACT_POSITIONS[slot] if isinstance(slot, str) else 0 for slot in slots]
    functions = [(number, slot) for number, slot in enumerate(slots) if not isinstance(slot, str)]

    def columns(facts: FactColumns) -> FactColumns:
        values = [facts[position] for position in positions]
        if functions:
            leads = [*map(Facts._make, zip(*facts, strict=True))]
            for number, function in functions:
                values[number] = [*map(function, leads)]
        return tuple(values)

    return columns
