"""The smallest leads that still have a finding: generated leads with as few changed keys as possible."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, Final, NamedTuple

import orjson

from smartflo_contract.factories import GenerationError
from smartflo_contract.factories import lead as generate_lead
from smartflo_contract.live.recording.finding_examples import FindingKey, Lead, findings_in
from smartflo_contract.schemas import Contract
from smartflo_contract.schemas.contract import data_of
from smartflo_contract.schemas.json_pointer import finding_pointer

_SEED: Final = 0
_LIST_ID: Final = 8668


class _Difference(NamedTuple):
    """A key in which a lead differs from a generated one."""

    lead_index: int
    key: str


def reduce_leads(
    contract: Contract, finding: FindingKey, leads: Sequence[Lead], findings: AbstractSet[FindingKey]
) -> list[Lead]:
    """Return leads that have a finding and differ from generated leads in as few keys as possible.

    Args:
        contract: contract that defines the findings.
        finding: finding to keep.
        leads: leads that have the finding.
        findings: all findings of the leads. Others are avoided.

    Returns:
        As many leads. They are unchanged if no lead can be generated under the overlay of the contract.
    """
    try:
        bases = [_generated_lead(contract, index) for index in range(len(leads))]
    except GenerationError:
        return list(leads)

    def merge(differences: Sequence[_Difference]) -> list[Lead]:
        return [
            _merge(base, lead, _keys(differences, at)) for at, (base, lead) in enumerate(zip(bases, leads, strict=True))
        ]

    def findings_with(differences: Sequence[_Difference]) -> set[FindingKey]:
        return findings_in(contract, merge(differences))

    differences = [
        _Difference(at, key)
        for at, (base, lead) in enumerate(zip(bases, leads, strict=True))
        for key in _different_keys(base, lead)
    ]
    _, pointer = finding
    kept = [difference for difference in differences if pointer.startswith(finding_pointer((difference.key,)))]
    if finding not in findings_with(kept):
        kept = differences
    for difference in tuple(kept):
        fewer = [other for other in kept if other != difference]
        if finding in findings_with(fewer):
            kept = fewer
    new_findings = findings_with(kept) - findings
    for difference in differences if new_findings else ():
        more = [other for other in differences if other == difference or other in kept]
        found = findings_with(more)
        if finding in found and len(found - findings) < len(new_findings):
            kept, new_findings = more, found - findings
    return merge(kept)


def _keys(differences: Sequence[_Difference], lead_index: int) -> list[str]:
    return [difference.key for difference in differences if difference.lead_index == lead_index]


def _different_keys(base: Mapping[str, Any], lead: Lead) -> list[str]:
    return [
        key
        for key in dict.fromkeys((*lead, *base))
        if not (key in lead and key in base and orjson.dumps(lead[key]) == orjson.dumps(base[key]))
    ]


def _merge(base: Mapping[str, Any], lead: Lead, keys: Sequence[str]) -> Lead:
    """Return a base with some keys as a lead has them, which may be missing there."""
    merged = {**base, **{key: lead[key] for key in keys if key in lead}}
    return {key: value for key, value in merged.items() if key in lead or key not in keys}


def _generated_lead(contract: Contract, index: int) -> Mapping[str, Any]:
    """Return a generated lead under ``sample``, which real leads resemble, unless the overlay forbids it."""
    profile = "lenient" if data_of(contract).in_profile("sample") is None else "sample"
    overlay = None if contract.overlay is None else contract.overlay.schema
    return generate_lead(_SEED, _LIST_ID, index, profile=profile, overlay=overlay)
