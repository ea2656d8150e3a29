"""The generators that ``x-faker`` names, in one table.

To add one, add an entry to :data:`GENERATORS` and its name to ``annotations.schema.json`` of the contract. An entry
states how the factory writes a value, how strategies make values from bytes, and what a recording keeps.
"""

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple

from smartflo_contract.factories import byte_sources as sources
from smartflo_contract.factories.byte_sources import ByteSource, Decoder, SourceFactory, from_list


class Generator(NamedTuple):
    """A generator of values.

    Attributes:
        template: the JSON of a value, with facts of the lead or list in braces.
        source: returns the source of values for a property's schema, for strategies.
        decode: decodes the two bytes of a column; ``None`` for a generator that no column uses.
        recording: what a recording does with a value: ``pseudonym`` replaces it, ``counter`` keeps small numbers,
            ``header`` keeps column names that the contract knows, ``positions`` keeps positions of columns.
    """

    template: str
    source: SourceFactory
    decode: Decoder | None = None
    recording: Literal["pseudonym", "counter", "header", "positions"] = "pseudonym"


def _time(fact: str, source: SourceFactory) -> Generator:
    return Generator(f'{{{{"$date":{{{{"$numberLong":"{{{fact}}}"}}}}}}}}', source)


def _column(template: str, decode: Decoder) -> Generator:
    return Generator(template, lambda _: ByteSource(2, decode), decode)


GENERATORS: Final[Mapping[str, Generator]] = {
    "object_id": Generator('"{object_id}"', sources.object_ids),
    "list_id_text": Generator('"{list_id}"', from_list(sources.list_id_string)),
    "lead_number": Generator("{lead_number}", sources.lead_numbers),
    "list_id": Generator("{list_id}", sources.integers),
    "skill_id": Generator("{skill_id}", sources.integers),
    "optional_skill_id": Generator("{optional_skill_id}", sources.optional_integers),
    "time_group": Generator("{time_group}", sources.integers),
    "optional_time_group": Generator("{optional_time_group}", sources.optional_integers),
    "client_id": Generator("{client_id}", sources.integers),
    "dial_status": Generator("{dial_status}", sources.known_values_of("dial_status"), recording="counter"),
    "lead_picked": Generator("{lead_picked}", sources.known_values_of("lead_picked"), recording="counter"),
    "available_at": _time("available", sources.available_times),
    "disposition": Generator("{disposition}", sources.known_values_of("dialer_dial_status"), recording="counter"),
    "created_at": _time("created", sources.created_times),
    "undisposed_lead": Generator("{undisposed_lead}", sources.booleans, recording="counter"),
    "call_count": Generator("{call_count}", sources.integers, recording="counter"),
    "updated_at": _time("updated", sources.updated_times),
    "retry_count": Generator("{retry_count}", sources.integers, recording="counter"),
    "retry_count_text": Generator('"{retry_count}"', sources.digit_strings, recording="counter"),
    "priority": Generator("{priority}", sources.integers, recording="counter"),
    "list_name": Generator("{list_name}", sources.list_names),
    "header_text": Generator("{header_text}", from_list(sources.header_json), recording="header"),
    "header_array": Generator("{header_array}", from_list(sources.header_names), recording="header"),
    "sensitive_positions": Generator(
        '"{sensitive_positions}"', from_list(sources.sensitive_positions_json), recording="positions"
    ),
    "sensitive_count": Generator('"{sensitive_count}"', from_list(sources.sensitive_count), recording="positions"),
    "dialer_skill": Generator("{dialer_skill}", sources.skill_lists),
    "optional_dialer_skill": Generator("{optional_dialer_skill}", sources.optional_skill_lists),
    "phone": _column('"{phone}"', sources.decode_phone),
    "alternate_phone": _column('"{alternate_phone}"', sources.decode_phone),
    "name": _column('"{first_name} {last_name}"', sources.decode_name),
    "first_name": _column('"{first_name}"', sources.decode_column("first_name")),
    "last_name": _column('"{last_name}"', sources.decode_column("last_name")),
    "email": _column('"{first_slug}.{last_slug}{email_end}"', sources.decode_email),
    "address": _column('"{house} {street}, {city}"', sources.decode_column("address")),
    "city": _column('"{city}"', sources.decode_column("city")),
    "pincode": _column('"{pincode}"', sources.decode_column("pincode")),
    "company": _column('"{company}"', sources.decode_column("company")),
    "date_of_birth": _column('"{date_of_birth}"', sources.decode_column("date_of_birth")),
    "age": _column('"{age}"', sources.decode_column("age")),
    "credit_score": _column('"{credit_score}"', sources.decode_column("credit_score")),
    "business": _column('"{business}"', sources.decode_column("business")),
    "text": _column('"{phrase_a}"', sources.decode_column("text")),
}
"""Generator by name."""

COLUMN_DECODERS: Final[Mapping[str, Decoder]] = {
    name: generator.decode for name, generator in GENERATORS.items() if generator.decode is not None
}
"""Decoder of the two bytes of a column, by what the column contains."""

TEXT_TEMPLATES: Final = ('"{phrase_a}"', '"{phrase_b}"', '"{phrase_c}"')
"""Templates of columns with an unknown name; the name selects one."""


def generators_with(recording: str) -> frozenset[str]:
    """Return the names of the generators that a recording treats alike."""
    return frozenset(name for name, generator in GENERATORS.items() if generator.recording == recording)
