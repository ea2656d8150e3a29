"""The forms in which a report is written."""

import json
from collections.abc import Callable, Iterator, Mapping
from itertools import groupby
from typing import Final

from smartflo_contract.live._report import Report
from smartflo_contract.schemas import Finding


def _text(report: Report) -> str:
    return "\n".join([*_findings(report), *_agreements(report), *_statistics(report), *_ending(report)]) + "\n"


def _findings(report: Report) -> Iterator[str]:
    """Yield what is wrong, by rule, worst first."""
    for (severity, rule), group in groupby(report.findings, lambda one: (one.severity, one.rule)):
        yield f"{severity}: {rule}"
        for finding in group:
            yield from _finding(finding)
        yield ""


def _finding(finding: Finding) -> Iterator[str]:
    where = "" if finding.first is None else f", first in lead {finding.first:,}"
    times = "once" if finding.count == 1 else f"{finding.count:,} times"
    yield f"  {finding.pointer or 'body'}  {times}{where}"
    yield f"    expected  {finding.expected}"
    yield f"    got       {finding.got}"
    yield f"    evidence  {'; '.join(f'{label} ({source})' for label, source in finding.evidence.items())}"


def _agreements(report: Report) -> Iterator[str]:
    """Yield which reading of each contradiction the responses follow."""
    if report.agreements:
        yield "Where the vendor's pages and sample contradict each other, the responses are:"
        for one in report.agreements:
            told = [f"{count:,} of {one.total:,} {_WHICH[which]}" for which, count in one.counts.items() if count]
            yield f"  {one.pointer.removeprefix('/*/')}: {', '.join(told)} [{one.contradiction}]"
        yield ""


_WHICH: Final = {
    "documented": "as in the table",
    "sample": "as in the sample",
    "either": "as in both",
    "neither": "as in neither",
}


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
        yield f"{source.name}: {source.leads:,} leads, {source.bytes:,} bytes"
    overlay = "" if report.overlay is None else f" with overlay {report.overlay}"
    yield f"{report.leads:,} leads under the profile {report.profile}{overlay}, {report.broken:,} of them broken"
    yield report.verdict


def _json(report: Report) -> str:
    return json.dumps(report.as_dict(), indent=2, ensure_ascii=False) + "\n"


REPORTS: Final[Mapping[str, Callable[[Report], str]]] = {"text": _text, "json": _json}
"""What writes each form, by its name."""
