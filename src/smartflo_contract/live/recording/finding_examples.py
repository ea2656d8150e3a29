"""The findings of a list of leads, each with the leads in which it occurs first."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from smartflo_contract.live.checking.identifier_set import IdentifierSet
from smartflo_contract.live.errors import RecordError
from smartflo_contract.schemas import Contract, Finding
from smartflo_contract.schemas.contract import data_of
from smartflo_contract.schemas.json_pointer import finding_pointer
from smartflo_contract.schemas.response_check import ResponseCheck

Lead: TypeAlias = dict[str, Any]
FindingKey: TypeAlias = tuple[str, str]
"""Rule and pointer of a finding."""


class FindingExamples:
    """Checks leads and keeps the first lead of each finding.

    Args:
        contract: contract that the leads are checked against.

    Attributes:
        contract: the same contract.
    """

    def __init__(self, contract: Contract) -> None:
        """Start without leads."""
        self.contract = contract
        self._check = ResponseCheck(data_of(contract), IdentifierSet())
        self._first_leads: dict[FindingKey, Lead] = {}

    @property
    def leads(self) -> int:
        """Number of leads that were checked."""
        return self._check.leads

    def watch(self, leads: Iterable[Any]) -> Iterator[Any]:
        """Check leads and yield them.

        Raises:
            RecordError: while iterating: a lead is not a JSON object.
        """
        for lead in leads:
            if not isinstance(lead, dict):
                message = (
                    f"lead {self.leads} is not a JSON object, and the fake cannot serve it in a test; "
                    "record without --as-test"
                )
                raise RecordError(message)
            for rule, path in self._check.add(lead):
                self._first_leads.setdefault((rule, finding_pointer(path)), lead)
            yield lead

    def findings(self) -> Sequence[Finding]:
        """Return the findings, most severe first."""
        return self._check.findings()

    def examples(self, findings: Iterable[Finding], leads: Iterable[Lead]) -> Mapping[FindingKey, Sequence[Lead]]:
        """Return the leads that have each finding: one lead, or two where it takes an earlier lead.

        Args:
            findings: findings of the leads.
            leads: all leads again.
        """
        examples = {key: [self._first_leads[key]] for key in map(key_of, findings)}
        incomplete = {key for key, example in examples.items() if key not in findings_in(self.contract, example)}
        for earlier in leads if incomplete else ():
            for key in tuple(incomplete):
                if key in findings_in(self.contract, [earlier, *examples[key]]):
                    examples[key].insert(0, earlier)
                    incomplete.remove(key)
            if not incomplete:
                break
        return examples


def key_of(finding: Finding) -> FindingKey:
    """Return rule and pointer of a finding."""
    return finding.rule, finding.pointer


def findings_in(contract: Contract, leads: Sequence[Lead]) -> set[FindingKey]:
    """Return rules and pointers of the findings of leads.

    Complete findings would take a hundred times as long where there are unknown keys.
    """
    check = ResponseCheck(data_of(contract))
    return {(rule, finding_pointer(path)) for lead in leads for rule, path in check.add(lead)}
