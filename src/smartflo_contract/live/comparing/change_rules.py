"""Rules that a response is compared with an earlier one by, as data."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from smartflo_contract.schemas.findings import Severity


class ChangeRule(NamedTuple):
    """A rule of a comparison.

    Attributes:
        severity: severity of a change that is not chance.
        claim: what the rule requires of a response, compared with an earlier one.
        help: what usually causes the change, and what to do.
    """

    severity: Severity
    claim: str
    help: str


_CHECK: Final = "Check that clients handle it, and record the response again."
_NOTHING: Final = "Nothing needs to be done: the contract allows it. Record the response again to compare with it."

CHANGE_RULES: Final[Mapping[str, ChangeRule]] = {
    "no-leads": ChangeRule("break", "the list still has leads", "The list was emptied. Check it in the portal."),
    "gone-key": ChangeRule("surprise", "each key is still present", f"The key was renamed or removed. {_CHECK}"),
    "key-rate": ChangeRule("surprise", "each key is present in the same share of leads", _CHECK),
    "new-type": ChangeRule("surprise", "no key has a new JSON type", _CHECK),
    "null-rate": ChangeRule("surprise", "each key has the same null rate", _CHECK),
    "new-columns": ChangeRule(
        "surprise", "columns have the same names in the same order", f"field_N means something else. {_CHECK}"
    ),
    "other-reading": ChangeRule("doc-only", "the same reading of each contradiction is followed", _CHECK),
    "new-key": ChangeRule("info", "there is no new key", _NOTHING),
    "gone-type": ChangeRule("info", "each key still has all of its JSON types", _NOTHING),
    "new-value": ChangeRule("info", "there is no new known value", _NOTHING),
    "gone-value": ChangeRule("info", "each known value still occurs", _NOTHING),
    "mended": ChangeRule(
        "info", "each earlier finding still occurs", "Run check --update-baseline to remove it from a baseline."
    ),
}
"""The rules by name. A change that violates the contract is a finding of the contract's own rule instead."""
CHANGE_EVIDENCE: Final = {"observed": "the earlier response"}
