"""The table of rules."""

from collections.abc import Collection
from typing import Final

from smartflo_contract.schemas.rules import header_and_fields, identifiers, times, values
from smartflo_contract.schemas.rules.rule import Rule

RULES: Final[tuple[Rule, ...]] = (
    *header_and_fields.RULES,
    *times.RULES,
    *identifiers.RULES,
    *values.RULES,
)
"""Every rule, in the order in which findings of equal severity are listed."""


def rules_in_force(profile: str, decided: Collection[str] = ()) -> tuple[Rule, ...]:
    """Return the rules of a profile.

    Args:
        profile: ``sample``, ``documented`` or ``lenient``.
        decided: the keys that an overlay decides about; rules that read one of them do not apply.
    """
    return tuple(rule for rule in RULES if profile in rule.severity and not set(decided).intersection(rule.keys))
