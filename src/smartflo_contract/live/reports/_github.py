"""A report as annotations of GitHub Actions."""

from collections.abc import Iterator, Sequence
from typing import Final

from smartflo_contract.live.report import Report
from smartflo_contract.schemas import Finding
from smartflo_contract.schemas.findings import Severity

_NAME: Final = "smartflo-contract"
_MOST: Final = 10
"""Annotations of a level that GitHub shows of a step."""


def github(report: Report, fail_on: Severity) -> str:
    """Return a workflow command a line: errors for what fails, warnings and notices for the rest, and the verdict."""
    errors = report.at_least(fail_on)
    rest = report.findings[len(errors) :]  # worst first
    warnings = [one for one in rest if one.severity != "info"]
    notices = [one for one in rest if one.severity == "info"]
    verdict = _annotation("notice", _NAME, report.verdict)
    return "\n".join(
        [
            *_annotations("error", errors),
            *_annotations("warning", warnings),
            *_annotations("notice", notices, _MOST - 1),
            verdict,
            "",
        ]
    )


def _annotations(level: str, findings: Sequence[Finding], most: int = _MOST) -> Iterator[str]:
    shown = findings if len(findings) <= most else findings[: most - 1]
    for one in shown:
        yield _annotation(level, f"{one.rule} {one.pointer or 'body'}", str(one))
    if len(shown) < len(findings):
        yield _annotation(level, _NAME, f"{len(findings) - len(shown)} more findings of this level")


def _annotation(level: str, title: str, message: str) -> str:
    return f"::{level} title={_property(title)}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
