"""The forms in which a report is written."""

from collections.abc import Callable, Mapping
from typing import Final

from smartflo_contract.live.report import Report
from smartflo_contract.live.reports._github import github
from smartflo_contract.live.reports._json import json_text
from smartflo_contract.live.reports._junit import junit
from smartflo_contract.live.reports._markdown import markdown
from smartflo_contract.live.reports._sarif import sarif
from smartflo_contract.live.reports._text import text
from smartflo_contract.schemas.findings import Severity

REPORTS: Final[Mapping[str, Callable[[Report, Severity], str]]] = {
    "text": text,
    "json": json_text,
    "junit": junit,
    "sarif": sarif,
    "github": github,
    "markdown": markdown,
}
"""What writes each form, by its name; called with the report, and the least severity that fails."""

__all__ = ["REPORTS"]
