"""Reports as JUnit XML: one test case for each rule, so that rules without findings are shown as passed."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby
from operator import attrgetter
from typing import Final
from xml.etree import ElementTree as ET

from smartflo_contract.live.comparing.change_rules import CHANGE_RULES
from smartflo_contract.live.report import Report
from smartflo_contract.schemas import Finding, load_contract
from smartflo_contract.schemas.body_rules import BODY_RULES
from smartflo_contract.schemas.findings import Severity
from smartflo_contract.schemas.rules.table import RULES

_CLASS_NAME: Final = "smartflo-contract"
_NO_TIME: Final = "0"
"""Rules are checked together, so none has a duration of its own."""
_KEYWORDS: Final = frozenset(
    {"additionalProperties", "const", "enum", "maximum", "minimum", "pattern", "required", "type"}
)
_NOT_XML: Final = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot represent; a key of an overlay may contain them."""


def junit_report(report: Report, fail_on: Severity) -> str:
    """Return XML with one test suite, valid under the schemas of Ant (Windyroad) and of Jenkins."""
    by_rule = attrgetter("rule")
    findings = {rule: list(group) for rule, group in groupby(sorted(report.findings, key=by_rule), by_rule)}
    failing = {finding.severity for finding in report.at_least(fail_on)}
    suite = ET.Element("testsuite", name=f"{_CLASS_NAME} {report.profile}", package=_CLASS_NAME, id="0")
    suite.attrib |= {"timestamp": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S}", "hostname": "localhost", "time": _NO_TIME}
    ET.SubElement(suite, "properties")
    output = [report.verdict]
    changes = CHANGE_RULES if report.base else ()
    for rule in sorted({*_rule_names(report.profile), *changes, *findings}):
        case = ET.SubElement(suite, "testcase", classname=_CLASS_NAME, name=rule, time=_NO_TIME)
        if not report.leads and rule not in BODY_RULES and rule not in findings:
            ET.SubElement(case, "skipped", message="no lead was read")
        output += _add_findings(case, findings.get(rule, ()), failing)
    ET.SubElement(suite, "system-out").text = "\n".join(output)
    ET.SubElement(suite, "system-err")
    for attribute, path in (("tests", "testcase"), ("failures", ".//failure"), ("skipped", ".//skipped")):
        suite.set(attribute, str(len(suite.findall(path))))
    suite.set("errors", "0")
    root = ET.Element("testsuites")
    root.append(suite)
    ET.indent(root)
    xml = ET.tostring(root, encoding="unicode", xml_declaration=True)
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", xml) + "\n"


def _add_findings(case: ET.Element, findings: Sequence[Finding], failing: set[Severity]) -> list[str]:
    """Add a failure with the findings of a failing severity; return the lines of the others.

    The schema of Ant allows output in a test suite only, not in a test case.
    """
    failed = [finding for finding in findings if finding.severity in failing]
    if failed:
        failure = ET.SubElement(case, "failure", type=failed[0].severity, message=failed[0].message)
        failure.text = "\n".join(map(_with_help, failed))
    return [_with_help(finding) for finding in findings if finding.severity not in failing]


def _with_help(finding: Finding) -> str:
    return f"{finding}\n  help: {finding.help}"


def _rule_names(profile: str) -> Iterator[str]:
    """Yield the names of all rules: of bodies, of the schema, and of values that the schema cannot express."""
    yield from BODY_RULES
    yield from _keywords(load_contract(profile).schema())
    yield from (rule.name for rule in RULES if profile in rule.severity)


def _keywords(schema: object) -> Iterator[str]:
    """Yield the keywords of a schema at any depth."""
    if isinstance(schema, dict):
        yield from _KEYWORDS.intersection(schema)
        for subschema in schema.values():
            yield from _keywords(subschema)
