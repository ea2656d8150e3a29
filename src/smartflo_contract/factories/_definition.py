"""What a lead list is made of: the few values that its leads are a function of."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

DEFAULT_COLUMNS: Final = (
    "Phone Number",
    "Name",
    "Email Id",
    "Address",
    "Company Name",
    "Alternate Phone Number",
    "DOB",
    "Credit Score",
    "Nature of Business",
)


@dataclass(frozen=True, slots=True)
class ListDefinition:
    """A lead list, before its leads.

    Attributes:
        id: the list's id, from 1.
        name: shown as ``list_name``.
        size: number of leads.
        columns: names in ``header``; column N is ``field_N``.
        sensitive: positions of the sensitive columns; ``None`` for alternate phone, date of birth and
            credit score, as on the vendor's page.
        seed: seed of this list; ``None`` for the seed of the world it stands in.
        dial_status: dial status to weight; ``None`` for the usual mix.
        disposition: disposition to weight; ``None`` for those that go with the dial status.
    """

    id: int
    name: str = "Dialer dynamic field list"
    size: int = 25
    columns: tuple[str, ...] = DEFAULT_COLUMNS
    sensitive: tuple[int, ...] | None = None
    seed: int | None = None
    dial_status: Mapping[int, float] | None = None
    disposition: Mapping[int, float] | None = None
