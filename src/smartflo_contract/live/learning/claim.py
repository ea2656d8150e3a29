"""A claim about a key, and which claims the contract makes already."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from smartflo_contract.schemas.grammar import format_count

MIN_LEADS: Final = 20
"""Leads in which a claim must have held: fewer prove nothing."""
_MAX_LITERAL: Final = 999
"""Largest number that a draft contains: larger ones may identify somebody."""


class Claim(NamedTuple):
    """What held about a key in all leads.

    Attributes:
        key: the key.
        statement: what held, without any value that may be personal.
        held: number of cases in which it held, which are all that there were.
        unit: what a case is.
        keywords: JSON Schema that makes the claim; empty if no keyword of an overlay can.
        is_required: whether the claim is that the key is present.
    """

    key: str
    statement: str
    held: int
    unit: str = "lead"
    keywords: Mapping[str, Any] = {}
    is_required: bool = False

    def __str__(self) -> str:
        """Return the statement with its count."""
        return f"{self.statement} ({self.held:,} of {format_count(self.held, self.unit)})"


MADE_BY_RULES: Final = frozenset(
    {
        ("same", "list_id"),  # one-list-id
        ("same", "header"),  # header-varies
        ("unique", "id"),  # id-unique; lead-id-unique and lead-id-equals-id
        ("unique", "lead_id"),  # lead-id-unique
        ("equal", "lead_id"),  # lead-id-equals-id
    }
)
"""Kind and key of each claim that a rule of the contract makes."""


def is_small(value: object) -> bool:
    """Return whether a draft may contain a value: a boolean, or an integer of at most three digits."""
    return isinstance(value, int) and abs(value) <= _MAX_LITERAL
