"""Report formats, as the programs that read them need them."""

import json
import re
from dataclasses import asdict, replace
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner

from smartflo_contract.cli import cli
from smartflo_contract.factories import lead
from smartflo_contract.live import Report, check, diff
from smartflo_contract.live.comparing.change_rules import CHANGE_RULES
from smartflo_contract.live.reports import REPORTS
from smartflo_contract.schemas import Finding
from smartflo_contract.schemas.body_rules import BODY_RULES
from smartflo_contract.schemas.finding_help import LEAD_HELP
from smartflo_contract.schemas.findings import Severity
from smartflo_contract.schemas.rules.table import RULES


def report_on(**changes: object) -> Report:
    """Return the report on 30 leads with some changed keys."""
    return check(json.dumps([{**lead(0, 8668, index), **changes} for index in range(30)]).encode())


def junit(report: Report, fail_on: Severity = "break") -> ET.Element:
    """Return the parsed JUnit report."""
    return ET.fromstring(REPORTS["junit"](report, fail_on))  # noqa: S314 - it is ours


@pytest.fixture(name="conforming", scope="module")
def _conforming() -> Report:
    return report_on()


@pytest.fixture(name="drifted", scope="module")
def _drifted() -> Report:
    return report_on(priority=99, dial_status=77)


# The table


