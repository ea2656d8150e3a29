"""Rules that a response is compared with an earlier one by, as data."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from smartflo_contract.schemas.findings import Severity


class ChangeRule(NamedTuple):
    """A rule of a comparison.

    Attributes:
        severity: severity of a change that is not chance.
        claim: what the rule requires of a response, compared with an earlier one.
    """

    severity: Severity
    claim: str


CHANGE_RULES: Final[Mapping[str, ChangeRule]] = {
    "no-leads": ChangeRule("break", "the list still has leads"),
    "gone-key": ChangeRule("surprise", "each key is still present"),
    "key-rate": ChangeRule("surprise", "each key is present in the same share of leads"),
    "new-type": ChangeRule("surprise", "no key has a new JSON type"),
    "null-rate": ChangeRule("surprise", "each key has the same null rate"),
    "new-columns": ChangeRule("surprise", "columns have the same names in the same order"),
    "other-reading": ChangeRule("doc-only", "the same reading of each contradiction is followed"),
    "new-key": ChangeRule("info", "there is no new key"),
    "gone-type": ChangeRule("info", "each key still has all of its JSON types"),
    "new-value": ChangeRule("info", "there is no new known value"),
    "gone-value": ChangeRule("info", "each known value still occurs"),
    "mended": ChangeRule("info", "each earlier finding still occurs"),
}
"""The rules by name. A change that violates the contract is a finding of the contract's own rule instead."""
CHANGE_EVIDENCE: Final = {"observed": "the earlier response"}
