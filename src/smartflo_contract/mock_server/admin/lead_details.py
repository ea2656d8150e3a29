"""What a person wants to know about leads: which contain a text, and what the contract finds in each."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, Final

from smartflo_contract.mock_server.dialling.dialled_leads import DialledLeads
from smartflo_contract.mock_server.lists.edited_leads import EditedLeads, Lead
from smartflo_contract.schemas import Contract, Finding

_MAX_SEARCHED_LEADS: Final = 5_000
"""Maximum number of leads that one request searches: the account is locked meanwhile."""
_LIST_KEYS: Final = frozenset({"header", "list_id", "list_name", "sensitive_field_map"})
"""Keys that have the same value in all leads of a list."""


def search_leads(leads: EditedLeads | DialledLeads, part: str, offset: int, limit: int) -> dict[str, Any]:
    """Return the leads from an offset on that contain a text, and where to continue.

    Args:
        leads: the leads of a list.
        part: the text, in lower case.
        offset: number of leads to skip.
        limit: maximum number of leads to return.

    Returns:
        ``leads`` and ``next_offset``, which is ``None`` at the end of the list.
    """
    found: list[Lead] = []
    next_offset = offset
    for index in islice(leads.indexes(), offset, offset + _MAX_SEARCHED_LEADS):
        if len(found) == limit:
            break
        next_offset += 1
        lead = leads.lead(index)
        if lead is not None and _contains(lead, part):
            found.append(lead)
    is_end = next(islice(leads.indexes(), next_offset, None), None) is None
    return {"leads": found, "next_offset": None if is_end else next_offset}


def findings_by_lead(contract: Contract, leads: Sequence[object]) -> list[list[dict[str, Any]]]:
    """Return the findings of the contract about each lead, those about several leads at the first of them."""
    findings: list[list[Finding]] = [[] for _ in leads]
    common = contract.check(list(leads))
    if common:
        findings = [list(contract.check([lead])) for lead in leads]
        single = {finding.fingerprint for found in findings for finding in found}
        for finding in common:
            if finding.first is not None and finding.fingerprint not in single:
                findings[finding.first].append(finding)
    return [[finding.as_dict() for finding in found] for found in findings]


def _contains(lead: Lead, part: str) -> bool:
    return any(part in value for key, below in lead.items() if key not in _LIST_KEYS for value in _texts(below))


def _texts(value: object) -> Iterator[str]:
    """Yield the scalars in a JSON value as texts in lower case."""
    if isinstance(value, dict | list):
        for below in value.values() if isinstance(value, dict) else value:
            yield from _texts(below)
    elif value is not None:
        yield str(value).casefold()
