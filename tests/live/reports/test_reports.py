"""The forms of a report that other programs read."""

import json
import re
from dataclasses import asdict, replace
from io import BytesIO
from xml.etree import ElementTree as ET

import pytest

from smartflo_contract.factories import lead
from smartflo_contract.live import Report, check, diff
from smartflo_contract.live.reports import REPORTS
from smartflo_contract.schemas import Finding
from smartflo_contract.schemas.body_rules import BODY_RULES
from smartflo_contract.schemas.findings import Severity
from smartflo_contract.schemas.rules.table import RULES


def report_of(**changes: object) -> Report:
    """Return the report of leads with some changed keys."""
    return check(json.dumps([{**lead(0, 8668, index), **changes} for index in range(30)]).encode())


def junit(report: Report, fail_on: Severity = "break") -> ET.Element:
    """Return the JUnit form, parsed."""
    return ET.fromstring(REPORTS["junit"](report, fail_on))  # noqa: S314 - it is ours


DRIFTED = report_of(priority=99, dial_status=77)


@pytest.mark.parametrize(("fail_on", "failed"), [("break", ["maximum"]), ("surprise", ["maximum", "unknown-value"])])
def test_junit(fail_on: Severity, failed: list[str]) -> None:
    """Each rule is a case, whether it holds or not; what fails is a failure, what does not is told."""
    root = junit(DRIFTED, fail_on)
    (suite,) = root.findall("testsuite")
    cases = {str(case.get("name")): case for case in suite.findall("testcase")}

    assert failed == [name for name, case in cases.items() if case.find("failure") is not None]
    assert {*BODY_RULES, *(rule.name for rule in RULES if "lenient" in rule.severity)} <= cases.keys()
    assert (str(len(cases)), str(len(failed))) == (suite.get("tests"), suite.get("failures"))
    told = cases["unknown-value"].find("system-out" if fail_on == "break" else "failure")
    assert told is not None
    assert "/*/dial_status" in str(told.text)


def test_junit_of_what_is_right() -> None:
    """A report without findings has the same cases, and no failure."""
    right = junit(report_of())
    wrong = junit(DRIFTED)

    assert [] == right.findall(".//failure")
    assert [case.get("name") for case in right.iter("testcase")] == [
        case.get("name") for case in wrong.iter("testcase")
    ]


def test_junit_of_what_could_not_be_read() -> None:
    """Where there was no lead, no rule of leads holds or fails."""
    (suite,) = junit(check(b"<html>")).findall("testsuite")
    cases = {str(case.get("name")): [part.tag for part in case] for case in suite.findall("testcase")}

    assert ["failure"] == cases["html-body"]
    assert [] == cases["not-json"]
    assert ["skipped"] == cases["required"] == cases["lead-id-unique"]
    assert str(sum(tags == ["skipped"] for tags in cases.values())) == suite.get("skipped")


def test_several_sources() -> None:
    """Where there are several, a finding names the one that has it first, in each form."""
    good, bad = (
        json.dumps([{**lead(0, 8668, index), **changes} for index in range(3)]).encode()
        for changes in ({}, {"priority": 99})
    )
    report = check(good, BytesIO(bad))

    assert ["file"] == [one.source for one in report.findings]
    for form in ("text", "junit", "github", "sarif"):
        assert "3 times, first in lead 0 of file" in REPORTS[form](report, "break")
    assert '"source": "file"' in REPORTS["json"](report, "break")
    assert check(bad).findings[0].source is None


def test_github() -> None:
    """A line is a workflow command; what fails is an error, what does not a warning, and the verdict a notice."""
    lines = REPORTS["github"](DRIFTED, "break").splitlines()

    assert lines[0].startswith("::error title=maximum /*/priority::break: /*/priority: ")
    assert lines[1].startswith("::warning title=unknown-value /*/dial_status::surprise: ")
    assert "::notice title=smartflo-contract::grade E: every lead violates the contract" == lines[2]
    assert all(re.fullmatch(r"::(error|warning|notice) title=[^:,]*::.*", line) for line in lines)


def test_github_shows_ten_of_a_level() -> None:
    """GitHub shows ten annotations of a level, so the last one tells how many more there are."""
    many = report_of(**{f"field_{number}": None for number in range(30)})
    lines = [line for line in REPORTS["github"](many, "break").splitlines() if line.startswith("::error")]

    assert 10 == len(lines)
    assert "::error title=smartflo-contract::21 more findings of this level" == lines[-1]


