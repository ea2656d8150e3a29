"""The report of a check or a comparison, as a value."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple

from smartflo_contract.schemas import Finding
from smartflo_contract.schemas.body_rules import OPERATIONAL_RULES, UNREADABLE_SOURCE
from smartflo_contract.schemas.findings import NOT_NEEDED, SEVERITIES, Severity
from smartflo_contract.schemas.grammar import format_count
from smartflo_contract.schemas.needs import Needs

FORMAT_VERSION: Final = 1
MIN_GRADED_LEADS: Final = 20
"""Leads that grade A requires."""
GRADES: Final[Mapping[str, str]] = {
    "A": "responses match the contract",
    "B": "responses differ only where the vendor's pages and sample contradict each other",
    "C": "responses contain something that the contract does not know",
    "D": "some leads or the body violate the contract",
    "E": "every lead violates the contract",
    "F": "a response contains no leads",
}
"""Meaning of each grade of a check."""
DIFF_GRADES: Final[Mapping[str, str]] = {
    "A": "nothing relevant has changed",
    "B": "responses follow another reading where the vendor's pages and sample contradict each other",
    "C": "something has changed that does not violate the contract",
    "D": "some leads or the body now violate the contract",
    "E": "every lead now violates the contract",
    "F": GRADES["F"],
}
"""Meaning of each grade of a comparison."""
NEEDS_GRADES: Final[Mapping[str, str]] = {
    "A": "responses have what is needed",
    "B": "in what is needed, responses differ only where the vendor's pages and sample contradict each other",
    "C": "something that is needed is unknown to the contract, or has changed without violating it",
    "D": "some leads or the body do not have what is needed",
    "E": "no lead has what is needed",
    "F": GRADES["F"],
}
"""Meaning of each grade of a check or a comparison that is graded by the needs of a client."""
AGREEMENT_LABELS: Final[Mapping[str, str]] = {
    "documented": "as in the table",
    "sample": "as in the sample",
    "either": "as in both",
    "neither": "as in neither",
}
"""How a value relates to the two readings of a contradiction."""


class Source(NamedTuple):
    """One response that was checked.

    Attributes:
        name: a file, a URL without its query, or ``-``.
        leads: number of leads that were read.
        bytes: number of bytes that were read, decompressed.
        broken: number of leads with a finding of severity ``break``; with a baseline or needs, at most the
            leads of the remaining findings.
        list_id: id of its list, if a capture has it.
        recorded: date on which it was recorded, ISO 8601, if a capture has it.
    """

    name: str
    leads: int
    bytes: int
    broken: int = 0
    list_id: str | None = None
    recorded: str | None = None

    @property
    def label(self) -> str:
        """The name, with the list and the date of a response in a capture."""
        recorded = f" recorded {self.recorded}" if self.recorded else ""
        return f"{self.name}{recorded}{f', list {self.list_id}' if self.list_id else ''}"


class Agreement(NamedTuple):
    """How many values follow which reading of a contradiction.

    Attributes:
        contradiction: its id.
        pointer: JSON pointer of the property.
        counts: number of values by ``documented``, ``sample``, ``either`` and ``neither``.
    """

    contradiction: str
    pointer: str
    counts: Mapping[str, int]

    @property
    def total(self) -> int:
        """Number of values."""
        return sum(self.counts.values())

    @property
    def summary(self) -> str:
        """The counts as text, such as ``300 of 300 as in the sample``."""
        return ", ".join(
            f"{count:,} of {self.total:,} {AGREEMENT_LABELS[reading]}"
            for reading, count in self.counts.items()
            if count
        )


@dataclass(frozen=True)
class Report:
    """The result of a check or a comparison.

    Attributes:
        profile: profile of the contract.
        overlay: name of the overlay; ``None`` for none.
        sources: the responses.
        findings: worst first; pointers contain no key that is not in the contract. Each has the name of its source if
            there are several.
        broken: number of leads with a finding of severity ``break``; in a comparison, the maximum count of one finding;
            with a baseline or needs, at most the leads of the remaining findings.
        agreements: which reading of each contradiction the values follow.
        statistics: counts of nulls, statuses and fields.
        known: number of findings that a baseline removed.
        base: the earlier response of a comparison; ``None`` for a check.
        needs: name of the needs by which the findings are graded; ``None`` for none.
        omissions: what captures contain besides responses with leads, one line for each capture.
        draft: claims that always held, as a draft of an overlay; ``None`` unless they were requested, and if there are
            too few leads.
    """

    profile: str
    overlay: str | None
    sources: tuple[Source, ...]
    findings: tuple[Finding, ...]
    broken: int
    agreements: tuple[Agreement, ...]
    statistics: Mapping[str, Any]
    known: int = 0
    base: Source | None = None
    needs: str | None = None
    omissions: tuple[str, ...] = ()
    draft: Mapping[str, Any] | None = None

    @property
    def leads(self) -> int:
        """Number of leads that were read."""
        return sum(source.leads for source in self.sources)

    @property
    def grade(self) -> str | None:
        """The worst grade of a source, a key of ``GRADES``; ``None`` if nothing is wrong in too few leads for an A."""
        worst = max(filter(None, map(self.grade_of, self.sources)), default="A")
        leads = self.leads if self.base is None else min(self.leads, self.base.leads)
        return worst if worst != "A" or leads >= MIN_GRADED_LEADS else None

    def grade_of(self, source: Source) -> str | None:
        """Return the grade of one of the sources; ``None`` if nothing is wrong there, but in too few leads for an A."""
        findings = [finding for finding in self.findings if finding.source in (None, source.name)]
        worst = min((finding.rank for finding in findings), default=len(SEVERITIES))
        same = [other for other in self.sources if other.name == source.name]
        leads = sum(other.leads for other in same)
        if worst == 0:
            if not leads:
                return "F"
            broken = self.broken if len(self.sources) == 1 else sum(other.broken for other in same)
            return "E" if broken == leads else "D"
        if worst < SEVERITIES.index(NOT_NEEDED):
            return "C" if SEVERITIES[worst] == "surprise" else "B"
        return "A" if leads >= MIN_GRADED_LEADS else None

    def breaks_of(self, source: Source) -> int:
        """Return the number of findings of severity ``break`` about one of the sources."""
        findings = self.at_least("break")
        return sum(1 for finding in findings if finding.source in (None, source.name))

    @property
    def unreadable(self) -> tuple[str, ...]:
        """Why sources could not be read, one line each."""
        return tuple(finding.got for finding in self.findings if finding.rule == UNREADABLE_SOURCE)

    @property
    def verdict(self) -> str:
        """The grade and its meaning, in one line."""
        known = f", apart from {format_count(self.known, 'known finding')}" if self.known else ""
        if self.grade is None:
            leads = format_count(self.leads, "lead")
            result = f"nothing is wrong in {leads}" if self.base is None else DIFF_GRADES["A"]
            return f"no grade{self._by_needs}: {result}{known}, but grade A needs at least {MIN_GRADED_LEADS} leads"
        grades = NEEDS_GRADES if self.needs is not None else DIFF_GRADES if self.base else GRADES
        return f"grade {self.grade}{self._by_needs}{self._worst_source}{known}: {grades[self.grade]}"

    @property
    def _by_needs(self) -> str:
        """The file of the needs that the grade considers, for the verdict."""
        return "" if self.needs is None else f" by the needs in {self.needs}"

    @property
    def _worst_source(self) -> str:
        """The source that has the grade, for the verdict, if there are several and not all are fine."""
        if len(self.sources) == 1 or self.grade in (None, "A"):
            return ""
        return f" for {next(source.label for source in self.sources if self.grade_of(source) == self.grade)}"

    @property
    def broken_leads(self) -> str:
        """The number of broken leads, in words."""
        apart = f" apart from {'the known finding' if self.known == 1 else 'known findings'}" if self.known else ""
        return f"{self.broken:,} of them broken{apart}"

    def at_least(self, severity: Severity) -> tuple[Finding, ...]:
        """Return the findings of this severity or a worse one."""
        rank = SEVERITIES.index(severity)
        return tuple(finding for finding in self.findings if finding.rank <= rank)

    def without(self, fingerprints: Iterable[str]) -> "Report":
        """Return the report without the findings of a baseline.

        Findings about a response that contains no leads remain, and so do those of ``OPERATIONAL_RULES``.
        """
        known = frozenset(fingerprints)
        empty = {source.name for source in self.sources if not source.leads}
        if not self.leads:
            return self
        remaining = tuple(
            finding
            for finding in self.findings
            if finding.fingerprint not in known or finding.rule in OPERATIONAL_RULES or finding.source in empty
        )

        return replace(self._with(remaining), known=len(self.findings) - len(remaining))

    def graded_by(self, needs: Needs) -> "Report":
        """Return the report in which findings about what a client does not need are notes, ``not-needed``."""
        return replace(self._with(needs.grade(self.findings)), needs=needs.name)

    def _with(self, findings: tuple[Finding, ...]) -> "Report":
        """Return the report with other findings, of which no more are about broken leads."""

        def broken_of(name: str | None, broken: int) -> int:
            own = [finding for finding in findings if finding.source in (None, name)]
            return min(broken, sum(finding.count for finding in own if _is_broken_lead(finding)))

        sources = tuple(source._replace(broken=broken_of(source.name, source.broken)) for source in self.sources)
        max_broken = sum(finding.count for finding in findings if _is_broken_lead(finding))
        return replace(self, sources=sources, findings=findings, broken=min(self.broken, max_broken))

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON form, described by ``report.schema.json``."""
        return {
            "version": FORMAT_VERSION,
            "grade": self.grade,
            "verdict": self.verdict,
            "profile": self.profile,
            "overlay": self.overlay,
            "needs": self.needs,
            "leads": self.leads,
            "broken": self.broken,
            "known": self.known,
            "sources": [{**source._asdict(), "grade": self.grade_of(source)} for source in self.sources],
            "base": None if self.base is None else {**self.base._asdict(), "grade": None},
            "findings": [finding.as_dict() for finding in self.findings],
            "agreements": [{**agreement._asdict(), "counts": dict(agreement.counts)} for agreement in self.agreements],
            "statistics": dict(self.statistics),
            "omissions": list(self.omissions),
        }


def _is_broken_lead(finding: Finding) -> bool:
    """Return whether a finding is a violation in leads."""
    return finding.severity == "break" and finding.first is not None
