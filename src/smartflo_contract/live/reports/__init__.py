"""Report formats. A new format is one function in a module of this folder, and its entry in ``REPORTS``."""

from collections.abc import Callable, Mapping
from typing import Final

from smartflo_contract.live.report import Report
from smartflo_contract.live.reports._github import github_report
from smartflo_contract.live.reports._json import json_report
from smartflo_contract.live.reports._junit import junit_report
from smartflo_contract.live.reports._markdown import markdown_report
from smartflo_contract.live.reports._sarif import sarif_report
from smartflo_contract.live.reports._text import text_report
from smartflo_contract.schemas.findings import Severity

REPORTS: Final[Mapping[str, Callable[[Report, Severity], str]]] = {
    "text": text_report,
    "json": json_report,
    "junit": junit_report,
    "sarif": sarif_report,
    "github": github_report,
    "markdown": markdown_report,
}
"""Functions by format, called with the report and the minimum severity that fails; they return the text to write."""

__all__ = ["REPORTS"]
