"""Options of value coverage. Imports pytest only until coverage is requested."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import pytest

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

RECORDING: Final = "smartflo-recording"
"""Name of the plugin that records what is served to tests."""
TERM: Final = "term"
FORMATS: Final = (TERM, "html", "xml", "lcov", "json", "markdown")
_OPTION: Final = "--smartflo-coverage"
_FAIL_UNDER: Final = "--smartflo-coverage-fail-under"
_REPORTS_HELP: Final = (
    "report which values of the contract the fake served to the tests: term (default), html:DIR, xml:FILE, lcov:FILE, "
    "json:FILE or markdown:FILE; repeatable"
)
_FAIL_UNDER_HELP: Final = "minimum share of cells that must be served, in percent from 0 to 100; requires coverage"
_MAX_SHOWN: Final = 80


class Report(NamedTuple):
    """A report that the user requests.

    Attributes:
        format: one of :data:`FORMATS`.
        path: where it is written; ``None`` for the terminal.
    """

    format: str
    path: Path | None


class CoverageOptions(NamedTuple):
    """What the user requests.

    Attributes:
        reports: the reports.
        fail_under: minimum share of cells in percent; ``None`` for none.
    """

    reports: tuple[Report, ...]
    fail_under: float | None


def add_coverage_options(parser: pytest.Parser) -> None:
    """Add the options and their ini keys."""
    group = parser.getgroup("smartflo")
    group.addoption(_OPTION, action="append", nargs="?", const=TERM, metavar="REPORT", help=_REPORTS_HELP)
    group.addoption(_FAIL_UNDER, metavar="PERCENT", help=_FAIL_UNDER_HELP)
    parser.addini("smartflo_coverage", f"{_REPORTS_HELP}, one per line; the option takes precedence", type="linelist")
    parser.addini("smartflo_coverage_fail_under", f"{_FAIL_UNDER_HELP}; the option takes precedence")


def coverage_options(config: pytest.Config) -> CoverageOptions | None:
    """Return what the user requests, ``None`` if coverage is off.

    Raises:
        pytest.UsageError: an option is wrong.
    """
    requested: Sequence[str] = config.getoption(_OPTION) or config.getini("smartflo_coverage")
    minimum = config.getoption(_FAIL_UNDER) or config.getini("smartflo_coverage_fail_under")
    if not requested:
        if config.getoption(_FAIL_UNDER):
            message = f"{_FAIL_UNDER}: add {_OPTION}, because coverage is off without it"
            raise pytest.UsageError(message)
        return None
    folder = config.invocation_params.dir
    reports = dict.fromkeys(_parse_report(text, folder) for text in requested)
    return CoverageOptions(tuple(reports), _parse_percent(minimum) if minimum else None)


def _parse_report(text: str, folder: Path) -> Report:
    name, colon, path = text.partition(":")
    if name == TERM and not colon:
        return Report(TERM, None)
    if name in FORMATS and name != TERM and path:
        return Report(name, folder / path)
    expected = "term, html:DIR, xml:FILE, lcov:FILE, json:FILE or markdown:FILE"
    hint = f"; write {_OPTION}={TERM} before paths of tests" if (folder / text.partition("::")[0]).exists() else ""
    message = f"{_OPTION}: expected {expected}, got `{text[:_MAX_SHOWN]}`{hint}"
    raise pytest.UsageError(message)


def _parse_percent(text: str) -> float:
    try:
        percent = float(text)
    except ValueError:
        percent = -1
    if 0 <= percent <= 100:  # noqa: PLR2004 - percent
        return percent
    message = f"{_FAIL_UNDER}: expected a number from 0 to 100, got `{text[:_MAX_SHOWN]}`"
    raise pytest.UsageError(message)
