"""Mutants that break one rule of the contract: the breakers of the table of rules, and of surprising leads."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Final

from smartflo_contract.mutants.drafts import Draft, Subject
from smartflo_contract.mutants.lead_edits import last_leads
from smartflo_contract.mutants.mutant import Lead
from smartflo_contract.schemas.findings import Severity
from smartflo_contract.schemas.json_pointer import escape
from smartflo_contract.schemas.lead_format import FIELD
from smartflo_contract.schemas.rules.rule import Change, Rule

FIELDS: Final = "fields"
KEYS: Final = "keys"
_SEVERITIES: Final[tuple[Severity, ...]] = ("break", "surprise")
_CHANGES: Final = {
    "unknown-key": "a lead has a new key",
    "unknown-value": "{key} has a value that the contract does not know",
}
"""What the API does, for rules whose claim is a definition."""
_OF_ANOTHER_FORM: Final = (AttributeError, IndexError, KeyError, TypeError, ValueError)
"""What a breaker raises for a lead that is not valid."""
_Breaker = Callable[[Lead], Iterable[Change]]


def rule_drafts(subject: Subject) -> Iterator[Draft]:
    """Yield a mutant for each rule and key that can break it, and for each rule between leads."""
    rules = {rule.name: rule for rule in subject.data.rules}
    for severity in _SEVERITIES:
        for name, breaker in subject.data.lead_breakers(severity).items():
            yield from _lead_drafts(subject, rules[name], breaker)
    for rule in rules.values():
        if rule.break_list is not None and rule.severity[subject.contract.profile] in _SEVERITIES:
            yield _draft(rule, rule.keys[0])._replace(edit_leads=last_leads(rule.break_list))


def _lead_drafts(subject: Subject, rule: Rule, breaker: _Breaker) -> Iterator[Draft]:
    shown: dict[str, Lead] = {}
    for lead in subject.leads:
        for change in _changes(breaker, lead):
            shown.setdefault(_group(subject, change), lead)
    for group, lead in shown.items():
        change_lead = partial(_broken, partial(_group, subject), group, breaker)
        is_of_list = group in {FIELDS, KEYS, "header"}
        yield _draft(rule, group)._replace(change_lead=change_lead, lead=lead, scope="each" if is_of_list else None)


def _draft(rule: Rule, group: str) -> Draft:
    key = escape(group)
    change = _CHANGES.get(rule.name, f"it no longer holds that {rule.claim}").format(key=key)
    return Draft(key, key, rule.name, change, ", ".join(sorted(rule.evidence)))


def _group(subject: Subject, change: Change) -> str:
    """Return the key that a change is about; fields and new keys are a group each."""
    key = str(change.path[0])
    if key in subject.properties:
        return key
    return FIELDS if FIELD.fullmatch(key) else KEYS


def _broken(group_of: Callable[[Change], str], group: str, breaker: _Breaker, lead: Lead, _: int) -> Lead | None:
    change = next((change for change in _changes(breaker, lead) if group_of(change) == group), None)
    return None if change is None else change.apply_to(lead)


def _changes(breaker: _Breaker, lead: Lead) -> list[Change]:
    try:
        return [*breaker(lead)]
    except _OF_ANOTHER_FORM:
        return []
