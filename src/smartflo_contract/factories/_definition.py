"""What a lead list is made of: the few values that its leads are a function of."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf
from typing import Final

MOST: Final = 2**32 - 1
"""Leads of one list: the index is eight hexadecimal digits of an id."""

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

    def __post_init__(self) -> None:
        """Refuse what no lead could be made of.

        Raises:
            ValueError: a value is out of range; the message names it.
        """
        for name, value, most in (("id", self.id, 2**53 - 1), ("size", self.size, MOST)):
            least = 1 if name == "id" else 0
            if not least <= value <= most:
                message = f"{name} {value} is not from {least} to {most}"
                raise ValueError(message)
        wrong = [position for position in self.sensitive or () if not 0 <= position < len(self.columns)]
        if wrong:
            message = f"sensitive position {wrong[0]} has no column; there are {len(self.columns)}, counted from 0"
            raise ValueError(message)
        for key, weights in (("dial_status", self.dial_status), ("disposition", self.disposition)):
            if weights and not (all(0 <= weight < inf for weight in weights.values()) and any(weights.values())):
                message = f"{key}: weights must be 0 or more and not all 0, got {dict(weights)}"
                raise ValueError(message)
        for key, texts in (("name", [self.name]), ("columns", self.columns)):
            try:
                "".join(texts).encode()
            except UnicodeEncodeError:
                message = f"{key} holds a lone surrogate, which no response can carry"
                raise ValueError(message) from None