def test_new_format_is_one_entry(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A function in the table is a format of `--report`, and its help and its errors list it."""
    monkeypatch.setitem(REPORTS, "counts", lambda report, fail_on: f"{len(report.findings)} until {fail_on}\n")
    (tmp_path / "leads.json").write_text(json.dumps([{**lead(0, 8668, 0), "priority": 99}]), encoding="utf-8")
    arguments = ["check", str(tmp_path / "leads.json"), "--exit-zero", "--fail-on", "surprise"]
    printed = CliRunner().invoke(cli, [*arguments, "--report", "counts"])
    unknown = CliRunner().invoke(cli, [*arguments, "--report", "pdf"])
    described = CliRunner().invoke(cli, ["check", "--help"])

    assert (0, "1 until surprise\n") == (printed.exit_code, printed.stdout)
    assert 2 == unknown.exit_code
    assert re.search(r"text, .*, counts", unknown.stderr)
    assert re.search(r"text, .*, counts\.", " ".join(described.stdout.split()))


class Incomparable(Finding):
    """A finding that cannot be compared with another one."""

    def __eq__(self, other: object) -> bool:
        """Fail."""
        raise AssertionError

    __hash__ = None  # type: ignore[assignment]  # as of any class without equality


@pytest.mark.parametrize("form", REPORTS)
def test_no_format_compares_findings_with_each_other(form: str, drifted: Report) -> None:
    """A response may have tens of thousands of unknown keys: comparing all of them would never end."""
    incomparable = tuple(Incomparable(**asdict(finding)) for finding in drifted.findings)
    assert REPORTS[form](drifted, "surprise") == REPORTS[form](replace(drifted, findings=incomparable), "surprise")


def test_findings_name_their_source_if_there_are_several() -> None:
    """Every format names the source that has the finding first; with one source, none does."""
    conforming, broken = (
        json.dumps([{**lead(0, 8668, index), **changes} for index in range(3)]).encode()
        for changes in ({}, {"priority": 99})
    )
    report = check(conforming, BytesIO(broken))

    assert ["file"] == [finding.source for finding in report.findings]
    for form in ("text", "junit", "github", "sarif"):
        assert "3 times, first in lead 0 of file" in REPORTS[form](report, "break")
    assert '"source": "file"' in REPORTS["json"](report, "break")
    assert check(broken).findings[0].source is None


@pytest.mark.parametrize("form", REPORTS)
def test_every_format_shows_help(form: str, drifted: Report) -> None:
    """A reader learns what usually causes a finding, and what to do."""
    text = REPORTS[form](drifted, "surprise")

    assert all(finding.help for finding in drifted.findings)
    assert "The vendor has a new status or kind. Check how clients handle it." in text
    assert "See `smartflo-contract explain priority`." in text


def test_every_rule_has_help() -> None:
    """Rules of bodies, of leads and of comparisons."""
    helps = [rule.help for rule in BODY_RULES.values()] + [rule.help for rule in CHANGE_RULES.values()]
    assert all(text.endswith(".") for text in helps)
    assert not {rule.name for rule in RULES} - LEAD_HELP.keys()


# JUnit


@pytest.mark.parametrize(("fail_on", "failed"), [("break", ["maximum"]), ("surprise", ["maximum", "unknown-value"])])
def test_junit_has_one_case_per_rule(drifted: Report, fail_on: Severity, failed: list[str]) -> None:
    """A finding of a failing severity is a failure, another one is output."""
    root = junit(drifted, fail_on)
    (suite,) = root.findall("testsuite")
    cases = {str(case.get("name")): case for case in suite.findall("testcase")}

    assert failed == [name for name, case in cases.items() if case.find("failure") is not None]
    assert {*BODY_RULES, *(rule.name for rule in RULES if "lenient" in rule.severity)} <= cases.keys()
    assert (str(len(cases)), str(len(failed))) == (suite.get("tests"), suite.get("failures"))
    unknown_value = root.find("testsuite/system-out") if fail_on == "break" else cases["unknown-value"].find("failure")
    assert unknown_value is not None
    assert "/*/dial_status" in str(unknown_value.text)


def test_junit_has_the_form_of_the_ant_schema(drifted: Report) -> None:
    """Attributes and the order of elements are those that the Ant (Windyroad) schema requires."""
    for report in (drifted, check(b"<html>")):
        (suite,) = junit(report, "info")
        tags = [element.tag for element in suite]

        required = {"package", "id", "name", "timestamp", "hostname", "tests", "failures", "errors", "time"}
        assert required <= suite.attrib.keys()
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", suite.attrib["timestamp"])
        assert ["properties", *["testcase"] * (len(tags) - 3), "system-out", "system-err"] == tags
        for case in suite.iter("testcase"):
            assert {"name", "classname", "time"} == case.attrib.keys()
            assert len(case) <= 1
            assert {element.tag for element in case} <= {"failure", "skipped"}


def test_junit_has_the_same_cases_without_findings(conforming: Report, drifted: Report) -> None:
    """No case fails then."""
    root = junit(conforming)

    assert [] == root.findall(".//failure")
    assert [case.get("name") for case in root.iter("testcase")] == [
        case.get("name") for case in junit(drifted).iter("testcase")
    ]


def test_junit_skips_rules_of_leads_without_leads() -> None:
    """Rules of the body pass or fail all the same."""
    (suite,) = junit(check(b"<html>")).findall("testsuite")
    cases = {str(case.get("name")): [element.tag for element in case] for case in suite.findall("testcase")}

    assert ["failure"] == cases["html-body"]
    assert [] == cases["not-json"]
    assert ["skipped"] == cases["required"] == cases["lead-id-unique"]
    assert str(sum(tags == ["skipped"] for tags in cases.values())) == suite.get("skipped")


def test_junit_escapes_characters_that_xml_cannot_represent() -> None:
    """A key of an overlay may contain any character."""
    overlay = {"properties": {"a\x01b": {"type": "string"}}, "required": ["a\x01b"]}
    (failure,) = junit(check(json.dumps([lead(0, 8668, 0)]).encode(), overlay=overlay)).findall(".//failure")
    assert r"/*/a\x01b" in str(failure.text)


# GitHub


def test_github_annotates_by_severity(drifted: Report) -> None:
    """What fails is an error, what does not a warning, and the verdict a notice."""
    lines = REPORTS["github"](drifted, "break").splitlines()

    assert lines[0].startswith("::error title=maximum /*/priority::break: /*/priority: ")
    assert lines[1].startswith("::warning title=unknown-value /*/dial_status::surprise: ")
    assert "::notice title=smartflo-contract::grade E: every lead violates the contract" == lines[2]
    assert all(re.fullmatch(r"::(error|warning|notice) title=[^:,]*::.*", line) for line in lines)


def test_github_has_at_most_ten_annotations_of_a_level() -> None:
    """GitHub shows ten, so the last one counts the rest."""
    many = report_on(**{f"field_{number}": None for number in range(30)})
    lines = [line for line in REPORTS["github"](many, "break").splitlines() if line.startswith("::error")]

    assert 10 == len(lines)
    assert "::error title=smartflo-contract::21 more findings of this level" == lines[-1]


def test_github_has_at_most_ten_notices_with_the_verdict() -> None:
    """Findings of severity `info` are notices, never warnings."""
    keys = ("call_count", "updated_at", "undisposed_lead", *(f"field_{number}" for number in range(9, 20)))
    after = [dict(lead(0, 8668, index)) for index in range(30)]
    before = [{key: value for key, value in later.items() if key not in keys} for later in after]
    report = diff(json.dumps(before).encode(), json.dumps(after).encode())
    lines = REPORTS["github"](report, "break").splitlines()
    notices = [line for line in lines if line.startswith("::notice ")]

    assert 10 < sum(finding.severity == "info" for finding in report.findings)
    assert 10 == len(notices)
    assert notices[-2].endswith(" more findings of this level")
    assert not [line for line in lines if line.startswith("::warning ") and "info:" in line]


# Markdown


def test_markdown_has_tables_of_findings_and_agreements(drifted: Report) -> None:
    """No cell breaks its row."""
    text = REPORTS["markdown"](drifted, "break")

    assert text.startswith("## Smartflo contract: grade E: every lead violates the contract\n")
    assert (
        "| break | `maximum` | `/*/priority` | integer from 1 to 30 | integer 99 | 30 | The vendor has changed" in text
    )
    assert "| `/*/lead_id` | 30 of 30 as in the sample | `lead-id-type` |\n" in text
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    assert {8, 4} == {len(re.split(r"(?<!\\)\|", row)) - 1 for row in rows}


def test_markdown_shows_names_as_code(drifted: Report) -> None:
    """The name of a response can neither end a code span nor be HTML, neither in tables nor in the heading."""
    name = "a`<img>.json"
    sources = tuple(source._replace(name=name) for source in drifted.sources * 2)
    finding = replace(drifted.findings[0], source=name)
    text = REPORTS["markdown"](replace(drifted, sources=sources, findings=(finding,)), "break")

    assert 3 == text.count(f"`` {name} ``") == text.count(name)
    assert r" for a\`\<img>.json: " in text.partition("\n")[0]


def test_markdown_has_at_most_a_thousand_findings(drifted: Report) -> None:
    """GitHub rejects a summary of more than 1 MiB; the number of omitted findings is stated."""
    (unknown_value,) = (finding for finding in drifted.findings if finding.rule == "unknown-value")
    many = [replace(unknown_value, pointer=f"/*/(unknown key {number:08x})", count=1) for number in range(1_500)]
    text = REPORTS["markdown"](replace(drifted, findings=(drifted.findings[0], *many)), "break")

    assert len(text) < 2**20
    assert 999 == text.count("| 1 | The vendor has a new status")
    assert "| break | `maximum` |" in text
    assert "\n501 more findings, none more severe than those above.\n" in text


# Wording


def test_singular_nouns() -> None:
    """A count of one has no plural."""
    one = check(json.dumps([lead(0, 8668, 0)]).encode())
    assert "nothing is wrong in 1 lead, but" in one.verdict
    assert re.search("^bytes: 1 lead, [0-9,]+ bytes\n1 lead under", REPORTS["text"](one, "break"), re.MULTILINE)
    assert "\n1 lead of 1 response under" in REPORTS["markdown"](one, "break")


@pytest.mark.parametrize(
    ("number", "got"),
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
def test_masks_numbers_with_four_digits_in_a_row(number: float, got: str) -> None:
    """Such a number may identify a person; its length does not."""
    report = check(json.dumps([{**lead(0, 8668, 0), "priority": number}]).encode())
    assert {got} == {finding.got for finding in report.findings}


def test_masks_fields_with_high_numbers() -> None:
    """A key that looks like a field may be a phone number."""
    report = check(json.dumps([{**lead(0, 8668, 0), "field_91555000": 7, "field_999": "x"}]).encode())
    assert not [form for form in REPORTS if "91555" in REPORTS[form](report, "break")]
    assert "/*/field_999" not in {finding.pointer for finding in report.findings if finding.rule == "unknown-key"}


def test_grade_depends_on_findings_outside_the_baseline() -> None:
    """Where every lead has a known violation and one lead a new one, the grade is that of the new one."""
    leads = [{**lead(0, 8668, index), "priority": 99} for index in range(30)]
    known = check(json.dumps(leads).encode()).findings
    leads[3]["list_id"] = "x"
    remaining = check(json.dumps(leads).encode()).without(finding.fingerprint for finding in known)
    assert ("D", 1) == (remaining.grade, remaining.broken)
