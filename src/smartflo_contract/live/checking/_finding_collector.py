"""Collection of findings, agreements and statistics from leads and defects, in the order of the body."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from smartflo_contract.live.checking._agreement_counter import AgreementCounter, FormCounts
from smartflo_contract.live.checking._value_statistics import Counts, ValueStatistics
from smartflo_contract.live.checking.identifier_set import IdentifierSet
from smartflo_contract.live.parsing.body_defect import BodyDefect
from smartflo_contract.live.parsing.item_splitter import ItemBatch
from smartflo_contract.schemas import Contract, Finding
from smartflo_contract.schemas.body_rules import body_finding
from smartflo_contract.schemas.contract import data_of
from smartflo_contract.schemas.grammar import format_count
from smartflo_contract.schemas.response_check import ResponseCheck

LeadsCallback: TypeAlias = Callable[[Sequence[Mapping[str, Any]]], None]
"""Called with the leads of a batch that are JSON objects."""


@dataclass(frozen=True)
class ScanResult:
    """What a body, or one half of it, contains.

    Attributes:
        leads: number of leads.
        size: bytes that were read, decompressed.
        broken: number of leads with a finding of severity ``break``.
        body_findings: findings about the body, one for each rule.
        lead_findings: findings about the leads.
        forms: values by form, where the two readings differ.
        counts: statistics of the values.
        identifiers: buckets of an ``IdentifierSet`` of the leads.
        list_id: the first ``list_id``; ``None`` if there is none.
        columns: the first column names; ``None`` if there are none.
    """

    leads: int
    size: int
    broken: int
    body_findings: tuple[Finding, ...]
    lead_findings: tuple[Finding, ...]
    forms: FormCounts
    counts: Counts
    identifiers: list[bytes]
    list_id: object
    columns: list[str] | None

    def shifted(self, leads: int, size: int) -> "ScanResult":
        """Return the result with another size, and with indexes that start after some leads."""
        findings = (
            replace(finding, first=None if finding.first is None else finding.first + leads)
            for finding in self.lead_findings
        )
        return replace(self, lead_findings=tuple(findings), size=size)


class FindingCollector:
    """Checks leads in the order of the body and collects what is found.

    Args:
        contract: the contract.
        on_leads: called with the leads of each batch that are JSON objects.
    """

    def __init__(self, contract: Contract, on_leads: LeadsCallback | None = None) -> None:
        """Start without a lead."""
        self._identifiers = IdentifierSet()
        self._check = ResponseCheck(data_of(contract), self._identifiers)
        self._agreements, self._statistics = AgreementCounter(contract), ValueStatistics(contract)
        self._body_findings: dict[str, Finding] = {}
        self._defect_counts: Counter[str] = Counter()
        self._on_leads = on_leads

    @property
    def leads(self) -> int:
        """Number of leads so far."""
        return self._check.leads

    def add(self, part: ItemBatch | BodyDefect) -> None:
        """Check a batch of leads, or count a defect."""
        if isinstance(part, BodyDefect):
            self._add_defect(part)
        else:
            self._add_leads(part)

    def result(self, size: int) -> ScanResult:
        """Return what was found in a body of ``size`` bytes."""
        return ScanResult(
            leads=self._check.leads,
            size=size,
            broken=self._check.broken,
            body_findings=tuple(
                replace(finding, count=self._defect_counts[rule]) for rule, finding in self._body_findings.items()
            ),
            lead_findings=self._check.findings(),
            forms=self._agreements.forms,
            counts=self._statistics.counts,
            identifiers=self._identifiers.buckets,
            list_id=self._check.list_id,
            columns=None if self._check.columns is None else list(self._check.columns),
        )

    def _add_defect(self, defect: BodyDefect) -> None:
        """Count a defect and keep the first one of each rule: there may be as many as lines."""
        if defect.rule not in self._body_findings:
            self._body_findings[defect.rule] = _body_finding(defect, self._check.leads)
        self._defect_counts[defect.rule] += 1

    def _add_leads(self, batch: ItemBatch) -> None:
        self._check.add_batch(batch)
        self._agreements.add(batch.tables)
        self._statistics.add(batch.tables)
        if self._on_leads:
            self._on_leads([lead for lead in batch.values if isinstance(lead, dict)])


def _body_finding(defect: BodyDefect, leads: int) -> Finding:
    is_whole_body = defect.offset is None or (defect.offset == 0 and not leads)
    position = "" if is_whole_body else f", at byte {defect.offset:,}, after {format_count(leads, 'lead')}"
    detail = f": {defect.detail}" if defect.detail else ""
    return body_finding(defect.rule, f"{position}{detail}", got=defect.got, pointer=defect.pointer, advice=defect.help)