def test_github_says_what_matters_little_by_notices() -> None:
    """What is worth to know alone is a notice, of which the verdict is the tenth."""
    before = [dict(lead(0, 8668, index)) for index in range(30)]
    known = ("call_count", "updated_at", "undisposed_lead", *(f"field_{number}" for number in range(9, 20)))
    after = [{**one, **{key: one.get(key, "") for key in known}} for one in before]
    for one in before:
        for key in known:
            one.pop(key, None)
    report = diff(json.dumps(before).encode(), json.dumps(after).encode())
    lines = REPORTS["github"](report, "break").splitlines()
    notices = [line for line in lines if line.startswith("::notice ")]

    assert 10 < sum(one.severity == "info" for one in report.findings)
    assert 10 == len(notices)
    assert notices[-2].endswith(" more findings of this level")
    assert not [line for line in lines if line.startswith("::warning ") and "info:" in line]


def test_markdown() -> None:
    """Tables have a row for each finding and each contradiction, and no cell breaks out."""
    text = REPORTS["markdown"](DRIFTED, "break")

    assert text.startswith("## Smartflo contract: grade E: every lead violates the contract\n")
    assert "| break | `maximum` | `/*/priority` | integer from 1 to 30 | integer 99 | 30 |\n" in text
    assert "| `/*/lead_id` | 30 of 30 as in the sample | `lead-id-type` |\n" in text
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    assert {7, 4} == {len(re.split(r"(?<!\\)\|", row)) - 1 for row in rows}


def test_markdown_is_no_larger_than_a_summary_may_be() -> None:
    """GitHub takes a mebibyte; the worst findings are shown, and how many more there are."""
    many = [{**lead(0, 8668, 0), **{f"key {number}": None for number in range(15_000)}, "priority": 99}]
    text = REPORTS["markdown"](check(json.dumps(many).encode()), "break")

    assert len(text) < 2**20
    assert 1_000 == text.count("| 1 |\n")
    assert "| break | `maximum` |" in text
    assert "\n14,001 more findings, none worse than those above.\n" in text


def test_one_thing_is_one() -> None:
    """Numbers agree with what they count."""
    one = check(json.dumps([lead(0, 8668, 0)]).encode())
    assert "nothing is wrong in 1 lead, but" in one.verdict
    assert re.search("^bytes: 1 lead, [0-9,]+ bytes\n1 lead under", REPORTS["text"](one, "break"), re.MULTILINE)
    assert "\n1 lead of 1 response under" in REPORTS["markdown"](one, "break")


class Lone(Finding):
    """A finding that is compared with no other one."""

    def __eq__(self, other: object) -> bool:
        """Fail."""
        raise AssertionError

    __hash__ = None  # type: ignore[assignment]  # as of what has no equality


@pytest.mark.parametrize("form", REPORTS)
def test_findings_are_not_compared_with_each_other(form: str) -> None:
    """A response may have tens of thousands of unknown keys: whoever compares each with each never ends."""
    lone = tuple(Lone(**asdict(one)) for one in DRIFTED.findings)
    assert REPORTS[form](DRIFTED, "surprise") == REPORTS[form](replace(DRIFTED, findings=lone), "surprise")


def test_a_key_that_xml_cannot_say() -> None:
    """A key of an overlay may have any character; the report is XML all the same."""
    overlay = {"properties": {"a\x01b": {"type": "string"}}, "required": ["a\x01b"]}
    (failure,) = junit(check(json.dumps([lead(0, 8668, 0)]).encode(), overlay=overlay)).findall(".//failure")
    assert "/*/a\N{REPLACEMENT CHARACTER}b" in str(failure.text)


@pytest.mark.parametrize(
    ("number", "told"),
    [
        (99, "integer 99"),
        (12345, "integer of 5 digits"),
        (100.25, "number 100.25"),
        (12345.25, "number of 5 digits"),
        (31.415926, "number of 8 digits"),
        (-7.7778888e-9, "number of 8 digits"),
        (1e29, "number 1e+29"),
    ],
)
def test_numbers(number: float, told: str) -> None:
    """A number is shown where it has no four digits in a row, and else told by its size, as a whole."""
    (got,) = {one.got for one in report_of(priority=number).findings}
    assert told == got


def test_a_column_that_no_list_has() -> None:
    """A key may look like a column and be somebody's number."""
    report = report_of(field_91555000=7, field_999="x")
    assert not [form for form in REPORTS if "91555" in REPORTS[form](report, "break")]
    assert "/*/field_999" not in {one.pointer for one in report.findings if one.rule == "unknown-key"}


def test_what_a_baseline_leaves_decides_the_grade() -> None:
    """Where all leads break the contract in a known way, and one in another, not every lead has what is left."""
    leads = [{**lead(0, 8668, index), "priority": 99} for index in range(30)]
    known = check(json.dumps(leads).encode()).findings
    leads[3]["list_id"] = "x"
    left = check(json.dumps(leads).encode()).without(one.fingerprint for one in known)
    assert ("D", 1) == (left.grade, left.broken)
