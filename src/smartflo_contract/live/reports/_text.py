"""Reports as text, for a terminal."""

from collections.abc import Iterator
from itertools import groupby
from typing import Final

from smartflo_contract.live.report import Report, Source
from smartflo_contract.schemas import Finding
from smartflo_contract.schemas.findings import Severity, cited
from smartflo_contract.schemas.grammar import format_count

_STATISTICS: Final = {"nulls": "null", "fields": "field_N keys per lead"}
"""Titles of statistics whose name does not say what is counted."""


def text_report(report: Report, _fail_on: Severity) -> str:
    """Return the findings by rule, most severe first, then agreements, statistics, the responses and the verdict."""
    lines = [*_findings(report), *_agreements(report), *_statistics(report), *_summary(report)]
    return "\n".join(lines) + "\n"


def _findings(report: Report) -> Iterator[str]:
    for (severity, rule), group in groupby(report.findings, lambda finding: (finding.severity, finding.rule)):
        yield f"{severity}: {rule}"
        for finding in group:
            yield from _finding(finding)
        yield ""


def _finding(finding: Finding) -> Iterator[str]:
    yield f"  {finding.pointer or 'body'}  {finding.times}"
    yield f"    expected  {finding.expected}"
    yield f"    got       {finding.got}"
    yield f"    evidence  {cited(finding.evidence)}"
    yield f"    help      {finding.help}"


def _agreements(report: Report) -> Iterator[str]:
    """Yield which reading of each contradiction the responses follow."""
    if report.agreements:
        yield "Where the vendor's pages and sample contradict each other, the responses are:"
        for agreement in report.agreements:
            key = agreement.pointer.removeprefix("/*/")
            yield f"  {key}: {agreement.summary} [{agreement.contradiction}]"
        yield ""


def _statistics(report: Report) -> Iterator[str]:
    """Yield the distribution of values."""
    if report.leads:
        for name, counts in report.statistics.items():
            shares = [f"{label} ({count / report.leads:.0%})" for label, count in counts.items()]
            shares[:1] = [share.replace("%)", "% of leads)") for share in shares[:1]]
            yield f"{_STATISTICS.get(name, name)}: {', '.join(shares) or 'none'}"
        yield ""


def _summary(report: Report) -> Iterator[str]:
    """Yield the responses, the size of the check and the verdict."""
    for source in report.sources:
        grade = report.grade_of(source) if len(report.sources) > 1 or source.recorded else None
        yield _source(source) + ("" if grade is None else f", grade {grade}") + _breaks_since(report, source)
    yield from report.omissions
    if report.base:
        yield f"compared with {_source(report.base)}"
    overlay = "" if report.overlay is None else f" with overlay {report.overlay}"
    leads = format_count(report.leads, "lead")
    yield f"{leads} under the profile {report.profile}{overlay}, {report.broken_leads}"
    yield report.verdict


def _source(source: Source) -> str:
    return f"{source.label}: {format_count(source.leads, 'lead')}, {format_count(source.bytes, 'byte')}"


def _breaks_since(report: Report, source: Source) -> str:
    """Return the number of breaks of a dated response: since then, the contract or the API has changed."""
    breaks = report.breaks_of(source) if source.recorded and report.base is None else 0
    return f": {format_count(breaks, 'break')} since" if breaks else ""
