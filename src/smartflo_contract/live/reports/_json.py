"""Reports as JSON, described by ``report.schema.json``."""

import json

from smartflo_contract.live.report import Report
from smartflo_contract.schemas.findings import Severity


def json_report(report: Report, _fail_on: Severity) -> str:
    """Return indented JSON."""
    return json.dumps(report.as_dict(), indent=2, ensure_ascii=False) + "\n"
