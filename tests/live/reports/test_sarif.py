"""SARIF reports: valid by the standard, with locations in the contract."""

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit
from urllib.request import url2pathname

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft4Validator

from smartflo_contract import schemas
from smartflo_contract.factories import EDGE_CASES, lead
from smartflo_contract.live import Report, check
from smartflo_contract.live.reports import REPORTS
from smartflo_contract.schemas import Finding, load_contract
from smartflo_contract.schemas.body_rules import BODY_RULES
from smartflo_contract.schemas.findings import Severity
from smartflo_contract.strategies import broken_leads, surprising_leads

CONTRACT = Path(schemas.__file__).parent
SCHEMA = json.loads(Path(__file__).with_name("sarif-2.1.0-rtm.5.json").read_text(encoding="utf-8"))
VALIDATOR = Draft4Validator(SCHEMA)
FIELD_PATTERN = "^field_(0|[1-9][0-9]*)$(?!\\n)"


def run_of(report: Report, fail_on: Severity = "break") -> dict[str, Any]:
    """Return the only run of a valid log."""
    log = json.loads(REPORTS["sarif"](report, fail_on))
    VALIDATOR.validate(log)
    assert "2.1.0" == log["version"]
    (run,) = log["runs"]
    return dict(run)


def location_of(run: dict[str, Any], result: dict[str, Any]) -> tuple[Path, str]:
    """Return file and line of a result, which has that line as its snippet."""
    (location,) = result["locations"]
    physical = location["physicalLocation"]
    artifact, region = physical["artifactLocation"], physical["region"]
    base = run["originalUriBaseIds"][artifact["uriBaseId"]]["uri"]
    path = Path(url2pathname(urlsplit(urljoin(base, artifact["uri"])).path))
    line = path.read_text(encoding="utf-8").splitlines()[region["startLine"] - 1]
    assert line == region["snippet"]["text"]
    return path, line


def finding_at(rule: str, pointer: str) -> Finding:
    """Return a finding of a rule at a pointer."""
    return Finding(rule, "break", pointer, "expected one, got {2}", "one", "{2}", {"sample": "page"}, (), 1, None)


def report_with(*findings: Finding) -> Report:
    """Return a report with some findings."""
    return Report("lenient", None, (), findings, 0, (), {})


@given(leads=st.lists(broken_leads().map(lambda broken: broken.lead) | surprising_leads(), max_size=3))
def test_log_has_each_finding_and_describes_its_rule(leads: list[dict[str, Any]]) -> None:
    """Results are in the order of the findings and point into the contract."""
    report = check(json.dumps(leads, default=str).encode())
    run = run_of(report)
    rules = run["tool"]["driver"]["rules"]

    assert [finding.rule for finding in report.findings] == [result["ruleId"] for result in run["results"]]
    assert [result["ruleId"] for result in run["results"]] == [
        rules[result["ruleIndex"]]["id"] for result in run["results"]
    ]
    assert {finding.rule for finding in report.findings} == {rule["id"] for rule in rules}
    assert all(". Evidence: " in rule["help"]["text"] for rule in rules)
    for finding, result in zip(report.findings, run["results"], strict=True):
        assert finding.fingerprint == result["partialFingerprints"]["primaryLocationLineHash"]
        assert result["message"]["text"].startswith(f"{finding.pointer or 'body'}: ")
        assert CONTRACT == location_of(run, result)[0].parent


def test_defect_of_body_points_to_schema_of_body() -> None:
    """The description of the rule states what is expected."""
    run = run_of(report_with(*(finding_at(rule, "") for rule in BODY_RULES)))

    assert list(BODY_RULES) == [result["ruleId"] for result in run["results"]]
    for result, rule in zip(run["results"], run["tool"]["driver"]["rules"], strict=True):
        assert (CONTRACT / "leads.schema.json", '  "type": "array",') == location_of(run, result)
        assert BODY_RULES[result["ruleId"]].expected in rule["help"]["text"]


def keys_by_pointer() -> dict[str, str]:
    """Return the key in the file of the contract that each pointer is about."""
    keys = {f"/*/{key}": key for key in load_contract("lenient").lead["properties"]}
    nested = {
        "/*/created_at/$date": "$date",
        "/*/created_at/$date/$numberLong": "$numberLong",
        "/*/dialer_skill/name": "name",
        "/*/field_0": FIELD_PATTERN,
        "/*/field_40": FIELD_PATTERN,
        "/*/header/*": "header",
        "/*/dialer_skill/(unknown key 1a2b3c4d)": "dialer_skill",
        "/*/(unknown key 1a2b3c4d)": "properties",
        "/*/of_an_overlay": "properties",
        "/*": "properties",
    }
    return keys | nested


def test_finding_points_to_line_that_defines_its_key() -> None:
    """A key that the contract does not define points to the object that would contain it."""
    keys = keys_by_pointer()
    run = run_of(report_with(*(finding_at("type", pointer) for pointer in keys)))

    assert 30 < len(run["results"])
    for (pointer, key), result in zip(keys.items(), run["results"], strict=True):
        path, line = location_of(run, result)
        assert CONTRACT / "lead.schema.json" == path
        assert re.fullmatch(rf" +{re.escape(json.dumps(key))}: {{", line), pointer


def test_braces_are_escaped() -> None:
    """In a message, the standard reads a single brace as a placeholder."""
    run = run_of(report_with(finding_at("type", "/*/id")))

    assert "got {{2}}. Once. Evidence: sample (page)." in run["results"][0]["message"]["text"]


def test_level_depends_on_severity_and_fail_on() -> None:
    """What fails is an error, `info` a note, and the rest a warning."""
    early = next(iter(EDGE_CASES["time-twelve-hours-early"].leads))
    changes = {"priority": 99, "dial_status": 77, "field_2": "[email\N{NO-BREAK SPACE}protected]"}
    report = check(json.dumps([{**early, **changes}]).encode())
    expected: dict[Severity, list[str]] = {
        "break": ["error", "warning", "warning", "note"],
        "surprise": ["error", "error", "warning", "note"],
        "doc-only": ["error", "error", "error", "note"],
    }

    assert ["break", "surprise", "doc-only", "info"] == [finding.severity for finding in report.findings]
    for fail_on, levels in expected.items():
        results = run_of(report, fail_on)["results"]
        assert [finding.severity for finding in report.findings] == [
            result["properties"]["severity"] for result in results
        ]
        assert levels == [result["level"] for result in results]


def test_log_without_findings_has_the_verdict() -> None:
    """A conforming response is a run without results."""
    run = run_of(check(json.dumps([lead(0, 8668, index) for index in range(20)]).encode()))

    assert ([], []) == (run["results"], run["tool"]["driver"]["rules"])
    assert "A" == run["properties"]["grade"]
    (notification,) = run["invocations"][0]["toolExecutionNotifications"]
    assert "grade A: responses match the contract." == notification["message"]["text"]


@pytest.mark.slow
def test_log_has_at_most_25_000_results() -> None:
    """GitHub rejects a file with more; the number of omitted findings is a notification."""
    many = [finding_at("type", "/*/(unknown key 0)")] * 25_002
    log = REPORTS["sarif"](report_with(*many), "break")

    assert 25_000 == log.count('"ruleIndex"')
    assert 1 == log.count("2 more findings are omitted, none more severe than those in this file.")
