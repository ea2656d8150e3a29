"""The SARIF form: it is as the standard has it, and points into the contract."""

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit
from urllib.request import url2pathname

import pytest
from hypothesis import given, settings
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
FIELD = "^field_(0|[1-9][0-9]*)$(?!\\n)"


def report_of(**changes: object) -> Report:
    """Return the report of leads with some changed keys."""
    return check(json.dumps([{**lead(0, 8668, index), **changes} for index in range(30)]).encode())


def run_of(report: Report, fail_on: Severity = "break") -> dict[str, Any]:
    """Return the one run of a log, which is valid."""
    log = json.loads(REPORTS["sarif"](report, fail_on))
    VALIDATOR.validate(log)
    assert "2.1.0" == log["version"]
    (run,) = log["runs"]
    return dict(run)


def place(run: dict[str, Any], result: dict[str, Any]) -> tuple[Path, str]:
    """Return the file that a result points to, and the line of it."""
    (location,) = result["locations"]
    physical = location["physicalLocation"]
    artifact, region = physical["artifactLocation"], physical["region"]
    base = run["originalUriBaseIds"][artifact["uriBaseId"]]["uri"]
    path = Path(url2pathname(urlsplit(urljoin(base, artifact["uri"])).path))
    line = path.read_text(encoding="utf-8").splitlines()[region["startLine"] - 1]
    assert line == region["snippet"]["text"]
    return path, line


@settings(max_examples=50)
@given(leads=st.lists(broken_leads().map(lambda one: one.lead) | surprising_leads(), max_size=3))
def test_what_the_log_says(leads: list[dict[str, Any]]) -> None:
    """A log is valid, has a result for each finding, and a rule with a help text for each that is used."""
    report = check(json.dumps(leads, default=str).encode())
    run = run_of(report)
    rules = run["tool"]["driver"]["rules"]

    assert [one.rule for one in report.findings] == [result["ruleId"] for result in run["results"]]
    assert [rules[result["ruleIndex"]]["id"] for result in run["results"]] == [one.rule for one in report.findings]
    assert {one.rule for one in report.findings} == {rule["id"] for rule in rules}
    assert all(". Evidence: " in rule["help"]["text"] for rule in rules)
    for finding, result in zip(report.findings, run["results"], strict=True):
        assert finding.fingerprint == result["partialFingerprints"]["primaryLocationLineHash"]
        assert result["message"]["text"].startswith(f"{finding.pointer or 'body'}: ")
        assert CONTRACT == place(run, result)[0].parent


@pytest.mark.parametrize("rule", BODY_RULES)
def test_each_fault_of_a_body(rule: str) -> None:
    """What a body as a whole is wrong with points to the schema of a body."""
    report = Report("lenient", None, (), (_finding(rule, ""),), 0, (), {})
    run = run_of(report)
    (result,) = run["results"]

    assert (CONTRACT / "leads.schema.json", '  "type": "array",') == place(run, result)
    assert BODY_RULES[rule][0] in run["tool"]["driver"]["rules"][0]["help"]["text"]


def _finding(rule: str, pointer: str) -> Finding:
    return Finding(rule, "break", pointer, "expected one, got {2}", "one", "{2}", {"sample": "page"}, (), 1, None)


def _names() -> dict[str, str]:
    """Return the keys of the contract, as the file has them, by pointer."""
    names = {f"/*/{key}": key for key in load_contract("lenient").lead["properties"]}
    nested = {
        "/*/created_at/$date": "$date",
        "/*/created_at/$date/$numberLong": "$numberLong",
        "/*/dialer_skill/name": "name",
        "/*/field_0": FIELD,
        "/*/field_40": FIELD,
        "/*/header/*": "header",
        "/*/dialer_skill/(unknown key 1a2b3c4d)": "dialer_skill",
        "/*/(unknown key 1a2b3c4d)": "properties",
        "/*/of_an_overlay": "properties",
        "/*": "properties",
    }
    return names | nested


@pytest.mark.parametrize(("pointer", "key"), _names().items())
def test_the_line_of_a_key(pointer: str, key: str) -> None:
    """A key points to the line that defines it, and one that the contract does not have to what it would be in."""
    run = run_of(Report("lenient", None, (), (_finding("type", pointer),), 0, (), {}))
    path, line = place(run, run["results"][0])

    assert CONTRACT / "lead.schema.json" == path
    assert re.fullmatch(rf" +{re.escape(json.dumps(key))}: {{", line)


def test_braces_are_no_placeholders() -> None:
    """A message has each brace twice, as the standard says."""
    run = run_of(Report("lenient", None, (), (_finding("type", "/*/id"),), 0, (), {}))

    assert "got {{2}}. Once. Evidence: sample (page)." in run["results"][0]["message"]["text"]


@pytest.mark.parametrize(
    ("fail_on", "levels"),
    [
        ("break", ["error", "warning", "warning", "note"]),
        ("surprise", ["error", "error", "warning", "note"]),
        ("doc-only", ["error", "error", "error", "note"]),
    ],
)
def test_levels(fail_on: Severity, levels: list[str]) -> None:
    """What fails is an error, what is for information a note, and the rest a warning."""
    early = next(iter(EDGE_CASES["time-twelve-hours-early"].leads))
    changes = {"priority": 99, "dial_status": 77, "field_2": "[email\N{NO-BREAK SPACE}protected]"}
    found = run_of(check(json.dumps([{**early, **changes}]).encode()), fail_on)["results"]

    assert ["break", "surprise", "doc-only", "info"] == [one["properties"]["severity"] for one in found]
    assert levels == [one["level"] for one in found]


def test_nothing_found() -> None:
    """A good response is a run without results, which tells the grade and names the tool."""
    run = run_of(report_of())

    assert ([], []) == (run["results"], run["tool"]["driver"]["rules"])
    assert "A" == run["properties"]["grade"]
    (told,) = run["invocations"][0]["toolExecutionNotifications"]
    assert "grade A: responses match the contract." == told["message"]["text"]


def test_no_more_results_than_are_taken() -> None:
    """GitHub refuses a file with more than 25,000 results: the worst are written, and the log tells of the rest."""
    many = tuple(_finding("type", f"/*/(unknown key {number:08x})") for number in range(25_002))
    log = json.loads(REPORTS["sarif"](Report("lenient", None, (), many, 0, (), {}), "break"))

    (run,) = log["runs"]
    assert 25_000 == len(run["results"])
    told = run["invocations"][0]["toolExecutionNotifications"][1]
    assert told["message"]["text"].startswith("2 more findings are left out")
