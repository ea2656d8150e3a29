"""What a lead list is made of: the few values that its leads are a function of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from smartflo_contract.factories.setting_checks import (
    LARGEST,
    Check,
    columns,
    fail,
    integer,
    optional,
    positions,
    run,
    text,
    weights,
)
from smartflo_contract.schemas.json_values import INT64

_MOST_LEADS: Final = 100_000_000
_CHECKS: Final[Mapping[str, Check]] = {
    "id": integer(1, LARGEST),
    "name": text,
    "size": integer(0, _MOST_LEADS),
    "columns": columns,
    "sensitive": optional(positions),
    "seed": optional(integer(*INT64)),
    "dial_status": optional(weights),
    "disposition": optional(weights),
}


def expected_setting(name: str, value: object) -> str | None:
    """Return what a setting of a list may be, ``None`` if the value is valid.

    Args:
        name: attribute of :class:`ListDefinition`.
        value: value of the setting.
    """
    return _CHECKS[name](value)


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


@dataclass(frozen=True)
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

    Raises:
        DefinitionError: a value is not possible; the message names it.
    """

    id: int
    name: str = "Dialer dynamic field list"
    size: int = 25
    columns: Sequence[str] = DEFAULT_COLUMNS
    sensitive: Sequence[int] | None = None
    seed: int | None = None
    dial_status: Mapping[int, float] | None = None
    disposition: Mapping[int, float] | None = None

    def __post_init__(self) -> None:
        """Store lists as tuples, and refuse what no lead could be made of."""
        for name in ("columns", "sensitive"):
            if isinstance(getattr(self, name), list):
                object.__setattr__(self, name, tuple(getattr(self, name)))
        run(self, _CHECKS)
        for name in ("dial_status", "disposition"):
            given = getattr(self, name)
            object.__setattr__(self, name, given and dict(given))
        outside = [position for position in self.sensitive or () if position >= len(self.columns)]
        if outside:
            fail("sensitive", f"positions below {len(self.columns)}, the number of columns", outside[0])
