"""Reports as Markdown, for the summary of a CI job."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from smartflo_contract.live.report import Report
from smartflo_contract.schemas.findings import Severity
from smartflo_contract.schemas.grammar import format_count
from smartflo_contract.schemas.printable import escape_table_cell

_MAX_FINDINGS: Final = 1_000
"""Findings in the table. GitHub rejects a summary of more than 1 MiB."""
_MARKUP: Final = re.compile("[`<]")
"""Begins a code span or HTML in a text with the name of a file."""
_ESCAPED: Final = r"\\\g<0>"


def markdown_report(report: Report, _fail_on: Severity) -> str:
    """Return a heading and tables, with the 1,000 most severe findings."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    yield f"## Smartflo contract: {_MARKUP.sub(_ESCAPED, report.verdict)}"
    yield ""
    leads = f"{format_count(report.leads, 'lead')} of {format_count(len(report.sources), 'response')}"
    base = f", compared with {format_count(report.base.leads, 'lead')}" if report.base else ""
    yield f"{leads} under the profile {report.profile}{base}, {report.broken_leads}."
    if len(report.sources) > 1:
        yield from _sources(report)
    for omission in report.omissions:
        yield ""
        yield escape_table_cell(f"{omission}.")
    if report.findings:
        yield from _table(
            ("severity", "rule", "where", "expected", "got", "times", "help"),
            (
                (
                    finding.severity,
                    f"`{finding.rule}`",
                    f"{_code(finding.pointer or 'body')}{f' in {_code(finding.source)}' if finding.source else ''}",
                    finding.expected,
                    finding.got,
                    f"{finding.count:,}",
                    finding.help,
                )
                for finding in report.findings[:_MAX_FINDINGS]
            ),
        )
    if len(report.findings) > _MAX_FINDINGS:
        yield ""
        omitted = format_count(len(report.findings) - _MAX_FINDINGS, "more finding")
        yield f"{omitted}, none more severe than those above."
    if report.agreements:
        rows = (
            (f"`{agreement.pointer}`", agreement.summary, f"`{agreement.contradiction}`")
            for agreement in report.agreements
        )
        yield from _table(("key", "the responses are", "contradiction"), rows)


def _sources(report: Report) -> Iterator[str]:
    """Yield the table of the responses; those of captures have a list and a date."""
    has_captured = any(source.list_id or source.recorded for source in report.sources)
    header = ("response", "leads", "grade", "list", "recorded", "breaks since")
    rows = [
        (
            _code(source.name),
            f"{source.leads:,}",
            report.grade_of(source) or "",
            source.list_id or "",
            source.recorded or "",
            f"{report.breaks_of(source):,}",
        )
        for source in report.sources
    ]
    columns = len(header) if has_captured else 3
    yield from _table(header[:columns], (row[:columns] for row in rows))


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield ""
    yield f"| {' | '.join(header)} |"
    yield "|---" * len(header) + "|"
    for row in rows:
        yield f"| {' | '.join(map(escape_table_cell, row))} |"


def _code(text: str) -> str:
    """Return text as a code span, whose delimiter is longer than any run of backticks in it."""
    fence = "`" * (max(map(len, re.findall("`+", text)), default=0) + 1)
    padding = " " if "`" in text else ""
    return f"{fence}{padding}{text}{padding}{fence}"
