"""Mutants from the edge cases that the contract allows: leads that break clients."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, Final

from smartflo_contract.factories import EDGE_CASES
from smartflo_contract.mutants.drafts import Draft, Subject
from smartflo_contract.mutants.mutant import Lead
from smartflo_contract.schemas.json_pointer import escape
from smartflo_contract.schemas.lead_format import FIELD

_LIST_KEYS: Final = frozenset({"header", "list_id", "list_name", "sensitive_field_map"})
"""Keys that are equal in all leads of a list."""


def edge_case_drafts(subject: Subject) -> Iterator[Draft]:
    """Yield a mutant for each edge case of one lead that is valid in the profile and changes values only."""
    for case in EDGE_CASES.values():
        if subject.contract.profile in case.profiles and _is_change(subject, case.changes):
            keys = [*case.changes]
            yield Draft(
                _group(keys),
                _group(keys),
                case.name,
                f"a lead has the edge case {case.name}: {_clause(case.why)}",
                ", ".join(sorted(case.evidence)),
                kind="tolerance",
                scope="each" if _LIST_KEYS.intersection(keys) else "last",
                change_lead=partial(_with_changes, case.changes),
            )


def _is_change(subject: Subject, changes: Mapping[str, Any]) -> bool:
    """Return whether an edge case is valid in a generated lead, and differs from it in more than a known value."""
    known = subject.data.known_values
    is_new = any(key not in known or value not in known[key] for key, value in changes.items())
    return is_new and subject.contract.is_valid([{**subject.leads[0], **changes}])


def _clause(sentence: str) -> str:
    """Return a sentence as the continuation of another one."""
    return sentence[:1].lower() + sentence[1:].removesuffix(".")


def _group(keys: list[str]) -> str:
    """Return what an edge case is about: its key, its fields, or leads in general."""
    if len(keys) == 1:
        return escape(keys[0])
    if "header" in keys:
        return "columns"
    named = [key for key in keys if not FIELD.fullmatch(key)]
    if not named:
        return "fields"
    return named[0] if len(named) == 1 else "leads"


def _with_changes(changes: Mapping[str, Any], lead: Lead, _: int) -> Lead:
    return {**lead, **changes}
