"""Options of value coverage. Imports pytest only until coverage is requested."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import pytest

from smartflo_contract.pytest_plugin._report_options import TERM, Report, parse_percent, parse_report

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

RECORDING: Final = "smartflo-recording"
"""Name of the plugin that records what is served to tests."""
_PLACES: Final = {"html": "DIR", "xml": "FILE", "lcov": "FILE", "json": "FILE", "markdown": "FILE"}
_OPTION: Final = "--smartflo-coverage"
_FAIL_UNDER: Final = "--smartflo-coverage-fail-under"
_REPORTS_HELP: Final = (
    "report which values of the contract the fake served to the tests: term (default), html:DIR, xml:FILE, lcov:FILE, "
    "json:FILE or markdown:FILE; repeatable"
)
_FAIL_UNDER_HELP: Final = "minimum share of cells that must be served, in percent from 0 to 100; requires coverage"


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
    return CoverageOptions(tuple(reports), parse_percent(_FAIL_UNDER, minimum) if minimum else None)


def _parse_report(text: str, folder: Path) -> Report:
    hint = f"; write {_OPTION}={TERM} before paths of tests" if (folder / text.partition("::")[0]).exists() else ""
    return parse_report(_OPTION, text, folder, _PLACES, hint)
