"""The layout of a lead: its keys in order, and what each value is made of. It becomes a template of pieces.

The layout follows from the contract and the columns of the list. Nearly all lists of a fake have the same one, so the
template is made once; what only differs between lists is filled in for each of them.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from hashlib import blake2b
from string import Formatter
from typing import Any, Final, NamedTuple, TypeAlias

from smartflo_contract.factories.column_kinds import TEXT, column_kind
from smartflo_contract.factories.errors import GenerationError
from smartflo_contract.factories.facts import Facts
from smartflo_contract.factories.generators import GENERATORS, TEXT_TEMPLATES
from smartflo_contract.schemas import Contract
from smartflo_contract.schemas.lead_format import FIELD

MIN_FIELDS: Final = {"sample": 35, "documented": 7}
"""Minimum number of fields of a lead, by reading."""
_CREATED: Final = "created_at"

Slot: TypeAlias = Callable[[Facts], str]
"""Returns the JSON of a value."""
ReadingOf: TypeAlias = Callable[[str], str]
"""Returns the reading that a list follows for a key."""
OverlaySlot: TypeAlias = Callable[[str, Mapping[str, Any], str | None], Slot]
"""Returns the slot of a key that an overlay defines, from the key, its schema and its template."""


class LeadTemplate(NamedTuple):
    """The JSON of a lead in pieces.

    Attributes:
        literals: the JSON before each slot, and after the last one.
        slots: the name of a fact, or the function that returns the JSON of a value.
    """

    literals: tuple[str, ...]
    slots: tuple[str | Slot, ...]

    def fill(self, constants: Mapping[str, str]) -> "LeadTemplate":
        """Return the template with the facts filled in that are the same in all leads."""
        literals, slots = [self.literals[0]], []
        for slot, literal in zip(self.slots, self.literals[1:], strict=True):
            constant = constants.get(slot) if isinstance(slot, str) else None
            if constant is None:
                slots.append(slot)
                literals.append(literal)
            else:
                literals[-1] += constant + literal
        return LeadTemplate(tuple(literals), tuple(slots))


class LeadLayout(NamedTuple):
    """What the keys of a list's leads and the sources of their values depend on.

    Attributes:
        contract: the contract, which defines the keys.
        stored: names of the columns that are fields.
        columns: number of columns in ``header``.
        created_early: ``created_at`` is 12 hours before the time in the lead's id.
    """

    contract: Contract
    stored: tuple[str, ...]
    columns: int
    created_early: bool

    @property
    def is_shared(self) -> bool:
        """Whether all lists with this layout have the same template.

        The values of an overlay depend on the list, and under ``lenient`` each list mixes readings.
        """
        return self.contract.overlay is None and self.contract.profile != "lenient"

    def template(self, reading_of: ReadingOf, overlay_slot: OverlaySlot) -> LeadTemplate:
        """Return the template of a lead.

        Args:
            reading_of: returns the reading that the list follows for a key.
            overlay_slot: returns the slot of a key that the overlay defines.

        Raises:
            GenerationError: the overlay removes a key that others follow.
        """
        literals, slots = [""], list[str | Slot]()
        separator = "{"
        for key, source in self._sources(reading_of, overlay_slot):
            literals[-1] += separator + _key_literal(key)
            separator = ","
            for literal, slot in _parse_template(source) if isinstance(source, str) else [("", source)]:
                literals[-1] += literal
                if slot is not None:
                    slots.append(slot)
                    literals.append("")
        literals[-1] += "}"
        return LeadTemplate(tuple(literals), tuple(slots))

    def _sources(self, reading_of: ReadingOf, overlay_slot: OverlaySlot) -> Iterator[tuple[str, str | Slot]]:
        """Yield each key with the source of its value, in order: a template or a function."""
        properties = self.contract.lead["properties"]
        fields = self._field_templates(reading_of("field_N"))
        ((pattern, field),) = self.contract.lead["patternProperties"].items()
        if field["x-after"] not in properties:
            message = f"the overlay removes {field['x-after']}, which the fields of {pattern} follow; keep it"
            raise GenerationError(message)
        for key, schema in properties.items():
            if key not in fields:
                branches = schema.get("anyOf", [schema])
                followed = branches[0] if reading_of(key) == "sample" else branches[-1]
                yield key, self._value_source(key, followed, None, overlay_slot)
            if key == field["x-after"]:
                for name, template in fields.items():
                    yield name, self._value_source(name, properties.get(name, field), template, overlay_slot)

    def _field_templates(self, reading: str) -> dict[str, str]:
        """Return the template of every field: that of its column, or the empty string."""
        overlay = self.contract.overlay
        mentioned = [*overlay.properties, *overlay.schema.get("required", ())] if overlay else []
        counts = [int(key.removeprefix("field_")) + 1 for key in mentioned if FIELD.fullmatch(key)]
        count = max([MIN_FIELDS[reading], self.columns, *counts])
        templates = [*map(_column_template, self.stored), *['""'] * count]
        return {f"field_{number}": template for number, template in enumerate(templates[:count])}

    def _value_source(
        self, key: str, schema: Mapping[str, Any], template: str | None, overlay_slot: OverlaySlot
    ) -> str | Slot:
        """Return the source of a key's value: a template or a function."""
        if template is None:
            generator = GENERATORS.get(schema.get("x-faker", ""))
            template = None if generator is None else generator.template
        if template is not None and key == _CREATED and self.created_early:
            return template.replace("{created}", "{created_early}")
        overlay = self.contract.overlay
        if template is not None and (overlay is None or key not in overlay.properties):
            return template
        return overlay_slot(key, schema, template)


def fill_function(template: str, constants: Mapping[str, str]) -> Callable[[Facts], str]:
    """Return the function from facts to the filled template."""
    parts = _parse_template(template)

    def fill(facts: Facts) -> str:
        values = ("" if name is None else constants.get(name, getattr(facts, name, "")) for _, name in parts)
        return "".join(f"{literal}{value}" for (literal, _), value in zip(parts, values, strict=True))

    return fill


def _column_template(name: str) -> str:
    """Return the template of a column."""
    kind = column_kind(name)
    if kind == TEXT:
        return TEXT_TEMPLATES[blake2b(name.encode(), digest_size=1).digest()[0] % len(TEXT_TEMPLATES)]
    return GENERATORS[kind].template


@lru_cache(maxsize=1_024)
def _key_literal(key: str) -> str:
    """Return a key and the colon after it."""
    return f"{json.dumps(key)}:"


@lru_cache(maxsize=256)
def _parse_template(template: str) -> tuple[tuple[str, str | None], ...]:
    """Return the literals of a template, each with the fact that follows it."""
    return tuple((text, name) for text, name, _, _ in Formatter().parse(template))
