"""The definition of a lead list: the values that its leads are a function of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from smartflo_contract.factories import setting_checks as checks
from smartflo_contract.schemas.json_values import INT64, MAX_SAFE_INTEGER

_MAX_LEADS: Final = 100_000_000
_CHECKS: Final[Mapping[str, checks.Check]] = {
    "id": checks.integer(1, MAX_SAFE_INTEGER),
    "name": checks.string,
    "size": checks.integer(0, _MAX_LEADS),
    "columns": checks.column_names,
    "sensitive": checks.optional(checks.column_positions),
    "seed": checks.optional(checks.integer(*INT64)),
    "dial_status": checks.optional(checks.weights),
    "disposition": checks.optional(checks.weights),
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
    """The definition of a lead list.

    Attributes:
        id: id of the list, from 1.
        name: value of ``list_name``.
        size: number of leads.
        columns: names in ``header``; column N is ``field_N``.
        sensitive: positions of the sensitive columns; ``None`` for alternate phone, date of birth and credit score, as
            on the vendor's page.
        seed: seed of this list; ``None`` for the seed of the fake.
        dial_status: dial status to weight; ``None`` for the default mix.
        disposition: disposition to weight; ``None`` for those that fit the dial status.

    Raises:
        DefinitionError: a value is invalid; the message names it.
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
        """Store lists as tuples, and check the values."""
        for name in ("columns", "sensitive"):
            if isinstance(getattr(self, name), list):
                object.__setattr__(self, name, tuple(getattr(self, name)))
        checks.check_settings(self, _CHECKS)
        for name in ("dial_status", "disposition"):
            weights_by_value = getattr(self, name)
            object.__setattr__(self, name, weights_by_value and dict(weights_by_value))
        outside = [position for position in self.sensitive or () if position >= len(self.columns)]
        if outside:
            checks.reject("sensitive", f"positions below {len(self.columns)}, the number of columns", outside[0])
