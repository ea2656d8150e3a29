"""A report as Markdown, for the summary of a CI job."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from smartflo_contract.live.report import Report, format_count
from smartflo_contract.schemas.findings import Severity

_MOST: Final = 1_000
"""Findings that are shown: GitHub takes a summary of a mebibyte, and none of a larger one."""


def markdown(report: Report, _fail_on: Severity) -> str:
    """Return headings and tables, of the worst 1,000 findings."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    yield f"## Smartflo contract: {report.verdict}"
    yield ""
    seen = f"{format_count(report.leads, 'lead')} of {format_count(len(report.sources), 'response')}"
    base = f", compared with {format_count(report.base.leads, 'lead')}" if report.base else ""
    yield f"{seen} under the profile {report.profile}{base}, {report.broken:,} of them broken."
    if report.findings:
        yield from _table(
            ("severity", "rule", "where", "expected", "got", "times"),
            (
                (one.severity, f"`{one.rule}`", f"`{one.pointer or 'body'}`", one.expected, one.got, f"{one.count:,}")
                for one in report.findings[:_MOST]
            ),
        )
    if len(report.findings) > _MOST:
        yield ""
        yield f"{format_count(len(report.findings) - _MOST, 'more finding')}, none worse than those above."
    if report.agreements:
        rows = ((f"`{one.pointer}`", one.summary, f"`{one.contradiction}`") for one in report.agreements)
        yield from _table(("key", "the responses are", "contradiction"), rows)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield ""
    yield f"| {' | '.join(head)} |"
    yield "|---" * len(head) + "|"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"
