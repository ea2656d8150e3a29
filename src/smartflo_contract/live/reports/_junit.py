"""A report as JUnit XML: one case for each rule, so that those that hold show as well."""

import re
from collections.abc import Iterator
from itertools import groupby
from xml.etree import ElementTree as ET

from smartflo_contract.live.comparing.changes import CHANGES
from smartflo_contract.live.report import Report
from smartflo_contract.schemas import Finding, load_contract
from smartflo_contract.schemas.body_rules import BODY_RULES
from smartflo_contract.schemas.findings import Severity
from smartflo_contract.schemas.rules.table import RULES

_KEYWORDS = frozenset({"additionalProperties", "const", "enum", "maximum", "minimum", "pattern", "required", "type"})
_NOT_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 has no way to say; a key of an overlay may have them."""


def junit(report: Report, fail_on: Severity) -> str:
    """Return the XML."""
    failing = {one.severity for one in report.at_least(fail_on)}
    found = {rule: list(group) for rule, group in groupby(sorted(report.findings, key=_rule), _rule)}
    suite = ET.Element("testsuite", name=f"smartflo-contract {report.profile}")
    failures = skipped = 0
    changes = CHANGES if report.base else ()
    for rule in sorted({*_rules(report.profile), *changes, *found}):
        case = ET.SubElement(suite, "testcase", classname="smartflo-contract", name=rule)
        if not report.leads and rule not in BODY_RULES and rule not in found:
            skipped += 1
            ET.SubElement(case, "skipped", message="no lead was read")
        failed = [one for one in found.get(rule, ()) if one.severity in failing]
        if failed:
            failures += 1
            failure = ET.SubElement(case, "failure", type=failed[0].severity, message=failed[0].message)
            failure.text = "\n".join(map(str, failed))
        rest = [str(one) for one in found.get(rule, ()) if one.severity not in failing]
        if rest:
            ET.SubElement(case, "system-out").text = "\n".join(rest)
    ET.SubElement(suite, "system-out").text = report.verdict
    suite.set("tests", str(len(suite.findall("testcase"))))
    suite.set("failures", str(failures))
    suite.set("skipped", str(skipped))
    suite.set("errors", "0")
    root = ET.Element("testsuites")
    root.append(suite)
    ET.indent(root)
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", ET.tostring(root, encoding="unicode", xml_declaration=True)) + "\n"


def _rule(finding: Finding) -> str:
    return finding.rule


def _rules(profile: str) -> Iterator[str]:
    """Yield the names of all rules: of bodies, of the schema, and across keys."""
    yield from BODY_RULES
    yield from _keywords(load_contract(profile).schema())
    yield from (rule.name for rule in RULES if profile in rule.severity)


def _keywords(schema: object) -> Iterator[str]:
    if isinstance(schema, dict):
        yield from _KEYWORDS.intersection(schema)
        for below in schema.values():
            yield from _keywords(below)
