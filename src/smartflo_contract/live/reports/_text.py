"""A report as text, for a terminal."""

from collections.abc import Iterator
from itertools import groupby

from smartflo_contract.live.report import Report, Source, format_count
from smartflo_contract.schemas import Finding
from smartflo_contract.schemas.findings import Severity, cited


def text(report: Report, _fail_on: Severity) -> str:
    """Return findings by rule, worst first, then which reading the responses follow, statistics and the verdict."""
    return "\n".join([*_findings(report), *_agreements(report), *_statistics(report), *_ending(report)]) + "\n"


def _findings(report: Report) -> Iterator[str]:
    """Yield what is wrong, by rule, worst first."""
    for (severity, rule), group in groupby(report.findings, lambda one: (one.severity, one.rule)):
        yield f"{severity}: {rule}"
        for finding in group:
            yield from _finding(finding)
        yield ""


def _finding(finding: Finding) -> Iterator[str]:
    yield f"  {finding.pointer or 'body'}  {finding.times}"
    yield f"    expected  {finding.expected}"
    yield f"    got       {finding.got}"
    yield f"    evidence  {cited(finding.evidence)}"


def _agreements(report: Report) -> Iterator[str]:
    """Yield which reading of each contradiction the responses follow."""
    if report.agreements:
        yield "Where the vendor's pages and sample contradict each other, the responses are:"
        for one in report.agreements:
            yield f"  {one.pointer.removeprefix('/*/')}: {one.summary} [{one.contradiction}]"
        yield ""


def _statistics(report: Report) -> Iterator[str]:
    """Yield what the values are like."""
    if report.leads:
        for name, counts in report.statistics.items():
            shown = ", ".join(f"{label} {count / report.leads:.0%}" for label, count in counts.items())
            yield f"{name}: {shown or 'none'}"
        yield ""


def _ending(report: Report) -> Iterator[str]:
    """Yield how much was seen, and the verdict."""
    for source in report.sources:
        yield _seen(source)
    if report.base:
        yield f"compared with {_seen(report.base)}"
    overlay = "" if report.overlay is None else f" with overlay {report.overlay}"
    leads = format_count(report.leads, "lead")
    yield f"{leads} under the profile {report.profile}{overlay}, {report.broken:,} of them broken"
    yield report.verdict


def _seen(source: Source) -> str:
    return f"{source.name}: {format_count(source.leads, 'lead')}, {format_count(source.bytes, 'byte')}"
