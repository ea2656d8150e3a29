"""A report as annotations of GitHub Actions."""

from collections.abc import Iterator, Sequence
from typing import Final

from smartflo_contract.live._report import Report
from smartflo_contract.schemas import Finding
from smartflo_contract.schemas._findings import Severity

_MOST: Final = 10
"""Annotations of a level that GitHub shows of a step."""


def github(report: Report, fail_on: Severity) -> str:
    """Return a workflow command a line: errors for what fails, warnings for the rest, and a notice with the verdict."""
    errors = report.at_least(fail_on)
    warnings = [one for one in report.findings if one not in errors]
    lines = [*_annotations("error", errors), *_annotations("warning", warnings)]
    return "\n".join([*lines, f"::notice title=smartflo-contract::{_data(report.verdict)}"]) + "\n"


def _annotations(level: str, findings: Sequence[Finding]) -> Iterator[str]:
    shown = findings if len(findings) <= _MOST else findings[: _MOST - 1]
    for one in shown:
        title = f"{one.rule} {one.pointer or 'body'}"
        yield f"::{level} title={_property(title)}::{_data(str(one))}"
    if len(shown) < len(findings):
        yield f"::{level} title=smartflo-contract::{len(findings) - len(shown)} more findings of this level"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
