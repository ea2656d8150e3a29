"""Findings of a comparison: their construction and their wording."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from smartflo_contract.live.comparing.change_rules import CHANGE_EVIDENCE, CHANGE_RULES
from smartflo_contract.live.comparing.response_shape import Occurrences, ShapePath
from smartflo_contract.schemas import Finding
from smartflo_contract.schemas.grammar import format_count
from smartflo_contract.schemas.json_pointer import finding_pointer
from smartflo_contract.schemas.profile_names import PROFILES


def change_finding(
    rule: str, path: ShapePath, before: str, after: str, occurrences: Occurrences, *, is_chance: bool = False
) -> Finding:
    """Return the finding of a change.

    Args:
        rule: a key of ``CHANGE_RULES``.
        path: path of the value that has changed; empty for the whole response.
        before: the earlier state.
        after: the later state.
        occurrences: leads of the later response that the change concerns.
        is_chance: whether the change may be chance, which makes it ``info``.
    """
    return Finding(
        rule=rule,
        severity="info" if is_chance else CHANGE_RULES[rule].severity,
        pointer=finding_pointer(path) if path else "",
        message=f"expected {before}, as before, got {after}",
        expected=f"{before}, as before",
        got=after,
        evidence=CHANGE_EVIDENCE,
        profiles=PROFILES,
        count=occurrences.leads,
        first=occurrences.first,
        help=CHANGE_RULES[rule].help,
    )


def with_earlier_state(finding: Finding, before: str) -> Finding:
    """Return a finding of the contract that also states how it was before."""
    expected = f"{finding.expected}; {before}"
    return replace(finding, expected=expected, message=f"expected {expected}, got {finding.got}")


def describe_count(count: int, leads: int) -> str:
    """Return a number of leads as text."""
    return f"in {count:,} of {format_count(leads, 'lead')}"


def describe_counts(occurrences: Mapping[str, Occurrences], leads: int) -> str:
    """Return several numbers of leads as text, each with a name."""
    counts = ", ".join(f"{name} in {counted.leads:,}" for name, counted in sorted(occurrences.items()))
    return f"{counts} of {format_count(leads, 'lead')}"


def total(occurrences: Iterable[Occurrences]) -> Occurrences:
    """Return the occurrences of several things, at least one, of which no lead has two."""
    counted = list(occurrences)
    return Occurrences(
        sum(each.leads for each in counted), min(each.first for each in counted if each.first is not None)
    )
