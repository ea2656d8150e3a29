"""Reports as SARIF 2.1.0, for code scanning: each finding points to its line of the contract."""

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

import orjson

from smartflo_contract._version import __version__
from smartflo_contract.live.comparing.change_rules import CHANGE_EVIDENCE, CHANGE_RULES
from smartflo_contract.live.report import Report
from smartflo_contract.live.reports._contract_lines import contract_line
from smartflo_contract.schemas import Finding, load_contract
from smartflo_contract.schemas.body_rules import BODY_RULES
from smartflo_contract.schemas.finding_help import lead_help
from smartflo_contract.schemas.findings import NOTES, SEVERITIES, Severity, cited
from smartflo_contract.schemas.grammar import format_count
from smartflo_contract.schemas.rules.table import RULES

_SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
_INFORMATION_URI: Final = "urn:smartflo-contract"
"""A name: the project has no page of its own."""
_BASE_ID: Final = "SITE_PACKAGES"
_BASE_FOLDER: Final = contract_line("").path.parents[2]
"""Folder of the package. Locations are relative to it, so that they are the same on every machine."""
_MAX_RESULTS: Final = 25_000
"""Results of a run. GitHub rejects a file with more."""


def sarif_report(report: Report, fail_on: Severity) -> str:
    """Return a log with the 25,000 most severe findings: errors for what fails, notes for ``NOTES``, else warnings."""
    findings = report.findings[:_MAX_RESULTS]
    rule_indexes = {rule: index for index, rule in enumerate(dict.fromkeys(finding.rule for finding in findings))}
    run = {
        "tool": {
            "driver": {
                "name": "smartflo-contract",
                "version": __version__,
                "informationUri": _INFORMATION_URI,
                "rules": [_rule(name, report.profile) for name in rule_indexes],
            }
        },
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": _notifications(report)}],
        "originalUriBaseIds": {_BASE_ID: {"uri": f"{_BASE_FOLDER.as_uri()}/"}},
        "results": [_result(finding, rule_indexes[finding.rule], fail_on) for finding in findings],
        "properties": {
            "grade": report.grade,
            "profile": report.profile,
            "needs": report.needs,
            "leads": report.leads,
        },
    }
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return orjson.dumps(log, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()


def _notifications(report: Report) -> list[dict[str, Any]]:
    notifications = [{"level": "note", "message": {"text": f"{report.verdict}."}}]
    omitted = len(report.findings) - _MAX_RESULTS
    if omitted > 0:
        are = "is" if omitted == 1 else "are"
        text = f"{format_count(omitted, 'more finding')} {are} omitted, none more severe than those in this file."
        notifications.append({"level": "warning", "message": {"text": text}})
    return notifications


def _result(finding: Finding, rule_index: int, fail_on: Severity) -> dict[str, Any]:
    fingerprint, source = finding.fingerprint, finding.source
    return {
        "ruleId": finding.rule,
        "ruleIndex": rule_index,
        "level": _level(finding.severity, fail_on),
        "message": {"text": _escape_braces(_message(finding))},
        "locations": [
            {
                "physicalLocation": _physical_location(finding.pointer),
                "logicalLocations": [{"fullyQualifiedName": finding.pointer or "body"}],
            }
        ],
        # The standard recommends names with versions; GitHub reads the other one only.
        "partialFingerprints": {
            "smartfloFinding/v1": fingerprint,
            "primaryLocationLineHash": fingerprint if source is None else f"{fingerprint}:{source}",
        },
        "properties": {
            "source": source,
            "severity": finding.severity,
            "count": finding.count,
            "evidence": dict(finding.evidence),
        },
    }


def _level(severity: Severity, fail_on: Severity) -> str:
    if SEVERITIES.index(severity) <= SEVERITIES.index(fail_on):
        return "error"
    return "note" if severity in NOTES else "warning"


def _message(finding: Finding) -> str:
    """Return location, message, frequency, help and evidence as sentences."""
    times = f"{finding.times[:1].upper()}{finding.times[1:]}"
    evidence = f"Evidence: {cited(finding.evidence)}."
    sentences = [f"{finding.pointer or 'body'}: {finding.message}.", f"{times}.", finding.help, evidence]
    return " ".join(filter(None, sentences))


@cache
def _physical_location(pointer: str) -> dict[str, Any]:
    line = contract_line(pointer)
    return {
        "artifactLocation": {"uri": line.path.relative_to(_BASE_FOLDER).as_posix(), "uriBaseId": _BASE_ID},
        "region": {"startLine": line.number, "snippet": {"text": line.text}},
    }


def _rule(name: str, profile: str) -> dict[str, Any]:
    """Return the descriptor of a rule; it is the same in every run."""
    claim, evidence, advice = _claim(name, profile)
    text = _escape_braces(f"{claim}.")
    return {
        "id": name,
        "shortDescription": {"text": text},
        "fullDescription": {"text": text},
        "help": {"text": _escape_braces(f"{claim}. {advice} Evidence: {cited(evidence)}.")},
        "helpUri": f"{_INFORMATION_URI}:rule:{name}",
    }


def _claim(name: str, profile: str) -> tuple[str, Mapping[str, str], str]:
    """Return what a rule requires, the evidence for it, and what to do about a finding."""
    if name in BODY_RULES:
        body_rule = BODY_RULES[name]
        return f"A response has {body_rule.expected}, not {body_rule.got}", body_rule.evidence, body_rule.help
    if name in CHANGE_RULES:
        change_rule = CHANGE_RULES[name]
        return f"Compared with an earlier response, {change_rule.claim}", CHANGE_EVIDENCE, change_rule.help
    advice = f"{lead_help(name)} Run `smartflo-contract explain KEY` to see what is known about a key."
    for rule in RULES:
        if rule.name == name:
            return f"In every response, {rule.claim}", rule.evidence, advice
    claim = f"Each lead fits the JSON Schema keyword `{name}` of the contract"
    return claim, load_contract(profile).lead["x-evidence"], advice


def _escape_braces(text: str) -> str:
    """Return text in which no brace begins a placeholder."""
    return text.replace("{", "{{").replace("}", "}}")
