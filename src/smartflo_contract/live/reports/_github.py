"""Reports as annotations of GitHub Actions."""

from collections.abc import Iterator, Sequence
from typing import Final

from smartflo_contract.live.report import Report
from smartflo_contract.schemas import Finding
from smartflo_contract.schemas.findings import NOTES, Severity
from smartflo_contract.schemas.grammar import format_count

_TITLE: Final = "smartflo-contract"
_MAX_ANNOTATIONS: Final = 10
"""Annotations of one level that GitHub shows for a step."""


def github_report(report: Report, fail_on: Severity) -> str:
    """Return one workflow command per line: errors for what fails, then warnings, notices and the verdict."""
    errors = report.at_least(fail_on)
    others = report.findings[len(errors) :]  # findings are sorted by severity
    warnings = [finding for finding in others if finding.severity not in NOTES]
    notices = [finding for finding in others if finding.severity in NOTES]
    lines = [
        *_annotations("error", errors),
        *_annotations("warning", warnings),
        *_annotations("notice", notices, _MAX_ANNOTATIONS - 1),
        _annotation("notice", _TITLE, report.verdict),
    ]
    return "\n".join(lines) + "\n"


def _annotations(level: str, findings: Sequence[Finding], max_count: int = _MAX_ANNOTATIONS) -> Iterator[str]:
    """Yield an annotation for each finding; the last one counts the findings beyond the maximum."""
    shown = findings if len(findings) <= max_count else findings[: max_count - 1]
    for finding in shown:
        yield _annotation(level, f"{finding.rule} {finding.pointer or 'body'}", f"{finding}. {finding.help}")
    if len(shown) < len(findings):
        yield _annotation(level, _TITLE, f"{format_count(len(findings) - len(shown), 'more finding')} of this level")


def _annotation(level: str, title: str, message: str) -> str:
    return f"::{level} title={_escape_property(title)}::{_escape_data(message)}"


def _escape_data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escape_property(text: str) -> str:
    return _escape_data(text).replace(":", "%3A").replace(",", "%2C")
